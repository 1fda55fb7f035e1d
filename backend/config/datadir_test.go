//go:build unix

package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Some conditions need a process of their own: another user, who is bound by the rights of files where the tests run as
// root, or a limit on the size of files, which is what a full disk looks like.
const (
	taskEnv = "CLOUDOPS_TEST_TASK"
	dirEnv  = "CLOUDOPS_TEST_DIR"
)

var tasks = map[string]func(dir string) error{
	"make": MakeDataDir,
	"save": func(dir string) error { return Save(dir, Default()) },
	"save on a full disk": func(dir string) error {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 10, Max: 10}); err != nil {
			return err
		}
		return Save(dir, full())
	},
	"lock": func(dir string) error { _, err := LockDir(dir); return err },
}

func TestMain(m *testing.M) {
	if name := os.Getenv(taskEnv); name != "" {
		if err := tasks[name](os.Getenv(dirEnv)); err != nil {
			fmt.Print(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// run does a task in a process of its own, as somebody who is not root, and returns what it said.
func run(t *testing.T, task, dir string) (said string, ok bool) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = []string{taskEnv + "=" + task, dirEnv + "=" + dir, "HOME=" + dir}
	if os.Getuid() == 0 {
		const nobody = 65534
		// The test binary itself has to be within reach of that user.
		copied := filepath.Join(openDir(t), "config.test")
		data, err := os.ReadFile(self)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(copied, data, 0o755))
		cmd.Path, cmd.Args[0] = copied, copied
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		require.NoError(t, os.Lchown(dir, nobody, nobody))
	}
	out, err := cmd.Output()
	if e := (&exec.ExitError{}); !errors.As(err, &e) {
		require.NoError(t, err)
	}
	return string(out), err == nil
}

// openDir is a folder that every user can enter.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "config")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700); _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	return dir
}

func TestReadOnlyFolder(t *testing.T) {
	outer := openDir(t)
	dir := filepath.Join(outer, "data")
	require.NoError(t, os.Mkdir(dir, 0o500))
	for _, task := range []string{"make", "save", "lock"} {
		said, ok := run(t, task, dir)
		require.False(t, ok, task)
		require.Contains(t, said, "permission denied")
	}
	said, _ := run(t, "make", dir)
	require.Contains(t, said, ErrDataDir.Error())
	require.Contains(t, said, "--data-dir")
	require.Empty(t, names(t, dir))
}

func TestFullDiskLeavesTheOldSettings(t *testing.T) {
	dir := filepath.Join(openDir(t), "data")
	require.NoError(t, os.Mkdir(dir, 0o700))
	said, ok := run(t, "save", dir)
	require.True(t, ok, said)
	before, err := os.ReadFile(filepath.Join(dir, settingsName))
	require.NoError(t, err)
	said, ok = run(t, "save on a full disk", dir)
	require.False(t, ok)
	require.Contains(t, said, "save settings")
	require.Contains(t, said, "file too large")
	after, err := os.ReadFile(filepath.Join(dir, settingsName))
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Len(t, names(t, dir), 1)
}

func TestMakeDataDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, MakeDataDir(dir))
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, MakeDataDir(dir))
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.Empty(t, names(t, dir))

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorIs(t, MakeDataDir(file), ErrDataDir)
	require.ErrorIs(t, MakeDataDir(filepath.Join(file, "below")), ErrDataDir)
}

func TestDataDirResolution(t *testing.T) {
	home, _ := filepath.EvalSymlinks(t.TempDir())
	t.Setenv("HOME", home)
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "share"))
	t.Setenv(DataDirEnv, "")
	dir, isDefault, err := DataDir("")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(home, "share", "cloudops"), dir)
	require.True(t, isDefault)
	require.NoDirExists(t, dir)

	t.Setenv(DataDirEnv, filepath.Join(home, "elsewhere"))
	dir, isDefault, err = DataDir("")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(home, "elsewhere"), dir)
	require.False(t, isDefault)

	link := filepath.Join(home, "link")
	require.NoError(t, os.Symlink(filepath.Join(home, "share"), link))
	require.NoError(t, os.Mkdir(filepath.Join(home, "share"), 0o700))
	dir, isDefault, err = DataDir(filepath.Join(link, "cloudops"))
	require.NoError(t, err)
	require.Equal(t, filepath.Join(home, "share", "cloudops"), dir)
	require.True(t, isDefault)
}

func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	l, err := LockDir(dir)
	require.NoError(t, err)
	_, err = LockDir(dir)
	var held *LockedError
	require.ErrorIs(t, err, ErrLocked)
	require.True(t, errors.As(err, &held))
	require.Equal(t, os.Getpid(), held.PID)
	require.Contains(t, err.Error(), fmt.Sprint(os.Getpid()))
	require.NoError(t, l.Release())
	require.NoError(t, l.Release())

	// The word of one that was killed counts for nothing.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cloudops.pid"), []byte("1\n"), 0o600))
	l, err = LockDir(dir)
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(dir, "cloudops.lock"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, l.Release())
}

func TestWriteFileReplacesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, text := range []string{"long content", "x", ""} {
		require.NoError(t, WriteFile(path, []byte(text), 0o600))
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(data))
	}
	err := WriteFile(filepath.Join(path, "below"), nil, 0o600)
	require.Error(t, err)
	err = WriteFile(filepath.Join(t.TempDir(), "absent", "file"), nil, 0o600)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.True(t, strings.HasPrefix(err.Error(), "write "))
}
