import { ChevronDown, Download, FileUp, FlaskConical, Radar } from "lucide-react";
import { useState } from "react";
import { ScanForm } from "@/components/scan-form";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { backend, type EstateQuery, type ExportFormat } from "@/lib/backend";
import { importEstate, loadSample } from "@/lib/estate-source";
import { toast, toastError } from "@/lib/toast";

interface ToolbarProps {
  query: EstateQuery;
  /** Something is being read in already. */
  busy: boolean;
}

/** Reading resources in, and writing them out. */
export function Toolbar({ query, busy }: ToolbarProps) {
  const [scanning, setScanning] = useState(false);
  const exportAs = async (format: ExportFormat) => {
    try {
      const path = await backend().exportEstate(query, format);
      if (path) toast("success", "The estate was exported.", path);
    } catch (error) {
      toastError(error);
    }
  };

  return (
    <div className="flex shrink-0 gap-2">
      <Menu trigger={<Button><Download aria-hidden />Export<ChevronDown className="text-muted" aria-hidden /></Button>}>
        <MenuItem onSelect={() => void exportAs("csv")}>As CSV</MenuItem>
        <MenuItem onSelect={() => void exportAs("json")}>As JSON</MenuItem>
      </Menu>
      <Menu trigger={<Button disabled={busy}>Add<ChevronDown className="text-muted" aria-hidden /></Button>}>
        <MenuItem onSelect={() => void importEstate()}><FileUp aria-hidden />Import a file…</MenuItem>
        <MenuItem onSelect={() => void loadSample()}><FlaskConical aria-hidden />Load the sample estate</MenuItem>
      </Menu>
      <Button variant="primary" disabled={busy} onClick={() => setScanning(true)}><Radar aria-hidden />Scan</Button>
      <Dialog open={scanning} onOpenChange={setScanning} title="Scan AWS" description="Reads the resources of these profiles. Nothing in AWS is changed.">
        <div className="mt-4"><ScanForm onStarted={() => setScanning(false)} /></div>
      </Dialog>
    </div>
  );
}
