import { ArchiveRestore, CloudUpload, Copy, KeyRound, RotateCcw, Settings2, ShieldCheck } from "lucide-react";
import { useState, type ReactNode } from "react";
import { RunPanel } from "@/components/run-panel";
import { Button } from "@/components/ui/button";
import { Banner, Empty, ErrorNote, ErrorPanel, sentence, Skeleton } from "@/components/ui/feedback";
import { Menu, MenuItem, MenuLabel } from "@/components/ui/menu";
import { backend, type AppError, type BackupListing, type BackupPoint, type BackupState } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatBytes, formatDateTime, plural } from "@/lib/format";
import { isRunning, useLatestRun } from "@/lib/runs";
import { useNavigation } from "@/lib/navigation";
import { toastError } from "@/lib/toast";
import { BackupTable } from "./backup-table";
import { Intro } from "./intro";
import { startBackup, startVerify, useBackups, useBackupState, useRestore } from "./queries";
import { RestoreDialog } from "./restore-dialog";
import { RestoreOutcome } from "./restore-screen";
import { Retention } from "./retention";
import { SetupForm } from "./setup-form";
import { SizeChart } from "./size-chart";
import { exactAgo, exactIn, shippedUpTo, summarize } from "./state";
import { describePoint, Timeline } from "./timeline";

const runKinds = ["backup", "verify"] as const;

export function BackupScreen() {
  const state = useBackupState();
  const [editing, setEditing] = useState(false);
  if (state.error && !state.data) return <ErrorPanel error={state.error} onRetry={() => void state.refetch()} className="pt-32" />;
  if (!state.data) return <div className="space-y-3 p-4" aria-busy="true"><Skeleton className="h-8 w-60" /><Skeleton className="h-20" /><Skeleton className="h-60" /></div>;
  const none = !state.data.settings.target;
  return (
    <div className="h-full overflow-y-auto" tabIndex={0} role="region" aria-label="Backup">
      {none ? <><LastRestore className="px-8 pt-4" /><Intro settings={state.data.settings} /></> : editing ? (
        <div className="max-w-2xl px-8 py-6">
          <h1 className="mb-4 text-lg font-semibold">Where backups go, and when</h1>
          <SetupForm settings={state.data.settings} first={false} onDone={() => setEditing(false)} />
        </div>
      ) : <Overview state={state.data} onEdit={() => setEditing(true)} />}
    </div>
  );
}

function Overview({ state, onEdit }: { state: BackupState; onEdit: () => void }) {
  const backups = useBackups(true);
  const run = useLatestRun(runKinds);
  const [dismissed, setDismissed] = useState("");
  const [restoring, setRestoring] = useState<string | null>(null);
  const busy = isRunning(run);
  const points = backups.data?.points ?? [];
  return (
    <div className="space-y-3 p-4">
      <header className="flex flex-wrap items-center gap-2">
        <div className="min-w-0 flex-1">
          <h1 className="text-lg font-semibold">Backup</h1>
          <p className="selectable truncate text-muted" title={state.target}>{state.target || "The place cannot be used"}</p>
        </div>
        <Button variant="ghost" onClick={onEdit}><Settings2 aria-hidden />Set up…</Button>
        <Menu trigger={<Button><RotateCcw aria-hidden />Restore…</Button>}>
          <MenuItem disabled={points.length === 0} onSelect={() => setRestoring("")}>Everything…</MenuItem>
          <MenuItem onSelect={() => useNavigation.setState({ restorePart: { conversationId: "", title: "" } })}>The estate alone…</MenuItem>
          <MenuItem disabled={points.length === 0} onSelect={() => useNavigation.setState({ restoreGone: true })}>A conversation that is gone…</MenuItem>
          <MenuLabel>One that is still there: from its own menu</MenuLabel>
        </Menu>
        <VerifyMenu disabled={busy || points.length === 0} />
        <Button variant="primary" disabled={busy || Boolean(state.error)} onClick={() => void startBackup()}><CloudUpload aria-hidden />Back up now</Button>
      </header>
      <LastRestore />
      {(!state.recoveryKeySaved || (!state.drilled && points.length > 0)) && <RecoveryReminder saved={state.recoveryKeySaved} onDrill={busy ? undefined : () => void startVerify(false, true)} />}
      {state.error && <ErrorNote error={state.error} />}
      {run && (busy || run.runId !== dismissed) && <RunPanel run={run} onDismiss={() => setDismissed(run.runId)} />}
      <Figures state={state} points={points} />
      {backups.data ? <Plots key={backups.data.points.length === 0 ? "empty" : "some"} listing={backups.data} state={state} onRestore={setRestoring} /> : backups.error
        ? <div className="rounded-lg border bg-surface"><ErrorPanel error={backups.error} onRetry={() => void backups.refetch()} /></div>
        : <Skeleton className="h-60" />}
      {restoring !== null && <RestoreDialog points={points} from={restoring} onClose={() => setRestoring(null)} />}
    </div>
  );
}

