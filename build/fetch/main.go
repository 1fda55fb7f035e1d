// Command fetch brings the third-party files of build/resources.json for one platform into a folder. Files that are
// there with the right hash are left alone, so a second run is quick; a wrong hash stops it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
)

// resource is an archive and what is taken from it.
type resource struct {
	Name, Version, Licence, Source, SHA256 string
	Platforms                              []string // empty: all
	Files                                  []file
}

type file struct {
	From, To, Mode, SHA256 string
}

func main() {
	manifest := flag.String("manifest", "build/resources.json", "the list of files")
	out := flag.String("out", "build/bin/resources", "the folder to fill")
	cache := flag.String("cache", "build/cache/archives", "where archives are kept")
	platform := flag.String("platform", runtime.GOOS+"/"+runtime.GOARCH, "os/arch to fetch for")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *manifest, *out, *cache, *platform)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, manifest, out, cache, platform string) error {
	data, err := os.ReadFile(manifest)
	if err != nil {
		return err
	}
	var m struct{ Resources []resource }
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("%s: %w", manifest, err)
	}
	for _, r := range m.Resources {
		if len(r.Platforms) > 0 && !slices.Contains(r.Platforms, platform) {
			continue
		}
		if err := r.install(ctx, out, cache); err != nil {
			return fmt.Errorf("%s %s: %w", r.Name, r.Version, err)
		}
	}
	return nil
}

func (r resource) install(ctx context.Context, out, cache string) error {
	missing := slices.DeleteFunc(slices.Clone(r.Files), func(f file) bool {
		sum, err := sumFile(filepath.Join(out, f.To))
		return err == nil && sum == f.SHA256 && f.SHA256 != ""
	})
	if len(missing) == 0 {
		fmt.Printf("  %-32s %-8s there\n", r.Name, r.Version)
		return nil
	}
	if r.SHA256 == "" {
		return fmt.Errorf("no checksum is recorded for this platform; download %s, verify it against its publisher and record its SHA-256 in build/resources.json", r.Source)
	}
	archive, err := r.archive(ctx, cache)
	if err != nil {
		return err
	}
	for _, f := range missing {
		if err := extract(archive, f, filepath.Join(out, f.To)); err != nil {
			return fmt.Errorf("%s: %w", f.To, err)
		}
	}
	fmt.Printf("  %-32s %-8s installed\n", r.Name, r.Version)
	return nil
}

func (f file) mode() os.FileMode {
	mode, err := strconv.ParseUint(f.Mode, 8, 32)
	if err != nil {
		return 0o644
	}
	return os.FileMode(mode)
}
