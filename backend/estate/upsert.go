package estate

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// batchSize is how many resources are written in one transaction, each with its change.
const batchSize = 500

// Counts say what a write did.
type Counts struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Removed   int `json:"removed"`
}

func (c *Counts) add(o Counts) {
	c.Added += o.Added
	c.Changed += o.Changed
	c.Unchanged += o.Unchanged
	c.Removed += o.Removed
}

// Upsert adds and changes resources; it removes none. What is nil in a resource (tags, attributes, relations) is
// not known and stays as it was. Resources that are the same as before are not written. The first
// resource that is invalid ends it with ErrInvalid before anything is written; of what follows, each batch is a transaction.
func (s *Service) Upsert(ctx context.Context, resources []Resource) (Counts, error) {
	clean := make([]Resource, 0, len(resources))
	for i := range resources {
		r, _, err := normalise(resources[i])
		if err != nil {
			return Counts{}, fmt.Errorf("resource %d: %w", i+1, err)
		}
		clean = append(clean, r)
	}
	s.write.Lock()
	defer s.write.Unlock()
	return s.put(ctx, "", clean)
}

// put writes normalised resources in batches; the caller holds s.write. An empty cell leaves the owner as it is.
func (s *Service) put(ctx context.Context, cell string, resources []Resource) (Counts, error) {
	var total Counts
	for batch := range slices.Chunk(resources, batchSize) {
		counts, err := s.putBatch(ctx, cell, batch)
		if err != nil {
			return total, err
		}
		total.add(counts)
	}
	return total, nil
}

func (s *Service) putBatch(ctx context.Context, cell string, batch []Resource) (Counts, error) {
	ids := make([]string, len(batch))
	for i := range batch {
		ids[i] = RecordID(batch[i].ARN)
	}
	found, err := s.store.Get(ctx, store.Estate, ids...)
	if err != nil {
		return Counts{}, fmt.Errorf("read the estate: %w", err)
	}
	old := make(map[string]*store.Record, len(found))
	for i := range found {
		old[found[i].ID] = &found[i]
	}
	var counts Counts
	var changes []store.Record
	puts := map[string]store.Record{}
	now := s.now()
	for i := range batch {
		before := old[ids[i]]
		rec, change, err := s.replace(before, &batch[i], cell, now)
		if err != nil {
			return Counts{}, err
		}
		switch {
		case before == nil:
			counts.Added++
		case change != nil:
			counts.Changed++
		default:
			counts.Unchanged++
		}
		if change != nil {
			changes = append(changes, *change)
		}
		if rec != nil {
			puts[rec.ID] = *rec
			old[rec.ID] = rec
		}
	}
	if len(puts) == 0 {
		return counts, nil
	}
	recs := make([]store.Record, 0, len(puts))
	for _, id := range sortedKeys(puts) {
		recs = append(recs, puts[id])
	}
	err = s.store.Update(ctx, store.WriteOp{Collection: store.Estate, Put: recs}, store.WriteOp{Collection: store.Changes, Put: changes})
	if err != nil {
		return Counts{}, fmt.Errorf("write the estate: %w", err)
	}
	return counts, nil
}

// replace makes the record that a sighting leaves, nil where it stays, and the change, nil where there is none.
func (s *Service) replace(before *store.Record, r *Resource, cell string, now time.Time) (*store.Record, *store.Record, error) {
	if before == nil {
		rec, err := recordOf(r, cell, now.UnixMilli())
		if err != nil {
			return nil, nil, err
		}
		change, err := changeOf(ChangeAdded, &rec, nil, now)
		return &rec, change, err
	}
	owner := str(before, fieldCell)
	if isTagging(cell) && owner != "" && !isTagging(owner) {
		return nil, nil, nil // the service's own scan knows more
	}
	if cell == "" {
		cell = owner
	}
	was, err := resourceOf(before)
	if err != nil {
		return nil, nil, err
	}
	keepUnknown(r, &was)
	rec, err := recordOf(r, cell, integer(before, fieldFirstSeen))
	if err != nil {
		return nil, nil, err
	}
	if str(&rec, fieldHash) == str(before, fieldHash) && cell == owner {
		return nil, nil, nil
	}
	diff := difference(&was, r)
	if len(diff) == 0 {
		return &rec, nil, nil // only the owner or the rules are new
	}
	change, err := changeOf(ChangeChanged, &rec, diff, now)
	return &rec, change, err
}

