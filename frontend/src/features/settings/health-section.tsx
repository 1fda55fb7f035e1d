import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorPanel, Spinner, sentence } from "@/components/ui/feedback";
import type { HealthCheck } from "@/lib/backend";
import { backend } from "@/lib/backend";
import { plural } from "@/lib/format";
import { Section } from "./form";

export function HealthSection() {
  const doctor = useQuery({ queryKey: ["doctor"], queryFn: () => backend().runDoctor(), staleTime: Infinity, retry: false });
  const failed = doctor.data?.filter((c) => !c.ok).length ?? 0;
  return (
    <Section title="Health" about="The same checks as “cloudops doctor”.">
      <div className="flex items-center gap-3">
        <Button variant="primary" disabled={doctor.isFetching} onClick={() => void doctor.refetch()}>Run the checks</Button>
        {doctor.isFetching ? <Spinner label="Checking…" /> : doctor.data && (
          <span role="status">{failed === 0 ? "All is well." : `${plural(failed, "check")} found something.`}</span>
        )}
      </div>
      {doctor.isError && <ErrorPanel error={doctor.error} />}
      {doctor.data && <Checks checks={doctor.data} />}
    </Section>
  );
}

function Checks({ checks }: { checks: HealthCheck[] }) {
  return (
    <table className="selectable w-full border-separate border-spacing-0 overflow-hidden rounded-lg border bg-surface">
      <thead className="sr-only">
        <tr><th>Result</th><th>Check</th><th>Detail</th></tr>
      </thead>
      <tbody>
        {checks.map((check) => (
          <tr key={check.name} className="align-top [&:not(:last-child)>td]:border-b">
            <td className="w-9 py-2.5 pl-3.5">
              {check.ok ? <CircleCheck className="size-4 text-ok" aria-label="ok" /> : <CircleX className="size-4 text-danger" aria-label="not ok" />}
            </td>
            <td className="w-40 py-2 font-medium">{sentence(check.name)}</td>
            <td className="py-2 pr-3.5">
              <p className="break-words text-soft">{check.detail}</p>
              {!check.ok && check.hint && <p className="break-words text-danger">{sentence(check.hint)}</p>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
