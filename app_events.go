package main

import (
	"context"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"cloudops/backend/host"
)

// The names of the events.
const (
	eventStatus       = "status"
	eventRun          = "run"
	eventConversation = "conversation" // carries the id of a conversation that changed in the background
)

// statusEvery is the shortest time between two status events: while much is indexed, the state changes all the time.
const statusEvery = 150 * time.Millisecond

// events is the only caller of runtime.EventsEmit. Before the window is attached, events are dropped: they are hints,
// and the window asks for the state when it comes up.
type events struct {
	mu      sync.Mutex
	ctx     context.Context
	waiting bool // a status event is due
}

func (e *events) attach(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ctx = ctx
}

func (e *events) context() context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx
}

// status sends the state that get returns, at most once every statusEvery.
func (e *events) status(get func() Status) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting || e.ctx == nil {
		return
	}
	e.waiting = true
	time.AfterFunc(statusEvery, func() {
		e.mu.Lock()
		e.waiting = false
		ctx := e.ctx
		e.mu.Unlock()
		runtime.EventsEmit(ctx, eventStatus, get())
	})
}

// run sends an event of a run.
func (e *events) run(event host.RunEvent) {
	ctx := e.context()
	if ctx == nil {
		return
	}
	out := RunEvent{RunID: event.RunID, Seq: event.Seq, Kind: event.Kind, Delta: event.Delta}
	if event.Run != nil {
		run := wireRun(*event.Run)
		out.Run = &run
	}
	runtime.EventsEmit(ctx, eventRun, out)
}

// conversation says that a conversation changed in the background.
func (e *events) conversation(id string) {
	if ctx := e.context(); ctx != nil {
		runtime.EventsEmit(ctx, eventConversation, id)
	}
}
