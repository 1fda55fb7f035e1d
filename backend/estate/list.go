package estate

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"cloudops/backend/store"
)

// list is the result of filters alone: all that meet them, exact hits first, then by tier, then in order.
func (w *search) list(ctx context.Context) error {
	filter, err := w.filter()
	if err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error {
		n, err := w.store.Count(groupCtx, store.Estate, filter)
		w.page.Total = int(n)
		return err
	})
	if !w.query.NoFacets && w.query.Cursor == "" && w.query.Skip == 0 {
		group.Go(func() (err error) {
			w.page.Facets, err = w.countFacets(groupCtx, filter, w.without(filter))
			return err
		})
	}
	group.Go(func() error { return w.listPage(groupCtx, filter) })
	return group.Wait()
}

// tiers are the filters of the parts of a list, one after the other: what was asked for in the narrowest sense
// first.
func (w *search) tiers(filter store.Filter) []store.Filter {
	tiers := []store.Filter{filter}
	divide := func(field string, values []string) {
		var parts []store.Filter
		for _, not := range []bool{false, true} {
			for _, t := range tiers {
				parts = append(parts, store.Filter{All: append(slices.Clone(t.All), in(field, values, not)), Any: t.Any})
			}
		}
		tiers = parts
	}
	for _, f := range w.kept {
		switch {
		case f.Not:
		case f.Field == fieldEnv && len(f.Near) > 0:
			divide(fieldEnv, f.Values)
		case f.Field == fieldType && len(f.Named) > 0:
			divide(fieldType, expandTypes(f.Values))
		}
	}
	return tiers
}

func (w *search) listPage(ctx context.Context, filter store.Filter) error {
	var hits []Hit
	if len(w.exact) > 0 {
		arns := make([]string, 0, len(w.exact))
		for i := range w.exact {
			arns = append(arns, str(&w.exact[i], fieldARN))
		}
		filter.All = append(slices.Clone(filter.All), in(fieldARN, arns, true))
		if w.query.Cursor == "" {
			for _, h := range w.exactHits() {
				hit, err := hitOf(h.rec, 1, h.why)
				if err != nil {
					return err
				}
				hits = append(hits, hit)
			}
		}
	}
	skip := min(w.query.Skip, len(hits))
	return w.fill(ctx, hits[skip:], w.tiers(filter), w.query.Skip-skip)
}

// fill goes through the tiers from the cursor on, leaving out skip hits, until the page is full.
func (w *search) fill(ctx context.Context, hits []Hit, tiers []store.Filter, skip int) error {
	at := w.cursor
	for at.Tier < len(tiers) && len(hits) < w.query.Limit {
		if skip > 0 && len(tiers) > 1 {
			n, err := w.store.Count(ctx, store.Estate, tiers[at.Tier])
			if err != nil {
				return err
			}
			if int(n) <= skip {
				skip -= int(n)
				at.Tier++
				continue
			}
		}
		res, err := w.store.Scroll(ctx, store.Estate, store.Page{
			Filter: tiers[at.Tier], Order: w.order(), Limit: w.query.Limit - len(hits), Cursor: at.Inner, Skip: skip,
		})
		if err != nil {
			return err
		}
		skip = 0
		for i := range res.Records {
			rec := &res.Records[i]
			hit, err := hitOf(rec, 1/float64(at.Tier+1), w.all(ranked{rec: rec, why: w.reasons(rec)}))
			if err != nil {
				return err
			}
			hits = append(hits, hit)
		}
		at.Inner = res.Next
		if res.Next == "" {
			at.Tier++
		}
	}
	if at.Tier < len(tiers) {
		w.page.Next = at.String()
	}
	w.page.Hits = hits
	return nil
}

// order is by name unless another is chosen; what has no value comes last.
func (w *search) order() store.Order {
	if w.query.SortBy == "" {
		return store.Order{Field: fieldName, Desc: w.query.Desc}
	}
	return store.Order{Field: w.query.SortBy, Desc: w.query.Desc}
}

func hitOf(rec *store.Record, score float64, why []string) (Hit, error) {
	item, err := itemOf(rec)
	return Hit{Item: item, Score: score, Why: why}, err
}

// FacetValue is a value of a field and how many resources of the result have it.
type FacetValue struct {
	Value string
	Label string
	Count int
}

