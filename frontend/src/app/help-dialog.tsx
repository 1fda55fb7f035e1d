import { ShortcutList } from "@/components/shortcut-list";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useNavigation } from "@/lib/navigation";

/** The shortcuts, over whatever is shown. */
export function HelpDialog() {
  const { helpOpen, setHelpOpen } = useNavigation();
  return (
    <Dialog
      open={helpOpen}
      onOpenChange={setHelpOpen}
      title="Keyboard shortcuts"
      className="top-[6%] flex max-h-[88vh] w-[min(940px,calc(100vw-32px))] flex-col"
      actions={<Button onClick={() => setHelpOpen(false)}>Close</Button>}
    >
      <div className="mt-3 min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="group" aria-label="Shortcuts"><ShortcutList className="columns-1 gap-5 md:columns-2" /></div>
    </Dialog>
  );
}
