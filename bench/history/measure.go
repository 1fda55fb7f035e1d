package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"cloudops/backend/chat"
	"cloudops/backend/embedding"
	"cloudops/backend/store"
	"cloudops/bench/rig"
)

// operation is one thing that is measured, and the raw call that it cannot be faster than.
type operation struct {
	name  string
	do    func(i int) error
	raw   func(i int) error // nil: there is none
	bound string
}

// measure runs the operation and its bound in turn, so that noise of the machine meets both.
func (b *bench) measure(ctx context.Context) error {
	client, err := b.Raw(ctx)
	if err != nil {
		return err
	}
	raw := &rawClient{client}
	defer raw.close()
	if err := rig.Settled(ctx, client, store.ChatHistory, store.ChatSessions); err != nil {
		return err
	}
	fmt.Printf("| %-34s | %9s | %9s | %-28s | %9s | %9s | %6s |\n", "operation", "p50 ms", "p95 ms", "raw Qdrant call", "p50 ms", "p95 ms", "ratio")
	fmt.Println("|---|--:|--:|---|--:|--:|--:|")
	for _, op := range b.operations(ctx, raw) {
		var ours, theirs []time.Duration
		for i := range b.o.rounds + warmUp {
			took, err := rig.Timed(op.do, i)
			if err != nil {
				return fmt.Errorf("%s: %w", op.name, err)
			}
			var rawTook time.Duration
			if op.raw != nil {
				if rawTook, err = rig.Timed(op.raw, i); err != nil {
					return fmt.Errorf("raw call of %s: %w", op.name, err)
				}
			}
			if i >= warmUp {
				ours, theirs = append(ours, took), append(theirs, rawTook)
			}
		}
		report(op, ours, theirs)
	}
	return nil
}

const warmUp = 10

func report(op operation, ours, theirs []time.Duration) {
	p50, p95 := rig.Percentile(ours, 50), rig.Percentile(ours, 95)
	if op.raw == nil {
		fmt.Printf("| %-34s | %9.2f | %9.2f | %-28s | %9s | %9s | %6s |\n", op.name, p50, p95, "", "", "", "")
		return
	}
	r50, r95 := rig.Percentile(theirs, 50), rig.Percentile(theirs, 95)
	fmt.Printf("| %-34s | %9.2f | %9.2f | %-28s | %9.2f | %9.2f | %6.1f |\n", op.name, p50, p95, op.bound, r50, r95, p50/r50)
}

func (b *bench) operations(ctx context.Context, raw *rawClient) []operation {
	r := rand.New(rand.NewPCG(b.o.seed, 11))
	any := func() string { return b.ids[1+r.IntN(len(b.ids)-1)] }
	long, size := b.ids[0], int64(b.sizes[0])
	var current string // the raw call asks for the conversation that was just asked for
	var before int64
	var vector []float32
	history := func(id func() string, limit int) func(int) error {
		return func(int) error {
			current = id()
			h, err := b.chat.History(ctx, current, 0, limit)
			if err == nil && len(h.Messages) == 0 {
				err = fmt.Errorf("conversation %s is empty", current)
			}
			return err
		}
	}
	rawHistory := func(limit int) func(int) error {
		return func(int) error { return raw.last(ctx, current, 0, limit) }
	}
	return []operation{
		{"open a conversation", history(any, 50), rawHistory(51), "scroll 51 by seq"},
		{"open one of " + fmt.Sprint(size) + " messages", history(func() string { return long }, 50), rawHistory(51), "scroll 51 by seq"},
		{"last 5 messages", history(any, 5), rawHistory(6), "scroll 6 by seq"},
		{"page back, 50 messages", func(int) error {
			current, before = long, 60+r.Int64N(size-60)
			_, err := b.chat.History(ctx, long, before, 50)
			return err
		}, func(int) error { return raw.last(ctx, current, before, 51) }, "scroll 51 by seq below"},
		{"list, newest 60 conversations", func(int) error {
			_, err := b.chat.List(ctx, chat.ListOptions{Limit: 60})
			return err
		}, func(int) error { return raw.sessions(ctx, 61) }, "scroll 61 by last activity"},
		{"embed a question", func(i int) error {
			got, err := b.model.Embed(ctx, []string{b.texts.asked(i)}, embedding.Query)
			if err == nil {
				vector = got[0]
			}
			return err
		}, nil, ""},
		{"search all messages, 20 hits", func(i int) error {
			found, err := b.chat.Search(ctx, b.texts.asked(10_000+i), chat.Filter{}, 20)
			if err == nil && (len(found.Hits) == 0 || !found.Dense) {
				err = fmt.Errorf("%d hits, by meaning: %v", len(found.Hits), found.Dense)
			}
			return err
		}, func(i int) error {
			got, err := b.model.Embed(ctx, []string{b.texts.asked(20_000 + i)}, embedding.Query)
			if err != nil {
				return err
			}
			vector = got[0]
			return raw.nearest(ctx, vector, 20)
		}, "embed, nearest 20"},
		{"recall for a prompt", func(i int) error {
			_, err := b.chat.Recall(ctx, b.texts.asked(30_000+i), any(), 5)
			return err
		}, func(int) error { return raw.nearest(ctx, vector, 5) }, "nearest 5, without embedding"},
	}
}
