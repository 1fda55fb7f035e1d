//go:build linux

package cli_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// keyStatus is what `key status` prints.
type keyStatus struct {
	Backend, Entry    string
	VaultID           string `json:"vault_id"`
	MasterKeyID       string `json:"master_key_id"`
	DataKeyID         string `json:"data_key_id"`
	DataKeys          int    `json:"data_keys"`
	RecoveryRecipient string `json:"recovery_recipient"`
	RecoveryKeySaved  bool   `json:"recovery_key_saved"`
}

func (a *app) keys() (s keyStatus) {
	a.t.Helper()
	a.json(&s, "key", "status")
	return s
}

// refusedUnchanged: a command fails with code and changes nothing in the data folder.
func (a *app) refusedUnchanged(code string, args ...string) refusal {
	a.t.Helper()
	before := state(a.t, a.dir)
	refused := a.refused(1, args...)
	require.Equal(a.t, code, refused.Error.Code, "%+v", refused)
	require.NotEmpty(a.t, refused.Error.Hint)
	require.Equal(a.t, before, state(a.t, a.dir))
	return refused
}

func TestWrongMasterKey(t *testing.T) {
	t.Parallel()
	a, conversation := fill(t)
	status := a.keys()
	require.Equal(t, "keychain", status.Backend)
	right := desk.lookup(t, status.Entry)
	require.Contains(t, right, status.VaultID)
	parts := strings.Split(strings.TrimSpace(right), ":")
	other := newApp(t).wordsOnly()
	other.create("another vault")
	another := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	for name, value := range map[string]string{
		"the key of another folder": desk.lookup(t, other.keys().Entry), "another key under the same names": strings.Join([]string{parts[0], parts[1], parts[2], another}, ":"),
		"no key at all": "hunter2", "a key that is cut off": right[:len(right)-20], "an earlier key": strings.Join([]string{parts[0], parts[1], "0000000000000000", another}, ":"),
	} {
		desk.replace(t, status.Entry, value)
		for _, words := range []string{"chats list", "chats create", "search giraffe", "key rotate"} {
			refused := a.refusedUnchanged("wrong_key", strings.Fields(words)...)
			require.Contains(t, refused.Error.Hint, "key import", name)
			require.NotContains(t, refused.Error.Message+refused.Error.Hint, another, "no key is ever printed")
		}
		require.Equal(t, 1, a.run("doctor").code, name)
		require.Equal(t, value, desk.lookup(t, status.Entry), "nor is what the keychain holds written over")
	}
	desk.clear(t, status.Entry)
	refused := a.refusedUnchanged("no_key", "chats", "list")
	require.Contains(t, refused.Error.Hint, "key import")
	desk.replace(t, status.Entry, right)
	a.whole(conversation)
}

// TestKeyFileMissing: without its key file, a folder with data in it is not taken for a new one.
func TestKeyFileMissing(t *testing.T) {
	t.Parallel()
	a, conversation := filled(t)
	file := filepath.Join(a.dir, "keys.json")
	saved, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.Remove(file))
	a.whole(conversation) // the copy beside it is used, and the file made again
	require.FileExists(t, file)

	require.NoError(t, os.Remove(file))
	require.NoError(t, os.Remove(file+".bak"))
	a.refusedUnchanged("no_key", "chats", "list")
	for _, damage := range []string{"", "{", "not JSON", string(saved[:len(saved)/2]), strings.Replace(string(saved), `"`, "", 1)} {
		require.NoError(t, os.WriteFile(file, []byte(damage), 0o600))
		a.refusedUnchanged("corrupt", "chats", "list")
	}
	require.NoError(t, os.WriteFile(file, saved, 0o600))
	a.whole(conversation)
}

