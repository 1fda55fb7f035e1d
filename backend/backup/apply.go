package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cloudops/backend/config"
	"cloudops/backend/crypto"
	"cloudops/backend/ledger"
)

// ApplyOptions say how a restore takes its place in a data folder.
type ApplyOptions struct {
	RestoreOptions
	// DataDir is the folder; the caller holds its lock, and nothing in it is open.
	DataDir string
	// RecoveryKey, where it is given, makes the keys usable on this machine: its master key goes into the keychain, or under a
	// passphrase, as Vault says. Without it the folder's own keys must fit.
	RecoveryKey []byte
	Vault       crypto.Options
	// DryRun compares and changes nothing.
	DryRun bool
}

// Applied is what a restore did.
type Applied struct {
	Restored
	// Aside is the folder with the state before; empty where there was none.
	Aside string
	// Changes are against the state before, by collection.
	Changes map[string]Change
}

// Change counts how the records of a collection differ from those before.
type Change struct {
	Added, Changed, Removed int64
}

// revLeap is added to the revisions when a ledger is restored: those that a lost ledger gave after its last backup must
// not be given again, since an index elsewhere may know them.
const revLeap = 1 << 20

// Apply restores into a data folder: first into a scratch folder in it, counted and compared, then swapped in. Until then,
// and on any error, the folder is as it was.
func (s *Service) Apply(ctx context.Context, o ApplyOptions) (_ Applied, err error) {
	scratch, err := scratchIn(o.DataDir, s.o.Now())
	if err != nil {
		return Applied{}, fmt.Errorf("restore: %w", err)
	}
	swapping := false
	defer func() {
		if !swapping {
			err = errors.Join(err, os.RemoveAll(scratch))
		}
	}()
	var a Applied
	o.WithoutVectors = o.WithoutVectors || o.DryRun
	if a.Restored, err = s.Fetch(ctx, scratch, o.RestoreOptions); err != nil {
		return a, err
	}
	before, err := s.against(ctx, o.DataDir, scratch, &a)
	if err != nil || o.DryRun {
		return a, err
	}
	if err := s.placeFiles(ctx, scratch, o, a.Files, &before); err != nil {
		return a, err
	}
	swapping = true
	if a.Aside, err = swap(o.DataDir, scratch, s.o.Now(), before.dropIndex); err != nil {
		return a, fmt.Errorf("restore: %w", err)
	}
	return a, nil
}

// before is what a restore finds in the data folder.
type before struct {
	// empty: there is a ledger, and nothing was ever written to it. A first start leaves a folder like that.
	empty bool
	// dropIndex: the index cannot be held against the ledger, which is missing, damaged, or another vault's.
	dropIndex bool
}

// against compares the restored ledger with the one of the data folder and makes it go on with higher revisions.
func (s *Service) against(ctx context.Context, dataDir, scratch string, a *Applied) (found before, err error) {
	restored, err := ledger.Open(ctx, scratch, ledger.Options{})
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, restored.Close()) }()
	floor := restored.LastRev()
	a.Changes = map[string]Change{}
	if _, err := os.Stat(filepath.Join(dataDir, ledger.FileName)); errors.Is(err, fs.ErrNotExist) {
		found.dropIndex = true
	} else if current, err := ledger.Open(ctx, dataDir, ledger.Options{}); err != nil {
		if !errors.Is(err, ledger.ErrCorrupt) {
			return found, err
		}
		found.dropIndex = true
	} else {
		floor = max(floor, current.LastRev())
		found.empty = current.LastRev() == 0
		err := diff(ctx, current, restored, a.Changes)
		if err := errors.Join(err, current.Close()); err != nil && !errors.Is(err, ledger.ErrCorrupt) {
			return found, err
		}
		found.dropIndex = err != nil
	}
	return found, restored.RaiseRev(ctx, floor+revLeap)
}

// diff merges the revisions of two ledgers, both in the order of ids.
func diff(ctx context.Context, before, after *ledger.Ledger, out map[string]Change) error {
	names := map[string]bool{}
	for _, l := range []*ledger.Ledger{before, after} {
		list, err := l.Collections(ctx)
		if err != nil {
			return err
		}
		for _, name := range list {
			names[name] = true
		}
	}
	for name := range names {
		a, b := &revWalk{ctx: ctx, l: before, name: name}, &revWalk{ctx: ctx, l: after, name: name}
		c, err := compareWalks(a, b)
		if err != nil {
			return err
		}
		if c != (Change{}) {
			out[name] = c
		}
	}
	return nil
}

