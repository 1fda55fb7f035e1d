package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/crypto"
	"cloudops/backend/ledger"
)

// vectorOf is a vector of 96 dimensions for a state of a record.
func vectorOf(r ledger.Record) Vector {
	seed := sha256.Sum256(fmt.Append(nil, r.ID, r.Rev))
	dense := make([]byte, 4*96)
	_, _ = rand.NewChaCha8(seed).Read(dense) // it always reads
	return Vector{ID: r.ID, Rev: r.Rev, Model: "a model", Doc: fmt.Sprintf("%x", seed[:8]), Dense: dense}
}

// withVectors has an index that holds a vector for each record.
func (m *machine) withVectors(d *Deps, o *Options) {
	o.vectorChunk = chunkSizes{min: 4 << 10, spread: 4 << 10, max: 16 << 10}
	d.Vectors = func(ctx context.Context, each func(string, Vector) error) (string, error) {
		names, err := m.ledger.Collections(ctx)
		if err != nil {
			return "", err
		}
		for _, name := range names {
			for r, err := range m.ledger.All(ctx, name) {
				if err != nil {
					return "", err
				}
				if err := each(name, vectorOf(r)); err != nil {
					return "", err
				}
			}
		}
		return "1.16.3", nil
	}
}

// TestVectorsComeBack backs vectors up beside the records: a later backup sends those around what changed, and a restore has those of
// the backup, each as it was.
func TestVectorsComeBack(t *testing.T) {
	for name, make := range targets(t) {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			target, m := make(t), newMachine(t)
			ids := m.write("chat_history", 600)
			m.write("aws_estate", 100)
			first := backup(t, m.service(target, m.withVectors))
			require.Equal(t, 2, first.Manifest.Format)
			require.Equal(t, "1.16.3", first.Manifest.Qdrant)
			require.Len(t, first.Manifest.Vectors, 2)
			require.Equal(t, "a model", first.Manifest.Vectors[1].Model)
			require.EqualValues(t, 600, first.Manifest.Vectors[1].Points)
			require.Equal(t, first.Manifest.LastRev, first.Manifest.Vectors[1].LastRev)

			m.now = m.now.Add(time.Minute)
			m.put("chat_history", ids[100], "changed")
			m.remove("chat_history", ids[300])
			second := backup(t, m.service(target, m.withVectors))
			require.LessOrEqual(t, second.SentObjects, 5)

			dir := filepath.Join(t.TempDir(), "restored")
			r, err := m.elsewhere(target).Fetch(ctx, dir, RestoreOptions{})
			require.NoError(t, err)
			require.EqualValues(t, 699, r.Vectors)
			v, err := ledger.OpenVectors(ctx, dir)
			require.NoError(t, err)
			defer v.Close()
			for _, rec := range state(t, m.ledger) {
				want := vectorOf(rec)
				found, err := v.Find(ctx, "a model", []string{want.Doc, "nothing"})
				require.NoError(t, err)
				require.Equal(t, map[string][]byte{want.Doc: want.Dense}, found)
			}
			none, err := v.Find(ctx, "another model", []string{first.Manifest.ID})
			require.NoError(t, err)
			require.Empty(t, none)

			// A drill compares them, too; and a restore can do without.
			found, err := m.service(target).Verify(ctx, VerifyOptions{All: true, Drill: true, DrillDir: t.TempDir()})
			require.NoError(t, err)
			require.Empty(t, found.Problems)
			require.EqualValues(t, 699, found.Drilled.Vectors)
			bare := filepath.Join(t.TempDir(), "bare")
			_, err = m.elsewhere(target).Fetch(ctx, bare, RestoreOptions{WithoutVectors: true})
			require.NoError(t, err)
			require.NoFileExists(t, filepath.Join(bare, ledger.VectorFileName))
		})
	}
}

// TestAnIndexThatDoesNotAnswer: the records are backed up all the same, and it is said what is not.
func TestAnIndexThatDoesNotAnswer(t *testing.T) {
	m := newMachine(t)
	target := targets(t)["folder"](t)
	m.write("c", 50)
	broken := func(d *Deps, o *Options) {
		m.withVectors(d, o)
		source := d.Vectors
		d.Vectors = func(ctx context.Context, each func(string, Vector) error) (string, error) {
			n := 0
			return source(ctx, func(c string, v Vector) error {
				if n++; n > 20 {
					return errors.New("it has gone")
				}
				return each(c, v)
			})
		}
	}
	r, err := m.service(target, broken).Backup(context.Background())
	require.NoError(t, err)
	require.Len(t, r.Warnings, 1)
	require.ErrorIs(t, r.Warnings[0], errSource)
	require.ErrorContains(t, r.Warnings[0], "it has gone")
	require.Equal(t, 1, r.Manifest.Format)
	_, back := fetch(t, m.elsewhere(target), RestoreOptions{})
	require.Equal(t, state(t, m.ledger), state(t, back))
}

// TestABackupOfFormat1 restores what the program wrote before there were vectors in backups.
func TestABackupOfFormat1(t *testing.T) {
	ctx := context.Background()
	target, err := NewDir(filepath.Join("testdata", "format-1", "place"), 0)
	require.NoError(t, err)
	recovery, err := os.ReadFile(filepath.Join("testdata", "format-1", "recovery.txt"))
	require.NoError(t, err)
	ring, err := NewKeys(recovery)
	require.NoError(t, err)
	dir, keychain := t.TempDir(), &crypto.MemoryKeychain{}
	a, err := New(Deps{Target: target, Keys: ring}, Options{}).Apply(ctx, ApplyOptions{DataDir: dir, RecoveryKey: recovery, Vault: crypto.Options{Keychain: keychain}})
	require.NoError(t, err)
	require.True(t, a.Checked)
	require.Equal(t, 1, a.Segments)
	require.EqualValues(t, 15, a.Records)
	require.Zero(t, a.Vectors)
	v, err := crypto.Open(dir, crypto.Options{Keychain: keychain})
	require.NoError(t, err)
	require.NoError(t, v.Close())
	require.NoFileExists(t, filepath.Join(dir, ledger.VectorFileName))
}
