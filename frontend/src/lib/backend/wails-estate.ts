import * as app from "../../../wailsjs/go/main/App";
import type { EstateBackend } from "./backend";
import { call, list } from "./call";
import type { EstateChange, EstateFilter, FacetGroup, Freshness, Resource, ResourceDetail, SavedSearch } from "./types";

// An open bound is null on the wire and absent here.
const filter = (f: EstateFilter): EstateFilter => ({ ...f, values: list(f.values), min: f.min ?? undefined, max: f.max ?? undefined });
const group = (g: FacetGroup): FacetGroup => ({ ...g, values: list(g.values) });
const resource = (r: Resource): Resource => ({ ...r, tags: list(r.tags), facts: list(r.facts), why: list(r.why) });
const change = (c: EstateChange): EstateChange => ({ ...c, fields: list(c.fields) });
const fresh = (f: Freshness): Freshness => ({ ...f, unread: list(f.unread) });
const saved = (s: SavedSearch): SavedSearch => ({
  ...s, filters: list(s.filters).map(filter), ignoreUnderstood: list(s.ignoreUnderstood), columns: list(s.columns),
});
const detail = (d: ResourceDetail): ResourceDetail => ({
  ...d,
  resource: resource(d.resource),
  relations: list(d.relations).map((r) => ({ ...r, resource: r.resource ? resource(r.resource) : undefined })),
});

/** The inventory, through the methods of app_estate.go and app_changes.go. */
export const wailsEstate: EstateBackend = {
  importEstate: () => call(app.ImportEstate()),
  exportEstate: (query, format) => call(app.ExportEstate(query, format)),
  searchEstate: (query) =>
    call(app.SearchEstate(query), (page) => ({
      ...page, resources: list(page.resources).map(resource), understood: list(page.understood).map(filter), facets: list(page.facets).map(group), notes: list(page.notes),
    })),
  groupEstate: (query, field) => call(app.GroupEstate(query, field), (g) => ({ ...g, groups: list(g.groups) })),
  getResource: (arn) => call(app.GetResource(arn), detail),
  getResourceHistory: (arn) => call(app.GetResourceHistory(arn), (all) => list(all).map(change)),
  getEstateStats: () =>
    call(app.GetEstateStats(), (s) => ({
      ...s, byType: list(s.byType), byService: list(s.byService), byRegion: list(s.byRegion), byAccount: list(s.byAccount), byEnv: list(s.byEnv),
    })),
  getFreshness: () => call(app.GetFreshness(), (all) => list(all).map(fresh)),
  findChanges: (query) => call(app.FindChanges(query), (page) => ({ ...page, changes: list(page.changes).map(change) })),
  getChangeDays: (query) => call(app.GetChangeDays(query), list),
  askForChanges: (text) => call(app.AskForChanges(text), (asked) => ({ ...asked, filters: list(asked.filters).map(filter) })),
  listSavedSearches: () => call(app.ListSavedSearches(), (all) => list(all).map(saved)),
  saveSearch: (search) => call(app.SaveSearch(search), saved),
  deleteSavedSearch: (id) => call(app.DeleteSavedSearch(id)),
  getEstateColumns: () => call(app.GetEstateColumns(), list),
  saveEstateColumns: (columns) => call(app.SaveEstateColumns(columns)),
};
