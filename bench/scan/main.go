// Command scan measures a scan beside its own API calls: what the engine, the estate and the vectors add to the time that AWS
// (here moto, with 10,000 resources of 19 types in three regions) takes to answer the same calls at the same concurrency:
//
//	go run ./bench/scan -count 10000 -rounds 3
//
// The calls of one scan are recorded on their way. A plain HTTP client then issues them again, in the order and with the headers and
// bodies that they had. All ways are timed in turn, so that each meets the same moto at the same age.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
	"cloudops/backend/host"
)

type options struct {
	count, rounds int
	profile       string
	services      string
	delay         time.Duration
}

func main() {
	var o options
	flag.IntVar(&o.count, "count", 10_000, "about how many resources, at least 100")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each way is timed")
	flag.StringVar(&o.profile, "cpuprofile", "", "write a profile of the scans with nothing behind them to this file")
	flag.StringVar(&o.services, "services", "", "only these, with commas between them")
	flag.DurationVar(&o.delay, "delay", 0, "how much longer each answer takes, as a network would make it")
	flag.Parse()
	if o.count < 100 || o.rounds < 1 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "scan: at least 100 resources and one round")
		os.Exit(2)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "scan:", err)
		os.Exit(1)
	}
}

// bench is a seeded moto and what was recorded of it.
type bench struct {
	o     options
	url   string // of moto, or of what delays it
	calls []unit
	total int // calls
	peak  int // of them at once
}

// way is one of the things that are timed.
type way struct {
	name string
	// prepare is not counted.
	prepare func(ctx context.Context) error
	do      func(ctx context.Context) (what string, err error)
	took    []time.Duration
	what    string
}

func run(ctx context.Context, o options) error {
	home, err := credentials()
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	start := time.Now()
	moto, err := awstest.Launch(awstest.Many(o.count))
	if err != nil {
		return err
	}
	defer moto.Stop()
	fmt.Printf("moto filled in %.0f s\n", time.Since(start).Seconds())
	b := &bench{o: o, url: moto.URL}
	if o.delay > 0 {
		slow, err := delayed(moto.URL, o.delay)
		if err != nil {
			return err
		}
		defer slow.Close()
		b.url = slow.URL
	}
	if err := b.record(ctx); err != nil {
		return err
	}
	app := &app{home: home, options: b.scanOptions()}
	defer app.close()
	ways := []*way{
		{name: fmt.Sprintf("the calls alone, %d at once", concurrency), do: func(ctx context.Context) (string, error) { return b.replay(ctx, concurrency) }},
		{name: fmt.Sprintf("the calls alone, %d at once", b.peak), do: func(ctx context.Context) (string, error) { return b.replay(ctx, b.peak) }},
		{name: "scan, kept nowhere", do: b.scanBare},
		{name: "scan by the app, without vectors", prepare: app.wordsOnly, do: app.scan},
		{name: "scan by the app, all new", prepare: app.anew, do: app.scan},
		{name: "scan by the app, all known", prepare: app.embedded, do: app.scan},
	}
	for round := range o.rounds {
		for _, w := range ways {
			if w.prepare != nil {
				if err := w.prepare(ctx); err != nil {
					return fmt.Errorf("%s: prepare: %w", w.name, err)
				}
			}
			start := time.Now()
			what, err := w.do(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			took := time.Since(start)
			w.took, w.what = append(w.took, took), what
			fmt.Fprintf(os.Stderr, "round %d: %-28s %6.1f s  %s\n", round+1, w.name, took.Seconds(), what)
		}
	}
	report(ways)
	return nil
}

// concurrency is the scanner's own.
const concurrency = 8

// report prints medians beside the faster of the two ways of issuing the calls alone.
func report(ways []*way) {
	base := min(median(ways[0].took), median(ways[1].took))
	fmt.Printf("\n| | median s | min | max | ratio | |\n|---|--:|--:|--:|--:|---|\n")
	for _, w := range ways {
		m := median(w.took)
		fmt.Printf("| %s | %.1f | %.1f | %.1f | %.2f | %s |\n", w.name, m.Seconds(), slices.Min(w.took).Seconds(), slices.Max(w.took).Seconds(), m.Seconds()/base.Seconds(), w.what)
	}
}

func median(took []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(took))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// credentials gives this process keys that moto takes, and keeps the user's own out of its reach.
func credentials() (home string, err error) {
	if home, err = os.MkdirTemp("", "scan-"); err != nil {
		return "", err
	}
	for _, k := range []string{"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"} {
		if err := os.Unsetenv(k); err != nil {
			return "", err
		}
	}
	for k, v := range map[string]string{
		"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": filepath.Join(home, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, "credentials"),
	} {
		if err := os.Setenv(k, v); err != nil {
			return "", err
		}
	}
	return home, nil
}

// scanOptions are what the app is told; its scanner has the concurrency of its own.
func (b *bench) scanOptions() host.ScanOptions {
	o := host.ScanOptions{EndpointURL: b.url, Regions: awstest.Regions, Fresh: true}
	if b.o.services != "" {
		o.Services = strings.Split(b.o.services, ",")
	}
	return o
}

func (b *bench) options(url string) aws.Options {
	o := b.scanOptions()
	return aws.Options{EndpointURL: url, Regions: o.Regions, Services: o.Services, Concurrency: concurrency, Version: "bench"}
}

// counting is a sink that keeps nothing.
type counting struct{}

func (counting) CellDone(context.Context, estate.Cell, []estate.Resource, bool, []string) error {
	return nil
}

// scanned is an error unless the scan was whole.
func scanned(r aws.Report, err error) (string, error) {
	if err != nil {
		return "", err
	}
	if r.State != aws.StateDone {
		return "", fmt.Errorf("the scan is %s: %+v", r.State, r.Findings)
	}
	calls := 0
	for _, n := range r.Calls {
		calls += n
	}
	return fmt.Sprintf("%d resources, %d calls", r.Resources, calls), nil
}

func (b *bench) scanBare(ctx context.Context) (string, error) {
	if b.o.profile != "" {
		f, err := os.OpenFile(b.o.profile, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return "", err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return "", err
		}
		defer pprof.StopCPUProfile()
	}
	return scanned(aws.New(b.options(b.url)).Scan(ctx, counting{}))
}
