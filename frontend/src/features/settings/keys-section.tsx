import { useQuery } from "@tanstack/react-query";
import { ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { backend } from "@/lib/backend";
import { formatDateTime } from "@/lib/format";
import { keys } from "@/lib/queries";
import { Fact, Facts, Section } from "./form";
import { KeyActions } from "./key-actions";
import { RecoveryPanel } from "./recovery-panel";

export function KeysSection() {
  const status = useQuery({ queryKey: keys.keyStatus, queryFn: () => backend().getKeyStatus() });
  return (
    <Section title="Keys and recovery" about="Messages, titles and attributes are encrypted on this machine. This says where the keys are, never what they are.">
      <RecoveryPanel saved={status.data?.recoveryKeySaved ?? true} />
      {status.isError ? <ErrorPanel error={status.error} onRetry={() => void status.refetch()} /> : !status.data ? <Skeleton className="h-52" /> : (
        <>
        <KeyActions status={status.data} />
        <Facts>
          <Fact name="Master key kept in">{status.data.backend === "keychain" ? "The system's keychain" : status.data.backend === "passphrase" ? "A file, sealed with your passphrase" : status.data.backend}</Fact>
          <Fact name="Vault" mono>{status.data.vaultId}</Fact>
          <Fact name="Master key" mono>{status.data.masterKeyId}</Fact>
          <Fact name="Data key" mono>{status.data.dataKeyId}</Fact>
          <Fact name="Data keys in all">{String(status.data.dataKeys)}</Fact>
          <Fact name="Recovery recipient" mono>{status.data.recoveryRecipient}</Fact>
          <Fact name="Made">{formatDateTime(status.data.createdAt)}</Fact>
        </Facts>
        </>
      )}
    </Section>
  );
}