// FacetGroup is the values of one field, most frequent first.
type FacetGroup struct {
	Field  string
	Label  string
	Values []FacetValue
}

// facetFields are counted for each result, in the order in which they are shown.
var facetFields = []struct {
	field, label string
	limit        int
}{
	{fieldType, "Type", 30}, {fieldEnv, "Environment", 12}, {fieldRegion, "Region", 20}, {fieldAccount, "Account", 20}, {fieldState, "State", 12},
	{fieldService, "Service", 20}, {fieldEngine, "Engine", 12}, {fieldRuntime, "Runtime", 12}, {fieldClass, "Class", 15}, {fieldTeam, "Team", 20},
}

// facetFlags are the yes-or-no fields that are counted.
var facetFlags = []struct{ field, label string }{{fieldPublic, "Public"}, {fieldEncrypted, "Encrypted"}, {fieldAttached, "Attached"}}

// without is the filter for each field that the user narrows by, less his choice of it: the other values of the field
// can then still be chosen.
func (w *search) without(filter store.Filter) map[string]store.Filter {
	out := map[string]store.Filter{}
	for i, own := range w.query.Filters {
		rest := slices.Delete(slices.Clone(w.query.Filters), i, i+1)
		conds, err := conditions(asked(rest))
		if err != nil {
			continue // prepare has said so
		}
		field := own.Field
		if field == "account" {
			field = fieldAccount
		}
		// The conditions of the query's words come after the user's own.
		out[field] = store.Filter{All: append(conds, filter.All[len(w.base):]...), Any: filter.Any}
	}
	return out
}

// countFacets counts the fields at the same time over all that meets the filter, or, for a field that has one of its own in own, that.
func (s *Service) countFacets(ctx context.Context, filter store.Filter, own map[string]store.Filter) ([]FacetGroup, error) {
	of := func(field string) store.Filter {
		if f, ok := own[field]; ok {
			return f
		}
		return filter
	}
	groups := make([]FacetGroup, len(facetFields)+len(facetFlags))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(6)
	for i, f := range facetFields {
		group.Go(func() error {
			counts, err := s.store.Facets(ctx, store.Estate, f.field, of(f.field), f.limit)
			if err != nil {
				return fmt.Errorf("count %s: %w", f.field, err)
			}
			groups[i] = facetGroup(f.field, f.label, counts)
			return nil
		})
	}
	for i, f := range facetFlags {
		group.Go(func() error {
			counts, err := s.countFlag(ctx, of(f.field), f.field)
			groups[len(facetFields)+i] = facetGroup(f.field, f.label, counts)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(groups, func(g FacetGroup) bool { return len(g.Values) == 0 }), nil
}

func facetGroup(field, label string, counts []store.Facet) FacetGroup {
	g := FacetGroup{Field: field, Label: label}
	for _, c := range counts {
		if c.Value == "" {
			continue
		}
		g.Values = append(g.Values, FacetValue{Value: c.Value, Label: valueLabel(field, c.Value), Count: int(c.Count)})
	}
	return g
}

func valueLabel(field, value string) string {
	switch {
	case field == fieldType:
		return TypeLabel(value)
	case value == "true":
		return "yes"
	case value == "false":
		return "no"
	}
	return value
}

// facetsIn counts over a ranked result.
func facetsIn(hits []ranked) []FacetGroup {
	var groups []FacetGroup
	count := func(field, label string, limit int) {
		counts := map[string]int64{}
		for _, h := range hits {
			switch v := h.rec.Fields[field].(type) {
			case string:
				counts[v]++
			case bool:
				counts[fmt.Sprint(v)]++
			case []string:
				for _, item := range v {
					counts[item]++
				}
			}
		}
		var facets []store.Facet
		for _, v := range sortedKeys(counts) {
			facets = append(facets, store.Facet{Value: v, Count: counts[v]})
		}
		slices.SortStableFunc(facets, func(a, b store.Facet) int { return int(b.Count - a.Count) })
		if g := facetGroup(field, label, facets[:min(limit, len(facets))]); len(g.Values) > 0 {
			groups = append(groups, g)
		}
	}
	for _, f := range facetFields {
		count(f.field, f.label, f.limit)
	}
	for _, f := range facetFlags {
		count(f.field, f.label, 2)
	}
	return groups
}
