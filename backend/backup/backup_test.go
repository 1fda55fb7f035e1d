package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/crypto"
	"cloudops/backend/ledger"
)

// TestTargets is what every target must do.
func TestTargets(t *testing.T) {
	ctx := context.Background()
	all := targets(t)
	all["folder with a limit"] = func(t *testing.T) Target {
		d, err := NewDir(t.TempDir(), 1<<20)
		require.NoError(t, err)
		return d
	}
	all["s3 with a limit, plain checksums and no prefix"] = func(t *testing.T) Target {
		o := bucket(t, false)
		o.Prefix, o.Limit, o.PlainChecksums = "", 1<<20, true
		return s3Target(t, o)
	}
	for name, make := range all {
		t.Run(name, func(t *testing.T) {
			target := make(t)
			large := bytes.Repeat([]byte("0123456789"), 30_000) // several portions of a limit
			require.NoError(t, target.Put(ctx, "v/objects/ab/large.age", large, false))
			require.Equal(t, large, read(t, target, "v/objects/ab/large.age"))
			_, err := target.Delete(ctx, "v/objects/ab/large.age")
			require.NoError(t, err)
			require.Empty(t, keys(t, target, ""))
			require.NoError(t, target.Put(ctx, "v/objects/ab/one.age", []byte("one"), false))
			require.NoError(t, target.Put(ctx, "v/objects/ab/one.age", []byte("another one"), false))
			require.NoError(t, target.Put(ctx, "v/backups/two.age", []byte("two"), true))
			require.ErrorIs(t, target.Put(ctx, "v/backups/two.age", []byte("three"), true), errExists)
			require.Equal(t, "two", string(read(t, target, "v/backups/two.age")))
			require.Equal(t, "another one", string(read(t, target, "v/objects/ab/one.age")))
			require.ElementsMatch(t, []string{"v/objects/ab/one.age", "v/backups/two.age"}, keys(t, target, ""))
			require.Equal(t, []string{"v/backups/two.age"}, keys(t, target, "v/backups/t"))
			require.Empty(t, keys(t, target, "v/nothing/"))
			require.NoError(t, target.List(ctx, "v/backups/", func(o Stored) error {
				require.EqualValues(t, 3, o.Size)
				require.WithinDuration(t, time.Now(), o.Modified, time.Hour)
				return nil
			}))
			folders, err := target.Folders(ctx)
			require.NoError(t, err)
			require.Equal(t, []string{"v"}, folders)
			_, err = target.Get(ctx, "v/backups/none.age")
			require.ErrorIs(t, err, errNotFound)
			held, err := target.Delete(ctx, "v/backups/two.age", "v/backups/none.age")
			require.NoError(t, err)
			require.Empty(t, held)
			require.Equal(t, []string{"v/objects/ab/one.age"}, keys(t, target, ""))
		})
	}
}

// TestRoundTrip backs up, changes a little, backs up again, ships log, and brings all of it back on a machine that has the
// recovery key alone.
func TestRoundTrip(t *testing.T) {
	for name, make := range targets(t) {
		t.Run(name, func(t *testing.T) {
			target, m := make(t), newMachine(t)
			ids := m.write("chat_history", 400)
			m.write("aws_estate", 200)
			m.remove("chat_history", ids[3], ids[77])
			s := m.service(target)
			first := backup(t, s)
			require.EqualValues(t, 602, first.Manifest.Entries)
			require.EqualValues(t, 598, first.Manifest.Records)
			require.Greater(t, first.SentObjects, 10)

			m.now = m.now.Add(time.Second) // a backup's name has the second
			again := backup(t, s)
			require.Zero(t, again.SentBytes, "nothing has changed")

			m.now = m.now.Add(time.Minute)
			m.write("chat_history", 6)
			second := backup(t, s)
			require.LessOrEqual(t, second.SentObjects, 2)

			m.now = m.now.Add(time.Minute)
			m.write("aws_changes", 5)
			m.put("chat_history", ids[0], "another text")
			m.remove("chat_history", ids[1])
			shipped, err := s.Ship(context.Background())
			require.NoError(t, err)
			require.EqualValues(t, 7, shipped.Entries)

			r, back := fetch(t, m.elsewhere(target), RestoreOptions{})
			require.Equal(t, second.Manifest.ID, r.Backup)
			require.True(t, r.Checked)
			require.Equal(t, 1, r.Segments)
			require.Equal(t, state(t, m.ledger), state(t, back))
			require.Equal(t, log(t, m.ledger), log(t, back))
			require.Equal(t, `{"version":1}`, string(r.Files[FileSettings]))

			// A backup by its name is without the log after it.
			r, back = fetch(t, m.elsewhere(target), RestoreOptions{Backup: first.Manifest.ID})
			require.EqualValues(t, 598, r.Records)
			require.NotContains(t, state(t, back), "chat_history "+ids[3])
		})
	}
}

