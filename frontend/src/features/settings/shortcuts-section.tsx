import { Kbd } from "@/components/ui/badge";
import { shortcuts } from "@/lib/shortcuts";
import { Section } from "./form";

export function ShortcutsSection() {
  return (
    <Section title="Keyboard shortcuts">
      {shortcuts.map(({ group, items }) => (
        <div key={group}>
          <h3 className="mb-1.5 font-medium">{group}</h3>
          <dl className="divide-y rounded-lg border bg-surface">
            {items.map((item) => (
              <div key={item.does} className="grid grid-cols-[160px_1fr] items-center gap-4 px-3.5 py-2">
                <dt className="flex gap-1">{item.keys.map((key) => <Kbd key={key}>{key}</Kbd>)}</dt>
                <dd>{item.does}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </Section>
  );
}
