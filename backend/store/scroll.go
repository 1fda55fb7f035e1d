package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/store/table"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// cursor says where a page ended.
type cursor struct {
	After  string   `json:"a,omitempty"` // id order: the first id of the next page
	Value  *float64 `json:"v,omitempty"` // number order: the value the page ended with …
	Seen   []string `json:"s,omitempty"` // … and the ids with that value that were returned
	Offset int      `json:"o,omitempty"` // of a Listed collection: records before the next page
}

func (c cursor) String() string {
	plain, _ := json.Marshal(c) // strings and numbers
	return base64.RawURLEncoding.EncodeToString(plain)
}

func parseCursor(s string) (cursor, error) {
	var c cursor
	if s == "" {
		return c, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(plain, &c)
	}
	if err != nil {
		return c, fmt.Errorf("cursor: %w", err)
	}
	return c, nil
}

func limitOf(n int) int {
	if n <= 0 {
		return defaultLimit
	}
	return min(n, maxLimit)
}

// Scroll implements Reader: a Listed collection from its table, another from Qdrant where it is known to be complete, else from the ledger.
func (s *Store) Scroll(ctx context.Context, c Collection, p Page) (Result, error) {
	col, err := s.collection(c)
	if err != nil {
		return Result{}, err
	}
	cur, err := parseCursor(p.Cursor)
	if err != nil {
		return Result{}, err
	}
	p.Limit = limitOf(p.Limit)
	if p.Skip > 0 && p.Cursor == "" {
		cur.Offset = p.Skip
	}
	if col.Listed {
		res, err := s.scrollTable(ctx, col, p, cur)
		if err != nil {
			return Result{}, fmt.Errorf("list %s: %w", c, err)
		}
		return res, nil
	}
	kind, declared := col.Fields[p.Order.Field]
	if p.Skip > 0 || p.Order.Field != "" && (!declared || kind != Integer && kind != Float) {
		return Result{}, fmt.Errorf("list %s by %q: a collection that is not listed is read from its beginning, by id or by a number", c, p.Order.Field)
	}
	client, err := s.fresh(ctx, col)
	if err == nil {
		var res Result
		if res, err = s.scrollIndex(ctx, client, col, p, cur); err == nil {
			return res, nil
		}
	}
	if !isDown(err) || ctx.Err() != nil {
		return Result{}, fmt.Errorf("list %s: %w", c, err)
	}
	return s.scrollLedger(ctx, col, p, cur)
}

// fresh returns a client whose collection has all that was acknowledged, or ErrIndexDown.
func (s *Store) fresh(ctx context.Context, col *collection) (*qdrant.Client, error) {
	client, err := s.conn.get()
	if err != nil {
		return nil, err
	}
	if col.LedgerOnly || !col.mend.done() {
		return nil, ErrIndexDown
	}
	wait, cancel := context.WithTimeout(ctx, s.options.FreshWait)
	defer cancel()
	if !col.todo.wait(wait) {
		return nil, ErrIndexDown
	}
	return client, nil
}

func (s *Store) scrollIndex(ctx context.Context, client *qdrant.Client, col *collection, p Page, cur cursor) (Result, error) {
	filter, err := qdrantFilter(p.Filter)
	if err != nil {
		return Result{}, err
	}
	if p.Order.Field == "" {
		return s.scrollByID(ctx, client, col, filter, p, cur)
	}
	return s.scrollByNumber(ctx, client, col, filter, p, cur)
}

func (s *Store) scrollByID(ctx context.Context, client *qdrant.Client, col *collection, filter *qdrant.Filter, p Page, cur cursor) (Result, error) {
	req := &qdrant.ScrollPoints{
		CollectionName: s.alias(col.Collection), Filter: filter, Limit: qdrant.PtrOf(uint32(p.Limit)), WithPayload: qdrant.NewWithPayload(true),
	}
	if cur.After != "" {
		req.Offset = qdrant.NewIDUUID(cur.After)
	}
	points, next, err := client.ScrollAndOffset(ctx, req)
	if err != nil {
		return Result{}, err
	}
	res, _ := s.result(col, points)
	if next != nil {
		res.Next = cursor{After: next.GetUuid()}.String()
	}
	return res, nil
}

func (s *Store) scrollByNumber(ctx context.Context, client *qdrant.Client, col *collection, filter *qdrant.Filter, p Page, cur cursor) (Result, error) {
	order := &qdrant.OrderBy{Key: p.Order.Field, Direction: qdrant.PtrOf(qdrant.Direction_Asc)}
	if p.Order.Desc {
		order.Direction = qdrant.PtrOf(qdrant.Direction_Desc)
	}
	if cur.Value != nil {
		// There is no next-page offset with an order: start again at the last value, without what was seen there.
		if col.Fields[p.Order.Field] == Integer {
			order.StartFrom = qdrant.NewStartFromInt(int64(*cur.Value))
		} else {
			order.StartFrom = qdrant.NewStartFromFloat(*cur.Value)
		}
		seen := make([]*qdrant.PointId, len(cur.Seen))
		for i, id := range cur.Seen {
			seen[i] = qdrant.NewIDUUID(id)
		}
		filter.MustNot = append(filter.MustNot, qdrant.NewHasID(seen...))
	}
	points, err := client.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: s.alias(col.Collection), Filter: filter, Limit: qdrant.PtrOf(uint32(p.Limit)), OrderBy: order, WithPayload: qdrant.NewWithPayload(true),
	})
	if err != nil {
		return Result{}, err
	}
	res, all := s.result(col, points)
	if len(points) == p.Limit {
		res.Next = nextByNumber(all, p.Order.Field, cur).String()
	}
	return res, nil
}

func nextByNumber(recs []Record, field string, before cursor) cursor {
	last, _ := table.NumberOf(recs[len(recs)-1].Fields[field])
	next := cursor{Value: &last}
	if before.Value != nil && *before.Value == last {
		next.Seen = append(next.Seen, before.Seen...)
	}
	for _, r := range recs {
		if v, ok := table.NumberOf(r.Fields[field]); ok && v == last {
			next.Seen = append(next.Seen, r.ID)
		}
	}
	return next
}

// result makes a page of points; all are its records in their order, the damaged ones among them.
func (s *Store) result(col *collection, points []*qdrant.RetrievedPoint) (res Result, all []Record) {
	all = make([]Record, len(points))
	for i, p := range points {
		all[i] = s.record(col, p.GetId(), p.GetPayload())
		res.add(all[i])
	}
	return res, all
}
