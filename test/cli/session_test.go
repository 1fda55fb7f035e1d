//go:build linux

package cli_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/stretchr/testify/require"
)

// session is a D-Bus session of its own with a real, unlocked gnome-keyring in it.
type session struct {
	dir     string
	address string
	bus     *exec.Cmd
	keyring *exec.Cmd
}

// busConfig is a session bus that starts no services by itself.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

const secretService = "org.freedesktop.secrets"

func startSession(dir string) (*session, error) {
	s := &session{dir: dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, dir), 0o600); err != nil {
		return nil, err
	}
	s.bus = exec.Command("dbus-daemon", "--config-file="+config, "--print-address=1", "--nofork")
	s.bus.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.bus.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.bus.Start(); err != nil {
		return nil, fmt.Errorf("start dbus-daemon: %w", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("dbus-daemon said no address: %w", err)
	}
	s.address = strings.TrimSpace(line)
	if err := s.startKeyring(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *session) env() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "XDG_RUNTIME_DIR=" + s.dir, "XDG_DATA_HOME=" + s.dir + "/data", "DBUS_SESSION_BUS_ADDRESS=" + s.address}
}

func (s *session) startKeyring() error {
	s.keyring = exec.Command("gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground")
	s.keyring.Env = s.env()
	s.keyring.Stdin = strings.NewReader(password)
	s.keyring.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.keyring.Start(); err != nil {
		return fmt.Errorf("start gnome-keyring-daemon: %w", err)
	}
	conn, err := dbus.Connect(s.address)
	if err != nil {
		return fmt.Errorf("connect to the bus: %w", err)
	}
	defer conn.Close()
	for range 2000 {
		var owned bool
		if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretService).Store(&owned); err != nil {
			return err
		}
		if owned {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("gnome-keyring-daemon did not start")
}

func (s *session) stop() {
	for _, cmd := range []*exec.Cmd{s.keyring, s.bus} {
		if cmd != nil && cmd.Process != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
}

// ownSession is a session that a test may lock, stop and spoil.
func ownSession(t *testing.T) *session {
	t.Helper()
	dir, err := os.MkdirTemp("", "ses")
	require.NoError(t, err)
	s, err := startSession(dir)
	require.NoError(t, err)
	t.Cleanup(func() {
		s.stop()
		_ = os.RemoveAll(dir)
	})
	return s
}

// secret runs secret-tool in the session: a witness from outside for what the keychain holds.
func (s *session) secret(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("secret-tool", args...)
	cmd.Env = s.env()
	cmd.Stdin = strings.NewReader(stdin)
	var errOut strings.Builder
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	require.NoError(t, err, "secret-tool %v: %s", args, &errOut)
	return string(out)
}

func (s *session) lookup(t *testing.T, entry string) string {
	return s.secret(t, "", "lookup", "service", "cloudops", "username", entry)
}

func (s *session) replace(t *testing.T, entry, value string) {
	s.secret(t, value, "store", "--label=test", "service", "cloudops", "username", entry)
}

func (s *session) clear(t *testing.T, entry string) {
	s.secret(t, "", "clear", "service", "cloudops", "username", entry)
}

// lock locks the keychain, as a session does that was left alone.
func (s *session) lock(t *testing.T) {
	t.Helper()
	conn, err := dbus.Connect(s.address)
	require.NoError(t, err)
	defer conn.Close()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	call := conn.Object(secretService, "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"})
	require.NoError(t, call.Store(&locked, &prompt))
}
