// Command estate measures the inventory at the size of a large organization, through the production code over the real Qdrant,
// beside the raw Qdrant calls that bound it:
//
//	go run ./bench/estate -resources 100000
//
// The resources are the sample estate. Their vectors are random directions and those of the questions come from the real model: how long a
// search takes does not depend on what vectors say, and making them would take the model half an hour. With -embed N the
// model embeds N resources, for its speed beside that of an import.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"cloudops/backend/embedding"
	"cloudops/backend/estate"
	"cloudops/backend/estate/sample"
	"cloudops/bench/rig"
)

type options struct {
	resources, rounds, embed int
	seed                     int64
	terms                    bool
}

func main() {
	var o options
	flag.IntVar(&o.resources, "resources", 100_000, "how many")
	flag.IntVar(&o.rounds, "rounds", 100, "how often each operation is measured")
	flag.IntVar(&o.embed, "embed", 2000, "resources that the model embeds, for its speed; 0: none")
	flag.BoolVar(&o.terms, "terms", true, "also measure an import by words alone")
	flag.Int64Var(&o.seed, "seed", 1, "of the estate")
	flag.Parse()
	if o.resources < 1000 || o.rounds < 20 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "estate: at least 1,000 resources and 20 rounds")
		os.Exit(2)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "estate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.embed > 0 {
		if err := speedOfModel(ctx, o); err != nil {
			return err
		}
	}
	if o.terms {
		if err := importWithTerms(ctx, o); err != nil {
			return err
		}
	}
	return searches(ctx, o)
}

// bench is the inventory over one folder.
type bench struct {
	*rig.Rig
	o      options
	estate *estate.Service
}

// with opens the services in a folder of their own, for as long as do takes.
func with(ctx context.Context, o options, model embedding.Model, do func(*bench) error) (err error) {
	dir, err := os.MkdirTemp("", "estate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r, err := rig.Open(ctx, dir, model, estate.Schemas())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return do(&bench{Rig: r, o: o, estate: estate.New(r.Store, estate.Options{})})
}

const batch = 500 // as the app imports

// fill writes the sample estate and returns how long its commits took.
func (b *bench) fill(ctx context.Context, count int, label string) (time.Duration, error) {
	bar := rig.Progress(count, label)
	start := time.Now()
	var resources []estate.Resource
	flush := func() error {
		_, err := b.estate.Upsert(ctx, resources)
		_ = bar.Add(len(resources))
		resources = resources[:0]
		return err
	}
	for r := range sample.Generate(count, b.o.seed) {
		if resources = append(resources, r); len(resources) == batch {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	err := flush()
	_ = bar.Finish()
	return time.Since(start), err
}

// importWithTerms: words alone, until everything can be found by them.
func importWithTerms(ctx context.Context, o options) error {
	return with(ctx, o, nil, func(b *bench) error {
		written, err := b.fill(ctx, o.resources, "importing")
		if err != nil {
			return err
		}
		if err := b.Store.WaitEmbedded(ctx); err != nil {
			return err
		}
		fmt.Printf("import of %d resources with terms: durable at %.0f a second\n", o.resources, float64(o.resources)/written.Seconds())
		return nil
	})
}

// speedOfModel: the same with vectors, and how much of the time was the model's own.
func speedOfModel(ctx context.Context, o options) error {
	model, err := embedding.New(embedding.Options{})
	if err != nil {
		return err
	}
	timed := &timing{Model: model}
	return with(ctx, o, timed, func(b *bench) error {
		start := time.Now()
		if _, err := b.fill(ctx, o.embed, "embedding"); err != nil {
			return err
		}
		if err := b.Store.WaitEmbedded(ctx); err != nil {
			return err
		}
		whole := time.Since(start)
		fmt.Printf("import of %d resources with vectors: %.0f a second, of which the model took %.0f %%\n", o.embed, float64(o.embed)/whole.Seconds(), 100*timed.took.Seconds()/whole.Seconds())
		return nil
	})
}
