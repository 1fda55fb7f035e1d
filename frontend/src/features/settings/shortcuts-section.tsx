import { ShortcutList } from "@/components/shortcut-list";
import { Section } from "./form";

export function ShortcutsSection() {
  return (
    <Section title="Keyboard shortcuts" about="Press ? anywhere to see them.">
      <ShortcutList />
    </Section>
  );
}
