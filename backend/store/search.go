package store

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/embedding"
	"cloudops/backend/store/table"
)

// maxQueryText bounds what of a query is read, in bytes: far more than the model's window.
const maxQueryText = 16 << 10

// candidates is how many each half contributes: twice what is asked for, and not fewer than fusion needs to
// compare the two halves.
func candidates(limit int) uint64 { return uint64(max(2*limit, 150)) }

// Search implements Reader.
func (s *Store) Search(ctx context.Context, c Collection, q Query) (Found, error) {
	col, err := s.collection(c)
	if err != nil {
		return Found{}, err
	}
	if !col.Searchable {
		return Found{}, fmt.Errorf("search %s: the collection has no vectors", c)
	}
	client, err := s.searchable(ctx, col)
	if err != nil {
		return Found{}, fmt.Errorf("search %s: %w", c, err)
	}
	wait, cancel := context.WithTimeout(ctx, s.options.FreshWait)
	col.todo.wait(wait) // one's own last message is found by its words; if it takes long, Pending says so
	cancel()
	found := Found{Pending: s.Pending(c)}
	if len(q.Text) > maxQueryText {
		q.Text = q.Text[:maxQueryText]
	}
	limit := limitOf(q.Limit)
	dense, terms, err := s.ask(ctx, client, col, q, limit)
	if err != nil {
		return Found{}, down("search "+string(c), err)
	}
	found.Dense = dense != nil
	weight := col.DenseWeight
	if q.DenseWeight >= 0 {
		weight = q.DenseWeight
	}
	ranked := fuse(dense, terms, weight)
	if len(ranked) > limit {
		ranked = ranked[:limit]
	}
	found.Hits, err = s.hits(ctx, col, ranked)
	if err != nil {
		return Found{}, fmt.Errorf("search %s: %w", c, err)
	}
	return found, nil
}

// ask runs both halves in one call; dense is nil where there is no model or no text for it.
func (s *Store) ask(ctx context.Context, client *qdrant.Client, col *collection, q Query, limit int) (dense, terms []candidate, err error) {
	filter, err := qdrantFilter(q.Filter)
	if err != nil {
		return nil, nil, err
	}
	alias := s.alias(col.Collection)
	n := candidates(limit)
	query := func(using string, what *qdrant.Query) *qdrant.QueryPoints {
		return &qdrant.QueryPoints{
			CollectionName: alias, Query: what, Using: qdrant.PtrOf(using), Filter: filter, Limit: &n, WithPayload: qdrant.NewWithPayload(false),
		}
	}
	var batch []*qdrant.QueryPoints
	t := col.terms.Query(q.Text)
	if len(t.Indices) > 0 {
		batch = append(batch, query(termsVector, qdrant.NewQuerySparse(t.Indices, t.Values)))
	}
	vector, err := s.queryVector(ctx, q.Text)
	if err != nil {
		s.log.Warn("embed a query; searching by words alone", "error", err)
		vector = nil
	}
	if vector != nil {
		batch = append(batch, query(denseVector, qdrant.NewQueryDense(vector)))
	}
	if len(batch) == 0 {
		return nil, nil, nil
	}
	results, err := client.QueryBatch(ctx, &qdrant.QueryBatchPoints{CollectionName: alias, QueryPoints: batch})
	if err != nil {
		return nil, nil, err
	}
	if len(t.Indices) > 0 {
		terms, results = candidatesOf(results[0]), results[1:]
	}
	if vector != nil {
		dense = candidatesOf(results[0])
	}
	return dense, terms, nil
}

func candidatesOf(r *qdrant.BatchResult) []candidate {
	out := make([]candidate, len(r.GetResult()))
	for i, p := range r.GetResult() {
		out[i] = candidate{id: p.GetId().GetUuid(), score: float64(p.GetScore())}
	}
	return out
}

