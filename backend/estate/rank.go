package estate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudops/backend/estate/query"
	"cloudops/backend/store"
)

// ranked is a hit on its way into the page.
type ranked struct {
	rec   *store.Record
	score float64
	why   []string
	exact bool
}

// Shares of the two parts of a hit's score: how many of the query's words the resource's own words have, and the fused
// score of the store. Words come first: who types a name means it. Measured, see docs/decisions/0052.
const (
	coverageShare = 0.6
	fusedShare    = 0.4
)

// Below these a hit without any of the query's words says nothing; dense is cosine similarity.
const leastSimilar = 0.25

// rank orders what the filters leave by the residual text.
func (w *search) rank(ctx context.Context) error {
	filter, err := w.filter()
	if err != nil {
		return err
	}
	text := w.residual()
	found, err := w.store.Search(ctx, store.Estate, store.Query{Text: text, Filter: filter, Limit: maxRanked, DenseWeight: -1})
	if err != nil {
		return err
	}
	w.page.Dense = found.Dense
	hits := w.exactHits()
	words := query.Words(text)
	var rest []ranked
	for i := range found.Hits {
		h := &found.Hits[i]
		if w.isExact(&h.Record) {
			continue
		}
		covered, why := coverage(words, &h.Record)
		if covered == 0 && h.Terms == 0 && h.Dense < leastSimilar && len(w.kept) == 0 {
			continue
		}
		switch {
		case len(why) > 0:
		case h.Terms > 0:
			why = []string{"has words of the query"}
		case h.Dense > 0:
			why = []string{WhyMeaning}
		}
		rest = append(rest, ranked{rec: &h.Record, score: coverageShare*covered + fusedShare*h.Score, why: append(w.reasons(&h.Record), why...)})
	}
	slices.SortStableFunc(rest, func(a, b ranked) int { return w.compare(a, b) })
	hits = append(hits, rest...)
	if len(hits) < maxRanked {
		if hits, err = w.unranked(ctx, filter, hits); err != nil {
			return err
		}
		if hits, err = w.literal(ctx, hits); err != nil {
			return err
		}
	}
	return w.finish(hits)
}

// unranked adds what meets the understood filters and neither half of the search returned: the filters are an answer
// of their own.
func (w *search) unranked(ctx context.Context, filter store.Filter, hits []ranked) ([]ranked, error) {
	if len(w.kept) == 0 {
		return hits, nil
	}
	res, err := w.store.Scroll(ctx, store.Estate, store.Page{Filter: filter, Limit: maxRanked})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(res.Records, func(a, b store.Record) int { return cmp.Compare(str(&a, fieldName), str(&b, fieldName)) })
	have := make(map[string]bool, len(hits))
	for _, h := range hits {
		have[h.rec.ID] = true
	}
	var rest []ranked
	for i := range res.Records {
		if rec := &res.Records[i]; !have[rec.ID] && len(hits)+len(rest) < maxRanked {
			rest = append(rest, ranked{rec: rec, score: 0.02, why: w.reasons(rec)})
		}
	}
	slices.SortStableFunc(rest, func(a, b ranked) int { return w.compare(a, b) })
	return append(hits, rest...), nil
}

// compare puts environments that were asked for before those that come next best, then by score.
func (w *search) compare(a, b ranked) int {
	return cmp.Or(cmp.Compare(w.tier(a.rec), w.tier(b.rec)), -cmp.Compare(a.score, b.score))
}

// tier is 0 for what was asked for, more for an environment that comes next best or a type that only the name says.
func (w *search) tier(rec *store.Record) int {
	tier := 0
	for _, f := range w.kept {
		switch {
		case f.Not:
		case f.Field == fieldEnv && len(f.Near) > 0 && !slices.Contains(f.Values, str(rec, fieldEnv)):
			tier++
		case f.Field == fieldType && len(f.Named) > 0 && !slices.Contains(expandTypes(f.Values), str(rec, fieldType)):
			tier += 2
		}
	}
	return tier
}

func (w *search) isExact(rec *store.Record) bool {
	return slices.ContainsFunc(w.exact, func(e store.Record) bool { return e.ID == rec.ID })
}

