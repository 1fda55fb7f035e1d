import * as app from "../../../wailsjs/go/main/App";
import type { main } from "../../../wailsjs/go/models";
import { EventsOn } from "../../../wailsjs/runtime/runtime";
import type { Backend } from "./backend";
import { call, list } from "./call";
import type { ModelEndpoint, Run, RunEvent, Settings, Status } from "./types";
import { wailsBackups } from "./wails-backups";
import { answer, wailsChats } from "./wails-chats";
import { wailsEstate } from "./wails-estate";

const run = (r: Run): Run => ({ ...r, findings: list(r.findings), answer: r.answer ? answer(r.answer) : undefined });
const status = (s: Status): Status => ({ ...s, steps: list(s.steps), notices: list(s.notices) });
const settings = (s: main.Settings): Settings => ({
  ...s, modelProvider: s.modelProvider as Settings["modelProvider"], recallMode: s.recallMode as Settings["recallMode"], profiles: list(s.profiles), regions: list(s.regions), services: list(s.services), roleArns: list(s.roleArns),
});
const endpoint = (e: ModelEndpoint): ModelEndpoint => ({ ...e, models: list(e.models) });

/** The backend of the app: the methods of app.go, through the generated bindings. */
export const wailsBackend: Backend = {
  ...wailsChats,
  ...wailsBackups,
  ...wailsEstate,
  getStatus: () => call(app.GetStatus(), status),
  unlock: (passphrase) => call(app.Unlock(passphrase)),
  retry: () => call(app.Retry()),
  lockNow: () => call(app.LockNow()),
  unlockWindow: (passphrase) => call(app.UnlockWindow(passphrase)),
  restartIndex: () => call(app.RestartIndex()),
  runDoctor: () => call(app.RunDoctor(), list),
  getKeyStatus: () => call(app.GetKeyStatus()),
  exportRecoveryKey: () => call(app.ExportRecoveryKey()),
  getRecoveryKey: () => call(app.GetRecoveryKey(), (key) => key.text),
  keepRecoveryKey: () => call(app.KeepRecoveryKey()),
  declineRecoveryKey: () => call(app.DeclineRecoveryKey()),
  chooseRecoveryKey: () => call(app.ChooseRecoveryKey()),
  checkRecoveryKey: (key) => call(app.CheckRecoveryKey(key)),
  openWithRecoveryKey: (key) => call(app.OpenWithRecoveryKey(key)),
  setPassphrase: (passphrase) => call(app.SetPassphrase(passphrase)),
  useKeychain: () => call(app.UseKeychain()),
  rotateKeys: () => call(app.RotateKeys()),
  printWindow: () => call(app.PrintWindow()),
  getSettings: () => call(app.GetSettings(), settings),
  saveSettings: (next) => call(app.SaveSettings(next), settings),
  detectModels: () => call(app.DetectModels(), (found) => list(found).map(endpoint)),
  testModel: (config) => call(app.TestModel(config), endpoint),
  listProfiles: () => call(app.ListProfiles(), list),
  startScan: (request) => call(app.StartScan(request)),
  loadSample: (count) => call(app.LoadSample(count)),
  getRun: (id) => call(app.GetRun(id), run),
  listRuns: () => call(app.ListRuns(), (runs) => list(runs).map(run)),
  cancelRun: (id) => call(app.CancelRun(id)),
  copyText: (text) => call(app.CopyText(text)),
  openExternal: (url) => call(app.OpenExternal(url)),
  onStatus: (handler) => EventsOn("status", (payload: Status) => handler(status(payload))),
  onConversation: (handler) => EventsOn("conversation", (id: string) => handler(id)),
  onRun: (handler) => EventsOn("run", (event: RunEvent) => handler({ ...event, run: event.run ? run(event.run) : undefined })),
};
