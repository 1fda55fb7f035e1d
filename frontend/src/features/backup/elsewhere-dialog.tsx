import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { hasKey, noKey, RecoveryKeyInput } from "@/components/recovery-key";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorNote } from "@/components/ui/feedback";
import { backend, type BackupListing, type BackupSettings, type RecoveryKeySource, type RestoreRequest } from "@/lib/backend";
import { formatBytes, formatCount, plural } from "@/lib/format";
import { isNamed, PlaceFields } from "./place-fields";
import { asked, ChooseRestore, firstChoice } from "./restore-choice";

const nowhere: BackupSettings = {
  target: "folder", dir: "", bucket: "", prefix: "", region: "", profile: "", endpointUrl: "", kmsKey: "", storageClass: "", plainChecksums: false, limitKb: 0, everyHours: 24, shipLog: true, logDays: 30,
  keep: { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, withinDays: 0 },
};

/** A new machine, or one that lost its keys: the recovery key and the place are enough. */
export function ElsewhereDialog({ onClose }: { onClose: () => void }) {
  const [place, setPlace] = useState(nowhere);
  const [key, setKey] = useState<RecoveryKeySource>(noKey);
  const find = useMutation({ mutationFn: () => backend().listBackupsElsewhere(place, key) });
  const found = find.data && find.data.points.length > 0 ? find.data : null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Restore from a backup"
      description="Your recovery key and the place of the backups bring everything to this machine. What is in its data folder now is kept aside."
      className="top-[8%] flex max-h-[84vh] w-[min(620px,calc(100vw-32px))] flex-col"
    >
      {found ? <Choose listing={found} place={place} recoveryKey={key} onBack={() => find.reset()} onClose={onClose} /> : (
        <form
          className="mt-4 flex min-h-0 flex-1 flex-col"
          onSubmit={(event) => {
            event.preventDefault();
            find.mutate();
          }}
        >
          <div className="min-h-0 flex-1 space-y-4 overflow-y-auto p-0.5">
            <PlaceFields draft={place} writing={false} change={(part) => { setPlace((p) => ({ ...p, ...part })); find.reset(); }} />
            <RecoveryKeyInput value={key} onChange={(next) => { setKey(next); find.reset(); }} />
            {find.error && <ErrorNote error={find.error} />}
            {find.data && <NoneFound listing={find.data} />}
          </div>
          <div className="mt-5 flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="primary" disabled={!isNamed(place) || !hasKey(key) || find.isPending}>{find.isPending ? "Looking…" : "Find the backups"}</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function NoneFound({ listing }: { listing: BackupListing }) {
  return (
    <p role="alert" className="rounded-lg border border-warn/40 bg-warn-soft p-3 text-warn">
      {listing.damaged.length > 0 ? `${plural(listing.damaged.length, "backup")} there cannot be used: ${listing.damaged[0]!.message}.` : `This key opens no backup in ${listing.target}. Look at the folder or the prefix.`}
    </p>
  );
}

interface ChooseProps {
  listing: BackupListing;
  place: BackupSettings;
  recoveryKey: RecoveryKeySource;
  onBack: () => void;
  onClose: () => void;
}

function Choose({ listing, place, recoveryKey, onBack, onClose }: ChooseProps) {
  const { points } = listing;
  const [choice, setChoice] = useState(() => firstChoice(points, ""));
  const { request, problem } = asked(choice, points);
  const restore = useMutation({ mutationFn: (r: RestoreRequest) => backend().restoreElsewhere(place, recoveryKey, r), onSuccess: onClose });
  const newest = points.at(-1)!;
  return (
    <div className="mt-4 flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 space-y-4 overflow-y-auto p-0.5">
        <p role="status" className="rounded-lg border border-ok/40 bg-ok-soft p-3">
          {plural(points.length, "backup")} of {newest.machine} in {listing.target}; the newest has {plural(newest.records, "record")}, {formatBytes(newest.bytes)}.
          {listing.damaged.length > 0 && ` ${formatCount(listing.damaged.length)} more cannot be used.`}
        </p>
        <ChooseRestore points={points} choice={choice} onChange={(next) => { setChoice(next); restore.reset(); }} />
        {restore.error && <ErrorNote error={restore.error} />}
      </div>
      <div className="mt-5 flex justify-end gap-2">
        <Button variant="ghost" className="mr-auto" onClick={onBack}>Another place</Button>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" disabled={problem !== "" || restore.isPending} onClick={() => restore.mutate(request)}>Restore</Button>
      </div>
    </div>
  );
}