// literal adds resources whose names have every word of the query although a word was taken for something else
// ("live chat" is also what live-chat-web in the test environment is called).
func (w *search) literal(ctx context.Context, hits []ranked) ([]ranked, error) {
	if len(w.kept) == 0 || len(w.parsed.Words) < 2 || len(w.parsed.Words) > 8 {
		return hits, nil
	}
	filter := store.Filter{All: slices.Clone(w.base)}
	for _, word := range w.parsed.Words {
		filter.All = append(filter.All, in(fieldWords, []string{word, word + "s"}, false))
	}
	res, err := w.store.Scroll(ctx, store.Estate, store.Page{Filter: filter, Limit: maxExact})
	if err != nil {
		return nil, err
	}
	for i := range res.Records {
		rec := &res.Records[i]
		if slices.ContainsFunc(hits, func(h ranked) bool { return h.rec.ID == rec.ID }) {
			continue
		}
		hits = append(hits, ranked{rec: rec, score: 0.01, why: []string{"name contains " + quoteAll(w.parsed.Words)}})
	}
	return hits, nil
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(quoted, ", ")
}

// coverage is the share of words that the resource's name, tags and identifiers have, and what says so.
func coverage(words []string, rec *store.Record) (float64, []string) {
	if len(words) == 0 {
		return 0, nil
	}
	name := query.Words(strings.Join(list(rec, fieldWords), " "))
	tags := tagWords(list(rec, fieldTags))
	sum := 0.0
	var inName, why []string
	for _, word := range words {
		if s := best(word, name); s > 0 {
			sum += s
			inName = append(inName, word)
			continue
		}
		if tag, s := inTags(word, list(rec, fieldTags), tags); s > 0 {
			sum += s * 0.9
			if reason := "tag " + clip(tag); !slices.Contains(why, reason) {
				why = append(why, reason)
			}
			continue
		}
		if id := idWith(word, list(rec, fieldIDs)); id != "" {
			sum += 0.8
			inName = append(inName, word)
		}
	}
	if len(inName) > 0 {
		why = append([]string{"name contains " + quoteAll(inName)}, why...)
	}
	return sum / float64(len(words)), why
}

// best is 1 where one of words is the word, less where it begins with it.
func best(word string, words []string) float64 {
	if slices.Contains(words, word) {
		return 1
	}
	for _, w := range words {
		if len(word) >= 4 && strings.HasPrefix(w, word) || len(w) >= 5 && strings.HasPrefix(word, w) {
			return 0.6
		}
	}
	return 0
}

// tagWords are the words of each tag's value.
func tagWords(tags []string) [][]string {
	out := make([][]string, len(tags))
	for i, t := range tags {
		_, value, _ := strings.Cut(t, "=")
		out[i] = query.Words(value)
	}
	return out
}

// inTags is the tag whose value has the word best.
func inTags(word string, tags []string, words [][]string) (string, float64) {
	tag, score := "", 0.0
	for i, t := range tags {
		if s := best(word, words[i]); s > score {
			tag, score = t, s
		}
	}
	return tag, score
}

func idWith(word string, ids []string) string {
	for _, id := range ids {
		if len(word) >= 4 && strings.Contains(id, word) {
			return id
		}
	}
	return ""
}

// byWords answers without the index: what the filters leave and has one of the words in its name, from the ledger.
func (w *search) byWords(ctx context.Context) error {
	filter, err := w.filter()
	if err != nil {
		return err
	}
	words := query.Words(w.residual())
	if len(words) > 0 {
		both := slices.Clone(words)
		for _, word := range words {
			both = append(both, word+"s")
		}
		filter.All = append(filter.All, in(fieldWords, both, false))
	}
	res, err := w.store.Scroll(ctx, store.Estate, store.Page{Filter: filter, Order: store.Order{Field: fieldName}, Limit: maxRanked})
	if err != nil {
		return err
	}
	w.page.FromLedger = true
	w.note("The search index is not running: only names were searched.")
	hits := w.exactHits()
	var rest []ranked
	for i := range res.Records {
		rec := &res.Records[i]
		if !w.isExact(rec) {
			score, why := coverage(words, rec)
			rest = append(rest, ranked{rec: rec, score: score, why: append(w.reasons(rec), why...)})
		}
	}
	slices.SortStableFunc(rest, func(a, b ranked) int { return w.compare(a, b) })
	return w.finish(append(hits, rest...))
}

