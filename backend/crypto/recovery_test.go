package crypto

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"
)

// phrase is a source that has one passphrase and counts how often it was asked.
type phrase struct {
	text           string
	creates, opens int
}

func (p *phrase) ask(_ context.Context, create bool) ([]byte, error) {
	if create {
		p.creates++
	} else {
		p.opens++
	}
	return []byte(p.text), nil
}

// noKeychain is a machine without one.
type noKeychain struct{}

func (noKeychain) Get(context.Context, string) (string, error) {
	return "", &Error{Err: ErrKeychainAbsent}
}
func (noKeychain) Set(context.Context, string, string) error { return &Error{Err: ErrKeychainAbsent} }
func (noKeychain) Delete(context.Context, string) error      { return &Error{Err: ErrKeychainAbsent} }

func TestPassphraseWhereThereIsNoKeychain(t *testing.T) {
	dir, p := t.TempDir(), &phrase{text: "correct horse ﬁve\n"}
	o := Options{Keychain: noKeychain{}, Passphrase: p.ask}
	v, err := Open(dir, o)
	require.NoError(t, err)
	require.Equal(t, BackendPassphrase, v.Status().Backend)
	require.Len(t, v.Status().Notices, 1)
	require.Equal(t, 1, p.creates)
	sealed, err := v.Seal(someAD, []byte("text"))
	require.NoError(t, err)
	require.NoError(t, v.Rotate(context.Background()))
	require.NoError(t, v.Close())

	// Without the file's line end, and with the ligature typed as two letters.
	p.text = "correct horse five"
	v, err = Open(dir, o)
	require.NoError(t, err)
	require.Equal(t, 1, p.opens)
	_, err = v.Open(someAD, sealed)
	require.NoError(t, err)
	require.NoError(t, v.Close())

	before := files(t, dir)
	p.text = "correct horse six"
	_, err = Open(dir, o)
	require.ErrorIs(t, err, ErrWrongPassphrase)
	_, err = Open(dir, Options{Keychain: noKeychain{}})
	require.ErrorIs(t, err, ErrNeedPassphrase)
	_, err = Open(dir, Options{Passphrase: func(context.Context, bool) ([]byte, error) { return nil, errors.New("dismissed") }})
	require.ErrorIs(t, err, ErrNeedPassphrase)
	require.Equal(t, before, files(t, dir))
}

func TestFirstStartWithNothingToKeepTheKey(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir, Options{Keychain: noKeychain{}})
	require.ErrorIs(t, err, ErrNeedPassphrase)
	require.ErrorIs(t, err, ErrKeychainAbsent)
	_, err = Open(dir, Options{Keychain: noKeychain{}, Passphrase: (&phrase{text: "short"}).ask})
	require.ErrorIs(t, err, ErrWeakPassphrase)
	require.Empty(t, files(t, dir))
}

func TestForcedPassphraseLeavesTheKeychainAlone(t *testing.T) {
	k, p := &MemoryKeychain{}, &phrase{text: "correct horse"}
	v, err := Open(t.TempDir(), Options{Keychain: k, Passphrase: p.ask, ForcePassphrase: true})
	require.NoError(t, err)
	require.Equal(t, BackendPassphrase, v.Status().Backend)
	require.Empty(t, v.Status().Notices)
	require.Empty(t, k.entries)
}

func TestForgedPassphraseParametersAreRefused(t *testing.T) {
	good := *newKDF()
	for _, change := range []func(*kdfParams){
		func(p *kdfParams) { p.Memory = 1 << 31 }, func(p *kdfParams) { p.Time = 1 << 30 }, func(p *kdfParams) { p.Time = 0 },
		func(p *kdfParams) { p.Threads = 0 }, func(p *kdfParams) { p.Memory = 1 }, func(p *kdfParams) { p.Salt = nil },
		func(p *kdfParams) { p.Name = "none" },
	} {
		forged := good
		change(&forged)
		_, err := forged.key([]byte("x"))
		require.ErrorIs(t, err, ErrKeysCorrupt)
	}
	_, err := (*kdfParams)(nil).key(nil)
	require.ErrorIs(t, err, ErrKeysCorrupt)
}

// copyKeys makes a folder as it is on a new machine, after a backup was restored.
func copyKeys(t *testing.T, v *Vault) string {
	t.Helper()
	dir := t.TempDir()
	data, err := v.KeyFile()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, keysName), data, 0o600))
	return dir
}

func TestRecoveryKeyOpensTheVaultOnANewMachine(t *testing.T) {
	ctx := context.Background()
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	early, err := v.ExportRecovery()
	require.NoError(t, err)
	sealed, err := v.Seal(someAD, []byte("text"))
	require.NoError(t, err)
	require.NoError(t, v.Rotate(ctx))
	late, err := v.ExportRecovery()
	require.NoError(t, err)
	require.Equal(t, early, late)
	require.Contains(t, string(late), v.Status().RecoveryRecipient)
	require.True(t, v.Status().RecoverySavedAt.IsZero())
	dir := copyKeys(t, v)

	k := &MemoryKeychain{}
	_, err = Open(dir, Options{Keychain: k, DefaultFolder: true})
	require.ErrorIs(t, err, ErrNoMasterKey)
	n, err := Import(ctx, dir, early, Options{Keychain: k, DefaultFolder: true})
	require.NoError(t, err)
	plain, err := n.Open(someAD, sealed)
	require.NoError(t, err)
	require.Equal(t, "text", string(plain))
	require.Equal(t, v.ID(), n.ID())
	require.Equal(t, v.SubKey("x"), n.SubKey("x"))
	require.NotEqual(t, v.KeyID(), n.KeyID())
	require.False(t, n.Status().RecoverySavedAt.IsZero())
	fresh, err := n.Seal(someAD, []byte("new"))
	require.NoError(t, err)
	require.NoError(t, n.Close())
	n = testVault(t, dir, k)
	_, err = n.Open(someAD, fresh)
	require.NoError(t, err)
}

