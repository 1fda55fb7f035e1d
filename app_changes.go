package main

import (
	"time"

	"cloudops/backend/estate"
)

// maxHistory is how many changes of one resource are shown.
const maxHistory = 500

// GetResourceHistory returns the changes of a resource, newest first; it outlives the resource.
func (a *App) GetResourceHistory(arn string) ([]EstateChange, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	changes, err := h.Estate.History(a.ctx, arn, maxHistory)
	if err != nil {
		return nil, err
	}
	return wireChanges(changes, h.Estate.Accounts(a.ctx))
}

// FindChanges lists changes of the estate, newest first.
func (a *App) FindChanges(q ChangeQuery) (ChangePage, error) {
	h, err := a.ready()
	if err != nil {
		return ChangePage{}, err
	}
	since, until, err := q.span()
	if err != nil {
		return ChangePage{}, err
	}
	page, total, err := h.Estate.FindChanges(a.ctx, estate.ChangeQuery{Since: since, Until: until, Filters: estateFilters(q.Filters), Limit: q.Limit, Cursor: q.Cursor})
	if err != nil {
		return ChangePage{}, err
	}
	changes, err := wireChanges(page.Changes, h.Estate.Accounts(a.ctx))
	return ChangePage{Changes: changes, Total: total, Next: page.Next}, err
}

// GetChangeDays counts the changes of a query by day, the oldest first; its limit and cursor are not looked at.
func (a *App) GetChangeDays(q ChangeQuery) ([]ChangeDay, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	since, until, err := q.span()
	if err != nil {
		return nil, err
	}
	days, err := h.Estate.ChangeDays(a.ctx, since, until, estateFilters(q.Filters))
	out := []ChangeDay{}
	for _, d := range days {
		out = append(out, ChangeDay{From: stamp(d.From), To: stamp(d.To), Added: d.Added, Changed: d.Changed, Removed: d.Removed})
	}
	return out, err
}

// span is the time that a query asks for; zero times are open.
func (q ChangeQuery) span() (since, until time.Time, err error) {
	if since, err = moment(q.Since); err != nil {
		return since, until, err
	}
	until, err = moment(q.Until)
	return since, until, err
}

// AskForChanges says whether words ask for what changed, and since when.
func (a *App) AskForChanges(text string) (ChangesAsked, error) {
	h, err := a.ready()
	if err != nil {
		return ChangesAsked{}, err
	}
	asked, ok := h.Estate.ChangesAsked(text)
	return ChangesAsked{Asked: ok, Since: stamp(asked.Since), Label: asked.Label, Filters: wireFilters(asked.Filters)}, nil
}

// GroupEstate counts what a query finds by a field: type, service, region, account_id, env, state …, a flag or tag:KEY.
func (a *App) GroupEstate(q EstateQuery, field string) (EstateGroups, error) {
	h, err := a.ready()
	if err != nil {
		return EstateGroups{}, err
	}
	total, groups, err := h.Estate.GroupFound(a.ctx, estateQuery(q), field)
	return EstateGroups{Total: total, Groups: wireField(field, groups, h.Estate.Accounts(a.ctx))}, err
}

// GetFreshness says for each account and region how old what is known of it is.
func (a *App) GetFreshness() ([]Freshness, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	all, err := h.Estate.Freshness(a.ctx)
	return wireFreshness(all, h.Estate.Accounts(a.ctx)), err
}

// ListSavedSearches returns the saved searches by name.
func (a *App) ListSavedSearches() ([]SavedSearch, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	all, err := h.Estate.SavedSearches(a.ctx)
	out := []SavedSearch{}
	for _, s := range all {
		out = append(out, wireSaved(s))
	}
	return out, err
}

// SaveSearch keeps a search, or replaces the one of its id.
func (a *App) SaveSearch(s SavedSearch) (SavedSearch, error) {
	h, err := a.ready()
	if err != nil {
		return SavedSearch{}, err
	}
	saved, err := h.Estate.SaveSearch(a.ctx, estate.SavedSearch{
		ID: s.ID, Name: s.Name, Text: s.Text, Filters: estateFilters(s.Filters), Ignore: s.IgnoreUnderstood, Columns: s.Columns, SortBy: s.SortBy, Desc: s.Desc,
	})
	return wireSaved(saved), err
}

// DeleteSavedSearch removes a saved search.
func (a *App) DeleteSavedSearch(id string) error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	return h.Estate.DeleteSavedSearch(a.ctx, id)
}

// GetEstateColumns returns the fields that the table shows, in order; empty: none were chosen.
func (a *App) GetEstateColumns() ([]string, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	columns, err := h.Estate.Columns(a.ctx)
	return list(columns), err
}

// SaveEstateColumns keeps the fields that the table shows.
func (a *App) SaveEstateColumns(columns []string) error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	return h.Estate.SaveColumns(a.ctx, columns)
}
