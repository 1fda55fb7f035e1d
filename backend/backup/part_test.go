package backup

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/ledger"
)

// TestAPartComesBack restores a scope, from the log of the machine and from a target, while records change beside it: what is restored is
// as it was, everything else as it is, and the way back leads to before.
func TestAPartComesBack(t *testing.T) {
	ctx := context.Background()
	m := newMachine(t)
	target := targets(t)["folder"](t)
	ids := m.write("c", 40)
	others := m.write("other", 10)
	then := state(t, m.ledger)
	at := m.now.Add(time.Second)
	m.now = m.now.Add(time.Minute)
	first := backup(t, m.service(target))
	m.now = m.now.Add(time.Minute)
	m.put("c", ids[3], "changed")
	m.remove("c", ids[5])
	more := m.write("c", 1)[0]
	m.put("other", others[0], "changed")
	m.now = m.now.Add(time.Minute)

	disturbed := 0
	o := PartOptions{RestoreOptions: RestoreOptions{At: at}, Slices: []Slice{{Collection: "c", Scope: "scope"}, {Collection: "nothing"}}, ScratchIn: m.dir, DryRun: true,
		Write: func(ctx context.Context, changes []ledger.Change) (int, error) {
			if disturbed++; disturbed == 1 {
				m.put("c", ids[3], "changed once more") // while it is being restored
			}
			_, err := m.ledger.Apply(ctx, changes)
			return 0, err
		}}
	same := func(what string) {
		t.Helper()
		now := state(t, m.ledger)
		for key, want := range then {
			got := now[key]
			if want.Collection == "c" {
				require.Equal(t, want.Sealed, got.Sealed, "%s: %s", what, key)
			}
		}
		_, there := now["c "+more]
		require.False(t, there, what)
		require.NotEqual(t, then["other "+others[0]].Sealed, now["other "+others[0]].Sealed, "what is not of the part stays as it is")
	}
	before := state(t, m.ledger)
	bare := m.service(target, func(d *Deps, _ *Options) { d.Target = nil })
	r, err := bare.RestorePart(ctx, o)
	require.NoError(t, err)
	require.Empty(t, r.Backup, "the machine's own log reaches back there")
	require.Equal(t, map[string]Change{"c": {Added: 1, Changed: 1, Removed: 1}}, r.Changes)
	require.Equal(t, before, state(t, m.ledger))
	require.Zero(t, r.Before)

	o.DryRun = false
	r, err = bare.RestorePart(ctx, o)
	require.NoError(t, err)
	require.Equal(t, 2, disturbed, "it was compared anew")
	require.EqualValues(t, 40, r.Records)
	same("from the log")
	m.now = m.now.Add(time.Minute)
	back := o
	back.At = r.Before
	_, err = bare.RestorePart(ctx, back)
	require.NoError(t, err)
	_, there := state(t, m.ledger)["c "+more]
	require.True(t, there, "and back")

	o.RestoreOptions = RestoreOptions{Backup: first.Manifest.ID}
	r, err = m.service(target).RestorePart(ctx, o)
	require.NoError(t, err)
	require.Equal(t, first.Manifest.ID, r.Backup)
	same("from the target")
	written := disturbed
	r, err = m.service(target).RestorePart(ctx, o)
	require.NoError(t, err)
	require.Empty(t, r.Changes)
	require.Equal(t, written, disturbed, "nothing is written where nothing differs")

	_, err = bare.RestorePart(ctx, o)
	require.ErrorIs(t, err, ErrNoTarget)
	o.Slices = []Slice{{Collection: "c", Scope: "of nobody"}}
	_, err = m.service(target).RestorePart(ctx, o)
	require.ErrorIs(t, err, ErrNoBackup)
	left, err := os.ReadDir(m.dir)
	require.NoError(t, err)
	for _, e := range left {
		require.NotContains(t, e.Name(), scratchPrefix)
	}
}
