package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/ledger"
)

// mendBatch is how many (id, rev) pairs are compared at a time.
const mendBatch = 5000

// mendState says how far a collection of the index can be believed.
type mendState struct {
	mu       sync.Mutex
	layout   bool // the collection exists with its indexes
	compared bool // every difference from the ledger is known and queued
	total    int  // records that differed
	broken   map[string]bool
	err      error // of the last try, where it failed
	failures int   // tries in a row that the server refused
	change   chan struct{}
}

// patience is how many tries in a row may fail, half a second apart, before those who wait for the index are told.
const patience = 10

// fail notes that the server refused to be written or read. It is tried again for ever; first says that it is new.
func (m *mendState) fail(err error) (first bool) {
	m.set(func(m *mendState) {
		m.err = named(err)
		m.failures++
		first = m.failures == 1
	})
	return first
}

// worked notes that ids are in the index.
func (m *mendState) worked(ids []string) {
	m.mu.Lock()
	clean := m.failures == 0 && len(m.broken) == 0
	m.mu.Unlock()
	if clean {
		return
	}
	m.set(func(m *mendState) {
		m.err, m.failures = nil, 0
		for _, id := range ids {
			delete(m.broken, id)
		}
	})
}

// stuck is why those who wait should wait no longer.
func (m *mendState) stuck() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failures < patience {
		return nil
	}
	return m.err
}

// named finds the cause that a person can do something about.
func named(err error) error {
	text := err.Error()
	if strings.Contains(text, "No space left on device") || strings.Contains(text, "not enough space on the disk") {
		return fmt.Errorf("%w: %w", ErrIndexFull, err)
	}
	return err
}

func (m *mendState) set(f func(*mendState)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m)
	if m.change != nil {
		close(m.change)
		m.change = nil
	}
}

func (m *mendState) reset() {
	m.set(func(m *mendState) { m.layout, m.compared, m.err, m.failures = false, false, nil, 0 })
}

func (m *mendState) addBroken(id string) {
	m.set(func(m *mendState) {
		if m.broken == nil {
			m.broken = map[string]bool{}
		}
		m.broken[id] = true
	})
}

func (m *mendState) hasLayout() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.layout
}

func (m *mendState) done() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.compared
}

// changed returns a channel that closes at the next change.
func (m *mendState) changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.change == nil {
		m.change = make(chan struct{})
	}
	return m.change
}

// Mending is the state of the comparison of a collection with the ledger.
type Mending struct {
	Collection Collection
	Compared   bool     // the comparison since the last Connect is complete
	Differed   int      // records that the index lacked, had in another revision, or had too many
	Waiting    int      // records to be written to the index
	Embedding  int      // records to be embedded
	Broken     []string // ids of records that cannot be opened, and so not be indexed
	Err        error    // why the comparison does not get on
}

// Mending reports on every collection, in the order of their declaration.
func (s *Store) Mending() []Mending {
	out := make([]Mending, 0, len(s.order))
	for _, c := range s.order {
		col := s.coll[c]
		col.mend.mu.Lock()
		m := Mending{Collection: c, Compared: col.mend.compared, Differed: col.mend.total, Err: col.mend.err,
			Broken: slices.Sorted(maps.Keys(col.mend.broken))}
		col.mend.mu.Unlock()
		m.Waiting, m.Embedding = col.todo.len(), col.dense.len()
		out = append(out, m)
	}
	return out
}

// WaitMended returns when every collection is compared and what differed is written to the index, dense vectors
// aside; WaitEmbedded when they are there, too. With an error where the server goes on refusing.
func (s *Store) WaitMended(ctx context.Context) error {
	for _, c := range s.order {
		col := s.coll[c]
		for {
			changed := col.mend.changed()
			if col.mend.done() {
				break
			}
			if err := col.mend.stuck(); err != nil {
				return fmt.Errorf("wait for the index: %w", err)
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("wait for the index: %w", ctx.Err())
			}
		}
		if err := col.drained(ctx, col.todo); err != nil {
			return fmt.Errorf("wait for the index: %w", err)
		}
	}
	return nil
}

// drained waits until all that is in q now is done.
func (col *collection) drained(ctx context.Context, q *queue) error {
	for {
		step, cancel := context.WithTimeout(ctx, retryAfter)
		done := q.wait(step)
		cancel()
		switch {
		case done:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		}
		if err := col.mend.stuck(); err != nil {
			return err
		}
	}
}

// WaitEmbedded waits until nothing is pending in any collection.
func (s *Store) WaitEmbedded(ctx context.Context) error {
	if err := s.WaitMended(ctx); err != nil {
		return err
	}
	for _, c := range s.order {
		if err := s.coll[c].drained(ctx, s.coll[c].dense); err != nil {
			return fmt.Errorf("wait for the vectors: %w", err)
		}
	}
	return nil
}

