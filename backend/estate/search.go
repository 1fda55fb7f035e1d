package estate

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudops/backend/estate/query"
	"cloudops/backend/store"
)

// The bounds of a result.
const (
	defaultLimit = 50
	maxLimit     = 1000
	// maxRanked is how many hits a ranked result has; a list by filters alone has no bound.
	maxRanked = 200
	maxExact  = 50
)

// Query asks for a page of the estate.
type Query struct {
	Text    string // empty: browse
	Filters []Filter
	// IgnoreUnderstood are fields that words of the text are not to become filters of.
	IgnoreUnderstood []string
	SortBy           string // one of sortable; empty: relevance, or name
	Desc             bool
	Limit            int    // 1 … 1000; 0: 50
	Cursor           string // Page.Next of the page before
	Skip             int    // without a Cursor: hits left out at the beginning, for a table that is scrolled anywhere
	NoFacets         bool
}

// Page is a page of the result and what was understood.
type Page struct {
	Hits       []Hit
	Total      int // of the whole result; a ranked one ends after 200
	Next       string
	Understood []Filter // what words of the query became, those left out as Relaxed
	Facets     []FacetGroup
	Took       time.Duration
	Pending    int      // resources that are not searchable in full yet
	Dense      bool     // meaning took part, not words alone
	FromLedger bool     // the index did not answer: the list comes from the ledger
	Notes      []string // for people: what was cut or left out
}

// cursor says where a page ended.
type cursor struct {
	Offset int    `json:"o,omitempty"` // in a ranked result
	Tier   int    `json:"t,omitempty"` // in a list by tiers
	Inner  string `json:"c,omitempty"` // the store's
}

func (c cursor) String() string {
	raw, _ := json.Marshal(c) // strings and numbers
	return base64.RawURLEncoding.EncodeToString(raw)
}

func parseCursor(s string) (cursor, error) {
	var c cursor
	if s == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || c.Offset < 0 || c.Tier < 0 {
		return c, fmt.Errorf("%w: the cursor is not one of a page before", ErrInvalid)
	}
	return c, nil
}

// search is one query on its way.
type search struct {
	*Service
	query  Query
	cursor cursor
	parsed query.Parsed
	base   []store.Condition // the user's own filters
	kept   []query.Filter    // understood filters that hold
	gone   []query.Filter    // understood filters that were left out
	exact  []store.Record
	page   Page
}

// Search finds resources by exact identifier, by what the words mean, and by hybrid ranking, in this order. An empty
// text lists what the filters leave. ErrInvalid: a filter, an order or a cursor that is none.
func (s *Service) Search(ctx context.Context, q Query) (Page, error) {
	start := time.Now()
	w := &search{Service: s, query: q}
	if err := w.run(ctx); err != nil {
		return Page{}, fmt.Errorf("search the estate: %w", err)
	}
	w.page.Pending = s.store.Pending(store.Estate)
	w.page.Took = time.Since(start)
	return w.page, nil
}

// Browse lists what the filters leave, by name unless q says otherwise; the text is not looked at.
func (s *Service) Browse(ctx context.Context, q Query) (Page, error) {
	q.Text = ""
	return s.Search(ctx, q)
}

func (w *search) run(ctx context.Context) error {
	if err := w.prepare(); err != nil {
		return err
	}
	if strings.TrimSpace(w.query.Text) == "" {
		return w.list(ctx)
	}
	w.parsed = query.Parse(w.query.Text, query.Options{Now: w.now(), Accounts: w.accounts(), Services: knownServices(), Labels: knownLabels(), Ignore: w.query.IgnoreUnderstood})
	if w.parsed.Cut {
		w.note("The query is longer than %d characters; the rest of it was left out.", query.MaxLength)
	}
	if len(w.parsed.Candidates) == 0 || w.parsed.Candidates[0] == "" {
		return w.list(ctx)
	}
	if err := w.findExact(ctx); err != nil {
		return err
	}
	if len(w.exact) > 0 && slices.ContainsFunc(w.parsed.Candidates, strictID) {
		return w.aboutExact(ctx)
	}
	if err := w.relax(ctx); err != nil {
		return err
	}
	w.understood()
	if w.residual() == "" {
		return w.list(ctx)
	}
	err := w.rank(ctx)
	if errors.Is(err, store.ErrIndexDown) {
		return w.byWords(ctx)
	}
	return err
}

// sortable are the fields that a list can be ordered by; resources without one come last.
var sortable = []string{
	fieldName, fieldType, fieldService, fieldRegion, fieldAccount, fieldEnv, fieldState, fieldFirstSeen, fieldCreated, fieldExpires, fieldEngine, fieldVersion,
	fieldRuntime, fieldClass, fieldKind, fieldTeam, fieldSize, fieldMemory, fieldRetention,
}

