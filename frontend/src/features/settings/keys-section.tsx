import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { backend } from "@/lib/backend";
import { formatDateTime } from "@/lib/format";
import { keys } from "@/lib/queries";
import { toast, toastError } from "@/lib/toast";
import { Fact, Facts, Section } from "./form";

const keyStatus = ["key-status"];

export function KeysSection() {
  const status = useQuery({ queryKey: keyStatus, queryFn: () => backend().getKeyStatus() });
  return (
    <Section title="Keys and recovery" about="Messages, titles and attributes are encrypted on this machine. This says where the keys are, never what they are.">
      <Recovery saved={status.data?.recoveryKeySaved ?? true} />
      {status.isError ? <ErrorPanel error={status.error} onRetry={() => void status.refetch()} /> : !status.data ? <Skeleton className="h-52" /> : (
        <Facts>
          <Fact name="Master key kept in">{status.data.backend === "keychain" ? "The system's keychain" : status.data.backend === "passphrase" ? "A file, sealed with your passphrase" : status.data.backend}</Fact>
          <Fact name="Vault" mono>{status.data.vaultId}</Fact>
          <Fact name="Master key" mono>{status.data.masterKeyId}</Fact>
          <Fact name="Data key" mono>{status.data.dataKeyId}</Fact>
          <Fact name="Data keys in all">{String(status.data.dataKeys)}</Fact>
          <Fact name="Recovery recipient" mono>{status.data.recoveryRecipient}</Fact>
          <Fact name="Made">{formatDateTime(status.data.createdAt)}</Fact>
        </Facts>
      )}
    </Section>
  );
}

function Recovery({ saved }: { saved: boolean }) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => backend().exportRecoveryKey(),
    onError: toastError,
    onSuccess: (path) => {
      if (!path) return;
      toast("success", "The recovery key was saved.", path);
      void client.invalidateQueries({ queryKey: keyStatus });
      void client.invalidateQueries({ queryKey: keys.status });
    },
  });
  return (
    <div className="flex items-start gap-4 rounded-lg border bg-surface p-4">
      <KeyRound className="mt-0.5 size-5 shrink-0 text-muted" aria-hidden />
      <div className="min-w-0 flex-1">
        <h3 className="flex items-center gap-2 font-medium">
          Recovery key <Badge tone={saved ? "ok" : "warn"}>{saved ? "Saved" : "Not saved yet"}</Badge>
        </h3>
        <p className="mt-0.5 text-muted">
          Opens everything on a new machine if this one or its keychain is lost. Whoever has it can read your data: keep it offline, or in a password manager.
        </p>
      </div>
      <Button variant={saved ? "secondary" : "primary"} disabled={save.isPending} onClick={() => save.mutate()}>{saved ? "Save again…" : "Save…"}</Button>
    </div>
  );
}
