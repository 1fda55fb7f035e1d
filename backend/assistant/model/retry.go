package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Retry bounds how often a request is made again. The zero value is usable.
type Retry struct {
	// Most is how many times more; 2 when 0, none when negative.
	Most int
	// Delay is the first wait where the server names none, doubled each time; 1 s when 0.
	Delay time.Duration
	// MaxWait is the longest wait that a server may ask for; 20 s when 0.
	MaxWait time.Duration
}

func (r Retry) defaults() Retry {
	if r.Most == 0 {
		r.Most = 2
	}
	if r.Delay == 0 {
		r.Delay = time.Second
	}
	if r.MaxWait == 0 {
		r.MaxWait = 20 * time.Second
	}
	return r
}

// Try makes a request until it succeeds, fails for good, or has been made often enough. It is made again only where
// the server was too busy or had an error of its own, and nothing of an answer had come.
func Try(ctx context.Context, r Retry, on func(Event), once func() (Completion, error)) (Completion, error) {
	r = r.defaults()
	wait := r.Delay
	for attempt := 0; ; attempt++ {
		done, err := once()
		var m *Error
		if err == nil || begun(done) || ctx.Err() != nil || attempt >= r.Most || !errors.As(err, &m) {
			return done, err
		}
		if m.Code != CodeRateLimited && m.Code != CodeServer {
			return done, err
		}
		pause := wait + time.Duration(rand.Int64N(int64(wait)/4+1))
		if m.RetryAfter > 0 {
			pause = m.RetryAfter
		}
		if pause > r.MaxWait {
			return done, err
		}
		on(Event{Kind: EventWaiting, Wait: pause, Text: m.Message})
		select {
		case <-ctx.Done():
			return done, context.Cause(ctx)
		case <-time.After(pause):
		}
		on(Event{Kind: EventWaiting})
		wait *= 2
	}
}

func begun(c Completion) bool { return c.Text != "" || c.Reasoning != "" || len(c.Calls) > 0 }

// RetryAfter reads the header in both its forms, seconds and a date.
func RetryAfter(r *http.Response) time.Duration {
	if r == nil {
		return 0
	}
	value := r.Header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 && seconds < 86400 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// BusyHint says what to do about a server that takes no more requests, with the wait that it asked for.
func BusyHint(after time.Duration) string {
	const hint = "Wait a little, or raise the limit of your account with the provider."
	if after <= 0 {
		return hint
	}
	return fmt.Sprintf("It asks to wait %s. %s", after.Round(time.Second), hint)
}
