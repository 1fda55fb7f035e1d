package estate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cloudops/backend/store"
)

// ChangeKind is what happened to a resource.
type ChangeKind string

// The kinds of change.
const (
	ChangeAdded   ChangeKind = "added"
	ChangeChanged ChangeKind = "changed"
	ChangeRemoved ChangeKind = "removed"
)

// Change is one difference between two looks at a resource.
type Change struct {
	ID        string       `json:"id"`
	At        time.Time    `json:"at"`
	Kind      ChangeKind   `json:"kind"`
	ARN       string       `json:"arn"`
	Type      string       `json:"type"`
	Name      string       `json:"name"`
	Region    string       `json:"region"`
	AccountID string       `json:"account_id"`
	Env       string       `json:"env"`
	Fields    []Difference `json:"fields"` // of kind changed
}

// ChangePage is a page of changes, newest first.
type ChangePage struct {
	Changes []Change `json:"changes"`
	Next    string   `json:"next"` // empty at the end
}

// Changes since a moment (the zero time: all), newest first, up to limit (1 … 1000; 0: 100) a page.
func (s *Service) Changes(ctx context.Context, since time.Time, limit int, cursor string) (ChangePage, error) {
	return s.changes(ctx, changesBetween(since, time.Time{}), limit, cursor)
}

// History of one resource, newest first; it outlives the resource.
func (s *Service) History(ctx context.Context, arn string, limit int) ([]Change, error) {
	canonical, err := CanonicalARN(arn)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	filter := store.Filter{All: []store.Condition{{Field: fieldResource, Op: store.Eq, Values: []any{RecordID(canonical)}}}}
	page, err := s.changes(ctx, filter, limit, "")
	return page.Changes, err
}

func (s *Service) changes(ctx context.Context, filter store.Filter, limit int, cursor string) (ChangePage, error) {
	res, err := s.store.Scroll(ctx, store.Changes, store.Page{Filter: filter, Order: store.Order{Field: fieldAt, Desc: true}, Limit: limit, Cursor: cursor})
	if err != nil {
		return ChangePage{}, fmt.Errorf("list changes: %w", err)
	}
	page := ChangePage{Changes: make([]Change, 0, len(res.Records)), Next: res.Next}
	for i := range res.Records {
		rec := &res.Records[i]
		c := Change{
			ID: rec.ID, At: momentOf(rec, fieldAt), Kind: ChangeKind(str(rec, fieldChange)), ARN: str(rec, fieldARN), Type: str(rec, fieldType),
			Name: str(rec, fieldName), Region: str(rec, fieldRegion), AccountID: str(rec, fieldAccount), Env: str(rec, fieldEnv),
		}
		if c.Kind == ChangeChanged {
			if err := json.Unmarshal(rec.Content, &c.Fields); err != nil {
				return ChangePage{}, fmt.Errorf("read change %s: %w", rec.ID, err)
			}
		}
		page.Changes = append(page.Changes, c)
	}
	return page, nil
}
