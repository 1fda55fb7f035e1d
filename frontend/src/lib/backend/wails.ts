import * as app from "../../../wailsjs/go/main/App";
import type { main } from "../../../wailsjs/go/models";
import { EventsOn } from "../../../wailsjs/runtime/runtime";
import type { Backend } from "./backend";
import { call, list } from "./call";
import type { EstateFilter, FacetGroup, ModelEndpoint, Resource, ResourceDetail, Run, RunEvent, Settings, Status } from "./types";
import { answer, wailsChats } from "./wails-chats";

const filter = (f: EstateFilter): EstateFilter => ({ ...f, values: list(f.values) });
const group = (g: FacetGroup): FacetGroup => ({ ...g, values: list(g.values) });
const resource = (r: Resource): Resource => ({ ...r, tags: list(r.tags), why: list(r.why) });
const run = (r: Run): Run => ({ ...r, findings: list(r.findings), answer: r.answer ? answer(r.answer) : undefined });
const status = (s: Status): Status => ({ ...s, steps: list(s.steps), notices: list(s.notices) });
const settings = (s: main.Settings): Settings => ({
  ...s, modelProvider: s.modelProvider as Settings["modelProvider"], recallMode: s.recallMode as Settings["recallMode"], profiles: list(s.profiles), regions: list(s.regions), services: list(s.services), roleArns: list(s.roleArns),
});
const endpoint = (e: ModelEndpoint): ModelEndpoint => ({ ...e, models: list(e.models) });
const detail = (d: ResourceDetail): ResourceDetail => ({
  ...d,
  resource: resource(d.resource),
  relations: list(d.relations).map((r) => ({ ...r, resource: r.resource ? resource(r.resource) : undefined })),
});

/** The backend of the app: the methods of app.go, through the generated bindings. */
export const wailsBackend: Backend = {
  ...wailsChats,
  getStatus: () => call(app.GetStatus(), status),
  unlock: (passphrase) => call(app.Unlock(passphrase)),
  retry: () => call(app.Retry()),
  lockNow: () => call(app.LockNow()),
  unlockWindow: (passphrase) => call(app.UnlockWindow(passphrase)),
  restartIndex: () => call(app.RestartIndex()),
  runDoctor: () => call(app.RunDoctor(), list),
  getKeyStatus: () => call(app.GetKeyStatus()),
  exportRecoveryKey: () => call(app.ExportRecoveryKey()),
  getSettings: () => call(app.GetSettings(), settings),
  saveSettings: (next) => call(app.SaveSettings(next), settings),
  detectModels: () => call(app.DetectModels(), (found) => list(found).map(endpoint)),
  testModel: (config) => call(app.TestModel(config), endpoint),
  listProfiles: () => call(app.ListProfiles(), list),
  startScan: (request) => call(app.StartScan(request)),
  loadSample: (count) => call(app.LoadSample(count)),
  importEstate: () => call(app.ImportEstate()),
  exportEstate: (query, format) => call(app.ExportEstate(query, format)),
  getRun: (id) => call(app.GetRun(id), run),
  listRuns: () => call(app.ListRuns(), (runs) => list(runs).map(run)),
  cancelRun: (id) => call(app.CancelRun(id)),
  searchEstate: (query) =>
    call(app.SearchEstate(query), (page) => ({
      ...page, resources: list(page.resources).map(resource), understood: list(page.understood).map(filter), facets: list(page.facets).map(group), notes: list(page.notes),
    })),
  getResource: (arn) => call(app.GetResource(arn), detail),
  getEstateStats: () =>
    call(app.GetEstateStats(), (s) => ({
      ...s, byType: list(s.byType), byService: list(s.byService), byRegion: list(s.byRegion), byAccount: list(s.byAccount), byEnv: list(s.byEnv),
    })),
  copyText: (text) => call(app.CopyText(text)),
  openExternal: (url) => call(app.OpenExternal(url)),
  onStatus: (handler) => EventsOn("status", (payload: Status) => handler(status(payload))),
  onConversation: (handler) => EventsOn("conversation", (id: string) => handler(id)),
  onRun: (handler) => EventsOn("run", (event: RunEvent) => handler({ ...event, run: event.run ? run(event.run) : undefined })),
};
