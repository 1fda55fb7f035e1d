package estate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudops/backend/store"
)

// Found calls yield for every resource of a query's result, in its order, until it returns an error. Without a text it is All:
// sorted by ARN.
func (s *Service) Found(ctx context.Context, q Query, yield func(Item) error) error {
	if strings.TrimSpace(q.Text) == "" && q.SortBy == "" {
		return s.All(ctx, q.Filters, yield)
	}
	q.Limit, q.Cursor, q.NoFacets = exportPage, "", true
	for {
		page, err := s.Search(ctx, q)
		if err != nil {
			return err
		}
		for _, hit := range page.Hits {
			if err := yield(hit.Item); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

// GroupFound is Group over the result of a query: what its words became narrows it, and a text that ranks counts over what it found.
func (s *Service) GroupFound(ctx context.Context, q Query, field string) (total int, groups []FacetValue, err error) {
	if strings.TrimSpace(q.Text) == "" {
		return s.Group(ctx, q.Filters, field)
	}
	q.Limit, q.Cursor, q.NoFacets = 1, "", true
	w := &search{Service: s, query: q}
	if err := w.run(ctx); err != nil {
		return 0, nil, fmt.Errorf("group resources: %w", err)
	}
	if len(w.exact) > 0 || w.residual() != "" {
		return s.groupItems(ctx, q, field)
	}
	filter, err := w.filter()
	if err != nil {
		return 0, nil, fmt.Errorf("group resources: %w", err)
	}
	if groups, err = s.groups(ctx, filter, field); err != nil {
		return 0, nil, fmt.Errorf("group resources: %w", err)
	}
	return w.page.Total, groups, nil
}

// groupItems counts over a ranked result, which is short.
func (s *Service) groupItems(ctx context.Context, q Query, field string) (int, []FacetValue, error) {
	if field == "account" {
		field = fieldAccount
	}
	key, byTag := strings.CutPrefix(field, "tag:")
	if !byTag && !slices.Contains(groupable, field) && !slices.Contains(flags, field) {
		_, err := s.groups(ctx, store.Filter{}, field)
		return 0, nil, err
	}
	total, counts := 0, map[string]int64{}
	err := s.Found(ctx, q, func(i Item) error {
		total++
		if byTag {
			for k, v := range i.Tags {
				if strings.EqualFold(k, key) {
					counts[v]++
				}
			}
		} else if v := i.plain(field); v != "" {
			counts[v]++
		}
		return nil
	})
	if err != nil {
		return 0, nil, fmt.Errorf("group resources: %w", err)
	}
	facets := make([]store.Facet, 0, len(counts))
	for _, v := range sortedKeys(counts) {
		facets = append(facets, store.Facet{Value: v, Count: counts[v]})
	}
	slices.SortStableFunc(facets, func(a, b store.Facet) int { return int(b.Count - a.Count) })
	return total, facetGroup(field, "", facets).Values, nil
}

// plain is a field that can be grouped by, as text.
func (i *Item) plain(field string) string {
	switch field {
	case fieldType:
		return i.Type
	case fieldService:
		return i.Service
	case fieldRegion:
		return i.Region
	case fieldAccount:
		return i.AccountID
	case fieldEnv:
		return i.Env
	case fieldState:
		return i.State
	}
	for _, f := range i.Facts {
		if f.Field == field {
			return f.Value
		}
	}
	return ""
}