// hits are the records themselves, as the ledger has them now; what was deleted meanwhile is left out.
func (s *Store) hits(ctx context.Context, col *collection, ranked []fused) ([]Hit, error) {
	ids := make([]string, len(ranked))
	byID := make(map[string]fused, len(ranked))
	for i, r := range ranked {
		ids[i] = r.id
		byID[r.id] = r
	}
	rows, err := s.ledger.Get(ctx, string(col.Collection), ids...)
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, 0, len(rows))
	for _, rec := range s.openAll(col, rows) {
		if rec.Damaged {
			continue // there is nothing to show; Mending names it
		}
		r := byID[rec.ID]
		hits = append(hits, Hit{Record: rec, Score: r.score, Dense: r.dense, Terms: r.terms})
	}
	return hits, nil
}

// queryVector embeds a query; the last few are kept, as a page of facets and its list ask with the same words.
func (s *Store) queryVector(ctx context.Context, text string) ([]float32, error) {
	if s.model == nil {
		return nil, nil
	}
	chunks := s.model.Chunks(text)
	if len(chunks) == 0 {
		return nil, nil
	}
	if v, ok := s.queries.get(chunks[0]); ok {
		return v, nil
	}
	vectors, err := s.model.Embed(ctx, chunks[:1], embedding.Query)
	if err != nil {
		return nil, err
	}
	s.queries.put(chunks[0], vectors[0])
	return vectors[0], nil
}

const maxQueries = 16

// queryCache keeps the vectors of the last queries, in memory alone.
type queryCache struct {
	mu      sync.Mutex
	texts   []string
	vectors [][]float32
}

func (c *queryCache) get(text string) ([]float32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, t := range c.texts {
		if t == text {
			return c.vectors[i], true
		}
	}
	return nil, false
}

func (c *queryCache) put(text string, v []float32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.texts) == maxQueries {
		c.texts, c.vectors = c.texts[1:], c.vectors[1:]
	}
	c.texts, c.vectors = append(c.texts, text), append(c.vectors, v)
}

func (s *Store) countIndex(ctx context.Context, client *qdrant.Client, col *collection, f Filter) (int64, error) {
	filter, err := qdrantFilter(f)
	if err != nil {
		return 0, err
	}
	n, err := client.Count(ctx, &qdrant.CountPoints{CollectionName: s.alias(col.Collection), Filter: filter, Exact: qdrant.PtrOf(true)})
	return int64(n), err
}

func (s *Store) facetsIndex(ctx context.Context, client *qdrant.Client, col *collection, field string, f Filter, limit int) ([]Facet, error) {
	filter, err := qdrantFilter(f)
	if err != nil {
		return nil, err
	}
	hits, err := client.Facet(ctx, &qdrant.FacetCounts{
		CollectionName: s.alias(col.Collection), Key: field, Filter: filter, Limit: qdrant.PtrOf(uint64(limit)), Exact: qdrant.PtrOf(true),
	})
	if err != nil {
		return nil, err
	}
	facets := make([]Facet, len(hits))
	for i, h := range hits {
		facets[i] = Facet{Value: h.GetValue().GetStringValue(), Count: int64(h.GetCount())}
		if b, ok := h.GetValue().GetVariant().(*qdrant.FacetValue_BoolValue); ok {
			facets[i].Value = strconv.FormatBool(b.BoolValue)
		}
	}
	table.SortFacets(facets)
	return facets, nil
}

// startWait is how long a search waits for a collection that is being made after a start.
const startWait = 5 * time.Second

// searchable returns a client once the collection exists, with ErrIndexDown where that takes too long.
func (s *Store) searchable(ctx context.Context, col *collection) (*qdrant.Client, error) {
	client, err := s.conn.get()
	if err != nil {
		return nil, err
	}
	wait := time.NewTimer(startWait)
	defer wait.Stop()
	for {
		changed := col.mend.changed()
		if col.mend.hasLayout() {
			return client, nil
		}
		select {
		case <-changed:
		case <-wait.C:
			return nil, fmt.Errorf("%w yet: it is being made", ErrIndexDown)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
