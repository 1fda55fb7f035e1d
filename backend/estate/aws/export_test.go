package aws

import (
	"context"
	"time"
)

// SetMaxBackoff shortens the waits between attempts.
func SetMaxBackoff(d time.Duration) { maxBackoff = d }

// CallsAtOnce is the most that a cell makes.
const CallsAtOnce = widest

// Types are the types of all collectors, by service.
func Types() map[string][]string {
	types := map[string][]string{}
	for _, c := range collectors() {
		types[c.Service()] = c.Types()
	}
	return types
}

// NewWindow is one of a cell.
func NewWindow() *window { return newWindow() }

// Enter waits for room.
func (w *window) Enter(ctx context.Context) error { return w.enter(ctx) }

// Leave makes room.
func (w *window) Leave(began time.Time, throttled, ok bool) { w.leave(began, throttled, ok) }

// Widen is told of a call that went well.
func (w *window) Widen() { w.widen() }

// Limit is how many calls may be on their way.
func (w *window) Limit() float64 { return w.limit }

// Pause is what comes after each.
func (w *window) Pause() time.Duration { return w.pause }

// GlobalServices are the services whose listing covers all regions.
func GlobalServices() map[string]bool {
	global := map[string]bool{}
	for _, c := range collectors() {
		if c.Global() {
			global[c.Service()] = true
		}
	}
	return global
}
