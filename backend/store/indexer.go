package store

import (
	"context"
	"errors"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/ledger"
)

const (
	applyBatch = 256 // records written to Qdrant in one call
	denseBatch = 32  // records embedded in one call: short, so that a new message waits little behind an import
	// sendBytes bounds what is read, opened and sent at once. A record may be larger: it goes alone.
	sendBytes  = 8 << 20
	retryAfter = 500 * time.Millisecond
	// A scan or an import, of which something arrived so recently, goes before the embedding of what it brings.
	stillArriving = 2 * time.Second
	longestPause  = 500 * time.Millisecond
)

// applyLoop writes what the ledger has to Qdrant: fields and terms at once, the dense vector later.
func (s *Store) applyLoop() {
	for {
		worked, err := s.applySome()
		if err != nil && s.ctx.Err() == nil && !isDown(err) && !serverFault(err) {
			s.log.Error("write to the index", "error", err)
		}
		if worked && err == nil {
			continue
		}
		if !s.sleep(s.wake, err) {
			return
		}
	}
}

// sleep waits for work; after an error it waits a moment in any case. False: the store closes.
func (s *Store) sleep(wake <-chan struct{}, err error) bool {
	if err != nil {
		wake = nil
	}
	timer := time.NewTimer(retryAfter)
	defer timer.Stop()
	select {
	case <-s.ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return true
}

func (s *Store) applySome() (worked bool, err error) {
	if !s.Connected() {
		return false, nil
	}
	client, err := s.conn.get()
	if err != nil {
		return false, err
	}
	for _, c := range s.order {
		col := s.coll[c]
		if !col.mend.hasLayout() {
			continue // the mending pass makes the collection first
		}
		ids, ticket := col.todo.take(applyBatch)
		if len(ids) == 0 {
			continue
		}
		s.arrived.Store(time.Now().UnixMilli())
		err := s.portions(s.ctx, col, ids, func(part []string) error {
			err := s.apply(s.ctx, client, col, part)
			switch {
			case err == nil:
				col.mend.worked(part)
			case !isDown(err) && s.ctx.Err() == nil:
				err = s.applyOneByOne(client, col, part, err)
			}
			return err
		})
		// Before finish: whoever waits for these writes must not see a list from before them.
		col.changed()
		col.todo.finish(ids, ticket, err != nil)
		if err != nil {
			if serverFault(err) && col.mend.fail(err) {
				s.log.Error("write to the index", "collection", c, "error", err)
			}
			return true, err
		}
		worked = true
	}
	return worked, nil
}

// portions calls do with runs of ids whose records take at most sendBytes together.
func (s *Store) portions(ctx context.Context, col *collection, ids []string, do func(part []string) error) error {
	sizes, err := s.ledger.Sizes(ctx, string(col.Collection), ids...)
	if err != nil {
		return err
	}
	for start := 0; start < len(ids); {
		end, size := start+1, sizes[ids[start]]
		for end < len(ids) && size+sizes[ids[end]] <= sendBytes {
			size += sizes[ids[end]]
			end++
		}
		if err := do(ids[start:end]); err != nil {
			return err
		}
		start = end
	}
	return nil
}

// serverFaults is how many records in a row may be refused before it is taken for the server's fault, as on a full disk.
const serverFaults = 3

// applyOneByOne keeps one record that cannot be indexed (its seal does not open) from holding up all others. Where the
// server refuses every one of them, none is to blame, and the error is returned.
func (s *Store) applyOneByOne(client *qdrant.Client, col *collection, ids []string, cause error) error {
	s.log.Warn("write a batch to the index, now one by one", "collection", col.Collection, "error", cause)
	refused := map[string]error{}
	good := 0
	for _, id := range ids {
		err := s.apply(s.ctx, client, col, []string{id})
		switch {
		case err == nil:
			good++
			col.mend.worked([]string{id})
		case isDown(err) || s.ctx.Err() != nil:
			return err
		case !serverFault(err):
			col.broke(s, id, err)
		default:
			refused[id] = err
			if good == 0 && len(refused) == serverFaults {
				return err
			}
			cause = err
		}
	}
	if good == 0 && len(refused) > 0 {
		return cause
	}
	for id, err := range refused {
		col.broke(s, id, err)
	}
	return nil
}

func (col *collection) broke(s *Store, id string, err error) {
	col.mend.addBroken(id)
	s.log.Error("a record cannot be indexed", "collection", col.Collection, "id", id, "error", err)
}

// apply brings the points of ids to the ledger's state, without dense vectors.
func (s *Store) apply(ctx context.Context, client *qdrant.Client, col *collection, ids []string) error {
	s.applyMu.Lock()
	defer s.applyMu.Unlock()
	rows, err := s.ledger.Get(ctx, string(col.Collection), ids...)
	if err != nil {
		return err
	}
	live := make(map[string]bool, len(rows))
	for _, r := range rows {
		live[r.ID] = true
	}
	var gone []*qdrant.PointId
	for _, id := range ids {
		if !live[id] {
			gone = append(gone, qdrant.NewIDUUID(id))
		}
	}
	if err := s.upsert(ctx, client, col, rows); err != nil {
		return err
	}
	if len(gone) == 0 {
		return nil
	}
	_, err = client.Delete(ctx, &qdrant.DeletePoints{
		CollectionName: s.alias(col.Collection), Wait: qdrant.PtrOf(true), Points: qdrant.NewPointsSelectorIDs(gone),
	})
	return err
}

func (s *Store) upsert(ctx context.Context, client *qdrant.Client, col *collection, rows []ledger.Record) error {
	if len(rows) == 0 {
		return nil
	}
	derived, err := s.derive(ctx, col, rows)
	if err != nil {
		return err
	}
	points := make([]*qdrant.PointStruct, len(derived))
	var ids []string
	known := s.known(ctx, col, derived)
	for i, r := range derived {
		if points[i], err = s.point(col, r, known[i]); err != nil {
			return err
		}
		if known[i] == nil {
			ids = append(ids, r.ID)
		}
	}
	if err := s.send(ctx, client, col, points); err != nil {
		return err
	}
	if col.Searchable && s.model != nil {
		col.dense.push(ids...)
		signal(s.wakeDense)
	}
	return nil
}

func (s *Store) send(ctx context.Context, client *qdrant.Client, col *collection, points []*qdrant.PointStruct) error {
	_, err := client.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: s.alias(col.Collection), Wait: qdrant.PtrOf(true), Points: points})
	return err
}

