package estate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudops/backend/estate/query"
	"cloudops/backend/store"
)

// Understand returns the filters that words become: "production database" is an environment and a set of types.
func (s *Service) Understand(text string) []Filter {
	parsed := query.Parse(text, query.Options{Now: s.now(), Accounts: s.accounts(), Services: knownServices(), Labels: knownLabels()})
	out := make([]Filter, len(parsed.Filters))
	for i, f := range parsed.Filters {
		out[i] = shown(f, false)
	}
	return out
}

// groupable are the fields that resources can be counted by, beside the flags and "tag:KEY".
var groupable = []string{
	fieldType, fieldService, fieldRegion, fieldAccount, fieldEnv, fieldState, fieldEngine, fieldRuntime, fieldVersion, fieldClass, fieldKind, fieldTeam,
}

// maxGroups is how many values of a field are counted.
const maxGroups = 1000

// Group counts what the filters leave by a field, most frequent first: type, service, region, account_id, env, state, engine,
// runtime, version, class, kind, team, a flag (public, encrypted, attached …) or tag:KEY. Resources without a value are
// in the total alone. ErrInvalid: there is no such field.
func (s *Service) Group(ctx context.Context, filters []Filter, field string) (total int, groups []FacetValue, err error) {
	conds, err := conditions(asked(filters))
	if err != nil {
		return 0, nil, fmt.Errorf("group resources: %w", err)
	}
	filter := store.Filter{All: conds}
	n, err := s.store.Count(ctx, store.Estate, filter)
	if err != nil {
		return 0, nil, fmt.Errorf("group resources: %w", err)
	}
	groups, err = s.groups(ctx, filter, field)
	if err != nil {
		return 0, nil, fmt.Errorf("group resources: %w", err)
	}
	return int(n), groups, nil
}

func (s *Service) groups(ctx context.Context, filter store.Filter, field string) ([]FacetValue, error) {
	if field == "account" {
		field = fieldAccount
	}
	key, byTag := strings.CutPrefix(field, "tag:")
	switch {
	case byTag && key != "":
		return s.groupsOfTag(ctx, filter, key)
	case slices.Contains(flags, field):
		counts, err := s.countFlag(ctx, filter, field)
		return facetGroup(field, "", counts).Values, err
	case slices.Contains(groupable, field):
		counts, err := s.store.Facets(ctx, store.Estate, field, filter, maxGroups)
		return facetGroup(field, "", counts).Values, err
	}
	return nil, fmt.Errorf("%w: resources cannot be grouped by %q; use %s, a flag such as public, or tag:KEY", ErrInvalid, clip(field), strings.Join(groupable, ", "))
}

// groupsOfTag counts the values of one tag. Keys are compared without case, as people write them.
func (s *Service) groupsOfTag(ctx context.Context, filter store.Filter, key string) ([]FacetValue, error) {
	counts, err := s.store.Facets(ctx, store.Estate, fieldTags, filter, 10*maxGroups)
	if err != nil {
		return nil, err
	}
	of := map[string]int{}
	for _, c := range counts {
		if k, v, ok := strings.Cut(c.Value, "="); ok && strings.EqualFold(k, key) {
			of[v] += int(c.Count)
		}
	}
	out := make([]FacetValue, 0, len(of))
	for _, v := range sortedKeys(of) {
		out = append(out, FacetValue{Value: v, Label: v, Count: of[v]})
	}
	slices.SortStableFunc(out, func(a, b FacetValue) int { return b.Count - a.Count })
	return out[:min(maxGroups, len(out))], nil
}

// countFlag counts a yes-or-no field.
func (s *Service) countFlag(ctx context.Context, filter store.Filter, field string) ([]store.Facet, error) {
	counts, err := s.store.Facets(ctx, store.Estate, field, filter, 2)
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", field, err)
	}
	// Yes before no, whichever there are more of.
	slices.SortFunc(counts, func(a, b store.Facet) int { return strings.Compare(b.Value, a.Value) })
	return counts, nil
}

// changeFields are what changes can be narrowed by.
var changeFields = map[string]string{
	"type": fieldType, "service": fieldService, "region": fieldRegion, "account": fieldAccount, fieldAccount: fieldAccount, "env": fieldEnv, "name": fieldName, "arn": fieldARN,
	"change": fieldChange,
}

// ChangeQuery asks for changes; zero fields do not narrow it.
type ChangeQuery struct {
	Since, Until time.Time // Until is not in it; zero: open
	// Filters by type, service, region, account_id, env, name, arn, or change (added, changed, removed).
	Filters []Filter
	Limit   int // 1 … 1000; 0: 100
	Cursor  string
}

// FindChanges lists changes, newest first, with how many there are in all. ErrInvalid: a filter by what changes do not have.
func (s *Service) FindChanges(ctx context.Context, q ChangeQuery) (ChangePage, int, error) {
	filter, err := changeFilter(q)
	if err != nil {
		return ChangePage{}, 0, err
	}
	total, err := s.store.Count(ctx, store.Changes, filter)
	if err != nil {
		return ChangePage{}, 0, fmt.Errorf("list changes: %w", err)
	}
	page, err := s.changes(ctx, filter, q.Limit, q.Cursor)
	return page, int(total), err
}

func changeFilter(q ChangeQuery) (store.Filter, error) {
	filter := changesBetween(q.Since, q.Until)
	for _, f := range q.Filters {
		field, ok := changeFields[f.Field]
		if !ok {
			return filter, fmt.Errorf("list changes: %w: changes cannot be filtered by %q", ErrInvalid, clip(f.Field))
		}
		values := f.Values
		switch field {
		case fieldType:
			values = expandTypes(values)
		case fieldEnv:
			values = environments(query.Filter{Field: fieldEnv, Values: values})
		}
		filter.All = append(filter.All, in(field, values, f.Not))
	}
	return filter, nil
}

func changesBetween(since, until time.Time) store.Filter {
	filter := store.Filter{All: []store.Condition{{Field: fieldChange, Op: store.In, Values: []any{string(ChangeAdded), string(ChangeChanged), string(ChangeRemoved)}}}}
	at := store.Condition{Field: fieldAt, Op: store.Range}
	if !since.IsZero() {
		ms := float64(since.UnixMilli())
		at.Min = &ms
	}
	if !until.IsZero() {
		ms := float64(until.UnixMilli() - 1)
		at.Max = &ms
	}
	if at.Min != nil || at.Max != nil {
		filter.All = append(filter.All, at)
	}
	return filter
}
