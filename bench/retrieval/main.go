// Command retrieval measures search: it takes a file of conversations or of resources through import and search of the
// production code, in a data folder of its own, and writes the ranked ids for a scorer.
//
//	go run ./bench/retrieval -data FILE -out RUN.jsonl
//
// A file with "conversations" has turns and queries for each; a query is asked within its conversation and its hits are turn ids. A
// file with "resources" has queries over all of them; the hits are ARNs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"cloudops/backend/embedding"
	"cloudops/backend/host"
)

// hitsWanted of a query; recall is measured at 20 at most.
const hitsWanted = 20

func main() {
	data := flag.String("data", "", "the file of conversations or resources, with their queries")
	out := flag.String("out", "", "where the ranked ids go, one query a line")
	captions := flag.Bool("captions", true, "keep the captions of images in the text of a turn")
	flag.Parse()
	if *data == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *data, *out, *captions)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "retrieval:", err)
		os.Exit(1)
	}
}

// corpus is what a file holds: how to import it, and what is asked.
type corpus interface {
	load(ctx context.Context, h *host.Host) error
	queries() []query
}

// query is one line of the run.
type query struct {
	id  string
	ask func(ctx context.Context, h *host.Host) ([]string, error)
}

func read(name string, captions bool) (corpus, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var file struct {
		Conversations []conversation  `json:"conversations"`
		Resources     json.RawMessage `json:"resources"`
		Queries       []estateQuery   `json:"queries"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	switch {
	case len(file.Conversations) > 0:
		return chats{file.Conversations, captions}, nil
	case len(file.Resources) > 0:
		return resources{data, file.Queries}, nil
	}
	return nil, fmt.Errorf("read %s: neither conversations nor resources in it", name)
}

func run(ctx context.Context, data, out string, captions bool) error {
	c, err := read(data, captions)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "retrieval-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h, err := open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := h.Close(closing); err != nil {
			fmt.Fprintln(os.Stderr, "retrieval: close:", err)
		}
	}()
	start := time.Now()
	if err := c.load(ctx, h); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "imported in %.1f s\n", time.Since(start).Seconds())
	if err := index(ctx, h); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "indexed after %.1f s, model %q\n", time.Since(start).Seconds(), embedding.Name(h.Status(ctx).Embedder))
	return answer(ctx, h, c.queries(), out)
}

// open makes a vault that needs neither a keychain nor a person.
func open(ctx context.Context, dir string) (*host.Host, error) {
	h, err := host.New(host.Options{
		DataDir: dir, ForcePassphrase: true,
		Passphrase: func(context.Context, bool) ([]byte, error) {
			return []byte("for measuring only, thrown away at the end"), nil
		},
	})
	if err != nil {
		return nil, err
	}
	if err := h.Open(ctx); err != nil {
		return nil, err
	}
	if err := h.WaitIndex(ctx, func(int, int) {}); err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	return h, nil
}

// index waits until every record has its terms and vectors.
func index(ctx context.Context, h *host.Host) error {
	bar := progress(h.Status(ctx).Pending, "indexing")
	most := 0
	for {
		pending := h.Status(ctx).Pending
		if pending == 0 {
			return bar.Finish()
		}
		if pending > most {
			most = pending
			bar.ChangeMax(most)
		}
		_ = bar.Set(most - pending) // a bar that cannot be drawn is no reason to stop
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func progress(total int, label string) *progressbar.ProgressBar {
	return progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(label),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))), progressbar.OptionShowCount(), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionOnCompletion(func() { fmt.Fprintln(os.Stderr) }))
}

// answer asks every query and writes the run, then what it took.
func answer(ctx context.Context, h *host.Host, queries []query, out string) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	bar := progress(len(queries), "searching")
	took := make([]time.Duration, 0, len(queries))
	for _, q := range queries {
		start := time.Now()
		hits, err := q.ask(ctx, h)
		if err != nil {
			return fmt.Errorf("query %s: %w", q.id, err)
		}
		took = append(took, time.Since(start))
		if err := encoder.Encode(map[string]any{"id": q.id, "hits": append([]string{}, hits...)}); err != nil {
			return err
		}
		_ = bar.Add(1)
	}
	if err := os.WriteFile(out, lines.Bytes(), 0o644); err != nil {
		return err
	}
	report(os.Stderr, took)
	return nil
}

func report(w io.Writer, took []time.Duration) {
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return took[int(share*float64(len(took)-1))].Seconds() * 1000
	}
	fmt.Fprintf(w, "%d queries, embedding included: p50 %.1f ms, p95 %.1f ms, longest %.1f ms\n", len(took), at(0.5), at(0.95), at(1))
}
