// Package backup keeps copies of a data folder in an S3 bucket or in a folder, sealed on this machine, and brings them back:
// whole, to any moment that the ledger's log covers, on this machine or on a new one that has the recovery key alone.
//
// docs/backup-format.md describes what stands in a target.
package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudops/backend/ledger"
)

// Deps are what a service works with.
type Deps struct {
	Target Target
	Keys   *Keys
	// VaultID is the vault that is backed up; it is a part of every key in the target. Reading services may leave it empty:
	// the vaults of the target that the keys open are then looked for.
	VaultID string
	// Ledger is what is backed up; nil in a service that only reads a target.
	Ledger *ledger.Ledger
	// Files returns small files by name that belong to a backup: FileKeys and FileSettings.
	Files func() (map[string][]byte, error)
	// Vectors reads the index, so that a restore need not embed again; nil: the backup is without.
	Vectors VectorSource
}

// The files of a backup.
const (
	FileKeys     = "keys.json"
	FileSettings = "settings.json"
)

// Options of New.
type Options struct {
	Now func() time.Time // time.Now where nil
	// Version is of the program, for the manifest.
	Version string
	// LogDays is how long the ledger's log is kept: a backup covers any moment of as many days before it. 30 where zero.
	LogDays int
	// Parallel is how many objects are sealed and sent at a time. 4 where zero.
	Parallel int
	// Progress is told how far a call has come; it must return soon. It may be nil.
	Progress func(Progress)
	// Chunk sizes; for tests. The zero value is what docs/backup-format.md says.
	chunk, vectorChunk chunkSizes
}

// Progress is how far a backup, a restore or a verification has come.
type Progress struct {
	Phase   string // reading | sending | cleaning | fetching | checking
	Entries int64  // of the log, done
	Total   int64  // of the log, or of objects where Entries are objects
	Sent    int64  // bytes that went to the target, or came from it
	Objects int    // sent or read
}

// Service backs up to one target and restores from it. Backup, Ship, Prune and Verify must not run at the same time on one.
type Service struct {
	Deps
	o Options
}

