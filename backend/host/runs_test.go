package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// recorder keeps the events of all runs.
type recorder struct {
	mu     sync.Mutex
	events []RunEvent
}

func (r *recorder) notify(e RunEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *recorder) of(id string) []RunEvent {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []RunEvent
	for _, e := range r.events {
		if e.RunID == id {
			out = append(out, e)
		}
	}
	return out
}

func wait(t *testing.T, runs *Runs, id string) Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	run, err := runs.Wait(ctx, id)
	require.NoError(t, err)
	return run
}

// requireOneEnd: the numbers rise by one, and one event, the last, is terminal.
func requireOneEnd(t *testing.T, events []RunEvent, kind string) {
	t.Helper()
	require.NotEmpty(t, events)
	for i, e := range events {
		require.Equal(t, i+1, e.Seq)
		last := i == len(events)-1
		require.Equal(t, last, e.Kind == "done" || e.Kind == "partial" || e.Kind == "failed" || e.Kind == "cancelled", "event %d is %s", i, e.Kind)
	}
	require.Equal(t, kind, events[len(events)-1].Kind)
}

func TestARunEndsOnceWithItsOutcome(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for name, c := range map[string]struct {
		work func(ctx context.Context, h *RunHandle) error
		want RunState
	}{
		"done":    {func(context.Context, *RunHandle) error { return nil }, Done},
		"partial": {func(_ context.Context, h *RunHandle) error { h.Find(Finding{Code: "denied"}); return nil }, Partial},
		"failed":  {func(context.Context, *RunHandle) error { return broken }, Failed},
		"panics":  {func(context.Context, *RunHandle) error { panic("no") }, Failed},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &recorder{}
			runs := NewRuns(rec.notify)
			id := runs.Start("test", "Testing", c.work)
			require.Equal(t, c.want, wait(t, runs, id).State)
			runs.Stop()
			requireOneEnd(t, rec.of(id), string(c.want))
		})
	}
}

func TestACancelledRunSaysSo(t *testing.T) {
	rec := &recorder{}
	runs := NewRuns(rec.notify)
	started := make(chan struct{})
	id := runs.Start("test", "Testing", func(ctx context.Context, _ *RunHandle) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	})
	<-started
	require.NoError(t, runs.Cancel(id))
	require.Equal(t, Cancelled, wait(t, runs, id).State)
	runs.Stop()
	requireOneEnd(t, rec.of(id), "cancelled")
	require.ErrorIs(t, runs.Cancel("nobody"), ErrNoRun)
}

func TestDeltasAddUpToTheAnswer(t *testing.T) {
	rec := &recorder{}
	runs := NewRuns(rec.notify)
	id := runs.Start("answer", "Answering", func(_ context.Context, h *RunHandle) error {
		for i := range 500 {
			h.Delta(fmt.Sprintf("%d ", i))
			if i%100 == 0 {
				h.Answer("sources", func(a *AnswerState) { a.Mode = "model" })
			}
		}
		return nil
	})
	want := wait(t, runs, id).Answer.Text
	runs.Stop()
	got, deltas := "", 0
	for _, e := range rec.of(id) {
		if e.Kind == "delta" {
			got += e.Delta
			deltas++
		}
	}
	require.Equal(t, want, got)
	require.Less(t, deltas, 250, "pieces are sent together")
	requireOneEnd(t, rec.of(id), "done")
}

func TestFinishedRunsAreForgottenInTheEnd(t *testing.T) {
	runs := NewRuns(nil)
	for range keptRuns + 20 {
		wait(t, runs, runs.Start("test", "Testing", func(context.Context, *RunHandle) error { return nil }))
	}
	require.LessOrEqual(t, len(runs.List()), keptRuns+1)
	runs.Stop()
}
