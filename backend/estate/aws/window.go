package aws

import (
	"context"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
)

const (
	firstWindow = 8  // calls of a cell at once, at first
	widest      = 16 // and at most
	firstPause  = 50 * time.Millisecond
)

// window bounds the calls of one cell that are on their way at once, and adapts to what the service bears: AWS counts calls by
// account, region and service. A throttled call halves it, a whole window of good ones widens it by one. Where one call at a time is too much, it
// pauses after each, twice as long after every further throttle and a little shorter after each success.
type window struct {
	mu      sync.Mutex
	limit   float64
	inUse   int
	waiting []chan struct{}
	pause   time.Duration
	cut     time.Time // when it was last narrowed: calls that began before say nothing new

	throttles int
	lowest    int
	longest   time.Duration
}

func newWindow() *window { return &window{limit: firstWindow, lowest: firstWindow} }

// enter waits for room.
func (w *window) enter(ctx context.Context) error {
	w.mu.Lock()
	if w.inUse < int(w.limit) && len(w.waiting) == 0 {
		w.inUse++
		w.mu.Unlock()
		return ctx.Err()
	}
	turn := make(chan struct{})
	w.waiting = append(w.waiting, turn)
	w.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, c := range w.waiting {
		if c == turn {
			w.waiting = append(w.waiting[:i], w.waiting[i+1:]...)
			return ctx.Err()
		}
	}
	w.inUse-- // the turn had come
	w.admit()
	return ctx.Err()
}

// leave makes room after a call, at once or after the pause.
func (w *window) leave(began time.Time, throttled, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case throttled:
		w.narrow(began)
	case ok:
		w.widen()
	}
	if w.pause == 0 {
		w.inUse--
		w.admit()
		return
	}
	time.AfterFunc(w.pause, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.inUse--
		w.admit()
	})
}

func (w *window) narrow(began time.Time) {
	w.throttles++
	if began.Before(w.cut) {
		return
	}
	w.cut = time.Now()
	if w.limit >= 2 {
		w.limit /= 2
		w.lowest = min(w.lowest, int(w.limit))
		return
	}
	w.limit = 1
	w.pause = min(max(firstPause, 2*w.pause), maxBackoff/4)
	w.longest = max(w.longest, w.pause)
}

func (w *window) widen() {
	if w.pause > 0 {
		if w.pause = w.pause * 9 / 10; w.pause < firstPause/2 {
			w.pause = 0
		}
		return
	}
	w.limit = min(w.limit+1/w.limit, widest)
}

// admit is called with the lock held.
func (w *window) admit() {
	for len(w.waiting) > 0 && w.inUse < int(w.limit) {
		close(w.waiting[0])
		w.waiting = w.waiting[1:]
		w.inUse++
	}
}

// bound makes every attempt of a call go through the window; between two attempts, while the SDK waits, others may go.
func (w *window) bound(stack *middleware.Stack) error {
	through := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error,
	) {
		if err := w.enter(ctx); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		began := time.Now()
		out, meta, err := next.HandleFinalize(ctx, in)
		w.leave(began, err != nil && codeOf(err, false) == CodeThrottled, err == nil)
		return out, meta, err
	}
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Window", through), "Retry", middleware.After)
}
