package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
)

// archive returns the path of the resource's archive, downloaded where it is not there, its hash checked.
func (r resource) archive(ctx context.Context, cache string) (string, error) {
	path := filepath.Join(cache, r.SHA256)
	if sum, err := sumFile(path); err == nil && sum == r.SHA256 {
		return path, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(cache, "download-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("  %-32s %-8s from %s\n", r.Name, r.Version, r.Source)
	if err := download(ctx, r.Source, dir); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(entries) != 1 {
		return "", fmt.Errorf("%s: expected one file, got %d", r.Source, len(entries))
	}
	got := filepath.Join(dir, entries[0].Name())
	sum, err := sumFile(got)
	if err != nil {
		return "", err
	}
	if sum != r.SHA256 {
		return "", fmt.Errorf("%s has SHA-256 %s, build/resources.json says %s; nothing was installed", r.Source, sum, r.SHA256)
	}
	return path, os.Rename(got, path)
}

// mavenCopy is the goal that copies one artifact, with the version of its plugin.
const mavenCopy = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy"

// download leaves one file in dir.
func download(ctx context.Context, source, dir string) error {
	kind, what, _ := strings.Cut(source, ":")
	switch kind {
	case "npm":
		return command(ctx, dir, "npm", "pack", "--silent", what)
	case "pypi":
		python := os.Getenv("PYTHON")
		if python == "" {
			python = "python3"
		}
		return command(ctx, dir, python, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", ".", what)
	case "maven":
		return command(ctx, dir, "mvn", "--quiet", "--batch-mode", mavenCopy, "-Dartifact="+what, "-Dmdep.useBaseVersion=true", "-DoutputDirectory=.")
	case "https":
		return get(ctx, source, filepath.Join(dir, "archive"))
	}
	return fmt.Errorf("unknown source %q", source)
}

func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

func get(ctx context.Context, url, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	bar := progressbar.DefaultBytes(resp.ContentLength, filepath.Base(url))
	if _, err := io.Copy(io.MultiWriter(f, bar), resp.Body); err != nil {
		return err
	}
	return f.Close()
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
