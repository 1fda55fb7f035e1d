import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ScanForm } from "@/components/scan-form";
import { Dialog } from "@/components/ui/dialog";
import { Toaster } from "@/components/ui/toaster";
import { TooltipProvider } from "@/components/ui/tooltip";
import { BackupScreen, ElsewhereDialog, GoneDialog, PartDialog, RestoreScreen } from "@/features/backup";
import { ChatScreen, SearchScreen } from "@/features/chat";
import { EstateScreen, ResourceDrawer } from "@/features/estate";
import { SettingsScreen } from "@/features/settings";
import { FirstLaunch, LockScreen, StartupScreen } from "@/features/startup";
import type { Status } from "@/lib/backend";
import { useNavigation, type Screen } from "@/lib/navigation";
import { createQueryClient, useBackendEvents, useSettings, useStatus } from "@/lib/queries";
import { readPreference } from "@/lib/preferences";
import { useActiveRun } from "@/lib/runs";
import { asTheme, useApplyTheme, useTheme } from "@/lib/theme";
import { Banners } from "./banners";
import { CommandPalette } from "./command-palette";
import { HelpDialog } from "./help-dialog";
import { ErrorBoundary } from "./error-boundary";
import { LinkConfirm } from "./link-confirm";
import { Rail } from "./rail";
import { useIdleLock } from "./use-idle-lock";
import { useShortcuts } from "./use-shortcuts";

export function App() {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider delayDuration={400}>
        <Shell />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  );
}

function Shell() {
  useApplyTheme();
  useBackendEvents();
  const status = useStatus();
  const ready = status?.phase === "ready";
  useStoredTheme(ready);
  const welcome = useWelcome(status);
  const usable = ready && !welcome.shown;
  useShortcuts(usable);
  useIdleLock(ready);
  const [scanning, setScanning] = useState(false);
  const [restoring, setRestoring] = useState(false);
  const restore = () => setRestoring(true);
  const screen = useNavigation((s) => s.screen);

  if (status?.phase === "locked") return <LockScreen asks={status.lockAsks} />;
  return (
    <div className="flex h-full">
      <Rail status={status} usable={usable} />
      <main className="flex min-w-0 flex-1 flex-col">
        {usable && <Banners status={status} />}
        <div className="min-h-0 flex-1">
          <ErrorBoundary resetKey={screen}>
            {status?.phase === "restoring" ? <RestoreScreen /> : !ready ? <StartupScreen status={status} onRestore={restore} /> : welcome.shown ? <FirstLaunch asksForKey={!status.recoveryKeySaved && !status.recoveryDeclined} onSkip={welcome.skip} onRestore={restore} /> : <CurrentScreen screen={screen} />}
          </ErrorBoundary>
        </div>
      </main>
      {restoring && <ElsewhereDialog onClose={() => setRestoring(false)} />}
      {usable && (
        <>
          <ResourceDrawer />
          <CommandPalette onScan={() => setScanning(true)} />
          <LinkConfirm />
          <PartDialog />
          <GoneDialog />
          <HelpDialog />
          <Dialog open={scanning} onOpenChange={setScanning} title="Scan AWS" description="Reads the resources of these profiles. Nothing in AWS is changed.">
            <div className="mt-4">
              <ScanForm
                onStarted={() => {
                  setScanning(false);
                  useNavigation.getState().go("estate");
                }}
              />
            </div>
          </Dialog>
        </>
      )}
    </div>
  );
}

const firstRuns = ["scan", "sample", "import"] as const;

function CurrentScreen({ screen }: { screen: Screen }) {
  if (screen === "chat") return <ChatScreen />;
  if (screen === "search") return <SearchScreen />;
  if (screen === "backup") return <BackupScreen />;
  if (screen === "settings") return <SettingsScreen />;
  return <EstateScreen />;
}

/**
 * The welcome stays until everything was read that the user chose to begin with, or the user wants to look around
 * without. The first resources end the state of a first launch, but not yet the reading.
 */
function useWelcome(status: Status | undefined) {
  const [step, setStep] = useState<"unknown" | "welcome" | "past">("unknown");
  const reading = useActiveRun(firstRuns) !== undefined;
  const ready = status?.phase === "ready";
  const shown = ready && step !== "past" && (status.firstLaunch || (step === "welcome" && reading));
  if (shown && step === "unknown") setStep("welcome");
  if (ready && !shown && step === "welcome") setStep("past");
  return { shown, skip: () => setStep("past") };
}

/** A webview that lost its storage still gets the theme that was chosen. */
function useStoredTheme(ready: boolean): void {
  const settings = useSettings();
  const stored = ready ? settings.data?.theme : undefined;
  useEffect(() => {
    if (stored && !readPreference("theme")) useTheme.getState().setTheme(asTheme(stored));
  }, [stored]);
}