// denseLoop embeds what has no vector yet.
func (s *Store) denseLoop() {
	if s.model == nil {
		return
	}
	for {
		start := time.Now()
		worked, err := s.embedSome()
		if err != nil && s.ctx.Err() == nil && !isDown(err) && !serverFault(err) {
			s.log.Error("embed", "error", err)
		}
		if worked && err == nil {
			s.giveWay(time.Since(start))
			continue
		}
		if !s.sleep(s.wakeDense, err) {
			return
		}
	}
}

// giveWay rests for as long as a batch took while records still arrive: the model takes all processors, and whoever scans waits for
// the scan, not for the vectors.
func (s *Store) giveWay(took time.Duration) {
	if time.Since(time.UnixMilli(s.arrived.Load())) > stillArriving {
		return
	}
	select {
	case <-s.ctx.Done():
	case <-time.After(min(took, longestPause)):
	}
}

func (s *Store) embedSome() (worked bool, err error) {
	if !s.Connected() {
		return false, nil
	}
	client, err := s.conn.get()
	if err != nil {
		return false, err
	}
	for _, c := range s.order {
		col := s.coll[c]
		if !col.mend.hasLayout() {
			continue
		}
		ids, ticket := col.dense.take(denseBatch)
		if len(ids) == 0 {
			continue
		}
		err := s.portions(s.ctx, col, ids, func(part []string) error { return s.embedBatch(s.ctx, client, col, part) })
		// What cannot be derived or embedded stays searchable by its terms; the next start tries again.
		again := err != nil && (isDown(err) || serverFault(err) || s.ctx.Err() != nil)
		col.dense.finish(ids, ticket, again)
		if err != nil && serverFault(err) && col.mend.fail(err) {
			s.log.Error("write vectors to the index", "collection", c, "error", err)
		}
		return true, err // the first collection first: messages before resources
	}
	return false, nil
}

func (s *Store) embedBatch(ctx context.Context, client *qdrant.Client, col *collection, ids []string) error {
	rows, err := s.ledger.Get(ctx, string(col.Collection), ids...)
	if err != nil || len(rows) == 0 {
		return err
	}
	derived, err := s.derive(ctx, col, rows)
	if err != nil {
		return err
	}
	vectors, err := s.embed(ctx, col, derived)
	if err != nil {
		return err
	}
	if col.SteadyDoc {
		for i, r := range derived {
			col.kept.put(r.doc, vectors[i])
		}
	}
	return s.applyDense(ctx, client, col, derived, vectors)
}

// applyDense writes the points whole, but only those whose record is still the one that was embedded.
func (s *Store) applyDense(ctx context.Context, client *qdrant.Client, col *collection, derived []row, vectors [][][]float32) error {
	s.applyMu.Lock()
	defer s.applyMu.Unlock()
	ids := make([]string, len(derived))
	for i, r := range derived {
		ids[i] = r.ID
	}
	now, err := s.ledger.Get(ctx, string(col.Collection), ids...)
	if err != nil {
		return err
	}
	revs := make(map[string]int64, len(now))
	for _, r := range now {
		revs[r.ID] = r.Rev
	}
	var points []*qdrant.PointStruct
	for i, r := range derived {
		if revs[r.ID] != r.Rev {
			continue // a newer write is on its way through applyLoop
		}
		p, err := s.point(col, r, vectors[i])
		if err != nil {
			return err
		}
		points = append(points, p)
	}
	if len(points) == 0 {
		return nil
	}
	if err := s.send(ctx, client, col, points); err != nil {
		return errors.Join(err, ctx.Err())
	}
	return nil
}
