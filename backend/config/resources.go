// Package config holds the settings of the app and knows where its files are.
package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrResourceMissing: a bundled file is not where it should be.
var ErrResourceMissing = errors.New("a bundled file is missing")

// ResourcesDirEnv overrides where bundled files are looked for.
const ResourcesDirEnv = "CLOUDOPS_RESOURCES_DIR"

// Resource finds a bundled file (the Qdrant binary, ONNX Runtime, a model) by its path below the resources
// folder: CLOUDOPS_RESOURCES_DIR, then resources/ beside the executable, then Contents/Resources of a macOS
// bundle, then build/bin/resources of the checkout that the working folder is in (go run, go test).
// ErrResourceMissing says what to run.
func Resource(name string) (string, error) {
	for _, dir := range resourceDirs() {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: %s; run `make setup`, or set %s to the folder that holds it", ErrResourceMissing, name, ResourcesDirEnv)
}

func resourceDirs() []string {
	if dir := os.Getenv(ResourcesDirEnv); dir != "" {
		return []string{dir}
	}
	var dirs []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dirs = append(dirs, filepath.Join(filepath.Dir(exe), "resources"), filepath.Join(filepath.Dir(exe), "..", "Resources"))
	}
	if wd, err := os.Getwd(); err == nil {
		for dir := wd; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "wails.json")); err == nil {
				dirs = append(dirs, filepath.Join(dir, "build", "bin", "resources"))
				break
			}
			if filepath.Dir(dir) == dir {
				break
			}
		}
	}
	return dirs
}
