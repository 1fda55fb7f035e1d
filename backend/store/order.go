package store

import (
	"context"
	"slices"
	"sync"

	"github.com/qdrant/go-client/qdrant"
)

// keyCache remembers what records are ordered by (id to sort key), one map for each field, so that a list asks Qdrant
// for ids alone: reading one field of 100,000 payloads takes seconds, their ids a tenth of it. What changes is forgotten.
type keyCache struct {
	mu     sync.Mutex
	fields map[string]*fieldKeys
	gen    int // rises with every change: what was read before it is not kept
}

type fieldKeys struct {
	keys  map[string]string
	whole bool            // keys had every record of the collection …
	stale map[string]bool // … but for these, which changed since
}

// forget drops the keys of ids that changed.
func (c *keyCache) forget(ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	for _, f := range c.fields {
		for _, id := range ids {
			delete(f.keys, id)
			f.stale[id] = true
		}
	}
}

func (c *keyCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	c.fields = nil
}

// begin says what is known of a field and the state in which it is known: whether there are keys at all, and all ids of
// the collection where those are known.
func (c *keyCache) begin(field string) (gen int, some bool, ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.fields[field]
	if f == nil {
		return c.gen, false, nil
	}
	if f.whole {
		ids = make([]string, 0, len(f.keys)+len(f.stale))
		for id := range f.keys {
			ids = append(ids, id)
		}
		for id := range f.stale {
			ids = append(ids, id)
		}
	}
	return c.gen, len(f.keys) > 0, ids
}

// lookup fills in the keys that are known and returns the ids of the others.
func (c *keyCache) lookup(field string, ids []string, into map[string]string) (missing []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.fields[field]
	for _, id := range ids {
		key, ok := "", false
		if f != nil {
			key, ok = f.keys[id]
		}
		if ok {
			into[id] = key
		} else {
			missing = append(missing, id)
		}
	}
	return missing
}

// keep adds keys that were read since begin; asked are the ids that were asked for. whole: they are the collection.
func (c *keyCache) keep(field string, gen int, keys map[string]string, asked []string, whole bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gen != gen {
		return
	}
	if c.fields == nil {
		c.fields = map[string]*fieldKeys{}
	}
	f := c.fields[field]
	if f == nil {
		f = &fieldKeys{keys: map[string]string{}, stale: map[string]bool{}}
		c.fields[field] = f
	}
	for id, key := range keys {
		f.keys[id] = key
	}
	for _, id := range asked {
		delete(f.stale, id) // known again, or gone
	}
	if whole {
		f.whole, f.stale = true, map[string]bool{}
	}
}

// orderedIDs are the ids of all that match, by one Keyword field; records without the field come last.
func (s *Store) orderedIDs(ctx context.Context, client *qdrant.Client, col *collection, filter *qdrant.Filter, p Page) ([]string, error) {
	o := p.Order
	everything := len(p.Filter.All)+len(p.Filter.Any) == 0
	cached := o.Field
	if o.Exact {
		cached += " exact"
	}
	gen, some, ids := col.keys.begin(cached)
	keys := map[string]string{}
	var err error
	switch {
	case everything && ids != nil:
	case everything || !some:
		if keys, err = s.scrollKeys(ctx, client, col, filter, o); err != nil {
			return nil, err
		}
		col.keys.keep(cached, gen, keys, nil, everything)
		return sortByKey(keys, o.Desc), nil
	default:
		if ids, err = s.scrollIDs(ctx, client, col, filter); err != nil {
			return nil, err
		}
	}
	missing := col.keys.lookup(cached, ids, keys)
	if len(missing) > 0 {
		read, err := s.readKeys(ctx, client, col, missing, o)
		if err != nil {
			return nil, err
		}
		for id, key := range read {
			keys[id] = key
		}
		col.keys.keep(cached, gen, read, missing, false)
	}
	return sortByKey(keys, o.Desc), nil
}

func sortByKey(keys map[string]string, desc bool) []string {
	type entry struct{ id, key string }
	all := make([]entry, 0, len(keys))
	for id, key := range keys {
		all = append(all, entry{id, key})
	}
	slices.SortFunc(all, func(a, b entry) int { return compareKeys(a.key, b.key, a.id, b.id, desc) })
	ids := make([]string, len(all))
	for i, e := range all {
		ids[i] = e.id
	}
	return ids
}

// scrollKeys reads the sort keys of all that match.
func (s *Store) scrollKeys(ctx context.Context, client *qdrant.Client, col *collection, filter *qdrant.Filter, o Order) (map[string]string, error) {
	keys := map[string]string{}
	err := s.scrollAll(ctx, client, col, filter, qdrant.NewWithPayloadInclude(o.Field), func(p *qdrant.RetrievedPoint) {
		keys[p.GetId().GetUuid()] = sortKey(goValue(col.Fields[o.Field], p.GetPayload()[o.Field]), o.Exact)
	})
	return keys, err
}

func (s *Store) scrollIDs(ctx context.Context, client *qdrant.Client, col *collection, filter *qdrant.Filter) ([]string, error) {
	var ids []string
	err := s.scrollAll(ctx, client, col, filter, qdrant.NewWithPayload(false), func(p *qdrant.RetrievedPoint) {
		ids = append(ids, p.GetId().GetUuid())
	})
	return ids, err
}

func (s *Store) scrollAll(ctx context.Context, client *qdrant.Client, col *collection, filter *qdrant.Filter, payload *qdrant.WithPayloadSelector, yield func(*qdrant.RetrievedPoint)) error {
	var offset *qdrant.PointId
	for {
		points, next, err := client.ScrollAndOffset(ctx, &qdrant.ScrollPoints{
			CollectionName: s.alias(col.Collection), Filter: filter, Limit: qdrant.PtrOf(uint32(listBatch)), Offset: offset, WithPayload: payload,
		})
		if err != nil {
			return err
		}
		for _, p := range points {
			yield(p)
		}
		if offset = next; next == nil {
			return nil
		}
	}
}

// readKeys reads the sort keys of ids; those that are gone are left out.
func (s *Store) readKeys(ctx context.Context, client *qdrant.Client, col *collection, ids []string, o Order) (map[string]string, error) {
	keys := make(map[string]string, len(ids))
	for part := range slices.Chunk(ids, listBatch) {
		want := make([]*qdrant.PointId, len(part))
		for i, id := range part {
			want[i] = qdrant.NewIDUUID(id)
		}
		got, err := client.Get(ctx, &qdrant.GetPoints{CollectionName: s.alias(col.Collection), Ids: want, WithPayload: qdrant.NewWithPayloadInclude(o.Field)})
		if err != nil {
			return nil, err
		}
		for _, p := range got {
			keys[p.GetId().GetUuid()] = sortKey(goValue(col.Fields[o.Field], p.GetPayload()[o.Field]), o.Exact)
		}
	}
	return keys, nil
}
