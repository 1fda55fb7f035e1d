import { backend } from "./backend";
import { followRun } from "./runs";
import { toastError } from "./toast";

/** How many resources the sample estate has: enough to search in, loaded within seconds. */
export const sampleSize = 2000;

/** Lets the user choose a file and reads its resources. True if a run was started. */
export async function importEstate(): Promise<boolean> {
  return start(() => backend().importEstate());
}

/** Loads the made-up estate. True if a run was started. */
export async function loadSample(): Promise<boolean> {
  return start(() => backend().loadSample(sampleSize));
}

async function start(call: () => Promise<{ runId: string }>): Promise<boolean> {
  try {
    const { runId } = await call();
    await followRun(runId);
    return runId !== "";
  } catch (error) {
    toastError(error);
    return false;
  }
}
