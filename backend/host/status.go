package host

import (
	"context"
	"slices"
	"sync"
	"time"

	"cloudops/backend/embedding"
	"cloudops/backend/qdrant"
	"cloudops/backend/store"
)

// The steps of a start, in their order.
const (
	StepKeys    = "keys"
	StepLedger  = "ledger"
	StepModel   = "model"
	StepQdrant  = "qdrant"
	StepMending = "mending"
)

// Step is a part of the start.
type Step struct {
	Name        string
	State       string // waiting | running | done | failed
	Detail      string
	Done, Total int // records, in the mending step
	Err         error
}

// Notice is a condition that the user should know of while it lasts.
type Notice struct {
	About string // keys, settings, model, index, chat model
	Err   error
}

// tracker collects what Status reports. The zero value is ready.
type tracker struct {
	changed func()

	mu      sync.Mutex
	steps   []Step
	notices []Notice
}

func (t *tracker) step(name string, do func() error) error {
	t.set(Step{Name: name, State: "running"})
	err := do()
	if err != nil {
		t.set(Step{Name: name, State: "failed", Err: err})
		return err
	}
	t.set(Step{Name: name, State: "done"})
	return nil
}

func (t *tracker) set(s Step) {
	t.mu.Lock()
	i := slices.IndexFunc(t.steps, func(have Step) bool { return have.Name == s.Name })
	if i < 0 {
		t.steps = append(t.steps, s)
	} else {
		t.steps[i] = s
	}
	t.mu.Unlock()
	t.tell()
}

// notice sets what is to be said about a thing; a nil error takes it back.
func (t *tracker) notice(about string, err error) {
	t.mu.Lock()
	t.notices = slices.DeleteFunc(t.notices, func(n Notice) bool { return n.About == about })
	if err != nil {
		t.notices = append(t.notices, Notice{About: about, Err: err})
	}
	t.mu.Unlock()
	t.tell()
}

func (t *tracker) tell() {
	if t.changed != nil {
		t.changed()
	}
}

func (t *tracker) all() ([]Step, []Notice) {
	t.mu.Lock()
	defer t.mu.Unlock()
	steps := make([]Step, 0, 5)
	for _, name := range []string{StepKeys, StepLedger, StepModel, StepQdrant, StepMending} {
		i := slices.IndexFunc(t.steps, func(s Step) bool { return s.Name == name })
		if i < 0 {
			steps = append(steps, Step{Name: name, State: "waiting"})
		} else {
			steps = append(steps, t.steps[i])
		}
	}
	return steps, slices.Clone(t.notices)
}

// Status is the state of the whole app.
type Status struct {
	Steps       []Step
	Notices     []Notice
	FirstLaunch bool   // nothing in the estate, and no conversation
	Index       string // running | starting | down
	Embedder    string // id of the embedding model; empty: none
	Pending     int    // records not yet searchable in full
	ChatModel   string // empty: none is connected
	// ChatModelHost is where it is, ChatModelRemote whether that is not this machine.
	ChatModelHost   string
	ChatModelRemote bool
	Resources       int
	RecoverySaved   bool
	// RecoveryDeclined: the user said in so many words to go on without the recovery key.
	RecoveryDeclined bool
}

// Progress is how far the start has come, and what there is to be said about it. It can be asked for at any time.
func (h *Host) Progress() ([]Step, []Notice) { return h.status.all() }

// Status reports; before Open has returned only the steps and notices.
func (h *Host) Status(ctx context.Context) Status {
	var st Status
	st.Steps, st.Notices = h.status.all()
	s := h.Store
	if s == nil {
		return st
	}
	st.Index = "starting"
	switch {
	case s.Connected() && compared(s):
		st.Index = "running"
	case h.index.down():
		st.Index = "down"
	}
	if h.model != nil {
		st.Embedder = h.model.ID()
	}
	for _, m := range s.Mending() {
		st.Pending += m.Waiting + m.Embedding
	}
	st.ChatModel = h.Assistant.Model()
	st.ChatModelHost, st.ChatModelRemote = h.Assistant.Remote()
	if n, err := h.ledger.Count(ctx, string(store.Estate)); err == nil {
		st.Resources = int(n)
	}
	if n, err := h.ledger.Count(ctx, string(store.ChatSessions)); err == nil {
		st.FirstLaunch = n == 0 && st.Resources == 0
	}
	st.RecoverySaved, st.RecoveryDeclined = !h.Vault.Status().RecoverySavedAt.IsZero(), !h.Settings().RecoveryDeclinedAt.IsZero()
	return st
}