// finish cuts the page out of a ranked result and counts its facets.
func (w *search) finish(hits []ranked) error {
	hits = hits[:min(len(hits), maxRanked+maxExact)]
	w.sortRanked(hits)
	w.page.Total = len(hits)
	if !w.query.NoFacets {
		w.page.Facets = facetsIn(hits)
	}
	start := min(w.cursor.Offset+w.query.Skip, len(hits))
	end := min(start+w.query.Limit, len(hits))
	for _, h := range hits[start:end] {
		item, err := itemOf(h.rec)
		if err != nil {
			return err
		}
		w.page.Hits = append(w.page.Hits, Hit{Item: item, Score: min(h.score, 1), Why: w.all(h)})
	}
	if end < len(hits) {
		w.page.Next = cursor{Offset: end}.String()
	}
	return nil
}

// all are a hit's reasons and what was left out to find it.
func (w *search) all(h ranked) []string {
	why := h.why
	if !h.exact {
		for _, f := range w.gone {
			why = append(why, "left out: "+f.Label)
		}
	}
	return why
}

func (w *search) sortRanked(hits []ranked) {
	if w.query.SortBy == "" {
		return
	}
	slices.SortStableFunc(hits, func(a, b ranked) int {
		x, y := sortValue(a.rec, w.query.SortBy), sortValue(b.rec, w.query.SortBy)
		n := cmp.Compare(x, y)
		switch {
		case x == "" || y == "":
			n = -n // without a value comes last, in either direction
		case w.query.Desc:
			n = -n
		}
		return cmp.Or(n, cmp.Compare(str(a.rec, fieldName), str(b.rec, fieldName)))
	})
}

func sortValue(rec *store.Record, field string) string {
	switch v := rec.Fields[field].(type) {
	case int64:
		return fmt.Sprintf("%020d", v)
	case float64:
		return fmt.Sprintf("%030.6f", v)
	}
	return strings.ToLower(str(rec, field))
}

// reasons are the understood filters that a resource meets, with what in it says so.
func (w *search) reasons(rec *store.Record) []string {
	var out []string
	for _, f := range w.kept {
		out = append(out, w.reason(f, rec))
	}
	return out
}

var fieldLabels = map[string]string{
	fieldType: "type", fieldEnv: "environment", fieldAccount: "account", fieldRegion: "region", fieldMultiAZ: "zones", "owner": "owner", "tag": "tag",
	fieldCreated: "created", fieldExpires: "expiry", fieldWords: "name", fieldRetention: "retention", fieldDeletionProtection: "deletion",
}

func (w *search) reason(f query.Filter, rec *store.Record) string {
	label := fieldLabels[f.Field]
	if label == "" {
		label = f.Field
	}
	words := ""
	if f.Text != "" && !strings.EqualFold(f.Text, f.Label) {
		words = fmt.Sprintf(" (%q)", clip(f.Text))
	}
	switch f.Field {
	case fieldType:
		if len(f.Named) > 0 && !slices.Contains(expandTypes(f.Values), str(rec, fieldType)) {
			return "name contains " + quoteAll(strings.Fields(f.Text))
		}
		return label + ": " + TypeLabel(str(rec, fieldType)) + fmt.Sprintf(" (%q)", clip(f.Text))
	case fieldEnv:
		env := str(rec, fieldEnv)
		if env == "" {
			env = "none said"
		}
		if r, err := resourceOf(rec); err == nil {
			if _, source := environmentOf(&r); source != "" {
				return label + ": " + env + " (" + source + ")"
			}
		}
		return label + ": " + env
	case fieldRegion, fieldAccount, fieldState, fieldEngine, fieldRuntime, fieldClass, fieldVersion, fieldService, fieldKind:
		if v := str(rec, f.Field); v != "" {
			return label + ": " + v + words
		}
	}
	return label + ": " + f.Label
}
