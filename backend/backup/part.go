package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cloudops/backend/ledger"
)

// Slice is a part of a collection: the records of a scope, one record, or all of them.
type Slice struct {
	Collection string
	Scope, ID  string // at most one of them
}

// PartOptions say what is brought back into a ledger that goes on being used.
type PartOptions struct {
	RestoreOptions
	// Slices are what the part consists of. The first must hold something at the moment asked for: what was not there
	// yet is no reason to remove what is there now.
	Slices []Slice
	// ScratchIn is a folder with room for a ledger.
	ScratchIn string
	// DryRun compares and changes nothing.
	DryRun bool
	// FromTarget: the log of this machine is not asked, since what was purged here is not in it.
	FromTarget bool
	// Write carries out changes in one transaction, none where a record has another revision than expected (ledger.ErrConflict). It
	// leaves out puts that do not open, and returns how many.
	Write func(ctx context.Context, changes []ledger.Change) (unreadable int, err error)
}

// PartRestored is what came back, or would.
type PartRestored struct {
	Backup  string    // that it came from; empty: the log of this machine
	Moment  time.Time // of the newest change that was looked at
	Changes map[string]Change
	Records int64 // of the part at that moment
	// Unreadable records are sealed with a key that this vault does not have, or damaged; those of the ledger stayed.
	Unreadable int
	// Before is the moment before the change: restoring the same part to it takes it back. Zero where nothing was changed.
	Before time.Time
}

// partTries is how often the comparison is made again where the records change meanwhile.
const partTries = 5

// RestorePart brings a part of the records back to a moment, as new writes: nothing else is touched, and what is there now stays in the
// log. Moments that the log of this machine covers come from it, and the target is not asked; others, and the latest backup where no
// moment is given, from the target. Errors are *Error, ledger.ErrConflict where it never came to rest, or the context's.
func (s *Service) RestorePart(ctx context.Context, o PartOptions) (PartRestored, error) {
	r, err := s.restorePart(ctx, o)
	if err != nil {
		return r, fmt.Errorf("restore a part: %w", err)
	}
	return r, nil
}

func (s *Service) restorePart(ctx context.Context, o PartOptions) (r PartRestored, err error) {
	scratch, err := scratchIn(o.ScratchIn, s.o.Now())
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	dir := filepath.Join(scratch, "then")
	if err := s.then(ctx, dir, o, &r); err != nil {
		return r, err
	}
	then, err := ledger.Open(ctx, dir, ledger.Options{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, then.Close()) }()
	p := part{now: s.Ledger, then: then, slices: o.Slices}
	for range partTries {
		changes, err := p.compare(ctx, &r)
		if err != nil || o.DryRun || len(changes) == 0 {
			return r, err
		}
		// No whole second: a command takes a whole second for all of it.
		r.Before = stamp(s.Ledger.Separate()).Add(time.Microsecond)
		if r.Unreadable, err = o.Write(ctx, changes); !errors.Is(err, ledger.ErrConflict) {
			return r, err
		}
	}
	return r, &Error{Err: ErrBusy, Advice: "The records are being changed all the time; try again in a minute."}
}

// then builds the ledger of the moment that is asked for.
func (s *Service) then(ctx context.Context, dir string, part PartOptions, r *PartRestored) error {
	o := part.RestoreOptions
	own, err := s.covers(ctx, o)
	if err != nil {
		return err
	}
	if own && !part.FromTarget {
		r.Moment, err = s.rewind(ctx, dir, o.At)
		return err
	}
	if s.Target == nil {
		return &Error{Err: ErrNoTarget, Advice: "The log of this machine does not reach to that moment, and no place for backups is set: `cloudops backup schedule`, or name one."}
	}
	o.WithoutVectors = true
	fetched, err := s.Fetch(ctx, dir, o)
	r.Backup, r.Moment = fetched.Backup, fetched.Moment
	return err
}

// covers tells whether the log of this machine knows a moment.
func (s *Service) covers(ctx context.Context, o RestoreOptions) (bool, error) {
	now := s.o.Now()
	if o.Backup != "" || o.At.IsZero() || o.At.After(now) || o.At.Before(now.AddDate(0, 0, -s.o.LogDays)) {
		return false, nil
	}
	extent, err := s.Ledger.Extent(ctx, 0)
	return err == nil && extent.Entries > 0 && !stamp(extent.FirstAt).After(o.At), err
}

