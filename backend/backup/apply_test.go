package backup

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/crypto"
	"cloudops/backend/ledger"
)

var fixedTime = time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)

// TestRestoreOnANewMachine needs the recovery key and the target alone; the records then open.
func TestRestoreOnANewMachine(t *testing.T) {
	for name, make := range targets(t) {
		t.Run(name, func(t *testing.T) {
			target, m := make(t), newMachine(t)
			ids := m.write("chat_history", 50)
			backup(t, m.service(target))
			require.NoError(t, m.vault.Rotate(context.Background()))
			m.now = m.now.Add(time.Minute)
			m.write("chat_history", 5)
			backup(t, m.service(target)) // with the keys after the rotation

			dir := t.TempDir()
			keychain := &crypto.MemoryKeychain{}
			a, err := m.elsewhere(target).Apply(context.Background(), ApplyOptions{DataDir: dir, RecoveryKey: m.recoveryKey(), Vault: crypto.Options{Keychain: keychain}})
			require.NoError(t, err)
			require.Empty(t, a.Aside)
			require.EqualValues(t, 55, a.Records)
			v, err := crypto.Open(dir, crypto.Options{Keychain: keychain})
			require.NoError(t, err)
			require.Equal(t, m.vault.ID(), v.ID())
			l := openLedger(t, dir)
			require.Equal(t, state(t, m.ledger), state(t, l))
			recs, err := l.Get(context.Background(), "chat_history", ids[9])
			require.NoError(t, err)
			text, err := v.Open(crypto.AD{Collection: "chat_history", ID: ids[9]}, recs[0].Sealed)
			require.NoError(t, err)
			require.Contains(t, string(text), "record 10 ")
			require.FileExists(t, filepath.Join(dir, FileSettings))
			// No revision is given a second time.
			require.Greater(t, l.LastRev(), m.ledger.LastRev()+1000)
		})
	}
}