function VerifyMenu({ disabled }: { disabled: boolean }) {
  return (
    <Menu trigger={<Button disabled={disabled}><ShieldCheck aria-hidden />Verify</Button>}>
      <MenuItem onSelect={() => void startVerify(false, false)}>The next tenth of the objects</MenuItem>
      <MenuItem onSelect={() => void startVerify(true, false)}>Every object</MenuItem>
      <MenuItem onSelect={() => void startVerify(false, true)}>With a drill: restore it into a scratch folder</MenuItem>
    </Menu>
  );
}

/** How the last restore of this launch ended, until it is dismissed. */
function LastRestore({ className }: { className?: string }) {
  const restore = useRestore(false).data;
  if (!restore || restore.state === "none" || restore.state === "running" || dismissedRestores.has(key(restore))) return null;
  return <Outcome className={className} restore={restore} />;
}

const dismissedRestores = new Set<string>();
type Restore = NonNullable<ReturnType<typeof useRestore>["data"]>;
const key = (restore: Restore) => `${restore.state} ${restore.result?.before ?? restore.error?.message ?? ""}`;

function Outcome({ restore, className }: { restore: Restore; className?: string }) {
  const [gone, setGone] = useState(false);
  if (gone) return null;
  const dismiss = () => {
    dismissedRestores.add(key(restore));
    setGone(true);
  };
  return <div className={className}><RestoreOutcome restore={restore} onDismiss={dismiss} /></div>;
}

/** Until a drill has shown that the recovery key brings everything back. */
function RecoveryReminder({ saved, onDrill }: { saved: boolean; onDrill?: () => void }) {
  const { openSettings } = useNavigation();
  return (
    <div className="overflow-hidden rounded-lg border">
      <Banner
        tone={saved ? "info" : "warn"}
        actions={saved ? onDrill && <Button size="sm" onClick={onDrill}><ShieldCheck aria-hidden />Run a drill</Button> : <Button size="sm" onClick={() => openSettings("keys")}><KeyRound aria-hidden />Save it…</Button>}
      >
        {saved ? "No drill has shown yet that the recovery key brings these backups back." : "The recovery key was never saved, and nothing else opens these backups on another machine."}
      </Banner>
    </div>
  );
}

function Figures({ state, points }: { state: BackupState; points: readonly BackupPoint[] }) {
  const shipped = shippedUpTo(points);
  const summary = summarize(state, undefined);
  const tried = state.drilled || state.verified;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line lg:grid-cols-4">
      <Figure name="Last good backup" value={state.last ? exactAgo(state.last) : "none yet"} detail={formatDateTime(state.last)} tone={summary.light === "warn" ? "warn" : undefined} />
      <Figure name="Any second up to" value={shipped ? exactAgo(shipped) : "–"} detail={state.settings.shipLog ? formatDateTime(shipped) : "The log is not shipped"} />
      <Figure name="Next run" value={state.next ? exactIn(state.next) : "when asked for"} detail={state.settings.everyHours > 0 ? `Every ${plural(state.settings.everyHours, "hour")}` : "No schedule is set"} />
      <Figure name="Last verification" value={state.verified ? exactAgo(state.verified) : "never"} detail={state.drilled ? `Drill ${exactAgo(state.drilled)}` : "No drill yet"} tone={tried ? undefined : "warn"} />
    </dl>
  );
}

