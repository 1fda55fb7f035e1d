package model

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Watch ends a request in which nothing moves any more.
type Watch struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	ctx    context.Context
	mu     sync.Mutex
	what   string
}

var errSilent = errors.New("the model is silent")

// StartWatch allows so much time until the first sign of life. Stop must be called.
func StartWatch(parent context.Context, first time.Duration) (context.Context, *Watch) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &Watch{cancel: cancel, ctx: ctx, what: "did not begin to answer within " + first.String()}
	w.timer = time.AfterFunc(first, func() { cancel(errSilent) })
	return ctx, w
}

// Alive allows so much time until the next sign of life.
func (w *Watch) Alive(next time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.what = "stopped sending for " + next.String()
	w.timer.Reset(next)
}

// Expired is the error where the time ran out, nil otherwise.
func (w *Watch) Expired() error {
	if !errors.Is(context.Cause(w.ctx), errSilent) {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return Errorf(CodeTimeout, true, "The model may still be loading, or be too large for this machine: try again, or choose a smaller one.",
		errSilent, "the model %s", w.what)
}

// Stop ends the watch and what is left of the request.
func (w *Watch) Stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}
