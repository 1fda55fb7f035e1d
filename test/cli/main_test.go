//go:build linux

// Package cli_test holds the command line to its contract with the binary as it is shipped: real Qdrant, real model, real
// keychain, real AWS protocol. docs/testing.md says what each part stands on.
package cli_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

var (
	root     string   // the checkout
	scratch  string   // is removed at the end
	cloudops string   // built once for all tests
	desk     *session // the keychain that most tests share
)

// password opens the keychain of a session.
const password = "the login password"

func TestMain(m *testing.M) {
	// The bus and the keychain die with this thread (Pdeathsig), also when the tests are killed.
	runtime.LockOSThread()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	flag.Parse()
	// Most of a command is waiting for another process.
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = f.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0)))
	}
	// go test runs in the folder of the package.
	here, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "test/cli:", err)
		return 1
	}
	root = filepath.Dir(filepath.Dir(here))
	dir, err := os.MkdirTemp("", "cli") // short: the path of a socket has at most 107 bytes
	if err == nil {
		defer os.RemoveAll(dir)
		scratch = dir
		err = prepare(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "test/cli:", err)
		return 1
	}
	defer desk.stop()
	defer stopCloud()
	return m.Run()
}

func prepare(dir string) error {
	var missing []error
	for program, what := range map[string]string{
		"dbus-daemon": "dbus", "gnome-keyring-daemon": "gnome-keyring", "secret-tool": "libsecret-tools", "cp": "coreutils",
	} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, fmt.Errorf("%s is missing; run build/setup.sh test, or install %s", program, what))
		}
	}
	for _, file := range []string{"qdrant", "onnxruntime", "models"} {
		if _, err := os.Stat(filepath.Join(resources(), file)); err != nil {
			missing = append(missing, fmt.Errorf("%w; run `make setup`", err))
		}
	}
	if err := errors.Join(missing...); err != nil {
		return err
	}
	if err := build(dir); err != nil {
		return err
	}
	var err error
	desk, err = startSession(filepath.Join(dir, "s"))
	return err
}

func resources() string { return filepath.Join(root, "build", "bin", "resources") }

// build makes the binary. CLOUDOPS_TEST_BINARY names one that is there already; CLOUDOPS_TEST_BUILD adds flags such as -race.
func build(dir string) error {
	if cloudops = os.Getenv("CLOUDOPS_TEST_BINARY"); cloudops != "" {
		return nil
	}
	cloudops = filepath.Join(dir, "cloudops")
	args := []string{"build", "-tags", "webkit2_41", "-o", cloudops}
	if more := os.Getenv("CLOUDOPS_TEST_BUILD"); more != "" {
		args = append(args, more)
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}
