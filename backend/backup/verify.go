package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"cloudops/backend/crypto"
)

// VerifyOptions say how much is read. Every manifest is, and the presence and size of every object.
type VerifyOptions struct {
	// All objects are read and hashed; without it a tenth of them, another one with each call.
	All bool
	// Drill restores the latest state into a scratch folder below DrillDir and compares it record by record.
	Drill    bool
	DrillDir string // os.TempDir() where empty
}

// verifyShare of the objects is read where not all are.
const verifyShare = 10

// Problem is something that a verification found.
type Problem struct {
	What    string   // an object's name, a backup's id or a segment's key
	Backups []string // that need it
	Err     error
}

// Verified is the outcome. What is wrong is in Problems; the error of Verify is for what could not be looked at.
type Verified struct {
	Backups  int
	Objects  int // that backups need
	Read     int // of them, read and hashed
	Bytes    int64
	Problems []Problem
	// Drilled is what the drill brought back, and was compared; nil without one, or where it failed.
	Drilled *Restored
}

// OK says that nothing was found.
func (v Verified) OK() bool { return len(v.Problems) == 0 }

// Verify reads what a target holds and holds it to what was saved. What it finds damaged is sent anew by the next backup.
func (s *Service) Verify(ctx context.Context, o VerifyOptions) (Verified, error) {
	v, err := s.verify(ctx, o)
	if err != nil {
		return v, fmt.Errorf("verify the backups in %s: %w", s.Target, err)
	}
	return v, nil
}

func (s *Service) verify(ctx context.Context, o VerifyOptions) (Verified, error) {
	l, err := s.listing(ctx)
	if err != nil {
		return Verified{}, err
	}
	if len(l.Points) == 0 && len(l.Damaged) == 0 {
		return Verified{}, s.noBackup()
	}
	c := &checking{s: s, v: Verified{Backups: len(l.Points)}, needed: map[string]ObjectRef{}, by: map[string][]string{}, bad: map[string]bool{}, sound: map[string]bool{}}
	for _, err := range l.Damaged {
		c.problem("backup", err)
	}
	for _, p := range l.Points {
		for _, ref := range p.all() {
			c.needed[ref.Name] = ref
			c.by[ref.Name] = append(c.by[ref.Name], p.ID)
		}
	}
	c.v.Objects = len(c.needed)
	state := s.loadState(ctx)
	if err := c.presence(ctx); err != nil {
		return c.v, err
	}
	if state.Checked, err = c.read(ctx, o.All, state.Checked); err != nil {
		return c.v, err
	}
	if len(l.Points) > 0 {
		if err := c.log(ctx, latest(l.Points)); err != nil {
			return c.v, err
		}
		if o.Drill {
			if err := c.drill(ctx, o.DrillDir); err != nil {
				return c.v, err
			}
		}
	}
	// What was found earlier and not read again is still to be sent anew.
	for _, name := range state.Damaged {
		if _, needed := c.needed[name]; needed && !c.sound[name] {
			c.bad[name] = true
		}
	}
	state.Damaged = slices.Sorted(maps.Keys(c.bad))
	if c.v.OK() && len(state.Damaged) == 0 {
		state.Verified = s.o.Now().UTC()
		if o.Drill {
			state.Drilled = state.Verified
		}
	}
	return c.v, s.saveState(ctx, state)
}

// checking collects what a verification finds.
type checking struct {
	s      *Service
	v      Verified
	needed map[string]ObjectRef
	by     map[string][]string
	bad    map[string]bool // objects
	sound  map[string]bool // objects that were read
}

func (c *checking) problem(what string, err error) {
	c.v.Problems = append(c.v.Problems, Problem{What: what, Backups: c.by[what], Err: err})
	if _, ok := c.needed[what]; ok {
		c.bad[what] = true
	}
}

