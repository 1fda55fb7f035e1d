package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"cloudops/backend/config"
	"cloudops/backend/ledger"
)

// RestoreOptions say what is to come back. The zero value is the latest state that the target has.
type RestoreOptions struct {
	// Backup is the id of one; empty: the newest, or the one that covers At.
	Backup string
	// At is a moment; zero: the latest.
	At time.Time
	// WithoutLog leaves out what was shipped after the backup. A given At includes it.
	WithoutLog bool
	// WithoutVectors leaves them out: the index embeds all texts again.
	WithoutVectors bool
}

// Restored is what came back.
type Restored struct {
	VaultID     string
	Backup      string
	MadeAt      time.Time        // of the backup
	Moment      time.Time        // of the newest change that came back; zero where there is none
	LastRev     int64            // of that change
	Entries     int64            // of the log
	Collections map[string]int64 // records that live, by collection
	Records     int64
	Segments    int   // of shipped log
	Vectors     int64 // texts that need not be embedded again
	Bytes       int64
	Files       map[string][]byte // FileKeys (of the newest backup: it opens the older ones too) and FileSettings
	Checked     bool              // the records were compared with the manifest's sums; not where a moment before the backup's end was asked for
}

// Fetch builds a ledger in dir, which must be empty or absent, and checks it: every object against its hash, and the
// records against the counts and sums of the manifest. What is wrong is named, and dir is then not to be used.
func (s *Service) Fetch(ctx context.Context, dir string, o RestoreOptions) (Restored, error) {
	r, err := s.fetchAll(ctx, dir, o)
	if err != nil {
		return r, fmt.Errorf("restore from %s: %w", s.Target, err)
	}
	return r, nil
}

func (s *Service) fetchAll(ctx context.Context, dir string, o RestoreOptions) (Restored, error) {
	l, err := s.listing(ctx)
	if err != nil {
		return Restored{}, err
	}
	p, err := s.choose(l, &o)
	if err != nil {
		return Restored{}, err
	}
	r := Restored{VaultID: s.VaultID, Backup: p.ID, MadeAt: p.CreatedAt, Collections: map[string]int64{}}
	// The keys grow: those of the newest backup open every older one.
	if r.Files, err = s.files(ctx, l.Points[len(l.Points)-1].Manifest, p.Manifest); err != nil {
		return r, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	into, err := ledger.Open(ctx, dir, ledger.Options{})
	if err != nil {
		return r, err
	}
	err = s.fill(ctx, into, p, o, &r)
	err = errors.Join(err, into.Close(), syncFile(filepath.Join(dir, ledger.FileName)), config.SyncDir(dir))
	if err != nil || o.WithoutVectors {
		return r, err
	}
	return r, s.fetchVectors(ctx, dir, p.Manifest, &r)
}

// syncFile brings to disk what was written without waiting for it.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}

// choose finds the backup that reaches to what is asked for.
func (s *Service) choose(l Listing, o *RestoreOptions) (Point, error) {
	if len(l.Points) == 0 {
		if len(l.Damaged) > 0 {
			return Point{}, l.Damaged[len(l.Damaged)-1]
		}
		return Point{}, s.noBackup()
	}
	if o.Backup != "" {
		i := slices.IndexFunc(l.Points, func(p Point) bool { return p.ID == o.Backup })
		if i < 0 {
			return Point{}, &Error{Err: ErrNoBackup, Cause: fmt.Errorf("%s", o.Backup), Advice: "`cloudops backup list` names those that are there."}
		}
		o.WithoutLog = o.WithoutLog || o.At.IsZero()
		return l.Points[i], nil
	}
	if o.At.IsZero() {
		return latest(l.Points), nil
	}
	if o.At.After(s.o.Now()) {
		return Point{}, &Error{Err: ErrInvalid, Cause: fmt.Errorf("%s has not come yet", o.At.Format(time.RFC3339)), Advice: "Give a moment in the past, or none for the latest."}
	}
	// Of those that know the moment, the newest; all of them know the same.
	for _, p := range slices.Backward(l.Points) {
		if !p.WindowFrom.After(o.At) {
			return p, nil
		}
	}
	return Point{}, &Error{Err: ErrNoBackup, Cause: fmt.Errorf("none reaches back to %s", o.At.Format(time.RFC3339)),
		Advice: "The earliest moment is " + l.Points[0].WindowFrom.Format(time.RFC3339) + "."}
}

// latest is the backup whose log reaches furthest.
func latest(points []Point) Point {
	best := points[0]
	for _, p := range points[1:] {
		if !p.Until.Before(best.Until) {
			best = p
		}
	}
	return best
}

func (s *Service) files(ctx context.Context, newest, chosen Manifest) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, m := range []Manifest{newest, chosen} {
		for _, f := range m.Files {
			if (f.Name == FileKeys) != (m.ID == newest.ID) && newest.ID != chosen.ID {
				continue
			}
			if f.Name != FileKeys && f.Name != FileSettings {
				continue // of a later program
			}
			content, err := s.object(ctx, f.ObjectRef)
			if err != nil {
				return nil, err
			}
			out[f.Name] = content
		}
	}
	if len(out[FileKeys]) == 0 {
		return nil, &Error{Err: ErrMissing, Cause: errors.New("the backup has no keys"), Advice: damagedAdvice}
	}
	return out, nil
}

