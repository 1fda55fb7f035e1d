//go:build linux

// Command kill ends the app and its Qdrant with SIGKILL at random moments and prints what became of what was acknowledged:
//
//	go run ./bench/kill -rounds 50            messages are appended by the built binary
//	go run ./bench/kill -load -rounds 100     messages are appended, conversations deleted and resources updated, all at once
//
// With -load the process that is killed is this program with the app's services in it, since no command does all three at a time; Qdrant's optimizer is
// kept busy by low thresholds, and after each round ledger and index are compared record by record. It works in a temporary folder with a
// passphrase, and exits with 1 where anything was lost.
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
	load := flag.Bool("load", false, "append, delete and update at once")
	worker := flag.String("worker", "", "load or check: be the process that is killed")
	flag.Parse()
	if *worker != "" {
		if err := work(*worker, os.Getenv("CLOUDOPS_DATA_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, "kill:", err)
			os.Exit(1)
		}
		return
	}
	if *load {
		if err := runLoad(*resources, *rounds, *seed); err != nil {
			fmt.Fprintln(os.Stderr, "kill:", err)
			os.Exit(1)
		}
		return
	}
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

// busy keeps Qdrant's optimizer at work: graphs from 1 KiB on, small segments, a clean-up after few deletions, and a flush each second.
var busy = []string{
	"QDRANT__STORAGE__OPTIMIZERS__INDEXING_THRESHOLD_KB=1", "QDRANT__STORAGE__OPTIMIZERS__MAX_SEGMENT_SIZE_KB=500", "QDRANT__STORAGE__OPTIMIZERS__DELETED_THRESHOLD=0.01",
	"QDRANT__STORAGE__OPTIMIZERS__VACUUM_MIN_VECTOR_NUMBER=100", "QDRANT__STORAGE__OPTIMIZERS__FLUSH_INTERVAL_SEC=1",
}

func runLoad(resources string, rounds int, seed uint64) error {
	dir, err := os.MkdirTemp("", "kill")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if resources, err = filepath.Abs(resources); err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	fmt.Println("seed", seed)
	start := time.Now()
	report, err := kill.RunLoad(context.Background(), kill.LoadOptions{
		DataDir: data, Rounds: rounds, Seed: seed, Log: func(format string, args ...any) { fmt.Printf(format+"\n", args...) },
		Worker: func(ctx context.Context, check bool) *exec.Cmd {
			job := jobLoad
			if check {
				job = jobCheck
			}
			cmd := exec.CommandContext(ctx, self, "-worker", job)
			cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CLOUDOPS_DATA_DIR=" + data, "CLOUDOPS_RESOURCES_DIR=" + resources,
				"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(dir, "no-bus")}, busy...)
			cmd.WaitDelay = 5 * time.Second
			return cmd
		},
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s, in %s\n", report, time.Since(start).Round(time.Second))
	return nil
}
