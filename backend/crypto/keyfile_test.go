package crypto

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyFilesAreForTheOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	testVault(t, dir, &MemoryKeychain{})
	for _, name := range []string{keysName, bakName} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	require.NoFileExists(t, filepath.Join(dir, creatingName))
}

func TestNoKeyStandsInTheFolder(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	var content strings.Builder
	for _, text := range files(t, dir) {
		content.WriteString(text)
	}
	held := strings.Split(k.entries[DefaultEntry], ":")
	require.NotContains(t, content.String(), held[3])
	require.NotContains(t, content.String(), string(v.open.identity))
	require.NotContains(t, content.String(), "AGE-SECRET-KEY")
	for _, key := range v.open.keys {
		require.NotContains(t, content.String(), encoding.EncodeToString(key.raw))
	}
}

func TestDamagedKeyFileFallsBackToItsCopy(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"cut":      func(p string) error { return os.Truncate(p, 100) },
		"empty":    func(p string) error { return os.Truncate(p, 0) },
		"gone":     os.Remove,
		"bit flip": func(p string) error { return flipByte(p) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, k := t.TempDir(), &MemoryKeychain{}
			v := testVault(t, dir, k)
			sealed, err := v.Seal(someAD, []byte("text"))
			require.NoError(t, err)
			require.NoError(t, v.Close())
			require.NoError(t, damage(filepath.Join(dir, keysName)))

			v = testVault(t, dir, k)
			require.Len(t, v.Status().Notices, 1)
			_, err = v.Open(someAD, sealed)
			require.NoError(t, err)
			require.NoError(t, v.Close())
			v = testVault(t, dir, k)
			require.Empty(t, v.Status().Notices)
		})
	}
}

// flipByte changes a letter in the middle, which leaves valid JSON.
func flipByte(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	at := strings.Index(string(data), `"wrapped": "`) + len(`"wrapped": "`) + 5
	if data[at]++; data[at] > 'z' {
		data[at] = 'A'
	}
	return os.WriteFile(path, data, 0o600)
}

func TestDamagedCopyIsMadeAnew(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	require.NoError(t, v.Close())
	require.NoError(t, os.WriteFile(filepath.Join(dir, bakName), []byte("{"), 0o600))
	testVault(t, dir, k)
	all := files(t, dir)
	require.Equal(t, all[keysName], all[bakName])
	require.Len(t, all, 3) // the damaged one was kept
}

func TestBothKeyFilesDamaged(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	require.NoError(t, testVault(t, dir, k).Close())
	for _, name := range []string{keysName, bakName} {
		require.NoError(t, os.Truncate(filepath.Join(dir, name), 50))
	}
	before := files(t, dir)
	_, err := Open(dir, Options{Keychain: k, DefaultFolder: true})
	require.ErrorIs(t, err, ErrKeysCorrupt)
	require.Equal(t, before, files(t, dir))
	require.Len(t, k.entries, 1)
}

func TestNewerKeyFileIsRefused(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	require.NoError(t, testVault(t, dir, k).Close())
	path := filepath.Join(dir, keysName)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(data), `"format": 1`, `"format": 9`, 1)), 0o600))
	before := files(t, dir)
	_, err = Open(dir, Options{Keychain: k})
	require.ErrorIs(t, err, ErrNewerFormat)
	require.Equal(t, before, files(t, dir))
}

func TestSealsAreReservedOnDisk(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	reserved := func() int64 {
		ring, _, err := readRing(dir)
		require.NoError(t, err)
		return ring.active().Reserved
	}
	require.Zero(t, reserved())
	for range 3 {
		_, err := v.Seal(someAD, nil)
		require.NoError(t, err)
	}
	require.Equal(t, sealBlock, reserved())
	// A crash: the block counts as used.
	crashed := testVault(t, dir, k)
	_, err := crashed.Seal(someAD, nil)
	require.NoError(t, err)
	require.Equal(t, 2*sealBlock, reserved())
	require.NoError(t, crashed.Close())
	require.Equal(t, sealBlock+1, reserved())
}

func TestDataKeyIsRetiredInTime(t *testing.T) {
	dir, k := t.TempDir(), &MemoryKeychain{}
	v := testVault(t, dir, k)
	v.mu.Lock()
	v.used = maxSeals - sealBlock/2 - 3
	require.NoError(t, v.update(func(r *keyRing) error { r.active().Reserved = v.used; return nil }))
	v.mu.Unlock()
	first := v.KeyID()
	old, err := v.Seal(someAD, []byte("old"))
	require.NoError(t, err)
	require.Equal(t, maxSeals, v.ring.active().Reserved)
	v.mu.Lock()
	v.used = maxSeals - 1
	v.mu.Unlock()
	last, err := v.Seal(someAD, []byte("last"))
	require.NoError(t, err)
	require.Contains(t, last, first)
	fresh, err := v.Seal(someAD, []byte("new"))
	require.NoError(t, err)
	require.NotContains(t, fresh, first)
	require.NoError(t, v.Close())

	v = testVault(t, dir, k)
	require.Equal(t, 2, v.Status().DataKeys)
	for _, sealed := range []string{old, last, fresh} {
		_, err := v.Open(someAD, sealed)
		require.NoError(t, err)
	}
}

func TestSealFailsWhereItCannotBeCounted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.Mkdir(dir, 0o700))
	v := testVault(t, dir, &MemoryKeychain{})
	require.NoError(t, os.RemoveAll(dir))
	_, err := v.Seal(someAD, nil)
	require.Error(t, err)
}

func TestConcurrentUse(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				sealed, err := v.Seal(someAD, []byte("text"))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := v.Open(someAD, sealed); err != nil {
					t.Error(err)
					return
				}
				_, _ = v.Status(), v.SubKey("x")
			}
		})
	}
	for range 3 {
		if err := v.Rotate(t.Context()); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}
