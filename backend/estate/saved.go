package estate

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// The records of store.EstateState, all of one scope each. What people type, names of searches among it, is in the sealed content.
const (
	savedScope   = "saved-searches"
	tableScope   = "table"
	kindSaved    = "saved-search"
	kindTable    = "table"
	fieldOfState = "kind"
)

// The bounds of what is saved.
const (
	MaxSaved     = 500
	maxSavedName = 120 // runes
	maxSavedText = 2000
	MaxColumns   = 40
)

// SavedSearch is a search under a name; all of it is sealed at rest.
type SavedSearch struct {
	ID      string    `json:"-"`
	Name    string    `json:"name"`
	Text    string    `json:"text,omitempty"`
	Filters []Filter  `json:"filters,omitempty"`
	Ignore  []string  `json:"ignore,omitempty"` // fields that words of the text are not to become filters of
	Columns []string  `json:"columns,omitempty"`
	SortBy  string    `json:"sort_by,omitempty"`
	Desc    bool      `json:"desc,omitempty"`
	SavedAt time.Time `json:"saved_at"`
}

// stateSchema declares what belongs to the estate and is never searched.
func stateSchema() store.Schema {
	return store.Schema{
		Collection: store.EstateState, Fields: map[string]store.FieldKind{fieldOfState: store.Keyword}, SealedField: "encrypted_detail", LedgerOnly: true,
	}
}

// SavedSearches are the saved searches by name. One that does not open is left out.
func (s *Service) SavedSearches(ctx context.Context) ([]SavedSearch, error) {
	recs, err := s.store.ByScope(ctx, store.EstateState, savedScope, math.MinInt64, math.MaxInt64, 2*MaxSaved, false)
	if err != nil {
		return nil, fmt.Errorf("list saved searches: %w", err)
	}
	out := make([]SavedSearch, 0, len(recs))
	for i := range recs {
		var saved SavedSearch
		if recs[i].Damaged || json.Unmarshal(recs[i].Content, &saved) != nil {
			s.log.Warn("leave out a saved search that does not open", "id", recs[i].ID)
			continue
		}
		saved.ID = recs[i].ID
		out = append(out, saved)
	}
	slices.SortFunc(out, func(a, b SavedSearch) int {
		if n := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// SaveSearch keeps a search (empty id) or replaces one, also to give it another name. ErrInvalid: it has no name, the name of another
// one, or a filter that is none. store.ErrNotFound: there is none of this id.
func (s *Service) SaveSearch(ctx context.Context, saved SavedSearch) (SavedSearch, error) {
	s.saving.Lock()
	defer s.saving.Unlock()
	saved.Name = strings.Join(strings.Fields(saved.Name), " ")
	if err := s.checkSaved(ctx, saved); err != nil {
		return SavedSearch{}, fmt.Errorf("save a search: %w", err)
	}
	if saved.ID == "" {
		saved.ID = uuid.NewString()
	}
	saved.SavedAt = s.now().UTC()
	if err := s.keepState(ctx, saved.ID, savedScope, kindSaved, saved); err != nil {
		return SavedSearch{}, fmt.Errorf("save a search: %w", err)
	}
	return saved, nil
}

func (s *Service) checkSaved(ctx context.Context, saved SavedSearch) error {
	switch {
	case saved.Name == "":
		return fmt.Errorf("%w: the search has no name", ErrInvalid)
	case utf8.RuneCountInString(saved.Name) > maxSavedName:
		return fmt.Errorf("%w: the name is longer than %d characters", ErrInvalid, maxSavedName)
	case utf8.RuneCountInString(saved.Text) > maxSavedText:
		return fmt.Errorf("%w: the search is longer than %d characters", ErrInvalid, maxSavedText)
	case len(saved.Columns) > MaxColumns:
		return fmt.Errorf("%w: a table has %d columns at most", ErrInvalid, MaxColumns)
	}
	if _, err := conditions(asked(saved.Filters)); err != nil {
		return err
	}
	all, err := s.SavedSearches(ctx)
	if err != nil {
		return err
	}
	known := saved.ID == ""
	for _, other := range all {
		known = known || other.ID == saved.ID
		if other.ID != saved.ID && strings.EqualFold(other.Name, saved.Name) {
			return fmt.Errorf("%w: there is a saved search of this name already", ErrInvalid)
		}
	}
	switch {
	case !known:
		return fmt.Errorf("saved search %s: %w", clip(saved.ID), store.ErrNotFound)
	case saved.ID == "" && len(all) >= MaxSaved:
		return fmt.Errorf("%w: there are %d saved searches, and no more are kept", ErrInvalid, len(all))
	}
	return nil
}

// DeleteSavedSearch removes a saved search. store.ErrNotFound: there is none of this id.
func (s *Service) DeleteSavedSearch(ctx context.Context, id string) error {
	s.saving.Lock()
	defer s.saving.Unlock()
	all, err := s.SavedSearches(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(saved SavedSearch) bool { return saved.ID == id }) {
		return fmt.Errorf("delete saved search %s: %w", clip(id), store.ErrNotFound)
	}
	if _, err := s.store.Delete(ctx, store.EstateState, id); err != nil {
		return fmt.Errorf("delete a saved search: %w", err)
	}
	return nil
}

// tableID is the one record of the table's columns.
var tableID = uuid.NewSHA1(uuid.NameSpaceURL, []byte("cloudops:estate:table")).String()

// Columns are the fields that the table shows, in order; none were chosen where it is empty. "tag:KEY" is a tag.
func (s *Service) Columns(ctx context.Context) ([]string, error) {
	recs, err := s.store.Get(ctx, store.EstateState, tableID)
	if err != nil {
		return nil, fmt.Errorf("read the columns: %w", err)
	}
	var columns []string
	if len(recs) > 0 {
		if err := json.Unmarshal(recs[0].Content, &columns); err != nil {
			return nil, fmt.Errorf("open the columns: %w", err)
		}
	}
	return columns, nil
}

// SaveColumns keeps the fields that the table shows. ErrInvalid: they are too many.
func (s *Service) SaveColumns(ctx context.Context, columns []string) error {
	if len(columns) > MaxColumns {
		return fmt.Errorf("save the columns: %w: a table has %d at most", ErrInvalid, MaxColumns)
	}
	if err := s.keepState(ctx, tableID, tableScope, kindTable, columns); err != nil {
		return fmt.Errorf("save the columns: %w", err)
	}
	return nil
}

func (s *Service) keepState(ctx context.Context, id, scope, kind string, what any) error {
	content, err := json.Marshal(what)
	if err != nil {
		return err
	}
	_, err = s.store.Put(ctx, store.EstateState, store.Record{ID: id, Scope: scope, Fields: map[string]any{fieldOfState: kind}, Content: content})
	return err
}
