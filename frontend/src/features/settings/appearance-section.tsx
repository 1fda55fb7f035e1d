import { Monitor, Moon, Sun } from "lucide-react";
import { Segmented } from "@/components/ui/segmented";
import { useSettings } from "@/lib/queries";
import { useTheme, type Theme } from "@/lib/theme";
import { Section, useSaveSettings } from "./form";

const options = [
  { value: "system", label: <><Monitor aria-hidden />System</> },
  { value: "light", label: <><Sun aria-hidden />Light</> },
  { value: "dark", label: <><Moon aria-hidden />Dark</> },
] as const;

export function AppearanceSection() {
  const { theme, setTheme } = useTheme();
  const settings = useSettings();
  const save = useSaveSettings();
  const choose = (next: Theme) => {
    setTheme(next);
    if (settings.data) save.mutate({ ...settings.data, theme: next });
  };
  return (
    <Section title="Appearance">
      <div className="flex items-center justify-between rounded-lg border bg-surface px-4 py-3">
        <span className="font-medium">Theme</span>
        <Segmented label="Theme" value={theme} onChange={choose} options={options} />
      </div>
    </Section>
  );
}
