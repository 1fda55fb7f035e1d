import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { backend } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { toastError } from "@/lib/toast";

/** Shows where a link leads, whole, before it opens in the browser. */
export function LinkConfirm() {
  const { pendingLink, askToOpen } = useNavigation();
  const close = () => askToOpen("");
  const open = () => {
    void backend().openExternal(pendingLink).catch(toastError);
    close();
  };
  return (
    <Dialog
      open={pendingLink !== ""}
      onOpenChange={(next) => !next && close()}
      title="Open in the browser?"
      description={<span className="selectable block max-h-40 overflow-y-auto break-all rounded-md bg-sunken p-2.5 font-mono text-xs">{pendingLink}</span>}
      actions={<><Button onClick={close}>Cancel</Button><Button variant="primary" onClick={open}>Open</Button></>}
    />
  );
}