// object reads an object and holds it to its name.
func (s *Service) object(ctx context.Context, o ObjectRef) ([]byte, error) {
	content, _, err := s.fetch(ctx, s.objectKey(o.Name), o.Size)
	if errors.Is(err, errNotFound) {
		return nil, &Error{Err: ErrMissing, Cause: err, Advice: damagedAdvice}
	}
	if err != nil {
		return nil, err
	}
	if int64(len(content)) != o.Size || s.Keys.mac(kindObject, content) != o.Name {
		return nil, &Error{Err: ErrDamaged, Cause: fmt.Errorf("object %s holds something else", o.Name), Advice: damagedAdvice}
	}
	return content, nil
}

// fill replays a backup, and the log after it, into a ledger.
func (s *Service) fill(ctx context.Context, into *ledger.Ledger, p Point, o RestoreOptions, r *Restored) error {
	cut := int64(0)
	if !o.At.IsZero() {
		cut = o.At.UnixMilli()
	}
	if err := into.BeginReplay(ctx); err != nil {
		return err
	}
	var entries int64
	err := s.eachObject(ctx, p.Objects, func(ref ObjectRef, content []byte) error {
		n, err := s.replay(ctx, into, content, cut, r)
		if err != nil || n != ref.Entries {
			return s.unreadable(ref.Name, n, ref.Entries, err)
		}
		entries += int64(n)
		r.Bytes += ref.SealedSize
		s.o.Progress(Progress{Phase: "fetching", Entries: entries, Total: p.Entries, Sent: r.Bytes})
		return nil
	})
	if err != nil {
		return err
	}
	if entries != p.Entries {
		return &Error{Err: ErrMissing, Cause: fmt.Errorf("backup %s has %d entries of %d", p.ID, entries, p.Entries), Advice: damagedAdvice}
	}
	if cut == 0 || p.LastAt.UnixMilli() <= cut {
		if err := s.compare(ctx, into, p.Manifest); err != nil {
			return err
		}
		r.Checked = true
		if !o.WithoutLog {
			if err := s.replaySegments(ctx, into, p.Manifest, cut, r); err != nil {
				return err
			}
		}
	}
	if err := into.EndReplay(ctx); err != nil {
		return err
	}
	return s.measure(ctx, into, r)
}

func (s *Service) unreadable(name string, got, want int, err error) error {
	if err != nil && (errors.Is(err, ledger.ErrDiskFull) || errors.Is(err, context.Canceled)) {
		return err
	}
	if err == nil {
		err = fmt.Errorf("it has %d entries of %d", got, want)
	}
	return &Error{Err: ErrDamaged, Cause: fmt.Errorf("object %s: %w", name, err), Advice: damagedAdvice}
}

// replay writes the entries of an object up to a time; it returns how many the object has.
func (s *Service) replay(ctx context.Context, into *ledger.Ledger, content []byte, cut int64, r *Restored) (int, error) {
	var batch []ledger.Entry
	n, err := eachLine(content, func(e ledger.Entry) error {
		if cut == 0 || e.UpdatedAt <= cut {
			batch = append(batch, e)
		}
		return nil
	})
	if err != nil {
		return n, err
	}
	r.Entries += int64(len(batch))
	return n, into.Replay(ctx, batch)
}

