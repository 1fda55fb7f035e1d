//go:build linux

// Command kill ends the app and its Qdrant with SIGKILL at random moments while messages are appended, and prints what
// became of them:
//
//	go run ./bench/kill -rounds 50
//
// It builds the binary, works in a temporary folder with a passphrase, and exits with 1 where anything was lost.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"cloudops/test/kill"
)

func main() {
	rounds := flag.Int("rounds", 50, "how often something is killed")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "the same seed kills at the same moments, as far as the machine allows")
	every := flag.Int("verify", 5, "after how many rounds everything is checked")
	binary := flag.String("binary", "", "a built cloudops (default: built from this checkout)")
	resources := flag.String("resources", "build/bin/resources", "the folder of Qdrant, ONNX Runtime and the model")
	flag.Parse()
	if err := run(*binary, *resources, *rounds, *every, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "kill:", err)
		os.Exit(1)
	}
}

func run(binary, resources string, rounds, every int, seed uint64) error {
	dir, err := os.MkdirTemp("", "kill")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if binary == "" {
		binary = filepath.Join(dir, "cloudops")
		if out, err := exec.Command("go", "build", "-tags", "webkit2_41", "-o", binary, ".").CombinedOutput(); err != nil {
			return fmt.Errorf("build: %w\n%s", err, out)
		}
	}
	if resources, err = filepath.Abs(resources); err != nil {
		return err
	}
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		return err
	}
	fmt.Println("seed", seed)
	start := time.Now()
	report, err := kill.Run(context.Background(), kill.Options{
		Binary: binary, DataDir: filepath.Join(dir, "data"), Rounds: rounds, Seed: seed, VerifyEvery: every,
		Args: []string{"--passphrase-file", passphrase},
		Env: []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CLOUDOPS_DATA_DIR=" + filepath.Join(dir, "data"), "CLOUDOPS_RESOURCES_DIR=" + resources,
			"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(dir, "no-bus"),
		},
		Log: func(format string, args ...any) { fmt.Printf(format+"\n", args...) },
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s, in %s\n", report, time.Since(start).Round(time.Second))
	return nil
}