// mendingEvery is how often the progress of the mending pass and of embedding is looked at.
const mendingEvery = 400 * time.Millisecond

// followMending reports how far the index is behind the ledger, for as long as the app runs.
func (h *Host) followMending(ctx context.Context) {
	tick := time.NewTicker(mendingEvery)
	defer tick.Stop()
	last, most := -1, 0
	for {
		compared, pending := true, 0
		for _, m := range h.Store.Mending() {
			compared = compared && m.Compared
			pending += m.Waiting + m.Embedding
		}
		most = max(most, pending)
		if pending == 0 {
			most = 0
		}
		state := "done"
		if !compared {
			state = "running"
		}
		if pending != last || !compared {
			h.status.set(Step{Name: StepMending, State: state, Done: most - pending, Total: most})
			last = pending
		}
		if !compared {
			last = -1
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// WaitIndex waits until the index is running and has everything that the ledger has, dense vectors aside, reporting how
// many of the records that waited are done. It returns early with the reason when Qdrant is given up.
func (h *Host) WaitIndex(ctx context.Context, progress func(done, total int)) error {
	most := 0
	return h.waitFor(ctx, h.Store.WaitMended, func() {
		waiting := 0
		for _, m := range h.Store.Mending() {
			waiting += m.Waiting
		}
		most = max(most, waiting)
		progress(most-waiting, most)
	})
}

// downEvery is how often those who wait for the index look whether it was given up, and tell how far it is.
const downEvery = 200 * time.Millisecond

func (h *Host) waitFor(ctx context.Context, wait func(context.Context) error, look func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- wait(ctx) }()
	tick := time.NewTicker(downEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-h.index.failed:
			return h.index.reason(h)
		case <-tick.C:
			if h.index.down() {
				return h.index.reason(h)
			}
			look()
		}
	}
}

// down tells whether the index was given up. While it starts, a server that is down may yet begin anew.
func (x *index) down() bool {
	x.mu.Lock()
	server, started := x.server, x.unwatch != nil
	x.mu.Unlock()
	if started && server != nil && server.State() == qdrant.Down {
		return true
	}
	select {
	case <-x.failed:
		return true
	default:
		return false
	}
}

func (x *index) reason(h *Host) error {
	x.mu.Lock()
	server := x.server
	x.mu.Unlock()
	if server != nil && server.State() == qdrant.Down && server.Reason() != nil {
		return server.Reason()
	}
	steps, _ := h.status.all()
	for _, s := range steps {
		if s.Name == StepQdrant && s.Err != nil {
			return s.Err
		}
	}
	return store.ErrIndexDown
}

// WarmUp loads the embedding model, which is unloaded while it is idle, so that the next search need not.
func (h *Host) WarmUp(ctx context.Context) error {
	if h.model == nil {
		return nil
	}
	_, err := h.model.Embed(ctx, []string{"warm up"}, embedding.Query)
	return err
}

// WaitEmbedded waits until every record is searchable in full, reporting how many of those that waited are done.
func (h *Host) WaitEmbedded(ctx context.Context, progress func(done, total int)) error {
	if err := h.WaitIndex(ctx, func(int, int) {}); err != nil {
		return err
	}
	most := 0
	return h.waitFor(ctx, h.Store.WaitEmbedded, func() {
		pending := 0
		for _, m := range h.Store.Mending() {
			pending += m.Waiting + m.Embedding
		}
		most = max(most, pending)
		progress(most-pending, most)
	})
}

// compared says whether the index is known to have what the ledger has.
func compared(s *store.Store) bool {
	for _, m := range s.Mending() {
		if !m.Compared {
			return false
		}
	}
	return true
}
