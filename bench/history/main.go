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
	"path/filepath"
	"time"

	"cloudops/backend/chat"
	"cloudops/backend/crypto"
	"cloudops/backend/embedding"
	"cloudops/backend/ledger"
	"cloudops/backend/qdrant"
	"cloudops/backend/secret"
	"cloudops/backend/store"
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
	o      options
	server *qdrant.Server
	vault  *crypto.Vault
	ledger *ledger.Ledger
	model  *remembering
	store  *store.Store
	chat   *chat.Service
	texts  *texts
	ids    []string // of the conversations; the first is the long one
	sizes  []int    // messages of each
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "history-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{o: o, texts: newTexts(o.seed)}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx, dir); err != nil {
		return err
	}
	if err := b.fill(ctx); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	return b.measure(ctx)
}

func (b *bench) open(ctx context.Context, dir string) (err error) {
	if b.server, err = qdrant.Start(ctx, qdrant.Options{Dir: filepath.Join(dir, "qdrant"), LogFile: filepath.Join(dir, "qdrant.log")}); err != nil {
		return err
	}
	if err := b.server.Ready(ctx); err != nil {
		return err
	}
	if b.vault, err = crypto.Open(dir, crypto.Options{Keychain: &crypto.MemoryKeychain{}}); err != nil {
		return err
	}
	if b.ledger, err = ledger.Open(ctx, dir, ledger.Options{}); err != nil {
		return err
	}
	model, err := embedding.New(embedding.Options{})
	if err != nil {
		return err
	}
	b.model = remember(model)
	if b.store, err = store.New(store.Deps{Ledger: b.ledger, Sealer: b.vault, Model: b.model}, store.Options{Schemas: chat.SchemasWith(secret.Redact)}); err != nil {
		return err
	}
	e := b.server.Endpoint()
	if err := b.store.Connect(ctx, store.Address{Host: e.Host, Port: e.GRPCPort, APIKey: e.APIKey}); err != nil {
		return err
	}
	b.chat = chat.New(b.store, chat.Options{ModelID: model.ID()})
	return nil
}

// close ends what was opened, in the reverse order.
func (b *bench) close() error {
	var errs []error
	if b.store != nil {
		errs = append(errs, b.store.Close())
	}
	if b.model != nil {
		errs = append(errs, b.model.Close())
	}
	if b.ledger != nil {
		errs = append(errs, b.ledger.Close())
	}
	if b.vault != nil {
		errs = append(errs, b.vault.Close())
	}
	if b.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		errs = append(errs, b.server.Stop(ctx))
	}
	return errors.Join(errs...)
}