func TestRecoveryUnderAPassphrase(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	key, err := v.ExportRecovery()
	require.NoError(t, err)
	dir, o := copyKeys(t, v), Options{Keychain: noKeychain{}, Passphrase: (&phrase{text: "correct horse"}).ask}
	n, err := Import(context.Background(), dir, key, o)
	require.NoError(t, err)
	require.NoError(t, n.Close())
	n, err = Open(dir, o)
	require.NoError(t, err)
	require.Equal(t, BackendPassphrase, n.Status().Backend)
}

func TestWrongRecoveryKeyChangesNothing(t *testing.T) {
	ctx := context.Background()
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	other := testVault(t, t.TempDir(), &MemoryKeychain{})
	dir, k := copyKeys(t, v), &MemoryKeychain{}
	before := files(t, dir)
	foreign, err := other.ExportRecovery()
	require.NoError(t, err)
	for _, text := range []string{string(foreign), "", "AGE-SECRET-KEY-1", v.Status().RecoveryRecipient, "hello\x00", strings.Repeat("#", 100)} {
		_, err := Import(ctx, dir, []byte(text), Options{Keychain: k})
		require.ErrorIs(t, err, ErrWrongRecoveryKey)
		require.NotContains(t, err.Error(), "AGE-SECRET")
	}
	require.Equal(t, before, files(t, dir))
	require.Empty(t, k.entries)
	_, err = Import(ctx, t.TempDir(), foreign, Options{Keychain: k})
	require.ErrorIs(t, err, ErrNoMasterKey)
}

func TestImportKeepsOtherEntries(t *testing.T) {
	ctx, k := context.Background(), &MemoryKeychain{}
	testVault(t, t.TempDir(), k) // has the default entry
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	key, err := v.ExportRecovery()
	require.NoError(t, err)
	stale := masterKey{VaultID: v.ID(), ID: newKeyID(), Key: newKey()}.String()
	require.NoError(t, k.Set(ctx, DefaultEntry+":"+v.ID(), stale))
	before := k.entries[DefaultEntry]
	n, err := Import(ctx, copyKeys(t, v), key, Options{Keychain: k, DefaultFolder: true})
	require.NoError(t, err)
	require.Equal(t, DefaultEntry+":"+v.ID()+":"+v.Status().MasterKeyID, n.Status().Entry)
	require.Equal(t, before, k.entries[DefaultEntry])
	require.Equal(t, stale, k.entries[DefaultEntry+":"+v.ID()])
}

func TestRecoverySavedIsRecorded(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	require.NoError(t, v.MarkRecoverySaved())
	require.NoError(t, v.Close())
	require.False(t, testVault(t, dir, k).Status().RecoverySavedAt.IsZero())
}

// Whoever can write keys.json must not get the next master key sealed to a recipient of theirs.
func TestForgedRecipientGetsNothing(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	genuine := v.Status().RecoveryRecipient
	require.NoError(t, v.Close())
	forger, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	ring, _, err := readRing(dir)
	require.NoError(t, err)
	ring.Recovery.Recipient = forger.Recipient().String()
	require.NoError(t, writeRing(dir, ring))
	v = testVault(t, dir, k)
	require.NoError(t, v.Rotate(context.Background()))
	require.Equal(t, genuine, v.Status().RecoveryRecipient)
	_, err = Import(context.Background(), copyKeys(t, v), []byte(forger.String()), Options{Keychain: &MemoryKeychain{}})
	require.ErrorIs(t, err, ErrWrongRecoveryKey)
}

func TestRotation(t *testing.T) {
	ctx, dir, k := context.Background(), t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	first, secret := v.Status(), v.SubKey("chat-terms")
	sealed, err := v.Seal(someAD, []byte("text"))
	require.NoError(t, err)
	apiKey, err := v.SealSecret("model", []byte("sk"))
	require.NoError(t, err)
	old := k.entries[DefaultEntry]
	for range 3 {
		require.NoError(t, v.Rotate(ctx))
	}
	now := v.Status()
	require.NotEqual(t, first.MasterKeyID, now.MasterKeyID)
	require.NotEqual(t, first.DataKeyID, now.DataKeyID)
	require.Equal(t, 4, now.DataKeys)
	require.Empty(t, now.Notices)
	require.Len(t, k.entries, 1)
	require.NotEqual(t, old, k.entries[DefaultEntry])
	fresh, err := v.Seal(someAD, []byte("text"))
	require.NoError(t, err)
	require.NoError(t, v.Close())

	v = testVault(t, dir, k)
	require.Equal(t, secret, v.SubKey("chat-terms"))
	for _, s := range []string{sealed, fresh} {
		_, err := v.Open(someAD, s)
		require.NoError(t, err)
	}
	_, err = v.OpenSecret("model", apiKey)
	require.NoError(t, err)

	k.entries[DefaultEntry] = old
	_, err = Open(dir, Options{Keychain: k, DefaultFolder: true})
	require.ErrorIs(t, err, ErrWrongMasterKey)
}

func BenchmarkSeal(b *testing.B) {
	v := testVault(b, b.TempDir(), &MemoryKeychain{})
	text := make([]byte, 500)
	for b.Loop() {
		if _, err := v.Seal(someAD, text); err != nil {
			b.Fatal(err)
		}
	}
}
