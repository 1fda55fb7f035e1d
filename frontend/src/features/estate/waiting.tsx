import { Spinner } from "@/components/ui/feedback";
import { useStatus } from "@/lib/queries";

/** Why nothing is shown yet: after a start, search needs a moment to be ready. */
export function WaitingForIndex({ className }: { className?: string }) {
  const status = useStatus();
  if (!status || status.qdrant === "running") return null;
  return <p className={className}><Spinner label="Search is starting. The estate is shown as soon as it is ready." /></p>;
}
