package crypto

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"
)

// The real Secret Service runs in a session of its own: the test starts dbus-run-session, which starts the test
// binary again; there a scenario does its work against a gnome-keyring that it started itself.
const (
	scenarioEnv = "CLOUDOPS_TEST_SCENARIO"
	folderEnv   = "CLOUDOPS_TEST_FOLDER"
	killAtEnv   = "CLOUDOPS_TEST_KILL_AT"
)

var scenarios = map[string]func(dir string) error{
	"works": inKeyring(keyringWorks), "locked": inKeyring(keyringLocked), "hangs": inKeyring(keyringHangs),
	"killed rotations": inKeyring(killedRotations), "killed first starts": inKeyring(killedFirstStarts),
	"no service": noService, "rotate": rotateOnce, "first start": firstStart,
}

func TestMain(m *testing.M) {
	if name := os.Getenv(scenarioEnv); name != "" {
		if err := scenarios[name](os.Getenv(folderEnv)); err != nil {
			fmt.Println("scenario", name+":", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// busConfig is a session bus that starts no services by itself.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// inSession runs a scenario in a D-Bus session of its own.
func inSession(t *testing.T, scenario string) {
	t.Helper()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		_, err := exec.LookPath(program)
		require.NoError(t, err, "install dbus and gnome-keyring")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	home, err := os.MkdirTemp("", "keys") // short: the path of a socket has at most 107 bytes
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	config := filepath.Join(home, "bus.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, busConfig, home), 0o600))
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--config-file="+config, "--", self)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home,
		"XDG_DATA_HOME=" + home + "/data", scenarioEnv + "=" + scenario, folderEnv + "=" + t.TempDir()}
	if cover := os.Getenv("GOCOVERDIR"); cover != "" {
		cmd.Env = append(cmd.Env, "GOCOVERDIR="+cover)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestRealKeyring(t *testing.T) {
	for _, name := range []string{"works", "locked", "hangs", "killed rotations", "killed first starts", "no service"} {
		t.Run(name, func(t *testing.T) { inSession(t, name) })
	}
}

func TestNoSessionBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "nobody"))
	dir := t.TempDir()
	_, err := Open(dir, Options{})
	require.ErrorIs(t, err, ErrNeedPassphrase)
	require.ErrorIs(t, err, ErrKeychainAbsent)
	require.ErrorIs(t, err, ErrKeychainUnavailable)
	require.Empty(t, files(t, dir))
	v, err := Open(dir, Options{Passphrase: (&phrase{text: "correct horse"}).ask})
	require.NoError(t, err)
	require.NoError(t, v.Close())
}

// inKeyring starts an unlocked gnome-keyring around a scenario.
func inKeyring(do func(dir string, daemon *os.Process) error) func(string) error {
	return func(dir string) error {
		cmd := exec.Command("gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground")
		cmd.Stdin = strings.NewReader("the login password")
		if err := cmd.Start(); err != nil {
			return err
		}
		defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
		conn, err := dbus.SessionBus()
		if err != nil {
			return err
		}
		for range 1000 {
			var owned bool
			err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretService).Store(&owned)
			if err != nil {
				return err
			}
			if owned {
				return do(dir, cmd.Process)
			}
			time.Sleep(10 * time.Millisecond)
		}
		return errors.New("gnome-keyring did not start")
	}
}

var inDefault = Options{DefaultFolder: true, Keychain: SystemKeychain{Timeout: 3 * time.Second}}

func keyringWorks(dir string, _ *os.Process) error {
	v, err := Open(dir, inDefault)
	if err != nil {
		return err
	}
	sealed, err := v.Seal(someAD, []byte("text"))
	if err != nil {
		return err
	}
	if err := v.Rotate(context.Background()); err != nil {
		return err
	}
	if err := v.Close(); err != nil {
		return err
	}
	value, err := keyring.Get("cloudops", "encryption_key")
	if err != nil || !strings.HasPrefix(value, masterPrefix+":"+v.ID()) {
		return fmt.Errorf("the entry is not where it should be: %w", err)
	}
	if _, err := keyring.Get("cloudops", pending(DefaultEntry)); !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("the extra entry is still there: %w", err)
	}
	if err := opens(dir, sealed); err != nil {
		return err
	}
	if err := keyring.Delete("cloudops", "encryption_key"); err != nil {
		return err
	}
	if _, err := Open(dir, inDefault); !errors.Is(err, ErrNoMasterKey) {
		return fmt.Errorf("opened without an entry: %w", err)
	}
	return nil
}

// opens opens the vault and a value in it, and asks for a tidy state.
func opens(dir, sealed string) error {
	v, err := Open(dir, inDefault)
	if err != nil {
		return err
	}
	defer func() { _ = v.Close() }()
	if plain, err := v.Open(someAD, sealed); err != nil || string(plain) != "text" {
		return fmt.Errorf("%q, %w", plain, err)
	}
	if _, err := v.Seal(someAD, nil); err != nil {
		return err
	}
	if v.ring.Next != "" || v.ring.Promote {
		return errors.New("a rotation is still under way")
	}
	if notices := v.Status().Notices; len(notices) > 0 {
		return fmt.Errorf("notices: %v", notices)
	}
	return nil
}

func keyringLocked(dir string, _ *os.Process) error {
	v, err := Open(dir, inDefault)
	if err != nil {
		return err
	}
	_ = v.Close()
	conn, err := dbus.SessionBus()
	if err != nil {
		return err
	}
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err = conn.Object(secretService, secretPath).Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginPath}).Store(&locked, &prompt)
	if err != nil {
		return err
	}
	_, err = Open(dir, inDefault)
	var advice *Error
	if !errors.Is(err, ErrKeychainLocked) || !errors.Is(err, ErrKeychainUnavailable) || !errors.As(err, &advice) || advice.Hint() == "" {
		return fmt.Errorf("locked keyring: %w", err)
	}
	// A locked keychain is no reason for a first start to do without.
	o := inDefault
	o.Passphrase = (&phrase{text: "correct horse"}).ask
	if _, err := Open(filepath.Join(dir, "other"), o); !errors.Is(err, ErrKeychainLocked) {
		return fmt.Errorf("locked keyring at a first start: %w", err)
	}
	return nil
}