// TestRestoreToAnyMoment goes through a history of writes, deletions, backups and shipped log.
func TestRestoreToAnyMoment(t *testing.T) {
	m := newMachine(t)
	target := targets(t)["folder"](t)
	rng := rand.New(rand.NewPCG(1, 2))
	start := m.now
	states := map[time.Time]map[string]ledger.Record{}
	var live []string
	for step := range 60 {
		m.now = m.now.Add(time.Duration(1+rng.IntN(50)) * 100 * time.Millisecond)
		live = append(live, m.write("c", 1+rng.IntN(5))...)
		if i := rng.IntN(len(live)); rng.IntN(3) == 0 {
			m.remove("c", live[i])
			live = append(live[:i], live[i+1:]...)
		} else {
			m.put("c", live[i], "changed")
		}
		states[m.now] = state(t, m.ledger)
		s := m.service(target)
		switch {
		case step%20 == 10:
			backup(t, s)
		case step > 10 && step%3 == 0 || step == 59:
			_, err := s.Ship(context.Background())
			require.NoError(t, err)
		}
	}
	var times []time.Time
	for at := range states {
		times = append(times, at)
	}
	sort.Slice(times, func(i, j int) bool { return times[i].Before(times[j]) })
	m.now = m.now.Add(time.Hour)
	s := m.elsewhere(target)
	for range 50 {
		i := rng.IntN(len(times))
		between := 100 * time.Millisecond
		if i+1 < len(times) {
			between = times[i+1].Sub(times[i])
		}
		at := times[i].Add(time.Duration(rng.Int64N(int64(between))))
		_, back := fetch(t, s, RestoreOptions{At: at})
		require.Equal(t, states[times[i]], state(t, back), "at %s", at)
	}
	_, err := s.Fetch(context.Background(), filepath.Join(t.TempDir(), "x"), RestoreOptions{At: start.Add(-time.Hour)})
	require.ErrorIs(t, err, ErrNoBackup)
	_, err = s.Fetch(context.Background(), filepath.Join(t.TempDir(), "x"), RestoreOptions{At: m.now.Add(time.Hour)})
	require.ErrorIs(t, err, ErrInvalid)
}

// TestAnInterruptedBackupIsNone breaks off after some objects; the next one sends the rest only, and what nobody needs goes after a day.
func TestAnInterruptedBackupIsNone(t *testing.T) {
	for name, make := range targets(t) {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.write("c", 500)
			target := make(t)
			broken := &breaking{Target: target}
			broken.left.Store(9)
			_, err := m.service(broken).Backup(context.Background())
			require.ErrorIs(t, err, errBroken)
			sent := len(keys(t, target, m.vault.ID()+"/objects/"))
			require.Equal(t, 9, sent)
			l, err := m.service(target).List(context.Background())
			require.NoError(t, err)
			require.Empty(t, l.Points)
			r := backup(t, m.service(target))
			require.Equal(t, len(r.Manifest.all())-sent, r.SentObjects)

			// An orphan that is old goes; one that is new may be about to be needed.
			orphan := m.vault.ID() + "/objects/aa/" + strings.Repeat("aa", 32) + ".age"
			require.NoError(t, target.Put(context.Background(), orphan, []byte("x"), false))
			m.now = m.now.Add(2 * time.Hour)
			require.Zero(t, backup(t, m.service(target)).Removed)
			m.now = m.now.Add(48 * time.Hour)
			require.Equal(t, 1, backup(t, m.service(target)).Removed)
			_, back := fetch(t, m.elsewhere(target), RestoreOptions{})
			require.Equal(t, state(t, m.ledger), state(t, back))
		})
	}
}

var errBroken = errors.New("the line is cut")

// breaking takes some objects and no more.
type breaking struct {
	Target
	left atomic.Int64
}

