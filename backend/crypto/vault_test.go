package crypto

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// testVault opens a vault in dir with a keychain that lives as long as the test.
func testVault(t testing.TB, dir string, k Keychain) *Vault {
	t.Helper()
	v, err := Open(dir, Options{Keychain: k, DefaultFolder: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = v.Close() })
	return v
}

var someAD = AD{Schema: "1", Collection: "chat_history", ID: "0190e0a4-7a3c-7b1e-8f2a-0123456789ab",
	Scope: "0190e0a4-7a3c-7b1e-8f2a-ba9876543210", Seq: 7, Role: "user", Field: "encrypted_content"}

func TestSealedValuesSurviveAReopen(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	sealed, err := v.Seal(someAD, []byte("the production database is down"))
	require.NoError(t, err)
	secret, err := v.SealSecret("model", []byte("sk-123"))
	require.NoError(t, err)
	sub, id, key := v.SubKey("chat-terms"), v.ID(), v.KeyID()
	keyID, err := KeyIDOf(sealed)
	require.NoError(t, err)
	require.Equal(t, key, keyID)
	require.NoError(t, v.Close())

	v = testVault(t, dir, k)
	require.Equal(t, id, v.ID())
	require.Equal(t, key, v.KeyID())
	require.Equal(t, sub, v.SubKey("chat-terms"))
	require.Len(t, sub, 32)
	require.NotEqual(t, sub, v.SubKey("other"))
	plain, err := v.Open(someAD, sealed)
	require.NoError(t, err)
	require.Equal(t, "the production database is down", string(plain))
	plain, err = v.OpenSecret("model", secret)
	require.NoError(t, err)
	require.Equal(t, "sk-123", string(plain))
	_, err = v.OpenSecret("qdrant", secret)
	require.ErrorIs(t, err, ErrNotAuthentic)
	_, err = v.Open(someAD, secret)
	require.ErrorIs(t, err, ErrMalformed)
	require.Empty(t, v.Status().Notices)
}

func TestEmptyAndLargePlaintext(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	for _, size := range []int{0, 1, 1 << 20} {
		want := make([]byte, size)
		sealed, err := v.Seal(someAD, want)
		require.NoError(t, err)
		got, err := v.Open(someAD, sealed)
		require.NoError(t, err)
		require.Len(t, got, size)
	}
}

func TestClosedVaultSaysSo(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	sealed, err := v.Seal(someAD, []byte("x"))
	require.NoError(t, err)
	require.NoError(t, v.Close())
	require.NoError(t, v.Close())
	_, err = v.Seal(someAD, nil)
	require.ErrorIs(t, err, ErrClosed)
	_, err = v.Open(someAD, sealed)
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, v.Rotate(context.Background()), ErrClosed)
	_, err = v.ExportRecovery()
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, v.MarkRecoverySaved(), ErrClosed)
	require.Nil(t, v.SubKey("x"))
}

// files reads every file of a folder, to compare before and after.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		out[e.Name()] = string(data)
	}
	return out
}

func TestKeysThatDoNotFitChangeNothing(t *testing.T) {
	ctx := context.Background()
	other := &MemoryKeychain{}
	testVault(t, t.TempDir(), other)
	foreign, err := other.Get(ctx, DefaultEntry)
	require.NoError(t, err)

	for name, c := range map[string]struct {
		entry func(own string) string
		want  error
	}{
		"no entry":             {func(string) string { return "" }, ErrNoMasterKey},
		"another vault's key":  {func(string) string { return foreign }, ErrWrongMasterKey},
		"no key at all":        {func(string) string { return "swordfish" }, ErrWrongMasterKey},
		"the ids and no key":   {func(own string) string { return own[:len(own)-44] }, ErrWrongMasterKey},
		"the ids, another key": {func(own string) string { return own[:len(own)-44] + foreign[len(foreign)-44:] }, ErrWrongMasterKey},
	} {
		t.Run(name, func(t *testing.T) {
			dir, k := t.TempDir(), &MemoryKeychain{}
			v := testVault(t, dir, k)
			require.NoError(t, v.Close())
			own, err := k.Get(ctx, DefaultEntry)
			require.NoError(t, err)
			broken := &MemoryKeychain{}
			if value := c.entry(own); value != "" {
				require.NoError(t, broken.Set(ctx, DefaultEntry, value))
			}
			before, entries := files(t, dir), len(broken.entries)
			_, err = Open(dir, Options{Keychain: broken, DefaultFolder: true})
			require.ErrorIs(t, err, c.want)
			var advice *Error
			require.True(t, errors.As(err, &advice))
			require.NotEmpty(t, advice.Hint())
			require.Equal(t, before, files(t, dir))
			require.Len(t, broken.entries, entries)
			testVault(t, dir, k)
		})
	}
}

func TestDataWithoutKeysIsRefused(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	_, err := Open(dir, Options{Keychain: k, DataExists: true})
	require.ErrorIs(t, err, ErrDataWithoutKeys)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ledger.db"), []byte("SQLite format 3"), 0o600))
	_, err = Open(dir, Options{Keychain: k})
	require.ErrorIs(t, err, ErrDataWithoutKeys)
	require.Len(t, files(t, dir), 1)
	require.Empty(t, k.entries)
}

func TestFirstStartNeverWritesOverAnEntry(t *testing.T) {
	ctx, k := context.Background(), &MemoryKeychain{}
	first := testVault(t, t.TempDir(), k)
	require.Equal(t, DefaultEntry, first.Status().Entry)
	held, err := k.Get(ctx, DefaultEntry)
	require.NoError(t, err)
	second := testVault(t, t.TempDir(), k)
	require.Equal(t, DefaultEntry+":"+second.ID(), second.Status().Entry)
	now, err := k.Get(ctx, DefaultEntry)
	require.NoError(t, err)
	require.Equal(t, held, now)
}