// TestRestoreOverWhatIsThere keeps the state before, says what changes, and touches nothing with a dry run.
func TestRestoreOverWhatIsThere(t *testing.T) {
	m := newMachine(t)
	target := targets(t)["folder"](t)
	ids := m.write("c", 100)
	backup(t, m.service(target))
	m.now = m.now.Add(time.Hour)
	m.write("c", 7)
	m.remove("c", ids[:5]...)
	m.put("c", ids[10], "changed by a slip of the hand")
	before, last := state(t, m.ledger), m.ledger.LastRev()
	require.NoError(t, m.ledger.Close())
	require.NoError(t, os.WriteFile(filepath.Join(m.dir, FileSettings), []byte("own"), 0o600))
	s := m.service(target, func(d *Deps, _ *Options) { d.Ledger = nil })

	o := ApplyOptions{DataDir: m.dir, DryRun: true}
	a, err := s.Apply(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, map[string]Change{"c": {Added: 5, Changed: 1, Removed: 7}}, a.Changes)
	require.Equal(t, before, state(t, openLedger(t, m.dir)))

	o.DryRun = false
	a, err = s.Apply(context.Background(), o)
	require.NoError(t, err)
	restored := openLedger(t, m.dir)
	require.Len(t, state(t, restored), 100)
	require.Greater(t, restored.LastRev(), last)
	require.Equal(t, before, state(t, openLedger(t, a.Aside)))
	own, err := os.ReadFile(filepath.Join(m.dir, FileSettings))
	require.NoError(t, err)
	require.Equal(t, "own", string(own))
	require.FileExists(t, filepath.Join(a.Aside, FileKeys))

	// A ledger that is damaged is moved aside, and the index that cannot be held against it too.
	require.NoError(t, restored.Close())
	require.NoError(t, os.WriteFile(filepath.Join(m.dir, ledger.FileName), []byte("not a database, but long enough to be taken for one"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(m.dir, "qdrant"), 0o700))
	a, err = s.Apply(context.Background(), o)
	require.NoError(t, err)
	require.NoDirExists(t, filepath.Join(m.dir, "qdrant"))
	require.DirExists(t, filepath.Join(a.Aside, "qdrant"))
	require.Len(t, state(t, openLedger(t, m.dir)), 100)
}

// TestRestoreAfterAFirstStart: a new machine's first start has made a vault that nothing was sealed with. It gives way.
func TestRestoreAfterAFirstStart(t *testing.T) {
	m, fresh := newMachine(t), newMachine(t)
	target := targets(t)["folder"](t)
	m.write("c", 20)
	backup(t, m.service(target))
	require.NoError(t, fresh.ledger.Close())
	require.NoError(t, os.WriteFile(filepath.Join(fresh.dir, FileSettings), []byte("of the first start"), 0o600))
	keychain := &crypto.MemoryKeychain{}
	require.NoError(t, keychain.Set(context.Background(), crypto.DefaultEntry, "another key, which is never written over"))
	a, err := m.elsewhere(target).Apply(context.Background(), ApplyOptions{DataDir: fresh.dir, RecoveryKey: m.recoveryKey(), Vault: crypto.Options{Keychain: keychain, DefaultFolder: true}})
	require.NoError(t, err)
	v, err := crypto.Open(fresh.dir, crypto.Options{Keychain: keychain, DefaultFolder: true})
	require.NoError(t, err)
	require.Equal(t, m.vault.ID(), v.ID())
	require.Equal(t, state(t, m.ledger), state(t, openLedger(t, fresh.dir)))
	settings, err := os.ReadFile(filepath.Join(fresh.dir, FileSettings))
	require.NoError(t, err)
	require.Equal(t, `{"version":1}`, string(settings))
	require.FileExists(t, filepath.Join(a.Aside, FileKeys))
}

// TestADiskOfItsOwn restores onto a small file system: too small, it is as it was; large enough, the state before is kept in it.
func TestADiskOfItsOwn(t *testing.T) {
	m := newMachine(t)
	target := targets(t)["folder"](t)
	m.write("c", 600)
	backup(t, m.service(target))
	for size, want := range map[string]error{"300k": ledger.ErrDiskFull, "9m": nil} {
		dir := t.TempDir()
		if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
			t.Logf("only root may mount a small file system: %v %s", err, out)
			return
		}
		t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
		require.NoError(t, os.WriteFile(filepath.Join(dir, ledger.FileName+"-wal"), []byte("left over"), 0o600))
		a, err := m.elsewhere(target).Apply(context.Background(), ApplyOptions{DataDir: dir, RecoveryKey: m.recoveryKey(), Vault: crypto.Options{Keychain: &crypto.MemoryKeychain{}}})
		if want != nil {
			require.ErrorIs(t, err, want)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, entries, 1)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, dir, filepath.Dir(a.Aside))
		require.FileExists(t, filepath.Join(a.Aside, ledger.FileName+"-wal"))
		require.Len(t, state(t, openLedger(t, dir)), 600)
	}
}

