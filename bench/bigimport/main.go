// Command bigimport imports a generated file of resources that all differ, and prints how long that took and how much memory
// the app and its Qdrant held at most:
//
//	go run ./bench/bigimport -mb 200 -each 1000
//
// Without -model nothing is embedded: 200 MB of small resources would keep the model busy for an hour.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

type options struct {
	size, each int
	model      bool
	resources  string
}

func main() {
	var o options
	mb := flag.Int("mb", 200, "size of the file in millions of bytes")
	flag.IntVar(&o.each, "each", 1000, "bytes of a resource, at least 300")
	flag.BoolVar(&o.model, "model", false, "embed, too")
	flag.StringVar(&o.resources, "resources", "build/bin/resources", "the folder of Qdrant, ONNX Runtime and the model")
	flag.Parse()
	o.size = *mb * 1_000_000
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bigimport:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	dir, err := os.MkdirTemp("", "bigimport")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.resources, err = filepath.Abs(o.resources); err != nil {
		return err
	}
	if !o.model {
		only := filepath.Join(dir, "resources")
		if err := os.Mkdir(only, 0o700); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join(o.resources, "qdrant"), filepath.Join(only, "qdrant")); err != nil {
			return err
		}
		o.resources = only
	}
	binary := filepath.Join(dir, "cloudops")
	if out, err := exec.Command("go", "build", "-tags", "webkit2_41", "-o", binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	file := filepath.Join(dir, "estate.json")
	n, err := write(file, o)
	if err != nil {
		return err
	}
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		return err
	}
	cmd := exec.Command(binary, "--passphrase-file", passphrase, "--data-dir", filepath.Join(dir, "data"), "estate", "import", file, "--json")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CLOUDOPS_RESOURCES_DIR=" + o.resources, "DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(dir, "no-bus")}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	app, qdrant := watch(cmd.Process.Pid, done)
	if app.err != nil {
		return fmt.Errorf("%w: %s", app.err, out.String())
	}
	fmt.Printf("%d resources of %d bytes, %d MB, in %s; at most %d MB in the app, %d MB in Qdrant (with what it maps)\n%s",
		n, o.each, o.size/1_000_000, time.Since(start).Round(time.Second), app.peak>>20, qdrant>>20, out.String())
	return nil
}

// write makes {"resources": […]} and returns how many there are.
func write(path string, o options) (int, error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(1, 2))
	n := 0
	fmt.Fprint(w, `{"resources":[`)
	for written := 0; written < o.size; n++ {
		if n > 0 {
			fmt.Fprint(w, ",\n")
		}
		r := fmt.Sprintf(`{"arn":"arn:aws:dynamodb:eu-central-1:111111111111:table/table-%08d","type":"AWS::DynamoDB::Table","name":"table-%08d","region":"eu-central-1","account_id":"111111111111","tags":{"env":"prod","n":"%d"},"attributes":{"Notes":"%s"}}`,
			n, n, n, filler(rng, max(0, o.each-280)))
		fmt.Fprint(w, r)
		written += len(r) + 2
	}
	fmt.Fprint(w, "]}\n")
	return n, w.Flush()
}

func filler(rng *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		for range 3 + rng.IntN(7) {
			b.WriteByte(byte('a' + rng.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

type outcome struct {
	peak int64
	err  error
}

// watch follows the memory of a process and of its child until it ends.
func watch(pid int, done <-chan error) (app outcome, qdrant int64) {
	for {
		select {
		case app.err = <-done:
			return app, qdrant
		case <-time.After(50 * time.Millisecond):
		}
		peak, _ := memory(pid)
		app.peak = max(app.peak, peak)
		entries, _ := filepath.Glob("/proc/[0-9]*")
		for _, e := range entries {
			child, err := strconv.Atoi(filepath.Base(e))
			if err != nil {
				continue
			}
			if peak, parent := memory(child); parent == pid {
				qdrant = max(qdrant, peak)
			}
		}
	}
}

// memory is the most that a process held, in bytes, and who its parent is; see proc(5).
func memory(pid int) (peak int64, parent int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		switch {
		case len(fields) == 0:
		case name == "VmHWM":
			kb, _ := strconv.ParseInt(fields[0], 10, 64)
			peak = kb << 10
		case name == "PPid":
			parent, _ = strconv.Atoi(fields[0])
		}
	}
	return peak, parent
}
