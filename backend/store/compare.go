package store

import (
	"context"
	"fmt"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/ledger"
)

// merge goes through points and records of a collection, both ordered by id. What only one of them has comes with nil for the other.
func (s *Store) merge(ctx context.Context, client *qdrant.Client, col *collection, each func(p *pointState, r *ledger.IDRev)) error {
	have := newPointList(ctx, client, s.alias(col.Collection))
	want := newRevList(ctx, s.ledger, string(col.Collection))
	p, r := have.next(), want.next()
	for p != nil || r != nil {
		switch {
		case p == nil || (r != nil && r.ID < p.id):
			each(nil, r)
			r = want.next()
		case r == nil || p.id < r.ID:
			each(p, nil)
			p = have.next()
		default:
			each(p, r)
			p, r = have.next(), want.next()
		}
	}
	if have.err != nil {
		return have.err
	}
	return want.err
}

// Comparison is how a collection of the index differs from the ledger.
type Comparison struct {
	Collection               Collection
	Records, Points          int
	Missing, Extra, Outdated []string // ids: not in the index, only there (or there twice), there in another revision
}

// Compare looks at ledger and index, record by record, and changes nothing. What is being written meanwhile may be among the
// differences.
func (s *Store) Compare(ctx context.Context) ([]Comparison, error) {
	client, err := s.conn.get()
	if err != nil {
		return nil, fmt.Errorf("compare the index with the ledger: %w", err)
	}
	out := make([]Comparison, len(s.order))
	for i, name := range s.order {
		c := &out[i]
		c.Collection = name
		err := s.merge(ctx, client, s.coll[name], func(p *pointState, r *ledger.IDRev) {
			if p != nil {
				c.Points++
			}
			if r != nil {
				c.Records++
			}
			switch {
			case p == nil:
				c.Missing = append(c.Missing, r.ID)
			case r == nil:
				c.Extra = append(c.Extra, p.id)
			case p.rev != r.Rev:
				c.Outdated = append(c.Outdated, r.ID)
			}
		})
		if err != nil {
			return nil, down("compare the index with the ledger", err)
		}
	}
	return out, nil
}