// New makes a service; nothing is read yet.
func New(d Deps, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.LogDays == 0 {
		o.LogDays = 30
	}
	if o.Parallel == 0 {
		o.Parallel = 4
	}
	if o.chunk == (chunkSizes{}) {
		o.chunk = chunkSizes{min: 1 << 20, spread: 1 << 20, max: 8 << 20}
	}
	if o.vectorChunk == (chunkSizes{}) {
		o.vectorChunk = vectorSizes
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return &Service{Deps: d, o: o}
}

// orphanAge is how old an object must be that no backup needs before it goes: another machine may be about to need it.
const orphanAge = 24 * time.Hour

// refreshAge is when an object that no backup needs is sent again instead of being relied on, so that one that is relied on
// is not about to go.
const refreshAge = 12 * time.Hour

// Result is what a backup did.
type Result struct {
	Manifest    Manifest
	SentObjects int
	SentBytes   int64 // sealed
	Removed     int   // objects that no backup needed
	Took        time.Duration
	// Warnings are conditions that did not keep the backup from being whole.
	Warnings []error
}

// Backup writes a whole backup of the ledger as it is now and of the files. On an error there is none: what was sent
// is used by the next one, or removed after a day. Errors are *Error or the context's.
func (s *Service) Backup(ctx context.Context) (Result, error) {
	start := s.o.Now()
	r, err := s.backup(ctx)
	r.Took = s.o.Now().Sub(start)
	if err != nil {
		return r, fmt.Errorf("back up to %s: %w", s.Target, err)
	}
	return r, nil
}

func (s *Service) backup(ctx context.Context) (Result, error) {
	var r Result
	state := s.loadState(ctx)
	kept, err := s.manifests(ctx)
	if err != nil {
		return r, err
	}
	w := &writer{s: s, have: map[string]int64{}, needed: kept.sizes(), damaged: state.damaged()}
	if err := w.list(ctx); err != nil {
		return r, err
	}
	m, err := s.pass(ctx, w)
	if err != nil {
		return r, err
	}
	if err := s.writeVectors(ctx, w, &m); errors.Is(err, errSource) {
		r.Warnings = append(r.Warnings, err)
	} else if err != nil {
		return r, err
	}
	if err := s.confirm(ctx, m); err != nil {
		return r, err
	}
	if m, err = s.putManifest(ctx, m); err != nil {
		return r, err
	}
	r.Manifest, r.SentObjects, r.SentBytes = m, int(w.sentObjects.Load()), w.sentBytes.Load()
	state.Backup, state.Rev, state.At, state.Damaged = m.ID, m.LastRev, m.CreatedAt, nil
	if err := s.saveState(ctx, state); err != nil {
		r.Warnings = append(r.Warnings, err)
	}
	r.Warnings = append(r.Warnings, kept.bad...)
	s.o.Progress(Progress{Phase: "cleaning"})
	// Only where every backup could be read is it known what nobody needs.
	if len(kept.bad) == 0 {
		removed, err := s.removeOrphans(ctx, append(kept.good, m))
		r.Removed = removed.Objects
		if err != nil {
			r.Warnings = append(r.Warnings, err)
		}
	}
	return r, nil
}

// passes is how often the ledger is read anew where entries went away meanwhile.
const passes = 4

// pass writes objects for the whole ledger. The log only grows, but for a trim or a purge: where one fell into the pass,
// what was read may not belong together, and it is read again; what has not changed is not sent again.
func (s *Service) pass(ctx context.Context, w *writer) (Manifest, error) {
	for range passes {
		before, err := s.Ledger.Extent(ctx, 0)
		if err != nil {
			return Manifest{}, err
		}
		m, err := s.write(ctx, w, before)
		if err != nil {
			return Manifest{}, err
		}
		after, err := s.Ledger.Extent(ctx, before.LastRev)
		if err != nil {
			return Manifest{}, err
		}
		if after.Entries == before.Entries && m.Entries == before.Entries {
			return m, nil
		}
	}
	return Manifest{}, &Error{Err: ErrBusy, Advice: "Entries of the log are being removed; try again in a minute."}
}

func (s *Service) write(ctx context.Context, w *writer, extent ledger.Extent) (Manifest, error) {
	m := s.newManifest(extent)
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(s.o.Parallel)
	streams := map[string]*chunker{}
	var refs refList
	var line []byte
	put := func(c chunk) { g.Go(func() error { return w.putChunk(working, c, refs.add()) }) }
	err := s.entries(working, extent.LastRev, func(e ledger.Entry) error {
		line = appendEntry(line[:0], e)
		sum := sha256.Sum256(line)
		m.count(e, sum)
		st, ok := streams[e.Collection]
		if !ok {
			st = &chunker{sizes: s.o.chunk, collection: e.Collection}
			streams[e.Collection] = st
		}
		for _, c := range st.add(e.Rev, line, sum) {
			put(c)
		}
		if m.Entries%1000 == 0 {
			s.o.Progress(Progress{Phase: "sending", Entries: m.Entries, Total: extent.Entries, Sent: w.sentBytes.Load(), Objects: int(w.sentObjects.Load())})
		}
		return working.Err()
	})
	for _, st := range streams {
		if c, ok := st.rest(); ok && err == nil {
			put(c)
		}
	}
	// The first error of a worker is the cause; the pass then only saw its context end.
	if workErr := g.Wait(); workErr != nil {
		return m, workErr
	}
	if err != nil {
		return m, err
	}
	m.settle()
	m.Objects = refs.sorted()
	return m, s.writeFiles(ctx, w, &m)
}

func (s *Service) entries(ctx context.Context, through int64, each func(ledger.Entry) error) error {
	for after := int64(0); ; {
		batch, err := s.Ledger.Entries(ctx, after, through, 2000)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, e := range batch {
			if err := each(e); err != nil {
				return err
			}
		}
		after = batch[len(batch)-1].Rev
	}
}

func (s *Service) newManifest(extent ledger.Extent) Manifest {
	now := s.o.Now().UTC().Truncate(time.Millisecond)
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	m := Manifest{Format: formatWithoutVectors, VaultID: s.VaultID, CreatedAt: now, Machine: host, Version: s.o.Version, LedgerSchema: ledgerSchema,
		FirstRev: extent.FirstRev, LastRev: extent.LastRev, LastAt: stamp(extent.LastAt), Collections: map[string]Count{}}
	m.WindowFrom = stamp(max(extent.FirstAt, now.AddDate(0, 0, -s.o.LogDays).UnixMilli()))
	return m
}

func stamp(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (s *Service) writeFiles(ctx context.Context, w *writer, m *Manifest) error {
	files, err := s.Files()
	if err != nil {
		return err
	}
	if len(files[FileKeys]) == 0 {
		return errors.New("the keys of the vault are missing")
	}
	for _, name := range []string{FileKeys, FileSettings} {
		data, ok := files[name]
		if !ok {
			continue
		}
		var ref ObjectRef
		if err := w.put(ctx, data, func(o ObjectRef) { ref = o }); err != nil {
			return err
		}
		m.Files = append(m.Files, FileRef{Name: name, ObjectRef: ref})
	}
	return nil
}

// confirm looks whether all objects of a manifest are there as they were sent, so that a backup is whole even where
// another machine removed something meanwhile.
func (s *Service) confirm(ctx context.Context, m Manifest) error {
	have := map[string]int64{}
	err := s.Target.List(ctx, s.objectsPrefix(), func(o Stored) error {
		have[objectName(o.Key)] = o.Size
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range m.all() {
		size, ok := have[o.Name]
		if !ok || size != o.SealedSize {
			return &Error{Err: ErrMissing, Cause: fmt.Errorf("object %s is not there as it was sent", o.Name), Advice: "Something else removes or changes objects in this place; back up again."}
		}
	}
	return nil
}

func (s *Service) putManifest(ctx context.Context, m Manifest) (Manifest, error) {
	data, err := m.encode()
	if err != nil {
		return m, err
	}
	if m, err = s.parseManifest(data, ""); err != nil {
		return m, err
	}
	sealed, err := s.Keys.seal(data)
	if err != nil {
		return m, err
	}
	m.sealed = int64(len(sealed))
	err = s.Target.Put(ctx, s.manifestKey(m), sealed, true)
	if errors.Is(err, errExists) {
		// The name holds the content's HMAC: an answer was lost, and the request was made twice.
		err = nil
	}
	return m, err
}