func compareWalks(a, b *revWalk) (Change, error) {
	var c Change
	x, y := a.next(), b.next()
	for x != nil || y != nil {
		switch {
		case y == nil || (x != nil && x.ID < y.ID):
			c.Removed++
			x = a.next()
		case x == nil || y.ID < x.ID:
			c.Added++
			y = b.next()
		default:
			if x.Rev != y.Rev {
				c.Changed++
			}
			x, y = a.next(), b.next()
		}
	}
	return c, errors.Join(a.err, b.err)
}

// revWalk goes through the revisions of a collection.
type revWalk struct {
	ctx  context.Context
	l    *ledger.Ledger
	name string
	page []ledger.IDRev
	last string
	done bool
	err  error
}

func (w *revWalk) next() *ledger.IDRev {
	const page = 5000
	if len(w.page) == 0 && !w.done {
		w.page, w.err = w.l.Revs(w.ctx, w.name, w.last, page)
		w.done = w.err != nil || len(w.page) < page
	}
	if len(w.page) == 0 {
		return nil
	}
	r := w.page[0]
	w.page, w.last = w.page[1:], r.ID
	return &r
}

// placeFiles puts keys and settings into the scratch folder, where the data folder's own do not stay.
func (s *Service) placeFiles(ctx context.Context, scratch string, o ApplyOptions, files map[string][]byte, found *before) error {
	keys, replaced := files[FileKeys], false
	if o.RecoveryKey != nil {
		own, err := s.ownKeys(ctx, o)
		// A vault that has sealed nothing is given up: a new machine's first start made it. It is kept aside all the same.
		if replaced = errors.Is(err, ErrOtherVault) && found.empty; err != nil && !replaced {
			return err
		}
		if own != nil {
			keys = own
		}
		found.dropIndex = found.dropIndex || replaced
	}
	// The settings of this machine stay: its habits, and where it backs up to, are not what was lost.
	settings, ok := files[FileSettings]
	if _, err := os.Lstat(filepath.Join(o.DataDir, FileSettings)); ok && (replaced || errors.Is(err, fs.ErrNotExist)) {
		if err := config.WriteFile(filepath.Join(scratch, FileSettings), settings, 0o600); err != nil {
			return fmt.Errorf("restore settings: %w", err)
		}
	}
	if o.RecoveryKey == nil {
		return nil // the caller opened the folder's own keys
	}
	if err := config.WriteFile(filepath.Join(scratch, FileKeys), keys, 0o600); err != nil {
		return fmt.Errorf("restore keys: %w", err)
	}
	v, err := crypto.Import(ctx, scratch, o.RecoveryKey, o.Vault)
	if err != nil {
		return err
	}
	return v.Close()
}

// ownKeys returns the data folder's key file where it is of the same vault and the recovery key opens it: it is never
// older than a backup's. Keys of another vault are never replaced.
func (s *Service) ownKeys(ctx context.Context, o ApplyOptions) ([]byte, error) {
	for _, name := range []string{FileKeys, FileKeys + ".bak"} {
		data, err := os.ReadFile(filepath.Join(o.DataDir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("restore keys: %w", err)
		}
		id, err := s.tryKeys(ctx, data, o.RecoveryKey)
		switch {
		case err == nil && id == s.VaultID:
			return data, nil
		case err == nil, errors.Is(err, crypto.ErrWrongRecoveryKey):
			return nil, &Error{Err: ErrOtherVault, Cause: errors.New("the data folder holds another vault"), Advice: "Restore into an empty folder (--data-dir). Nothing was changed."}
		case !errors.Is(err, crypto.ErrKeysCorrupt):
			return nil, err
		}
	}
	return nil, nil
}

// tryKeys opens a key file with the recovery key, leaving no trace.
func (s *Service) tryKeys(ctx context.Context, keys, recovery []byte) (vaultID string, err error) {
	dir, err := os.MkdirTemp("", "cloudops-keys-")
	if err != nil {
		return "", fmt.Errorf("try the keys: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, FileKeys), keys, 0o600); err != nil {
		return "", fmt.Errorf("try the keys: %w", err)
	}
	v, err := crypto.Import(ctx, dir, recovery, crypto.Options{Keychain: &crypto.MemoryKeychain{}})
	if err != nil {
		return "", err
	}
	id := v.ID()
	return id, v.Close()
}
