import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { backend, type BackupSettings } from "@/lib/backend";
import { keys } from "@/lib/queries";
import { followRun, useLatestRun } from "@/lib/runs";
import { toastError } from "@/lib/toast";
import { summarize, type Summary } from "./state";

const stateKey = [...keys.backups, "state"];

/** How backups stand, from what this machine remembers. */
export function useBackupState(enabled = true) {
  return useQuery({ queryKey: stateKey, queryFn: () => backend().getBackupState(), refetchInterval: 60_000, enabled });
}

/** What the place holds; asked for anew when something there changed, and now and then for the log that is shipped. */
export function useBackups(enabled: boolean) {
  return useQuery({ queryKey: [...keys.backups, "list"], queryFn: () => backend().listBackups(), staleTime: 30_000, refetchInterval: 120_000, enabled });
}

/** The last restore of this launch. */
export function useRestore(every: number | false) {
  return useQuery({ queryKey: ["restore"], queryFn: () => backend().getRestore(), refetchInterval: every, staleTime: 0 });
}

export function useSaveBackupSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (settings: BackupSettings) => backend().saveBackupSettings(settings),
    onSuccess: (state) => {
      client.setQueryData(stateKey, state);
      void client.invalidateQueries({ queryKey: keys.backups });
    },
    onError: toastError,
  });
}

/** How backups stand, in a few words, for the rail. */
export function useBackupSummary(enabled: boolean): Summary {
  const state = useBackupState(enabled);
  return summarize(state.data, useLatestRun(["backup"]));
}

async function follow(start: Promise<{ runId: string }>): Promise<void> {
  try {
    await followRun((await start).runId);
  } catch (error) {
    toastError(error);
  }
}

export const startBackup = () => follow(backend().startBackup());
export const startVerify = (all: boolean, drill: boolean) => follow(backend().startVerify(all, drill));
