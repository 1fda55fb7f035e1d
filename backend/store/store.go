// Package store keeps encrypted records: durable in the ledger, served by Qdrant.
// It is the only importer of the Qdrant client. A write is acknowledged when the
// ledger has it; two background stages bring it into the index, first its fields
// and terms, then its dense vector; a mending pass compares the two and corrects
// whatever a crash, a lost folder or another model left different.
package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cloudops/backend/crypto"
	"cloudops/backend/embedding"
	"cloudops/backend/ledger"
)

// Sealer seals and opens content; crypto.Vault is one.
type Sealer interface {
	Seal(ad crypto.AD, plaintext []byte) (string, error)
	Open(ad crypto.AD, sealed string) ([]byte, error)
	SubKey(purpose string) []byte
}

// Deps are what a store is built from. Model may be nil: the store then works on terms alone.
type Deps struct {
	Ledger *ledger.Ledger
	Sealer Sealer
	Model  embedding.Model
	Log    *slog.Logger
}

// Options of New.
type Options struct {
	Schemas []Schema
	// Prefix is put before the names of collections on a server that others use too: the vault's id.
	Prefix string
	// FreshWait is how long a list waits for one's own last writes to reach the index before it is read
	// from the ledger instead. 300 ms where zero.
	FreshWait time.Duration
}

// Store is safe for concurrent use.
type Store struct {
	ledger  *ledger.Ledger
	sealer  Sealer
	model   embedding.Model
	log     *slog.Logger
	options Options
	coll    map[Collection]*collection
	order   []Collection // of declaration: the order in which they are mended; without those of the ledger alone

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup

	conn connection
	// commitMu is held from a write of listed collections to the ledger until their tables have it, and while a table is filled.
	commitMu sync.Mutex
	// applyMu is held while points are written, so that a slow embedding never overwrites a newer state.
	applyMu   sync.Mutex
	wake      chan struct{} // the index stages have something to do
	wakeDense chan struct{}
	arrived   atomic.Int64 // Unix ms of the last records that the index was given
	queries   queryCache
	docKey    []byte                         // of docID
	restored  atomic.Pointer[ledger.Vectors] // what a restore brought back; nil without one
}

// collection is the run-time state of a Schema.
type collection struct {
	Schema
	terms   *embedding.TermEncoder
	todo    *queue // to be written to Qdrant
	dense   *queue // to be embedded
	counts  remembered[[]Facet]
	totals  remembered[int64]
	matched matched
	listing listing
	mend    mendState
	kept    vectorCache
}