// TestKeysOfOthers: another recovery key, another vault in the folder, a backup of a newer program.
func TestKeysOfOthers(t *testing.T) {
	ctx := context.Background()
	m, other := newMachine(t), newMachine(t)
	target := targets(t)["folder"](t)
	m.write("c", 20)
	apply := func(s *Service, dir string, key []byte) error {
		_, err := s.Apply(ctx, ApplyOptions{DataDir: dir, RecoveryKey: key, Vault: crypto.Options{Keychain: &crypto.MemoryKeychain{}}})
		return err
	}
	require.ErrorIs(t, apply(m.elsewhere(target), t.TempDir(), m.recoveryKey()), ErrNoBackup)
	first := backup(t, m.service(target)).Manifest
	require.ErrorIs(t, apply(other.elsewhere(target), t.TempDir(), other.recoveryKey()), ErrWrongKey)
	other.write("c", 3)
	require.ErrorIs(t, apply(m.elsewhere(target), other.dir, m.recoveryKey()), ErrOtherVault)
	_, err := NewKeys([]byte("AGE-SECRET-KEY-1NONSENSE"))
	require.ErrorIs(t, err, ErrWrongKey)
	require.NotContains(t, err.Error(), "NONSENSE")

	// Two vaults in one place: each key finds its own.
	backup(t, other.service(target))
	r, _ := fetch(t, other.elsewhere(target), RestoreOptions{})
	require.EqualValues(t, 3, r.Records)

	// Nothing of a newer program is touched: not by a restore, and not by a clean-up.
	s := m.service(target)
	newer := first
	newer.Format, newer.CreatedAt = Format+1, m.now.Add(time.Hour)
	data, err := newer.encode()
	require.NoError(t, err)
	sealed, err := s.Keys.seal(data)
	require.NoError(t, err)
	newer.ID = newer.CreatedAt.UTC().Format(idTime) + "-" + s.Keys.mac(kindManifest, data)[:idDigits]
	require.NoError(t, target.Put(ctx, s.manifestKey(newer), sealed, true))
	l, err := s.List(ctx)
	require.NoError(t, err)
	require.Len(t, l.Damaged, 1)
	require.ErrorIs(t, l.Damaged[0], ErrNewer)
	before := keys(t, target, "")
	p, err := s.Prune(ctx, Keep{Last: 1}, false)
	require.NoError(t, err)
	require.Len(t, p.Warnings, 1)
	require.Equal(t, before, keys(t, target, ""))
}

// TestTwoMachinesWithCopiesOfOneFolder are told so, and neither loses anything.
func TestTwoMachinesWithCopiesOfOneFolder(t *testing.T) {
	ctx := context.Background()
	m := newMachine(t)
	target := targets(t)["folder"](t)
	m.write("c", 20)
	backup(t, m.service(target))
	require.NoError(t, m.ledger.Close())
	copyDir := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.CopyFS(copyDir, os.DirFS(m.dir)))
	m.open()
	twin := *m
	twin.dir, twin.now = copyDir, m.now.Add(time.Second)
	twin.open()
	m.write("c", 2)
	twin.n = 1000
	twin.write("c", 3)
	_, err := m.service(target).Ship(ctx)
	require.NoError(t, err)
	_, err = twin.service(target).Ship(ctx)
	require.ErrorIs(t, err, ErrForked)
	twin.now = twin.now.Add(time.Minute)
	backup(t, twin.service(target))
	_, err = m.service(target).Ship(ctx) // the first goes on as before
	require.NoError(t, err)
	l, err := m.service(target).List(ctx)
	require.NoError(t, err)
	require.Len(t, l.Points, 2)
	_, back := fetch(t, m.elsewhere(target), RestoreOptions{Backup: l.Points[0].ID, At: m.now})
	require.Equal(t, state(t, m.ledger), state(t, back))
	_, back = fetch(t, m.elsewhere(target), RestoreOptions{Backup: l.Points[1].ID})
	require.Equal(t, state(t, twin.ledger), state(t, back))
}

// TestShipAfterACrash: a segment that was sent and not remembered is recognised.
func TestShipAfterACrash(t *testing.T) {
	ctx := context.Background()
	m := newMachine(t)
	target := targets(t)["folder"](t)
	m.write("c", 5)
	r, err := m.service(target).Ship(ctx)
	require.NoError(t, err)
	require.True(t, r.NeedsBackup)
	backup(t, m.service(target))
	m.write("c", 5)
	s := m.service(target)
	before := s.loadState(ctx)
	_, err = s.Ship(ctx)
	require.NoError(t, err)
	require.NoError(t, s.saveState(ctx, before)) // as if the process had ended before it was remembered
	m.write("c", 5)
	r, err = s.Ship(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 5, r.Entries)
	r, err = s.Ship(ctx)
	require.NoError(t, err)
	require.Zero(t, r.Segments, "nothing changed")
	_, back := fetch(t, m.elsewhere(target), RestoreOptions{})
	require.Equal(t, state(t, m.ledger), state(t, back))
}