func (w *search) prepare() (err error) {
	if w.query.Limit <= 0 {
		w.query.Limit = defaultLimit
	}
	w.query.Limit = min(w.query.Limit, maxLimit)
	if w.query.SortBy == "account" {
		w.query.SortBy = fieldAccount
	}
	if w.query.SortBy == "relevance" {
		w.query.SortBy = ""
	}
	if w.query.SortBy != "" && !slices.Contains(sortable, w.query.SortBy) {
		return fmt.Errorf("%w: resources cannot be ordered by %q", ErrInvalid, clip(w.query.SortBy))
	}
	if w.query.Skip < 0 {
		return fmt.Errorf("%w: %d hits cannot be left out", ErrInvalid, w.query.Skip)
	}
	if w.query.Cursor != "" {
		w.query.Skip = 0
	}
	if w.cursor, err = parseCursor(w.query.Cursor); err != nil {
		return err
	}
	w.base, err = conditions(asked(w.query.Filters))
	return err
}

func (w *search) note(format string, args ...any) {
	w.page.Notes = append(w.page.Notes, fmt.Sprintf(format, args...))
}

// filter is the user's own filters and the understood ones.
func (w *search) filter() (store.Filter, error) {
	out := store.Filter{All: slices.Clone(w.base)}
	for _, f := range w.kept {
		conds, err := conditionsOf(f)
		if err != nil {
			return out, err
		}
		if len(f.Named) > 0 && !f.Not {
			out.Any = slices.Concat(conds, []store.Condition{in(fieldWords, f.Named, false)})
			if len(f.Wider) > 0 {
				out.All = append(out.All, in(fieldType, expandTypes(f.Wider), false))
			}
			continue
		}
		out.All = append(out.All, conds...)
	}
	return out, nil
}

// relaxOrder is the order in which understood filters give way when nothing meets them all: the finest first.
var relaxOrder = []string{
	fieldCreated, fieldExpires, fieldSize, fieldMemory, fieldRetention, "retention", "untagged", fieldMultiAZ, fieldDeletionProtection, fieldVersioning,
	fieldRotation, fieldAttached, fieldEncrypted, fieldPublic, fieldState, fieldVersion, fieldClass, fieldRuntime, fieldKind, fieldWords, fieldEngine,
	"owner", "tag", fieldService, fieldRegion, fieldAccount, fieldEnv, fieldType,
}

// relax leaves out understood filters, in relaxOrder, until something meets the rest, and then takes back those that
// were not in the way.
func (w *search) relax(ctx context.Context) error {
	w.kept = w.parsed.Filters
	if len(w.kept) == 0 {
		return nil
	}
	meets := func() (bool, error) {
		f, err := w.filter()
		if err != nil {
			return false, err
		}
		n, err := w.store.Count(ctx, store.Estate, f)
		return n > 0, err
	}
	ok, err := meets()
	if err != nil || ok {
		return err
	}
	w.kept = slices.Clone(w.kept)
	for _, field := range relaxOrder {
		for i := len(w.kept) - 1; i >= 0 && !ok; i-- {
			if w.kept[i].Field != field {
				continue
			}
			w.gone = append(w.gone, w.kept[i])
			widened := len(w.kept[i].Wider) > 0
			if widened {
				w.kept[i].Values, w.kept[i].Named, w.kept[i].Wider = w.kept[i].Wider, nil, nil
			} else {
				w.kept = slices.Delete(w.kept, i, i+1)
			}
			if ok, err = meets(); err != nil {
				return err
			}
			if widened && !ok {
				i++ // the wider types give way as well
			}
		}
	}
	if len(w.kept) > 0 {
		return w.takeBack(meets)
	}
	return nil
}

func (w *search) takeBack(meets func() (bool, error)) error {
	for i := 0; i < len(w.gone)-1; i++ { // the last one was in the way
		w.kept = append(w.kept, w.gone[i])
		ok, err := meets()
		if err != nil {
			return err
		}
		if !ok {
			w.kept = w.kept[:len(w.kept)-1]
			continue
		}
		w.gone = slices.Delete(w.gone, i, i+1)
		i--
	}
	return nil
}

func (w *search) understood() {
	for _, f := range w.kept {
		w.page.Understood = append(w.page.Understood, shown(f, false))
	}
	for _, f := range w.gone {
		w.page.Understood = append(w.page.Understood, shown(f, true))
		w.note("Nothing matches %q together with the rest, so it was left out.", f.Label)
	}
}

func shown(f query.Filter, relaxed bool) Filter {
	return Filter{Field: f.Field, Values: f.Values, Not: f.Not, Min: f.Min, Max: f.Max, Label: f.Label, FromQuery: true, Relaxed: relaxed}
}

// residual is the text that ranks: what the parser left, and the words of filters that were left out.
func (w *search) residual() string {
	parts := []string{w.parsed.Residual}
	for _, f := range w.gone {
		parts = append(parts, f.Text)
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}