// keepUnknown takes over what the sighting does not know.
func keepUnknown(r, was *Resource) {
	if r.Tags == nil {
		r.Tags = was.Tags
	}
	if r.Attributes == nil {
		r.Attributes = was.Attributes
	}
	if r.Related == nil {
		r.Related = was.Related
	}
	if r.Unseen != nil {
		r.Unseen.keep(r, was)
	}
}

// keep takes over from an earlier sight what this one could not see.
func (u *Unseen) keep(r, was *Resource) {
	if u.Tags {
		r.Tags = was.Tags
	}
	if u.Name || u.Tags && was.Name == was.Tags["Name"] {
		r.Name = was.Name
	}
	if u.Region {
		r.Region = was.Region
	}
	for name, value := range was.Attributes {
		if _, there := r.Attributes[name]; !there && (slices.Contains(u.Attributes, name) || u.Rest && !u.Told[name]) {
			if r.Attributes == nil {
				r.Attributes = map[string]any{}
			}
			r.Attributes[name] = value
		}
	}
	for _, rel := range was.Related {
		if (u.Rest || slices.Contains(u.Relations, rel.Kind)) && !slices.Contains(r.Related, rel) {
			r.Related = append(r.Related, rel)
		}
	}
	slices.SortStableFunc(r.Related, func(a, b Relation) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Target, b.Target))
	})
}

// Difference is a field before and after; nil where it was or is not there.
type Difference struct {
	Field  string `json:"field"` // "name", "tags.Team", "attributes.InstanceType", "related"
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// quiet attributes are kept and say nothing of a change in the resource: a key that is in use is used each day.
var quiet = map[string]bool{"LastUsedDate": true}

// difference compares two states by the top level of tags and attributes.
func difference(was, is *Resource) []Difference {
	var out []Difference
	add := func(field string, before, after any) {
		if !sameJSON(before, after) {
			out = append(out, Difference{Field: field, Before: before, After: after})
		}
	}
	add("type", was.Type, is.Type)
	add("name", was.Name, is.Name)
	add("region", was.Region, is.Region)
	add("account_id", was.AccountID, is.AccountID)
	for _, k := range unionKeys(was.Tags, is.Tags) {
		add("tags."+k, lookup(was.Tags, k), lookup(is.Tags, k))
	}
	for _, k := range unionKeys(was.Attributes, is.Attributes) {
		if quiet[k] {
			continue
		}
		add("attributes."+k, lookup(was.Attributes, k), lookup(is.Attributes, k))
	}
	if len(was.Related)+len(is.Related) > 0 {
		add("related", was.Related, is.Related)
	}
	return out
}

func unionKeys[V any](a, b map[string]V) []string {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return sortedKeys(all)
}

func lookup[V any](m map[string]V, k string) any {
	if v, ok := m[k]; ok {
		return v
	}
	return nil
}

// sameJSON compares values as they are kept: 1 and 1.0 of two decoders are the same.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// changeOf makes the record of a change: names of fields plain, values sealed.
func changeOf(kind ChangeKind, rec *store.Record, diff []Difference, now time.Time) (*store.Record, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	content, err := json.Marshal(diff)
	if err != nil {
		return nil, fmt.Errorf("write a change: %w", err)
	}
	fields := map[string]any{fieldAt: now.UnixMilli(), fieldChange: string(kind), fieldResource: rec.ID}
	for _, f := range []string{fieldARN, fieldType, fieldService, fieldName, fieldRegion, fieldAccount, fieldEnv, fieldCell} {
		if v := str(rec, f); v != "" {
			fields[f] = v
		}
	}
	if kind == ChangeRemoved {
		fields[fieldDeleted] = now.UnixMilli()
	}
	if len(diff) > 0 {
		names := make([]string, 0, len(diff))
		for _, d := range diff {
			names = append(names, d.Field)
		}
		fields[fieldChanged] = names
	}
	return &store.Record{ID: id.String(), Scope: rec.ID, Seq: now.UnixMilli(), Fields: fields, Content: content}, nil
}
