package estate

import (
	"cmp"
	"context"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"cloudops/backend/store"
)

var (
	resourceID = regexp.MustCompile(`^[a-z]{1,16}(?:-[a-z]+)?-[0-9a-f]{8,17}$`)
	dnsName    = regexp.MustCompile(`^(?:[a-z0-9-]+\.){3,}[a-z]{2,}$`)
	uuidLike   = regexp.MustCompile(`^(?:[a-z]+-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// strictID: the spelling can be nothing but an identifier, so that nothing else is meant.
func strictID(s string) bool {
	if strings.HasPrefix(s, "arn:") || resourceID.MatchString(s) || uuidLike.MatchString(s) {
		return true
	}
	if dnsName.MatchString(s) {
		return true
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// findExact looks the query's spellings up among the identifiers.
func (w *search) findExact(ctx context.Context) error {
	spellings := slices.Clone(w.parsed.Candidates)
	for _, c := range w.parsed.Candidates {
		if strings.HasPrefix(c, "arn:") {
			if canonical, err := CanonicalARN(c); err == nil {
				spellings = append(spellings, strings.ToLower(canonical))
			}
		}
		spellings = append(spellings, strings.TrimSuffix(strings.TrimPrefix(c, "https://"), "/"))
	}
	filter := store.Filter{All: append(slices.Clone(w.base), in(fieldIDs, slices.Compact(spellings), false))}
	res, err := w.store.Scroll(ctx, store.Estate, store.Page{Filter: filter, Limit: maxExact})
	if err != nil {
		return err
	}
	w.exact = res.Records
	place := func(r *store.Record) int {
		if slices.Contains(spellings, strings.ToLower(str(r, fieldARN))) {
			return -1 // what is named, before what names it
		}
		best := len(spellings)
		for _, id := range list(r, fieldIDs) {
			if i := slices.Index(spellings, id); i >= 0 {
				best = min(best, i)
			}
		}
		return best
	}
	slices.SortFunc(w.exact, func(a, b store.Record) int {
		return cmp.Or(cmp.Compare(place(&a), place(&b)), cmp.Compare(str(&a, fieldName), str(&b, fieldName)), cmp.Compare(str(&a, fieldARN), str(&b, fieldARN)))
	})
	return nil
}

// exactWhy names the spelling by which a record was found.
func (w *search) exactWhy(rec *store.Record) string {
	ids := list(rec, fieldIDs)
	for _, c := range w.parsed.Candidates {
		if slices.Contains(ids, c) {
			return "exact match: " + clip(c)
		}
	}
	return "exact match"
}

// aboutExact is the result for an identifier: the resource, then what refers to it and meets the other words.
func (w *search) aboutExact(ctx context.Context) error {
	w.kept = w.parsed.Filters
	filter, err := w.filter()
	if err != nil {
		return err
	}
	arns := make([]string, 0, len(w.exact))
	for i := range w.exact {
		arns = append(arns, str(&w.exact[i], fieldARN))
	}
	filter.All = append(filter.All, in(fieldRelated, arns, false))
	res, err := w.store.Scroll(ctx, store.Estate, store.Page{Filter: filter, Limit: maxRanked})
	if err != nil {
		return err
	}
	if len(res.Records) > 0 {
		w.understood()
	}
	found := w.exactHits()
	slices.SortFunc(res.Records, func(a, b store.Record) int {
		return cmp.Or(cmp.Compare(str(&a, fieldName), str(&b, fieldName)), cmp.Compare(str(&a, fieldARN), str(&b, fieldARN)))
	})
	for i := range res.Records {
		if rec := &res.Records[i]; !slices.Contains(arns, str(rec, fieldARN)) {
			found = append(found, ranked{rec: rec, score: 0.5, why: []string{"refers to " + clip(str(&w.exact[0], fieldName))}})
		}
	}
	return w.finish(found)
}

func (w *search) exactHits() []ranked {
	var out []ranked
	for i := range w.exact {
		out = append(out, ranked{rec: &w.exact[i], score: 1, why: []string{w.exactWhy(&w.exact[i])}, exact: true})
	}
	return out
}