// TestKeychainThatDoesNotServe: at a first start and later, one is told within moments what is the matter and what to do.
func TestKeychainThatDoesNotServe(t *testing.T) {
	t.Parallel()
	s := ownSession(t)
	a := newApp(t).wordsOnly()
	a.env["DBUS_SESSION_BUS_ADDRESS"] = s.address
	id := a.create("Behind a keychain")
	fresh := func() *app {
		b := newApp(t).wordsOnly()
		b.env["DBUS_SESSION_BUS_ADDRESS"] = a.env["DBUS_SESSION_BUS_ADDRESS"]
		return b
	}
	dead := func(what string, codes ...string) {
		t.Helper()
		refused := a.refusedUnchanged("keychain", "chats", "list")
		require.NotContains(t, refused.Error.Message, "panic", what)
		b := fresh()
		first := b.refused(1, "chats", "create")
		require.Contains(t, codes, first.Error.Code, what)
		require.Contains(t, first.Error.Hint, "--passphrase-file", what)
		require.NoFileExists(t, filepath.Join(b.dir, "keys.json"), what)
		require.NoFileExists(t, filepath.Join(b.dir, "ledger.db"), what)
		// A passphrase works in spite of it.
		c := fresh()
		c.args = []string{"--passphrase-file", c.file("passphrase", "correct horse battery staple\n")}
		c.create("with a passphrase")
		require.Equal(t, "passphrase", c.keys().Backend, what)
	}
	s.lock(t)
	dead("locked", "keychain")

	require.NoError(t, s.keyring.Process.Signal(syscall.SIGSTOP))
	dead("hanging", "keychain")
	require.NoError(t, s.keyring.Process.Signal(syscall.SIGCONT))

	require.NoError(t, s.keyring.Process.Kill())
	_ = s.keyring.Wait()
	dead("gone", "keychain", "needs_passphrase")
	require.NoError(t, s.startKeyring())
	require.Equal(t, "Behind a keychain", a.conversation(id).Title, "once it serves again, everything is there")

	a.withoutBus()
	dead("no session", "keychain", "needs_passphrase")
}

func TestPassphrase(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly().withPassphrase()
	id := a.create("Behind a passphrase")
	require.Equal(t, "passphrase", a.keys().Backend)
	with := a.args
	for name, content := range map[string]string{"wrong": "wrong horse battery staple\n", "empty": "", "blank": "\n"} {
		a.args = []string{"--passphrase-file", a.file("other", content)}
		refused := a.refusedUnchanged("wrong_passphrase", "chats", "list")
		require.NotContains(t, refused.Error.Message, "horse", name)
	}
	a.args = nil
	refused := a.refusedUnchanged("needs_passphrase", "chats", "list")
	require.Contains(t, refused.Error.Hint, "--passphrase-file")
	a.args = with
	require.Equal(t, "Behind a passphrase", a.conversation(id).Title)
	before := a.keys()
	a.ok("key", "rotate")
	require.NotEqual(t, before.DataKeyID, a.keys().DataKeyID)
	require.Equal(t, "Behind a passphrase", a.conversation(id).Title)

	// A weak one is not taken at a first start.
	b := newApp(t).wordsOnly().withoutBus()
	b.args = []string{"--passphrase-file", b.file("weak", "\n")}
	require.Contains(t, []string{"weak_passphrase", "usage"}, b.refused(b.run("chats", "create").code, "chats", "create").Error.Code)
	require.NoFileExists(t, filepath.Join(b.dir, "keys.json"))
}

// TestChangeOfPassphrase replaces it, by files, and moves the master key into the keychain and out of it.
func TestChangeOfPassphrase(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	bus := a.env["DBUS_SESSION_BUS_ADDRESS"]
	a.withPassphrase()
	id := a.create("Behind a passphrase")
	old, next := a.args, []string{"--passphrase-file", a.file("next", "another horse battery staple\n")}
	require.Equal(t, "weak_passphrase", a.refusedUnchanged("weak_passphrase", "key", "passphrase", "--new-passphrase-file", a.file("short", "horse\n")).Error.Code)
	require.Equal(t, "usage", a.refused(2, "key", "passphrase").Error.Code)
	require.Equal(t, "usage", a.refused(2, "key", "passphrase", "--keychain", "--new-passphrase-file", next[1]).Error.Code)
	require.Equal(t, "keychain", a.refusedUnchanged("keychain", "key", "passphrase", "--keychain").Error.Code, "there is none")
	a.ok("key", "passphrase", "--new-passphrase-file", next[1])
	require.Equal(t, "wrong_passphrase", a.refusedUnchanged("wrong_passphrase", "chats", "list").Error.Code)
	a.args = next
	require.Equal(t, "Behind a passphrase", a.conversation(id).Title)

	a.env["DBUS_SESSION_BUS_ADDRESS"] = bus
	a.ok("key", "passphrase", "--keychain")
	a.args = nil
	status := a.keys()
	require.Equal(t, "keychain", status.Backend)
	require.Contains(t, desk.lookup(t, status.Entry), status.VaultID)
	require.Equal(t, "Behind a passphrase", a.conversation(id).Title)
	a.ok("key", "passphrase", "--new-passphrase-file", old[1])
	require.False(t, desk.holds(status.Entry))
	require.Equal(t, "needs_passphrase", a.refusedUnchanged("needs_passphrase", "chats", "list").Error.Code)
	a.args = old
	require.Equal(t, "Behind a passphrase", a.conversation(id).Title)
}