func (b *breaking) Put(ctx context.Context, key string, content []byte, ifAbsent bool) error {
	if b.left.Add(-1) < 0 {
		return errBroken
	}
	return b.Target.Put(context.WithoutCancel(ctx), key, content, ifAbsent)
}

// TestATrimAndAPurgeBetweenBackups leave cuts where they are, and what was purged is in no new object.
func TestATrimAndAPurgeBetweenBackups(t *testing.T) {
	m := newMachine(t)
	target := targets(t)["folder"](t)
	ids := m.write("c", 600)
	backup(t, m.service(target))
	m.now = m.now.Add(time.Hour)
	m.remove("c", ids[300])
	_, _, err := m.ledger.Forget(context.Background(), ledger.Ref{Collection: "c", ID: ids[300]})
	require.NoError(t, err)
	r := backup(t, m.service(target))
	require.LessOrEqual(t, r.SentObjects, 4, "only what lay around the purged record is sent")
	_, back := fetch(t, m.elsewhere(target), RestoreOptions{})
	require.Equal(t, state(t, m.ledger), state(t, back))
	for _, e := range log(t, back) {
		require.NotEqual(t, ids[300], e.ID)
	}
}

// TestAPurgeDuringABackup takes entries away that were read already and some that were not: what is backed up belongs together.
func TestAPurgeDuringABackup(t *testing.T) {
	m := newMachine(t)
	target := targets(t)["folder"](t)
	ids := m.write("c", 2500) // more than are read at a time
	m.put("c", ids[0], "later")
	s := m.service(&hooked{Target: target, once: func() {
		m.remove("c", ids[0])
		_, _, err := m.ledger.Forget(context.Background(), ledger.Ref{Collection: "c", ID: ids[0]})
		require.NoError(t, err)
	}})
	backup(t, s)
	r, back := fetch(t, m.elsewhere(target), RestoreOptions{})
	require.True(t, r.Checked)
	require.Equal(t, state(t, m.ledger), state(t, back))
}

// hooked does something else when the first object arrives.
type hooked struct {
	Target
	once func()
	done sync.Once
}

func (h *hooked) Put(ctx context.Context, key string, content []byte, ifAbsent bool) error {
	h.done.Do(h.once)
	return h.Target.Put(ctx, key, content, ifAbsent)
}