// rewind replays the log of this machine up to a moment.
func (s *Service) rewind(ctx context.Context, dir string, at time.Time) (moment time.Time, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return moment, err
	}
	into, err := ledger.Open(ctx, dir, ledger.Options{})
	if err != nil {
		return moment, err
	}
	defer func() { err = errors.Join(err, into.Close()) }()
	extent, err := s.Ledger.Extent(ctx, 0)
	if err != nil {
		return moment, err
	}
	if err := into.BeginReplay(ctx); err != nil {
		return moment, err
	}
	cut, done := at.UnixMilli(), int64(0)
	for after := int64(0); ; {
		batch, err := s.Ledger.Entries(ctx, after, extent.LastRev, 2000)
		if err != nil {
			return moment, err
		}
		if len(batch) == 0 {
			return moment, into.EndReplay(ctx)
		}
		after = batch[len(batch)-1].Rev
		done += int64(len(batch))
		s.o.Progress(Progress{Phase: "reading", Entries: done, Total: extent.Entries})
		// The log's time never runs backwards.
		batch = slices.DeleteFunc(batch, func(e ledger.Entry) bool { return e.UpdatedAt > cut })
		if len(batch) == 0 {
			return moment, into.EndReplay(ctx)
		}
		moment = stamp(batch[len(batch)-1].UpdatedAt)
		if err := into.Replay(ctx, batch); err != nil {
			return moment, err
		}
	}
}

// part compares slices of two ledgers.
type part struct {
	now, then *ledger.Ledger
	slices    []Slice
}

// compare returns what makes the slices of now those of then. Records with the same content are left alone, whatever their revisions.
func (p part) compare(ctx context.Context, r *PartRestored) ([]ledger.Change, error) {
	r.Changes, r.Records = map[string]Change{}, 0
	var out []ledger.Change
	for i, slice := range p.slices {
		now, err := revs(ctx, p.now, slice)
		if err != nil {
			return nil, err
		}
		then, err := revs(ctx, p.then, slice)
		if err != nil {
			return nil, err
		}
		if i == 0 && len(then) == 0 {
			return nil, &Error{Err: ErrNoBackup, Cause: errors.New("there is nothing of it at that moment"), Advice: "Choose a later moment, or another backup. Nothing was changed."}
		}
		r.Records += int64(len(then))
		changes, count, err := p.differ(ctx, slice.Collection, now, then)
		if err != nil {
			return nil, err
		}
		out = append(out, changes...)
		if sum := r.Changes[slice.Collection].plus(count); sum != (Change{}) {
			r.Changes[slice.Collection] = sum
		}
	}
	return out, nil
}

func (c Change) plus(d Change) Change {
	return Change{Added: c.Added + d.Added, Changed: c.Changed + d.Changed, Removed: c.Removed + d.Removed}
}

// differ reads the records whose revisions differ and compares what they hold.
func (p part) differ(ctx context.Context, collection string, now, then map[string]int64) (out []ledger.Change, c Change, err error) {
	var look []string
	for id, rev := range then {
		if now[id] != rev {
			look = append(look, id)
		}
	}
	slices.Sort(look)
	for ids := range slices.Chunk(look, 500) {
		old, err := p.then.Get(ctx, collection, ids...)
		if err != nil {
			return nil, c, err
		}
		have, err := byID(ctx, p.now, collection, ids)
		if err != nil {
			return nil, c, err
		}
		for _, want := range old {
			is, lives := have[want.ID]
			if lives && same(is, want) {
				continue
			}
			if lives {
				c.Changed++
			} else {
				c.Added++
			}
			out = append(out, ledger.Change{Record: want, Expect: is.Rev})
		}
	}
	for id, rev := range now {
		if _, stays := then[id]; !stays {
			c.Removed++
			out = append(out, ledger.Change{Record: ledger.Record{Collection: collection, ID: id}, Delete: true, Expect: rev})
		}
	}
	return out, c, nil
}

func same(a, b ledger.Record) bool {
	return a.Scope == b.Scope && a.Seq == b.Seq && a.Sealed == b.Sealed && bytes.Equal(a.Fields, b.Fields)
}

func byID(ctx context.Context, l *ledger.Ledger, collection string, ids []string) (map[string]ledger.Record, error) {
	recs, err := l.Get(ctx, collection, ids...)
	out := make(map[string]ledger.Record, len(recs))
	for _, r := range recs {
		out[r.ID] = r
	}
	return out, err
}

// revs are the ids of a slice with their revisions.
func revs(ctx context.Context, l *ledger.Ledger, s Slice) (map[string]int64, error) {
	out := map[string]int64{}
	if s.ID != "" || s.Scope != "" {
		recs, err := l.Get(ctx, s.Collection, s.ID)
		if s.Scope != "" {
			recs, err = l.ByScope(ctx, s.Collection, s.Scope, math.MinInt64, math.MaxInt64, math.MaxInt32, false)
		}
		for _, r := range recs {
			out[r.ID] = r.Rev
		}
		return out, err
	}
	walk := revWalk{ctx: ctx, l: l, name: s.Collection}
	for r := walk.next(); r != nil; r = walk.next() {
		out[r.ID] = r.Rev
	}
	return out, walk.err
}
