import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Banner, sentence } from "@/components/ui/feedback";
import { backend, type Status } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { toastError } from "@/lib/toast";

/** What lasts and should be known: the index is down, the recovery key is not saved, whatever the backend reports. */
export function Banners({ status }: { status: Status }) {
  const { openSettings, screen } = useNavigation();
  const [later, setLater] = useState(false);
  const notices = status.notices.filter((n) => !(n.code === "index_down" && status.qdrant === "down"));
  return (
    <>
      {status.qdrant === "down" && (
        <Banner tone="danger" actions={
            <>
              <Button size="sm" onClick={() => void backend().restartIndex().catch(toastError)}>Start it again</Button>
              <Button size="sm" variant="ghost" onClick={() => openSettings("health")}>Health</Button>
            </>
          }>
          Search is down because Qdrant is not running. Conversations can be read and written; what you write becomes searchable when it is back.
        </Banner>
      )}
      {notices.map((notice, i) => (
        <Banner key={`${notice.code}-${i}`} tone="warn">
          {sentence(notice.message)} {notice.hint && <span className="text-soft">{sentence(notice.hint)}</span>}
        </Banner>
      ))}
      {!status.recoveryKeySaved && !status.recoveryDeclined && !later && !status.firstLaunch && screen !== "backup" && (
        <Banner
          tone="info"
          actions={
            <>
              <Button size="sm" onClick={() => openSettings("keys")}>Save it now</Button>
              <Button size="sm" variant="ghost" onClick={() => setLater(true)}>Later</Button>
            </>
          }
        >
          Save your recovery key: without it, nothing can be read if this machine or its keychain is lost.
        </Banner>
      )}
    </>
  );
}
