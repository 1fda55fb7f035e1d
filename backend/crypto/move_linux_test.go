package crypto

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"
)

func init() {
	scenarios["change passphrase"] = changePassphrase
	scenarios["move"] = moveOnce
	scenarios["killed moves"] = inKeyring(killedMoves)
}

// The passphrases before and after.
const oldPhrase, newPhrase = "correct horse", "another horse"

func under(text string) Options {
	return Options{Keychain: noKeychain{}, Passphrase: (&phrase{text: text}).ask}
}

// changePassphrase is the process that is killed.
func changePassphrase(dir string) error {
	v, err := Open(dir, under(oldPhrase))
	if err != nil {
		return err
	}
	dieAt()
	return v.SetPassphrase(context.Background(), []byte(newPhrase+"\n"))
}

// TestAChangeOfPassphraseIsWholeWhereverItIsKilled ends it after each step, that between the key file's copy and the file among
// them: one of the two passphrases opens the folder afterwards, and everything in it.
func TestAChangeOfPassphraseIsWholeWhereverItIsKilled(t *testing.T) {
	sawOld, sawNew := false, false
	for step := 1; ; step++ {
		dir := t.TempDir()
		v, err := Open(dir, under(oldPhrase))
		require.NoError(t, err)
		sealed, err := v.Seal(someAD, []byte("text"))
		require.NoError(t, err)
		require.NoError(t, v.Close())
		killed, err := killAt("change passphrase", dir, step)
		require.NoError(t, err)
		v, oldErr := Open(dir, under(oldPhrase))
		if oldErr != nil {
			require.ErrorIs(t, oldErr, ErrWrongPassphrase)
			v, err = Open(dir, under(newPhrase))
			require.NoError(t, err)
			sawNew = true
		} else {
			sawOld = true
		}
		plain, err := v.Open(someAD, sealed)
		require.NoError(t, err)
		require.Equal(t, "text", string(plain))
		require.NoError(t, v.Close())
		require.Equal(t, read(t, filepath.Join(dir, keysName)), read(t, filepath.Join(dir, bakName)), "no copy goes on opening with the other")
		if !killed {
			require.Error(t, oldErr)
			break
		}
	}
	require.True(t, sawOld && sawNew)
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

func TestChangeOfPassphrase(t *testing.T) {
	dir := t.TempDir()
	v, err := Open(dir, under(oldPhrase))
	require.NoError(t, err)
	require.ErrorIs(t, v.SetPassphrase(context.Background(), []byte("short\n")), ErrWeakPassphrase)
	require.NoError(t, v.SetPassphrase(context.Background(), []byte(newPhrase)))
	// What is changed later is wrapped by the new one, too.
	require.NoError(t, v.Rotate(context.Background()))
	sealed, err := v.Seal(someAD, []byte("text"))
	require.NoError(t, err)
	require.NoError(t, v.Close())
	_, err = Open(dir, under(oldPhrase))
	require.ErrorIs(t, err, ErrWrongPassphrase)
	v, err = Open(dir, under(newPhrase))
	require.NoError(t, err)
	_, err = v.Open(someAD, sealed)
	require.NoError(t, err)

	// Into a keychain and back; a keychain that is gone holds nothing up.
	k := &MemoryKeychain{}
	v.keychain = k
	require.NoError(t, v.UseKeychain(context.Background(), true))
	require.Equal(t, DefaultEntry, v.Status().Entry)
	require.NoError(t, v.Close())
	v, err = Open(dir, Options{Keychain: k})
	require.NoError(t, err)
	require.NoError(t, v.UseKeychain(context.Background(), true), "it is there already")
	require.NoError(t, v.Rotate(context.Background()))
	v.keychain = noKeychain{}
	require.NoError(t, v.SetPassphrase(context.Background(), []byte(oldPhrase)))
	require.Len(t, v.Status().Notices, 1)
	require.NoError(t, v.Rotate(context.Background()))
	require.NoError(t, v.Close())
	v, err = Open(dir, Options{Keychain: k, Passphrase: (&phrase{text: oldPhrase}).ask})
	require.NoError(t, err)
	require.Equal(t, BackendPassphrase, v.Status().Backend)
	_, err = k.Get(context.Background(), DefaultEntry)
	require.ErrorIs(t, err, ErrNoEntry, "the next start with the keychain has removed the entry")
	_, err = v.Open(someAD, sealed)
	require.NoError(t, err)
	require.NoError(t, v.Close())
	require.ErrorIs(t, v.SetPassphrase(context.Background(), []byte(newPhrase)), ErrClosed)
	require.ErrorIs(t, v.UseKeychain(context.Background(), true), ErrClosed)
}

// moveOnce moves the master key to where it is not.
func moveOnce(dir string) error {
	o := inDefault
	o.Passphrase = (&phrase{text: oldPhrase}).ask
	v, err := Open(dir, o)
	if err != nil {
		return err
	}
	dieAt()
	if v.Status().Backend == BackendKeychain {
		return v.SetPassphrase(context.Background(), []byte(oldPhrase))
	}
	return v.UseKeychain(context.Background(), true)
}

// killedMoves moves between keychain and passphrase, killed at every step.
func killedMoves(dir string, _ *os.Process) error {
	o := inDefault
	o.Passphrase = (&phrase{text: oldPhrase}).ask
	v, err := Open(dir, o)
	if err != nil {
		return err
	}
	sealed, err := v.Seal(someAD, []byte("text"))
	if err != nil {
		return err
	}
	_ = v.Close()
	whole := 0
	for step := 1; whole < 2 || step > 1; step++ {
		killed, err := killAt("move", dir, step)
		if err != nil {
			return err
		}
		v, err := Open(dir, o)
		if err != nil {
			return fmt.Errorf("killed at step %d: %w", step, err)
		}
		if plain, err := v.Open(someAD, sealed); err != nil || string(plain) != "text" {
			return fmt.Errorf("killed at step %d: %q, %w", step, plain, err)
		}
		backend := v.Status().Backend
		_ = v.Close()
		_, err = keyring.Get("cloudops", DefaultEntry)
		if gone := errors.Is(err, keyring.ErrNotFound); backend == BackendKeychain && err != nil || backend == BackendPassphrase && !gone && !killed {
			return fmt.Errorf("killed at step %d: with a %s, the entry is there: %v", step, backend, !gone)
		}
		if !killed {
			whole++
			step = 0
		}
	}
	return nil
}

func TestMovesBetweenKeychainAndPassphrase(t *testing.T) { inSession(t, "killed moves") }
