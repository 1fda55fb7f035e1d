// Command history measures the chats at the size of years of use, through the production code over the real Qdrant, beside
// the raw Qdrant call that bounds each operation:
//
//	go run ./bench/history -conversations 5000 -messages 100000
//
// One conversation holds a fifth of all messages, the others share the rest. The texts are generated from a seed; whole
// exchanges repeat over the conversations, so that their vectors are made once and the filling takes minutes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"

	"cloudops/backend/chat"
	"cloudops/backend/embedding"
	"cloudops/backend/secret"
	"cloudops/bench/rig"
)

type options struct {
	conversations, messages, rounds int
	seed                            uint64
}

func main() {
	var o options
	flag.IntVar(&o.conversations, "conversations", 5000, "how many conversations, at least 2")
	flag.IntVar(&o.messages, "messages", 100_000, "messages in all of them")
	flag.IntVar(&o.rounds, "rounds", 200, "how often each operation is measured")
	flag.Uint64Var(&o.seed, "seed", 1, "of the texts")
	flag.Parse()
	if o.conversations < 2 || o.messages < 5*o.conversations || o.rounds < 20 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "history: at least 2 conversations, 5 messages for each, and 20 rounds")
		os.Exit(2)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "history:", err)
		os.Exit(1)
	}
}

// bench is the services over one folder.
type bench struct {
	*rig.Rig
	o     options
	model *remembering
	chat  *chat.Service
	texts *texts
	ids   []string // of the conversations; the first is the long one
	sizes []int    // messages of each
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "history-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	model, err := embedding.New(embedding.Options{})
	if err != nil {
		return err
	}
	b := &bench{o: o, texts: newTexts(o.seed), model: remember(model)}
	if b.Rig, err = rig.Open(ctx, dir, b.model, chat.SchemasWith(secret.Redact)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	b.chat = chat.New(b.Store, chat.Options{ModelID: model.ID()})
	if err := b.fill(ctx); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	return b.measure(ctx)
}
