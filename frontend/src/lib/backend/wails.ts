import * as app from "../../../wailsjs/go/main/App";
import { EventsOn } from "../../../wailsjs/runtime/runtime";
import type { Backend } from "./backend";
import { toBackendError } from "./error";
import type { AnswerState, EstateFilter, FacetGroup, Message, Resource, ResourceDetail, Run, RunEvent, Settings, Status } from "./types";

/** Go writes an empty list as null where nobody made one; the window only knows lists. */
function list<T>(values: T[] | null | undefined): T[] {
  return values ?? [];
}

const filter = (f: EstateFilter): EstateFilter => ({ ...f, values: list(f.values) });
const group = (g: FacetGroup): FacetGroup => ({ ...g, values: list(g.values) });
const resource = (r: Resource): Resource => ({ ...r, tags: list(r.tags), why: list(r.why) });
const answer = (a: AnswerState): AnswerState => ({ ...a, sources: list(a.sources) });
const run = (r: Run): Run => ({ ...r, findings: list(r.findings), answer: r.answer ? answer(r.answer) : undefined });
const message = (m: Message): Message => ({ ...m, sources: list(m.sources) });
const status = (s: Status): Status => ({ ...s, steps: list(s.steps), notices: list(s.notices) });
const settings = (s: Settings): Settings => ({
  ...s, profiles: list(s.profiles), regions: list(s.regions), services: list(s.services), roleArns: list(s.roleArns),
});
const detail = (d: ResourceDetail): ResourceDetail => ({
  ...d,
  resource: resource(d.resource),
  relations: list(d.relations).map((r) => ({ ...r, resource: r.resource ? resource(r.resource) : undefined })),
});

/** Calls the Go side; what it rejects with becomes a BackendError. */
async function call<T>(promise: Promise<T>): Promise<T>;
async function call<T, R>(promise: Promise<T>, shape: (value: T) => R): Promise<R>;
async function call<T, R>(promise: Promise<T>, shape?: (value: T) => R): Promise<T | R> {
  try {
    const value = await promise;
    return shape ? shape(value) : value;
  } catch (reason) {
    throw toBackendError(reason);
  }
}

/** The backend of the app: the methods of app.go, through the generated bindings. */
export const wailsBackend: Backend = {
  getStatus: () => call(app.GetStatus(), status),
  unlock: (passphrase) => call(app.Unlock(passphrase)),
  retry: () => call(app.Retry()),
  restartIndex: () => call(app.RestartIndex()),
  runDoctor: () => call(app.RunDoctor(), list),
  getKeyStatus: () => call(app.GetKeyStatus()),
  exportRecoveryKey: () => call(app.ExportRecoveryKey()),
  getSettings: () => call(app.GetSettings(), settings),
  saveSettings: (next) => call(app.SaveSettings(next), settings),
  detectModels: () => call(app.DetectModels(), (found) => list(found).map((e) => ({ ...e, models: list(e.models) }))),
  testModel: (baseUrl, apiKey) => call(app.TestModel(baseUrl, apiKey), (e) => ({ ...e, models: list(e.models) })),
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
  listConversations: (cursor, limit) => call(app.ListConversations(cursor, limit), (page) => ({ ...page, conversations: list(page.conversations) })),
  createConversation: (title) => call(app.CreateConversation(title)),
  renameConversation: (id, title) => call(app.RenameConversation(id, title)),
  deleteConversation: (id) => call(app.DeleteConversation(id)),
  getMessages: (id, beforeSeq, limit) => call(app.GetMessages(id, beforeSeq, limit), (page) => ({ ...page, messages: list(page.messages).map(message) })),
  ask: (request) => call(app.Ask(request)),
  searchChats: (text, limit) => call(app.SearchChats(text, limit), (found) => ({ ...found, hits: list(found.hits) })),
  recall: (text, conversationId) => call(app.Recall(text, conversationId), list),
  copyText: (text) => call(app.CopyText(text)),
  openExternal: (url) => call(app.OpenExternal(url)),
  onStatus: (handler) => EventsOn("status", (payload: Status) => handler(status(payload))),
  onRun: (handler) => EventsOn("run", (event: RunEvent) => handler({ ...event, run: event.run ? run(event.run) : undefined })),
};
