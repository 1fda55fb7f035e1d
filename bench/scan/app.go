package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cloudops/backend/config"
	"cloudops/backend/estate/aws"
	"cloudops/backend/host"
)

// app is CloudOps over one data folder, with ledger, index and embedding as they are when its window is open.
type app struct {
	home    string
	options host.ScanOptions
	host    *host.Host
	opened  int
}

// anew opens it over a folder in which there is nothing.
func (a *app) anew(ctx context.Context) error {
	a.close()
	a.opened++
	h, err := host.New(host.Options{
		DataDir: filepath.Join(a.home, fmt.Sprintf("data-%d", a.opened)), ForcePassphrase: true, Version: "bench",
		Passphrase: func(context.Context, bool) ([]byte, error) { return []byte("correct horse battery staple"), nil },
	})
	if err != nil {
		return err
	}
	if err := h.Open(ctx); err != nil {
		return err
	}
	a.host = h
	return h.WaitIndex(ctx, func(int, int) {})
}

// wordsOnly is anew without the embedding model, as if it were missing.
func (a *app) wordsOnly(ctx context.Context) error {
	dir := filepath.Join(a.home, "resources")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	server, err := filepath.Abs(filepath.Join("build", "bin", "resources", "qdrant"))
	if err != nil {
		return err
	}
	if err := os.Symlink(server, filepath.Join(dir, "qdrant")); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Setenv(config.ResourcesDirEnv, dir); err != nil {
		return err
	}
	defer os.Unsetenv(config.ResourcesDirEnv)
	return a.anew(ctx)
}

// embedded waits until what was scanned is searchable in full.
func (a *app) embedded(ctx context.Context) error { return a.host.WaitEmbedded(ctx, func(int, int) {}) }

func (a *app) scan(ctx context.Context) (string, error) {
	done, err := a.host.Scan(ctx, a.options, func(aws.Progress) {})
	what, err := scanned(done.Report, err)
	return fmt.Sprintf("%s, %d added, %d changed, %d removed", what, done.Added, done.Changed, done.Removed), err
}

func (a *app) close() {
	if a.host != nil {
		_ = a.host.Close(context.Background())
		a.host = nil
	}
}