// eachObject reads objects ahead, some at a time, and hands them over in order.
func (s *Service) eachObject(ctx context.Context, refs []ObjectRef, each func(ObjectRef, []byte) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type read struct {
		content []byte
		err     error
	}
	ahead := make(chan chan read, s.o.Parallel)
	go func() {
		defer close(ahead)
		for _, ref := range refs {
			one := make(chan read, 1)
			select {
			case ahead <- one:
			case <-ctx.Done():
				return
			}
			go func() {
				content, err := s.object(ctx, ref)
				one <- read{content, err}
			}()
		}
	}()
	i := 0
	for one := range ahead {
		got := <-one
		if got.err != nil {
			return got.err
		}
		if err := each(refs[i], got.content); err != nil {
			return err
		}
		i++
	}
	return ctx.Err()
}

// compare holds the records of a ledger to the counts and sums of a manifest.
func (s *Service) compare(ctx context.Context, l *ledger.Ledger, m Manifest) error {
	names, err := l.Collections(ctx)
	if err != nil {
		return err
	}
	found, line := Manifest{Collections: map[string]Count{}}, []byte(nil)
	for _, name := range names {
		for rec, err := range l.All(ctx, name) {
			if err != nil {
				return err
			}
			e := ledger.Entry{Record: rec, Last: true}
			line = appendEntry(line[:0], e)
			found.count(e, sha256.Sum256(line))
		}
	}
	found.settle()
	for name, want := range m.Collections {
		if found.Collections[name] != want {
			return &Error{Err: ErrDamaged, Cause: fmt.Errorf("the %d records of %s in backup %s are not the %d that were saved", found.Collections[name].Records, name, m.ID, want.Records), Advice: damagedAdvice}
		}
	}
	if found.Records != m.Records {
		return &Error{Err: ErrDamaged, Cause: fmt.Errorf("backup %s brings back %d records of %d", m.ID, found.Records, m.Records), Advice: damagedAdvice}
	}
	return nil
}

// replaySegments goes on with the log that was shipped after a backup.
func (s *Service) replaySegments(ctx context.Context, into *ledger.Ledger, m Manifest, cut int64, r *Restored) error {
	all, err := s.segmentsOf(ctx)
	if err != nil {
		return err
	}
	next := m.LastRev
	for _, o := range all[m.ID] {
		g, err := s.segment(ctx, o.Key)
		if err != nil {
			return err
		}
		if g.From != next {
			return &Error{Err: ErrMissing, Cause: fmt.Errorf("the log of backup %s after revision %d", m.ID, next), Advice: damagedAdvice +
				" `--backup " + m.ID + "` restores the state without the log."}
		}
		before := r.Entries
		n, err := s.replay(ctx, into, g.lines, cut, r)
		if err != nil || n != g.Entries {
			return s.unreadable(o.Key, n, g.Entries, err)
		}
		r.Segments++
		r.Bytes += o.Size
		next = g.To
		if cut != 0 && r.Entries-before < int64(n) {
			return nil // the moment was reached
		}
	}
	return nil
}

// measure reports what a restored ledger holds.
func (s *Service) measure(ctx context.Context, l *ledger.Ledger, r *Restored) error {
	extent, err := l.Extent(ctx, 0)
	if err != nil {
		return err
	}
	r.Moment, r.LastRev = stamp(extent.LastAt), extent.LastRev
	names, err := l.Collections(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		n, err := l.Count(ctx, name)
		if err != nil {
			return err
		}
		if n > 0 {
			r.Collections[name] = n
			r.Records += n
		}
	}
	return nil
}

// scratchSeq keeps scratch folders of one process apart.
var scratchSeq atomic.Int64

// scratchIn makes a folder beside what is going to be replaced, on the same file system.
func scratchIn(dir string, now time.Time) (string, error) {
	path := filepath.Join(dir, fmt.Sprintf("%s%s-%d-%d", scratchPrefix, now.UTC().Format(idTime), os.Getpid(), scratchSeq.Add(1)))
	return path, os.Mkdir(path, 0o700)
}
