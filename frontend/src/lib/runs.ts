import { create } from "zustand";
import { backend, type Run, type RunEvent } from "./backend";

interface Tracked {
  run: Run;
  /** The number of the last event that is in the run's state. */
  seq: number;
}

interface RunsState {
  tracked: Record<string, Tracked>;
}

/** The long work that is known, by run id. Events feed it; GetRun mends it where an event was missed. */
export const useRuns = create<RunsState>(() => ({ tracked: {} }));

/** Deltas that came while the state was being asked for, by run id. */
const waiting = new Map<string, { deltas: string[]; seq: number }>();
const endListeners = new Set<(run: Run) => void>();
const keptRuns = 40;

export function isRunning(run: Run | undefined): boolean {
  return run?.state === "running";
}

function put(id: string, tracked: Tracked): void {
  const before = useRuns.getState().tracked[id]?.run;
  useRuns.setState((s) => ({ tracked: forgetOld({ ...s.tracked, [id]: tracked }) }));
  if (!isRunning(tracked.run) && (!before || isRunning(before))) endListeners.forEach((listener) => listener(tracked.run));
}

function forgetOld(all: Record<string, Tracked>): Record<string, Tracked> {
  const entries = Object.entries(all);
  if (entries.length <= keptRuns) return all;
  const ended = entries.filter(([, t]) => !isRunning(t.run));
  const drop = new Set(ended.slice(0, entries.length - keptRuns).map(([id]) => id));
  return Object.fromEntries(entries.filter(([id]) => !drop.has(id)));
}

function appendText(run: Run, delta: string, to: "text" | "reasoning" = "text"): Run {
  if (!run.answer || !delta) return run;
  return { ...run, answer: { ...run.answer, [to]: run.answer[to] + delta } };
}

/**
 * The part of the deltas that the text does not hold yet. The state and the events travel apart, so the text may
 * already end with some of the first deltas.
 */
export function missingDeltas(text: string, deltas: string[]): string {
  for (let taken = deltas.length; taken > 0; taken--) {
    if (text.endsWith(deltas.slice(0, taken).join(""))) return deltas.slice(taken).join("");
  }
  return deltas.join("");
}

/** Takes in one event. A gap in the numbers, or a delta of a run that is not known, asks for the whole state. */
export function receiveRunEvent(event: RunEvent): void {
  const known = useRuns.getState().tracked[event.runId];
  if (known && event.seq <= known.seq) return;
  if (event.run) {
    put(event.runId, { run: event.run, seq: event.seq });
    return;
  }
  const queue = waiting.get(event.runId);
  const thought = event.kind === "reasoning";
  if (queue) {
    // What was thought meanwhile comes with the next whole state.
    if (!thought) queue.deltas.push(event.delta);
    queue.seq = event.seq;
    return;
  }
  if (!known?.run.answer || event.seq !== known.seq + 1) {
    void refreshRun(event.runId, { deltas: thought ? [] : [event.delta], seq: event.seq });
    return;
  }
  put(event.runId, { run: appendText(known.run, event.delta, thought ? "reasoning" : "text"), seq: event.seq });
}

async function refreshRun(id: string, start: { deltas: string[]; seq: number }): Promise<void> {
  waiting.set(id, start);
  try {
    const run = await backend().getRun(id);
    const known = useRuns.getState().tracked[id];
    // A whole state that came as an event in the meantime is at least as new as this answer.
    if (known && (!isRunning(known.run) || known.seq > start.seq)) return;
    const late = missingDeltas(run.answer?.text ?? "", start.deltas);
    put(id, { run: isRunning(run) ? appendText(run, late) : run, seq: start.seq });
  } catch {
    // The next event with a state, at the latest the last one, mends it.
  } finally {
    waiting.delete(id);
  }
}

/** Makes sure that a run which was just started is known, even if its first event was missed. */
export async function followRun(id: string): Promise<void> {
  if (!id || useRuns.getState().tracked[id] || waiting.has(id)) return;
  await refreshRun(id, { deltas: [], seq: 0 });
}

/** Calls the listener once for each run that ends. */
export function onRunEnd(listener: (run: Run) => void): () => void {
  endListeners.add(listener);
  return () => endListeners.delete(listener);
}

/** Subscribes to the events and asks for what was already under way. */
export function startRuns(): () => void {
  const stop = backend().onRun(receiveRunEvent);
  void pollRuns();
  // An event that got lost must not leave a progress bar standing: ask again now and then while something runs.
  const timer = window.setInterval(() => void pollStale(), 4000);
  return () => {
    stop();
    window.clearInterval(timer);
  };
}

async function pollRuns(): Promise<void> {
  try {
    const runs = await backend().listRuns();
    for (const run of runs) {
      if (!useRuns.getState().tracked[run.runId]) put(run.runId, { run, seq: 0 });
    }
  } catch {
    // Before the app is ready there are none.
  }
}

const lastSeen = new Map<string, number>();

async function pollStale(): Promise<void> {
  for (const [id, tracked] of Object.entries(useRuns.getState().tracked)) {
    if (!isRunning(tracked.run)) {
      lastSeen.delete(id);
      continue;
    }
    if (lastSeen.get(id) === tracked.seq && !waiting.has(id)) {
      await refreshRun(id, { deltas: [], seq: tracked.seq });
    }
    lastSeen.set(id, tracked.seq);
  }
}

export function useRun(id: string): Run | undefined {
  return useRuns((s) => s.tracked[id]?.run);
}

/** The run of these kinds that is under way, the youngest first. */
export function useActiveRun(kinds: readonly string[]): Run | undefined {
  return useRuns((s) => newest(s.tracked, (run) => kinds.includes(run.kind) && isRunning(run)));
}

/** The youngest run of these kinds, ended or not. */
export function useLatestRun(kinds: readonly string[]): Run | undefined {
  return useRuns((s) => newest(s.tracked, (run) => kinds.includes(run.kind)));
}

function newest(tracked: Record<string, Tracked>, wanted: (run: Run) => boolean): Run | undefined {
  let found: Run | undefined;
  for (const { run } of Object.values(tracked)) {
    if (wanted(run) && (!found || run.startedAt >= found.startedAt)) found = run;
  }
  return found;
}