// mendAll makes the collections and compares them, again after errors, until it is through or the connection ends.
func (s *Store) mendAll(ctx context.Context) {
	for _, c := range s.order {
		col := s.coll[c]
		for ctx.Err() == nil {
			err := s.mend(ctx, col)
			if err == nil {
				break
			}
			if ctx.Err() == nil && !isDown(err) && col.mend.fail(err) { // one that is down comes back, and it begins anew
				s.log.Error("compare the index with the ledger", "collection", c, "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(retryAfter):
			}
		}
	}
}

func (s *Store) mend(ctx context.Context, col *collection) error {
	// What was found out over a connection that has been replaced says nothing about the next one.
	set := func(f func(*mendState)) {
		col.mend.set(func(m *mendState) {
			if ctx.Err() == nil {
				f(m)
			}
		})
	}
	client, err := s.conn.get()
	if err != nil {
		return err
	}
	if err := s.ensure(ctx, client, col); err != nil {
		return err
	}
	set(func(m *mendState) { m.layout, m.total = true, 0 })
	signal(s.wake)
	if err := s.compare(ctx, client, col); err != nil {
		return err
	}
	set(func(m *mendState) { m.compared, m.err, m.failures = true, nil, 0 })
	signal(s.wake)
	signal(s.wakeDense)
	return nil
}

// compare queues what differs. A record that is written meanwhile is queued by its own write; being queued twice does no harm.
func (s *Store) compare(ctx context.Context, client *qdrant.Client, col *collection) error {
	model := ""
	if s.model != nil && col.Searchable {
		model = s.model.ID()
	}
	return s.merge(ctx, client, col, func(p *pointState, r *ledger.IDRev) {
		switch {
		case p == nil:
			s.differs(col, r.ID)
		case r == nil:
			s.differs(col, p.id) // applyLoop finds no record and deletes the point
		case p.rev != r.Rev:
			s.differs(col, r.ID)
		case p.model != model || (model != "" && !p.doc): // points of an earlier program do not say what was embedded
			col.dense.push(r.ID)
		}
	})
}

func (s *Store) differs(col *collection, id string) {
	col.todo.push(id)
	col.mend.set(func(m *mendState) { m.total++ })
}

// pointState is what Qdrant has of a record.
type pointState struct {
	id    string
	rev   int64
	model string
	doc   bool // it says what was embedded
}

type pointList struct {
	ctx    context.Context
	client *qdrant.Client
	alias  string
	page   []pointState
	offset *qdrant.PointId
	end    bool
	err    error
}

func newPointList(ctx context.Context, client *qdrant.Client, alias string) *pointList {
	return &pointList{ctx: ctx, client: client, alias: alias}
}

func (l *pointList) next() *pointState {
	if len(l.page) == 0 && !l.end && l.err == nil {
		l.fill()
	}
	if len(l.page) == 0 {
		return nil
	}
	p := &l.page[0]
	l.page = l.page[1:]
	return p
}

func (l *pointList) fill() {
	points, next, err := l.client.ScrollAndOffset(l.ctx, &qdrant.ScrollPoints{
		CollectionName: l.alias, Limit: qdrant.PtrOf(uint32(mendBatch)), Offset: l.offset,
		WithPayload: qdrant.NewWithPayloadInclude(fieldRev, fieldModel, fieldDoc),
	})
	if err != nil {
		l.err = fmt.Errorf("list points: %w", err)
		return
	}
	l.offset, l.end = next, next == nil
	for _, p := range points {
		payload := p.GetPayload()
		l.page = append(l.page, pointState{id: p.GetId().GetUuid(), rev: payload[fieldRev].GetIntegerValue(), model: payload[fieldModel].GetStringValue(),
			doc: payload[fieldDoc].GetStringValue() != ""})
	}
	// The merge needs both lists in one order; Qdrant's is that of the 128-bit number, the same as of the canonical text.
	if !slices.IsSortedFunc(l.page, func(a, b pointState) int { return strings.Compare(a.id, b.id) }) {
		l.err = fmt.Errorf("list points of %s: they are not in the order of their ids", l.alias)
		l.page = nil
	}
}

type revList struct {
	ctx        context.Context
	ledger     *ledger.Ledger
	collection string
	page       []ledger.IDRev
	after      string
	end        bool
	err        error
}

func newRevList(ctx context.Context, l *ledger.Ledger, collection string) *revList {
	return &revList{ctx: ctx, ledger: l, collection: collection}
}

func (l *revList) next() *ledger.IDRev {
	if len(l.page) == 0 && !l.end && l.err == nil {
		if l.page, l.err = l.ledger.Revs(l.ctx, l.collection, l.after, mendBatch); len(l.page) < mendBatch {
			l.end = true
		}
		if len(l.page) > 0 {
			l.after = l.page[len(l.page)-1].ID
		}
	}
	if len(l.page) == 0 || l.err != nil {
		return nil
	}
	r := &l.page[0]
	l.page = l.page[1:]
	return r
}