// presence compares names and sizes, for the price of a listing.
func (c *checking) presence(ctx context.Context) error {
	have := map[string]int64{}
	if err := c.s.Target.List(ctx, c.s.objectsPrefix(), func(o Stored) error {
		have[objectName(o.Key)] = o.Size
		return nil
	}); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.needed)) {
		size, ok := have[name]
		if !ok {
			c.problem(name, &Error{Err: ErrMissing, Cause: errors.New("the object is not there"), Advice: damagedAdvice})
		} else if want := c.needed[name].SealedSize; size != want {
			c.problem(name, &Error{Err: ErrDamaged, Cause: fmt.Errorf("the object has %d bytes, not %d", size, want), Advice: damagedAdvice})
		}
	}
	return nil
}

// read reads and hashes all objects or the next share of them, and returns where the share after it begins.
func (c *checking) read(ctx context.Context, all bool, start int) (int, error) {
	names := slices.Sorted(maps.Keys(c.needed))
	count := len(names)
	if !all {
		count = (len(names) + verifyShare - 1) / verifyShare
	}
	if len(names) == 0 {
		return 0, nil
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.s.o.Parallel)
	found := make([]error, count)
	for i := range count {
		ref := c.needed[names[(start+i)%len(names)]]
		if c.bad[ref.Name] {
			continue
		}
		c.v.Read++
		c.v.Bytes += ref.SealedSize
		g.Go(func() error {
			_, err := c.s.object(gctx, ref)
			if err != nil && !isUnusable(err) && !errors.Is(err, ErrMissing) {
				return err
			}
			found[i] = err
			return nil
		})
		c.s.o.Progress(Progress{Phase: "checking", Entries: int64(i + 1), Total: int64(count), Sent: c.v.Bytes, Objects: c.v.Read})
	}
	if err := g.Wait(); err != nil {
		return start, err
	}
	for i, err := range found {
		name := names[(start+i)%len(names)]
		if err != nil {
			c.problem(name, err)
		}
		c.sound[name] = err == nil && !c.bad[name]
	}
	return (start + count) % len(names), nil
}

// log reads the shipped log of the latest state.
func (c *checking) log(ctx context.Context, p Point) error {
	all, err := c.s.segmentsOf(ctx)
	if err != nil {
		return err
	}
	next := p.LastRev
	for _, o := range all[p.ID] {
		g, err := c.s.segment(ctx, o.Key)
		if err == nil && g.From != next {
			err = &Error{Err: ErrMissing, Cause: fmt.Errorf("the log after revision %d", next), Advice: damagedAdvice}
		}
		switch {
		case err == nil:
			next = g.To
			c.v.Bytes += o.Size
		case isUnusable(err), errors.Is(err, ErrMissing):
			c.problem(o.Key, err)
			return nil // what follows a gap is of no use
		default:
			return err
		}
	}
	return nil
}

// drill restores into a scratch folder and opens the keys with the recovery key alone.
func (c *checking) drill(ctx context.Context, dir string) error {
	scratch, err := os.MkdirTemp(dir, "cloudops-drill-")
	if err != nil {
		return fmt.Errorf("drill: %w", err)
	}
	defer os.RemoveAll(scratch)
	r, err := c.s.fetchAll(ctx, filepath.Join(scratch, "data"), RestoreOptions{})
	if err == nil {
		var vault string
		vault, err = c.s.tryKeys(ctx, r.Files[FileKeys], []byte(c.s.Keys.identity.String()))
		switch {
		case errors.Is(err, crypto.ErrWrongRecoveryKey), errors.Is(err, crypto.ErrKeysCorrupt), err == nil && vault != c.s.VaultID:
			err = &Error{Err: ErrDamaged, Cause: fmt.Errorf("the keys in the backup do not open: %w", errors.Join(err)), Advice: damagedAdvice}
		}
	}
	switch {
	case err == nil:
		c.v.Drilled = &r
	case isUnusable(err), errors.Is(err, ErrMissing):
		c.problem("drill", err)
	default:
		return err
	}
	return nil
}