// TestKilledRotations kills rotations at random moments: everything can be read after each, by the keychain's key or the passphrase, and a rotation
// that was cut off is carried on or taken back.
func TestKilledRotations(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*app) *app{"keychain": func(a *app) *app { return a }, "passphrase": (*app).withPassphrase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := prepare(newApp(t).wordsOnly())
			id := a.create("Rotated")
			a.append(id, "before all rotations")
			rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 3))
			begin := time.Now()
			a.ok("key", "rotate")
			whole := time.Since(begin)
			killed := 0
			for round := range 10 {
				b := a.start("key", "rotate", "--json")
				time.Sleep(time.Duration(rng.Int64N(int64(whole))))
				_ = b.Process.Kill()
				if b.end() != 0 {
					killed++
				}
				if round%2 == 1 { // each with the next start, some with two
					a.append(id, fmt.Sprintf("after round %d", round))
				}
			}
			t.Logf("%d of 10 were killed, over %s", killed, whole)
			require.Positive(t, killed)
			require.Len(t, a.conversation(id).Messages, 6)
			before := a.keys()
			a.ok("key", "rotate")
			after := a.keys()
			require.NotEqual(t, before.MasterKeyID, after.MasterKeyID)
			require.Equal(t, before.DataKeys+1, after.DataKeys)
			require.Len(t, a.conversation(id).Messages, 6)
			if name == "keychain" {
				require.False(t, desk.holds(after.Entry+".next"))
			}
		})
	}
}

// TestRecoveryOnAnotherMachine: with a copy of the data folder and the recovery key, an empty keychain or a
// passphrase is enough.
func TestRecoveryOnAnotherMachine(t *testing.T) {
	t.Parallel()
	a, conversation := fill(t)
	old := a.keys()
	require.False(t, old.RecoveryKeySaved)
	recovery := filepath.Join(a.home, "recovery.txt")
	a.ok("key", "export", "--out", recovery)
	require.True(t, a.keys().RecoveryKeySaved)
	key, err := os.ReadFile(recovery)
	require.NoError(t, err)
	require.Contains(t, string(key), "AGE-SECRET-KEY-1")

	// After a rotation the same recovery key still opens everything, old and new.
	a.ok("key", "rotate")
	a.append(conversation, "written after the rotation")
	rotated := a.keys()
	require.NotEqual(t, old.DataKeyID, rotated.DataKeyID)
	require.NotEqual(t, old.MasterKeyID, rotated.MasterKeyID)
	require.Equal(t, 2, rotated.DataKeys)
	require.Equal(t, old.RecoveryRecipient, rotated.RecoveryRecipient)
	a.whole(conversation)

	machine := ownSession(t)
	b := newApp(t).wordsOnly()
	b.env["DBUS_SESSION_BUS_ADDRESS"] = machine.address
	copyFolder(t, a.dir, b.dir)
	b.refusedUnchanged("no_key", "chats", "list")
	for name, content := range map[string]string{"of another folder": otherRecovery(t), "cut off": string(key[:len(key)/2]), "empty": "", "nonsense": "\x00\xff"} {
		before := state(t, b.dir)
		refused := b.refused(1, "key", "import", "--in", b.file("bad.txt", content))
		require.Equal(t, "wrong_key", refused.Error.Code, name)
		require.Equal(t, before, state(t, b.dir), name)
	}
	b.ok("key", "import", "--in", recovery)
	require.Equal(t, "keychain", b.keys().Backend)
	b.whole(conversation)
	require.Len(t, b.conversation(conversation).Messages, 3)
	a.whole(conversation) // the first machine goes on as before

	// The same without a keychain, under a passphrase.
	c := newApp(t).wordsOnly().withPassphrase()
	copyFolder(t, a.dir, c.dir)
	c.ok("key", "import", "--in", recovery)
	require.Equal(t, "passphrase", c.keys().Backend)
	c.whole(conversation)
}

func otherRecovery(t *testing.T) string {
	t.Helper()
	a := newApp(t).wordsOnly()
	out := filepath.Join(a.home, "other.txt")
	a.ok("key", "export", "--out", out)
	content, err := os.ReadFile(out)
	require.NoError(t, err)
	return string(content)
}

// holds tells whether the keychain has an entry.
func (s *session) holds(entry string) bool {
	cmd := exec.Command("secret-tool", "lookup", "service", "cloudops", "username", entry)
	cmd.Env = s.env()
	return cmd.Run() == nil
}