// New makes a store that serves from the ledger until Connect.
func New(d Deps, o Options) (*Store, error) {
	if o.FreshWait == 0 {
		o.FreshWait = 300 * time.Millisecond
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	s := &Store{
		ledger: d.Ledger, sealer: d.Sealer, model: d.Model, log: d.Log, options: o,
		coll: map[Collection]*collection{}, wake: make(chan struct{}, 1), wakeDense: make(chan struct{}, 1),
	}
	s.docKey = d.Sealer.SubKey("embedded-texts")
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, schema := range o.Schemas {
		if _, ok := s.coll[schema.Collection]; ok {
			return nil, fmt.Errorf("store: collection %s is declared twice", schema.Collection)
		}
		if schema.Searchable && schema.Derive == nil {
			return nil, fmt.Errorf("store: collection %s is searchable and has no Derive", schema.Collection)
		}
		if schema.Searchable && schema.LedgerOnly {
			return nil, fmt.Errorf("store: collection %s is searchable and in the ledger alone", schema.Collection)
		}
		s.coll[schema.Collection] = &collection{Schema: schema, terms: s.termEncoder(schema), todo: newQueue(), dense: newQueue(),
			counts: remembered[[]Facet]{most: maxCounts}, totals: remembered[int64]{most: maxCounts}}
		if !schema.LedgerOnly {
			s.order = append(s.order, schema.Collection)
		}
	}
	s.work.Go(s.fillListings)
	s.work.Go(s.applyLoop)
	s.work.Go(s.denseLoop)
	return s, nil
}

func (s *Store) termEncoder(schema Schema) *embedding.TermEncoder {
	o := embedding.TermOptions{AverageLength: schema.AvgTerms}
	if schema.KeyedTerms {
		o.Key = s.sealer.SubKey("chat-terms")
	}
	return embedding.NewTerms(o)
}

// Close stops the background work and the connection; it does not close the ledger or the model.
func (s *Store) Close() error {
	s.cancel()
	s.work.Wait()
	s.Disconnect()
	return nil
}

func (s *Store) collection(c Collection) (*collection, error) {
	col, ok := s.coll[c]
	if !ok {
		return nil, fmt.Errorf("store: collection %s is not declared", c)
	}
	return col, nil
}

// Put implements Writer.
func (s *Store) Put(ctx context.Context, c Collection, recs ...Record) ([]int64, error) {
	return s.update(ctx, []WriteOp{{Collection: c, Put: recs}})
}

// Delete implements Writer.
func (s *Store) Delete(ctx context.Context, c Collection, ids ...string) (int, error) {
	revs, err := s.update(ctx, []WriteOp{{Collection: c, Delete: ids}})
	n := 0
	for _, rev := range revs {
		if rev != 0 {
			n++
		}
	}
	return n, err
}

// Update implements Writer.
func (s *Store) Update(ctx context.Context, ops ...WriteOp) error {
	_, err := s.update(ctx, ops)
	return err
}

func (s *Store) update(ctx context.Context, ops []WriteOp) ([]int64, error) {
	var changes []ledger.Change
	for _, op := range ops {
		col, err := s.collection(op.Collection)
		if err != nil {
			return nil, err
		}
		for _, rec := range op.Put {
			row, err := s.seal(col, rec)
			if err != nil {
				return nil, err
			}
			changes = append(changes, ledger.Change{Record: row, Expect: rec.Rev})
		}
		for _, id := range op.Delete {
			changes = append(changes, ledger.Change{Record: ledger.Record{Collection: string(op.Collection), ID: id}, Delete: true})
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	revs, err := s.commit(ctx, changes)
	if err != nil {
		return nil, err
	}
	for _, op := range ops {
		s.enqueue(op)
	}
	return revs, nil
}

// enqueue hands what was committed to the index stages.
func (s *Store) enqueue(op WriteOp) {
	col := s.coll[op.Collection]
	if col.LedgerOnly {
		return
	}
	ids := make([]string, 0, len(op.Put)+len(op.Delete))
	for _, rec := range op.Put {
		ids = append(ids, rec.ID)
	}
	col.todo.push(append(ids, op.Delete...)...)
	if col.Affects != nil {
		again := col.dense // writes the whole point, and leaves the old vector in place until then
		if s.model == nil {
			again = col.todo
		}
		for _, rec := range op.Put {
			neighbours, err := col.Affects(s.ctx, s, rec)
			if err != nil {
				s.log.Warn("find the neighbours of a record", "collection", op.Collection, "error", err)
				continue
			}
			again.push(neighbours...)
		}
		signal(s.wakeDense)
	}
	signal(s.wake)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// translate turns the ledger's errors into those that callers of the store know.
func translate(err error) error {
	if errors.Is(err, ledger.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return err
}

// Get implements Reader. It reads the ledger, where every acknowledged write is.
func (s *Store) Get(ctx context.Context, c Collection, ids ...string) ([]Record, error) {
	rows, err := s.ledger.Get(ctx, string(c), ids...)
	if err != nil {
		return nil, err
	}
	return s.openRows(c, rows)
}

// ByScope implements Reader.
func (s *Store) ByScope(ctx context.Context, c Collection, scope string, from, to int64, limit int, desc bool) ([]Record, error) {
	col, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	rows, err := s.ledger.ByScope(ctx, string(c), scope, from, to, limit, desc)
	if err != nil {
		return nil, err
	}
	return s.openAll(col, rows), nil
}

// KeyedID implements ReadWriter.
func (s *Store) KeyedID(purpose, text string) string {
	mac := hmac.New(sha256.New, s.sealer.SubKey(purpose))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// Pending implements ReadWriter.
func (s *Store) Pending(c Collection) int {
	col, ok := s.coll[c]
	if !ok {
		return 0
	}
	return col.todo.len() + col.dense.len()
}
