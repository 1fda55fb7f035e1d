package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// DataDirEnv names the data folder where no --data-dir is given.
const DataDirEnv = "CLOUDOPS_DATA_DIR"

// ErrDataDir: the data folder cannot be used. The text says why and what to do.
var ErrDataDir = errors.New("the data folder cannot be used")

// DefaultDataDir is where data is kept unless the user says otherwise: cloudops below the data home of the
// XDG base directories (or the system's counterpart on macOS and Windows).
func DefaultDataDir() string {
	// xdg reads the environment once, at start; a test or a launcher may have changed it since.
	xdg.Reload()
	return filepath.Join(xdg.DataHome, "cloudops")
}

// DataDir resolves the data folder: flag, then CLOUDOPS_DATA_DIR, then DefaultDataDir. The result is absolute,
// with symbolic links followed as far as it exists. isDefault tells whether it is the default folder,
// however it was named. Nothing is created.
func DataDir(flag string) (dir string, isDefault bool, err error) {
	dir = flag
	if dir == "" {
		dir = os.Getenv(DataDirEnv)
	}
	if dir == "" {
		dir = DefaultDataDir()
	}
	if dir, err = resolved(dir); err != nil {
		return "", false, fmt.Errorf("%w: %w", ErrDataDir, err)
	}
	def, err := resolved(DefaultDataDir())
	return dir, err == nil && dir == def, nil
}

// resolved makes a path absolute and follows links of the part that exists.
func resolved(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	parent := filepath.Dir(abs)
	if parent == abs {
		return abs, nil
	}
	real, err := resolved(parent)
	return filepath.Join(real, filepath.Base(abs)), err
}

// MakeDataDir creates the data folder with mode 0700, or takes that mode's rights of others away from one that
// exists, and makes sure that files can be written in it. ErrDataDir says what is wrong.
func MakeDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("%w: %w; choose another with --data-dir", ErrDataDir, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDataDir, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is not a folder; choose another with --data-dir", ErrDataDir, dir)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("%w: others can read it and that cannot be changed: %w", ErrDataDir, err)
		}
	}
	probe, err := os.CreateTemp(dir, ".probe.*")
	if err != nil {
		return fmt.Errorf("%w: nothing can be written in it: %w; make it writable or choose another with --data-dir", ErrDataDir, err)
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}