func keyringHangs(dir string, daemon *os.Process) error {
	v, err := Open(dir, inDefault)
	if err != nil {
		return err
	}
	_ = v.Close()
	if err := daemon.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	_, err = Open(dir, inDefault)
	if !errors.Is(err, ErrKeychainTimeout) || !errors.Is(err, ErrKeychainUnavailable) {
		return fmt.Errorf("hanging keyring: %w", err)
	}
	return daemon.Signal(syscall.SIGCONT)
}

func noService(dir string) error {
	o := inDefault
	if _, err := Open(dir, o); !errors.Is(err, ErrKeychainAbsent) || !errors.Is(err, ErrNeedPassphrase) {
		return fmt.Errorf("no Secret Service: %w", err)
	}
	o.Passphrase = (&phrase{text: "correct horse"}).ask
	v, err := Open(dir, o)
	if err != nil {
		return err
	}
	if v.Status().Backend != BackendPassphrase {
		return errors.New("the backend is not recorded")
	}
	return v.Close()
}

// killAt runs a scenario in a process of its own that kills itself at its nth step. It returns false when
// the scenario had fewer steps and came to its end.
func killAt(scenario, dir string, step int) (killed bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), scenarioEnv+"="+scenario, folderEnv+"="+dir, killAtEnv+"="+strconv.Itoa(step))
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false, nil
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true, nil
	}
	return false, fmt.Errorf("%s: %w: %s", scenario, err, out)
}

func dieAt() {
	left, _ := strconv.Atoi(os.Getenv(killAtEnv))
	atStep = func(string) {
		if left--; left == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}

func rotateOnce(dir string) error {
	v, err := Open(dir, inDefault)
	if err != nil {
		return err
	}
	dieAt()
	return v.Rotate(context.Background())
}

func firstStart(dir string) error {
	dieAt()
	_, err := Open(dir, inDefault)
	return err
}

func killedRotations(dir string, _ *os.Process) error {
	v, err := Open(dir, inDefault)
	if err != nil {
		return err
	}
	sealed, err := v.Seal(someAD, []byte("text"))
	if err != nil {
		return err
	}
	_ = v.Close()
	for step := 1; ; step++ {
		killed, err := killAt("rotate", dir, step)
		if err != nil {
			return err
		}
		if err := opens(dir, sealed); err != nil {
			return fmt.Errorf("killed at step %d: %w", step, err)
		}
		if _, err := keyring.Get("cloudops", pending(DefaultEntry)); !errors.Is(err, keyring.ErrNotFound) {
			return fmt.Errorf("killed at step %d: the extra entry is still there: %w", step, err)
		}
		if !killed {
			if step < 10 {
				return fmt.Errorf("only %d steps were tried", step)
			}
			return nil
		}
	}
}

func killedFirstStarts(dir string, _ *os.Process) error {
	for step := 1; ; step++ {
		folder := filepath.Join(dir, strconv.Itoa(step))
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
		killed, err := killAt("first start", folder, step)
		if err != nil {
			return err
		}
		v, err := Open(folder, inDefault)
		if err != nil {
			return fmt.Errorf("killed at step %d: %w", step, err)
		}
		entry := v.Status().Entry
		_ = v.Close()
		if _, err := Open(folder, inDefault); err != nil {
			return fmt.Errorf("killed at step %d: %w", step, err)
		}
		if entry != DefaultEntry {
			return fmt.Errorf("killed at step %d: the key went to %s", step, entry)
		}
		if err := keyring.Delete("cloudops", entry); err != nil {
			return err
		}
		if !killed {
			if step < 5 {
				return fmt.Errorf("only %d steps were tried", step)
			}
			return nil
		}
	}
}
