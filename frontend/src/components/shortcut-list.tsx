import { Kbd } from "@/components/ui/badge";
import { shortcuts } from "@/lib/shortcuts";

/** Every shortcut, by where it works. */
export function ShortcutList({ className }: { className?: string }) {
  return (
    <div className={className}>
      {shortcuts.map(({ group, items }) => (
        <section key={group} aria-label={group} className="break-inside-avoid pb-5">
          <h3 className="mb-1.5 font-medium">{group}</h3>
          <dl className="divide-y rounded-lg border bg-surface">
            {items.map((item) => (
              <div key={item.does} className="grid grid-cols-[130px_1fr] items-center gap-3 px-3 py-1.5">
                <dt className="flex gap-1">{item.keys.map((key) => <Kbd key={key}>{key}</Kbd>)}</dt>
                <dd>{item.does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