function Figure({ name, value, detail, tone }: { name: string; value: string; detail: string; tone?: "warn" }) {
  return (
    <div className="bg-surface px-4 py-2.5">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className={cn("mt-0.5 text-lg font-semibold tabular-nums", tone === "warn" && "text-warn")}>{value}</dd>
      <dd className="text-xs text-muted">{detail || "\u00a0"}</dd>
    </div>
  );
}

function Plots({ listing, state, onRestore }: { listing: BackupListing; state: BackupState; onRestore: (id: string) => void }) {
  const { points } = listing;
  const [chosen, setChosen] = useState("");
  const [now] = useState(Date.now);
  const point = points.find((p) => p.id === chosen) ?? points.at(-1);
  if (!point) {
    return (
      <div className="rounded-lg border bg-surface">
        <Damaged damaged={listing.damaged} />
        <Empty icon={ArchiveRestore} title="No backups here yet">The first one holds everything; each later one sends only what is new.</Empty>
      </div>
    );
  }
  const shared = { points, chosen: point.id, onChoose: setChosen, onOpen: onRestore };
  return (
    <>
      <Damaged damaged={listing.damaged} />
      <div className="grid gap-3 lg:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
        <Card title="Timeline" detail={describePoint(point)}><Timeline {...shared} now={Math.max(now, Date.parse(points.at(-1)!.createdAt))} /></Card>
        <Card title="Size and growth" detail={`${formatBytes(point.bytes)}, ${formatBytes(point.newBytes)} new`}><SizeChart listing={listing} chosen={point.id} onChoose={setChosen} onOpen={onRestore} /></Card>
        <Card className="lg:max-2xl:col-span-2" title="Backups" detail={`${plural(points.length, "backup")}, ${formatBytes(listing.bytes)} in all`}>
          <BackupTable points={points} state={state} chosen={point.id} onChoose={setChosen} onRestore={onRestore} />
        </Card>
        <Card className="self-start lg:max-2xl:col-span-2" title="What stays" detail=""><Retention settings={state.settings} /></Card>
      </div>
    </>
  );
}

function Card({ title, detail, className, children }: { title: string; detail: string; className?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className={cn("min-w-0 overflow-hidden rounded-lg border bg-surface", className)}>
      <h2 className="flex items-baseline gap-3 px-4 pb-1.5 pt-3 font-semibold">
        {title}
        <span className="min-w-0 flex-1 truncate text-right text-xs font-normal tabular-nums text-muted">{detail}</span>
      </h2>
      {children}
    </section>
  );
}

/** Backups that cannot be used: partial is said as partial. */
function Damaged({ damaged }: { damaged: AppError[] }) {
  if (damaged.length === 0) return null;
  return (
    <section aria-label="Damaged backups" className="rounded-lg border border-warn/40 bg-warn-soft p-3">
      <div className="flex items-center gap-3">
        <p className="flex-1 font-medium text-warn">{plural(damaged.length, "backup")} cannot be used. The others can.</p>
        <Button size="sm" onClick={() => void backend().copyText(damaged.map((d) => d.message).join("\n")).catch(toastError)}><Copy aria-hidden />Copy</Button>
      </div>
      <ul className="selectable mt-1 max-h-28 overflow-y-auto text-soft" tabIndex={0} aria-label="Reasons">
        {damaged.map((d, i) => <li key={i} className="break-all">{sentence(d.message)} {d.hint}</li>)}
      </ul>
    </section>
  );
}