// TestDamageIsNamedAndNothingIsSwapped flips, cuts, swaps and removes objects, and forges a manifest.
func TestDamageIsNamedAndNothingIsSwapped(t *testing.T) {
	m := newMachine(t)
	m.write("c", 300)
	dir := t.TempDir()
	target, err := NewDir(dir, 0)
	require.NoError(t, err)
	s := m.service(target, m.withVectors)
	first := backup(t, s)
	m.now = m.now.Add(time.Minute)
	m.write("d", 3) // of its own, so that the next backup has the vectors of c in the same objects
	_, err = s.Ship(context.Background())
	require.NoError(t, err)
	objects := keys(t, target, m.vault.ID()+"/objects/")
	segment := keys(t, target, m.vault.ID()+"/log/")[0]
	manifest := keys(t, target, m.vault.ID()+"/backups/")[0]
	vectors := s.objectKey(first.Manifest.Vectors[0].Objects[1].Name)
	other := newMachine(t)
	forged, err := other.service(target).Keys.seal(read(t, target, objects[0]))
	require.NoError(t, err)
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte { b[(at%len(b)+len(b))%len(b)] ^= 4; return b }
	}
	cases := map[string]struct {
		key  string
		mend func([]byte) []byte
		want error
	}{
		"flipped at the end": {objects[0], flip(-1), ErrDamaged}, "cut": {objects[1], func(b []byte) []byte { return b[:len(b)-20] }, ErrDamaged},
		"emptied":         {objects[1], func([]byte) []byte { return nil }, ErrDamaged},
		"swapped":         {objects[2], func([]byte) []byte { return read(t, target, objects[3]) }, ErrDamaged},
		"missing":         {objects[2], nil, ErrMissing},
		"vectors flipped": {vectors, flip(-40), ErrDamaged},
		"vectors missing": {vectors, nil, ErrMissing},
		"of another key":  {objects[2], func([]byte) []byte { return forged }, ErrWrongKey},
		"segment flipped": {segment, flip(-5), ErrDamaged}, "manifest flipped": {manifest, flip(300), ErrDamaged},
		"manifest replaced": {manifest, func([]byte) []byte { b, _ := s.Keys.seal([]byte(`{"format":1}`)); return b }, ErrDamaged},
		"newer manifest": {manifest, func([]byte) []byte {
			b, _ := s.Keys.seal([]byte(`{"format":99}`))
			return b
		}, ErrDamaged}, // its name does not fit either
	}
	rng := rand.New(rand.NewPCG(3, 4))
	anything := append([]string{segment, manifest, vectors}, objects...)
	for i := range 100 {
		cases[fmt.Sprint("flip ", i)] = struct {
			key  string
			mend func([]byte) []byte
			want error
		}{anything[rng.IntN(len(anything))], flip(rng.IntN(1 << 20)), nil}
	}
	before := state(t, m.ledger)
	require.NoError(t, m.ledger.Close())
	for name, c := range cases {
		path := filepath.Join(dir, filepath.FromSlash(c.key))
		good, err := os.ReadFile(path)
		require.NoError(t, err)
		if c.mend == nil {
			require.NoError(t, os.Remove(path))
		} else {
			require.NoError(t, os.WriteFile(path, c.mend(append([]byte(nil), good...)), 0o600))
		}
		_, err = m.elsewhere(target).Apply(context.Background(), ApplyOptions{DataDir: m.dir, RecoveryKey: m.recoveryKey(), Vault: crypto.Options{Keychain: &crypto.MemoryKeychain{}}})
		require.Error(t, err, name)
		if c.want != nil {
			require.ErrorIs(t, err, c.want, name)
		}
		found, err := m.service(target, func(d *Deps, _ *Options) { d.Ledger = nil }).Verify(context.Background(), VerifyOptions{All: true})
		require.NoError(t, err, name)
		require.Len(t, found.Problems, 1, name)
		require.NoError(t, os.WriteFile(path, good, 0o600))
		left, err := filepath.Glob(filepath.Join(filepath.Dir(m.dir), "*"))
		require.NoError(t, err)
		require.Len(t, left, 1, "%s: nothing is left beside the data folder", name)
	}
	m.open()
	require.Equal(t, before, state(t, m.ledger))

	// What a verification finds is sent anew by the next backup.
	path := filepath.Join(dir, filepath.FromSlash(m.service(target).objectKey(first.Manifest.Objects[0].Name)))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, flip(-1)(good), 0o600))
	s = m.service(target, m.withVectors)
	found, err := s.Verify(context.Background(), VerifyOptions{All: true})
	require.NoError(t, err)
	require.Len(t, found.Problems, 1)
	require.Contains(t, found.Problems[0].Backups, first.Manifest.ID)
	for range 5 { // shares of a tenth, which may not come by the damaged one: it is not forgotten
		_, err = s.Verify(context.Background(), VerifyOptions{})
		require.NoError(t, err)
		require.Zero(t, s.State(context.Background()).Verified)
	}
	// Where only vectors are damaged, a restore can do without.
	vectorPath := filepath.Join(dir, filepath.FromSlash(vectors))
	good, err = os.ReadFile(vectorPath)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(vectorPath, flip(-1)(good), 0o600))
	require.NoError(t, os.WriteFile(path, flip(-1)(must(os.ReadFile(path))), 0o600)) // and back again
	_, err = m.elsewhere(target).Fetch(context.Background(), filepath.Join(t.TempDir(), "x"), RestoreOptions{})
	require.ErrorIs(t, err, ErrDamaged)
	var said *Error
	require.ErrorAs(t, err, &said)
	require.Contains(t, said.Hint(), "--without-vectors")
	_, err = m.elsewhere(target).Fetch(context.Background(), filepath.Join(t.TempDir(), "x"), RestoreOptions{WithoutVectors: true})
	require.NoError(t, err)
	found, err = s.Verify(context.Background(), VerifyOptions{All: true})
	require.NoError(t, err)
	require.Len(t, found.Problems, 1)
	m.now = m.now.Add(time.Minute)
	require.GreaterOrEqual(t, backup(t, s).SentObjects, 1)
	found, err = s.Verify(context.Background(), VerifyOptions{All: true, Drill: true, DrillDir: t.TempDir()})
	require.NoError(t, err)
	require.Empty(t, found.Problems)
	require.EqualValues(t, 303, found.Drilled.Records)
}
