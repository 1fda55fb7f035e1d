//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"cloudops/backend/chat"
	"cloudops/backend/estate"
	"cloudops/backend/host"
	"cloudops/backend/store"
	"cloudops/test/kill"
)

// The names of the worker's two jobs.
const (
	jobLoad  = "load"  // append, delete and update until it is killed
	jobCheck = "check" // say what is there
)

// work is the process that is killed: the services of the app, under a load that no command makes alone. What it is about to do, and
// what was acknowledged, it says on stdout.
func work(job, dataDir string) error {
	ctx := context.Background()
	h, err := host.New(host.Options{DataDir: dataDir, ForcePassphrase: true, Passphrase: func(context.Context, bool) ([]byte, error) {
		return []byte("correct horse battery staple"), nil
	}})
	if err != nil {
		return err
	}
	if err := h.Open(ctx); err != nil {
		return err
	}
	if job == jobCheck {
		return errors.Join(check(ctx, h), h.Close(ctx))
	}
	var start kill.LoadStart
	if err := json.NewDecoder(os.Stdin).Decode(&start); err != nil {
		return err
	}
	l := &load{h: h, out: json.NewEncoder(os.Stdout), living: start.Conversations, seed: start.Seed}
	var g sync.WaitGroup
	for i, do := range []func(context.Context, *rand.Rand) error{l.append, l.append, l.remove, l.update} {
		rng := rand.New(rand.NewPCG(start.Seed, uint64(i)))
		g.Go(func() {
			for {
				if err := do(ctx, rng); err != nil {
					l.say(kill.Act{Op: "error", Text: err.Error()})
				}
			}
		})
	}
	g.Wait()
	return nil
}

type load struct {
	h    *host.Host
	seed uint64

	mu     sync.Mutex
	out    *json.Encoder
	n      int
	living []string
}

func (l *load) say(a kill.Act) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.out.Encode(a) // whoever reads it is going to kill this process
}

// begin says what is going to be done; the act it returns is said again when it is acknowledged.
func (l *load) begin(a kill.Act) kill.Act {
	l.mu.Lock()
	l.n++
	a.N = l.n
	l.mu.Unlock()
	l.say(a)
	a.Done = true
	return a
}

func (l *load) pick(rng *rand.Rand, atLeast int) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.living) < atLeast {
		return "", false
	}
	return l.living[rng.IntN(len(l.living))], true
}

func (l *load) append(ctx context.Context, rng *rand.Rand) error {
	id, ok := l.pick(rng, 8)
	if !ok {
		c, err := l.h.Chat.Create(ctx, "Kills")
		if err != nil {
			return err
		}
		l.say(kill.Act{Op: kill.OpCreate, Key: c.ID, Done: true})
		l.mu.Lock()
		l.living = append(l.living, c.ID)
		l.mu.Unlock()
		id = c.ID
	}
	act := l.begin(kill.Act{Op: kill.OpAppend, Key: id, Text: fmt.Sprintf("a remark %x and what came of it", rng.Uint64())})
	a, err := l.h.Chat.Append(ctx, id, "user", act.Text)
	if errors.Is(err, chat.ErrNotFound) {
		return nil // it was deleted meanwhile
	}
	if err != nil {
		return err
	}
	act.ID = a.MessageID
	l.say(act)
	return nil
}

func (l *load) remove(ctx context.Context, rng *rand.Rand) error {
	time.Sleep(time.Duration(50+rng.IntN(150)) * time.Millisecond)
	id, ok := l.pick(rng, 4)
	if !ok {
		return nil
	}
	act := l.begin(kill.Act{Op: kill.OpDelete, Key: id})
	if err := l.h.Chat.Delete(ctx, id); err != nil {
		return err
	}
	l.say(act)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, have := range l.living {
		if have == id {
			l.living = append(l.living[:i], l.living[i+1:]...)
			break
		}
	}
	return nil
}

// resources is how many the estate has; each update writes a few anew.
const resources = 400

func (l *load) update(ctx context.Context, rng *rand.Rand) error {
	from, n := rng.IntN(resources), 1+rng.IntN(12)
	version := fmt.Sprintf("%x-%x", l.seed, rng.Uint64())
	var batch []estate.Resource
	act := kill.Act{Op: kill.OpUpdate, Text: version}
	for i := range n {
		arn := fmt.Sprintf("arn:aws:ec2:eu-central-1:111111111111:instance/i-%017x", (from+i)%resources)
		act.Keys = append(act.Keys, arn)
		batch = append(batch, estate.Resource{ARN: arn, Type: "AWS::EC2::Instance", Name: fmt.Sprintf("server-%d", from+i), Region: "eu-central-1", AccountID: "111111111111",
			Tags: map[string]string{"Environment": "production"}, Attributes: map[string]any{"Version": version, "Note": "a description of this server that changes " + version}})
	}
	act = l.begin(act)
	if _, err := l.h.Estate.Upsert(ctx, batch); err != nil {
		return err
	}
	l.say(act)
	time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
	return nil
}

// check waits until the index is mended and says what ledger and index hold.
func check(ctx context.Context, h *host.Host) error {
	if err := h.WaitIndex(ctx, func(int, int) {}); err != nil {
		return err
	}
	found := kill.Found{Conversations: map[string][]kill.FoundMessage{}, Versions: map[string]string{}}
	for _, m := range h.Store.Mending() {
		found.Mended += m.Differed
		found.Broken = append(found.Broken, m.Broken...)
	}
	compared, err := h.Store.Compare(ctx)
	if err != nil {
		return err
	}
	for _, c := range compared {
		found.Points += c.Points
		for what, ids := range map[string][]string{"missing": c.Missing, "too many": c.Extra, "outdated": c.Outdated} {
			for _, id := range ids {
				found.Differences = append(found.Differences, fmt.Sprintf("%s in %s: %s", what, c.Collection, id))
			}
		}
	}
	for cursor := ""; ; {
		page, err := h.Chat.List(ctx, chat.Query{Limit: 100, Cursor: cursor})
		if err != nil {
			return err
		}
		for _, c := range page.Conversations {
			if found.Conversations[c.ID], err = messages(ctx, h, c.ID); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	for i := range resources {
		d, err := h.Estate.Get(ctx, fmt.Sprintf("arn:aws:ec2:eu-central-1:111111111111:instance/i-%017x", i))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		version, _ := d.Attributes["Version"].(string)
		found.Versions[d.ARN] = version
	}
	return writeJSON(os.Stdout, found)
}

func messages(ctx context.Context, h *host.Host, id string) ([]kill.FoundMessage, error) {
	out := []kill.FoundMessage{}
	for before := int64(0); ; {
		page, err := h.Chat.History(ctx, id, before, chat.MaxPage)
		if err != nil {
			return nil, err
		}
		var list []kill.FoundMessage
		for _, m := range page.Messages {
			list = append(list, kill.FoundMessage{ID: m.ID, Seq: m.Seq, Text: m.Text})
		}
		out = append(list, out...)
		if !page.HasOlder || len(page.Messages) == 0 {
			return out, nil
		}
		before = page.Messages[0].Seq
	}
}

func writeJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }
