package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"cloudops/backend/chat"
	"cloudops/backend/embedding"
	"cloudops/bench/rig"
)

// fill writes all conversations and waits until everything is in the index, vectors too.
func (b *bench) fill(ctx context.Context) error {
	start := time.Now()
	b.sizes = shares(b.o.conversations, b.o.messages)
	bar := rig.Progress(b.o.messages, "writing")
	at := time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC)
	for i, size := range b.sizes {
		c, err := b.chat.CreateWith(ctx, chat.NewConversation{CreatedAt: at})
		if err != nil {
			return err
		}
		b.ids = append(b.ids, c.ID)
		msgs := make([]chat.NewMessage, size)
		for j := range msgs {
			role := chat.RoleUser
			if j%2 == 1 {
				role = chat.RoleAssistant
			}
			msgs[j] = chat.NewMessage{Role: role, Text: b.texts.turn(i, j), Timestamp: at.Add(time.Duration(j) * time.Minute)}
		}
		if _, err := b.chat.AppendBatch(ctx, c.ID, msgs); err != nil {
			return err
		}
		at = at.Add(90 * time.Minute)
		_ = bar.Add(size)
	}
	_ = bar.Finish()
	written := time.Since(start)
	if err := b.waitIndexed(ctx); err != nil {
		return err
	}
	fmt.Printf("%d messages in %d conversations: written in %.0f s (%.0f/s, while the index took part of the processor), indexed with vectors after %.0f s; %d texts were embedded\n\n",
		b.o.messages, b.o.conversations, written.Seconds(), float64(b.o.messages)/written.Seconds(), time.Since(start).Seconds(), b.model.made())
	return nil
}

func (b *bench) waitIndexed(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- b.Store.WaitEmbedded(ctx) }()
	most := max(1, b.chat.Pending())
	bar := rig.Progress(most, "indexing")
	for {
		select {
		case err := <-done:
			_ = bar.Finish()
			return err
		case <-time.After(time.Second):
			_ = bar.Set(max(0, most-b.chat.Pending()))
		}
	}
}

// shares gives the first conversation a fifth of the messages and each other one the same part of the rest.
func shares(conversations, messages int) []int {
	sizes := make([]int, conversations)
	sizes[0] = messages / 5
	rest := messages - sizes[0]
	for i := 1; i < conversations; i++ {
		sizes[i] = rest*i/(conversations-1) - rest*(i-1)/(conversations-1)
	}
	return sizes
}

// remembering makes each vector of a passage once.
type remembering struct {
	embedding.Model
	mu   sync.Mutex
	seen map[string][]float32
}

func remember(m embedding.Model) *remembering {
	return &remembering{Model: m, seen: make(map[string][]float32)}
}

// Embed implements embedding.Model.
func (r *remembering) Embed(ctx context.Context, in []string, kind embedding.Kind) ([][]float32, error) {
	if kind == embedding.Query {
		return r.Model.Embed(ctx, in, kind)
	}
	var missing []string
	r.mu.Lock()
	for _, text := range in {
		if _, ok := r.seen[text]; !ok {
			missing = append(missing, text)
		}
	}
	r.mu.Unlock()
	var made [][]float32
	if len(missing) > 0 {
		var err error
		if made, err = r.Model.Embed(ctx, missing, kind); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, text := range missing {
		r.seen[text] = made[i]
	}
	out := make([][]float32, len(in))
	for i, text := range in {
		out[i] = r.seen[text]
	}
	return out, nil
}

func (r *remembering) made() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}
