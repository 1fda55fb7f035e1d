package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/assistant"
)

// RunState is how far long work has come.
type RunState string

// The states of a run. All but Running are final.
const (
	Running   RunState = "running"
	Done      RunState = "done"
	Partial   RunState = "partial" // it is through, and not everything could be done: Findings say what
	Failed    RunState = "failed"
	Cancelled RunState = "cancelled"
)

// ErrPartial is returned by the work of a run whose findings say what is missing.
var ErrPartial = errors.New("not everything could be done")

// ErrNoRun: no run has that id (any more).
var ErrNoRun = errors.New("there is no such run")

// keptRuns is how many finished runs can still be asked for.
const keptRuns = 50

// deltaEvery is how often the text of an answer is sent on while it streams.
const deltaEvery = 30 * time.Millisecond

// Finding is something that a run could not do while the rest went on.
type Finding struct {
	Code, Where, Message, Hint string
}

// AnswerState is what an answering run has so far.
type AnswerState struct {
	ConversationID, PromptID, MessageID string
	Text, Reasoning                     string
	Sources                             []assistant.Source
	ToolCalls                           []assistant.ToolCall
	Notes                               []string
	Egress                              []assistant.Egress
	Mode                                string // model | retrieval
	Waiting                             string // why nothing happens just now, for people; empty: no reason
	PromptTokens, AnswerTokens          int64
	ContextTokens, WindowTokens         int
	CostMicroUSD                        int64
}

// Run is the state of long work.
type Run struct {
	ID, Kind, Label string
	State           RunState
	Done, Total     int // Total 0: unknown
	Detail          string
	Err             error
	Findings        []Finding
	Started, Ended  time.Time
	Answer          *AnswerState
}

// RunEvent says that a run changed. Exactly one event of a run is terminal.
type RunEvent struct {
	RunID string
	Seq   int    // rises by one within a run
	Kind  string // progress | delta | reasoning | tool | sources | done | partial | failed | cancelled
	Delta string // text to append, kinds delta and reasoning
	Run   *Run   // the state, for every other kind
}

// Runs keeps long work: each run has an id, can be asked for and be cancelled, and reports through Notify.
type Runs struct {
	mu     sync.Mutex
	all    []*RunHandle // oldest first
	notify func(RunEvent)
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// NewRuns makes an empty list; notify is called in order for each run, never twice at once for one, and must not block long.
func NewRuns(notify func(RunEvent)) *Runs {
	if notify == nil {
		notify = func(RunEvent) {}
	}
	r := &Runs{notify: notify}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// RunHandle is what the work of a run reports through. It is safe for concurrent use.
type RunHandle struct {
	runs   *Runs
	cancel context.CancelFunc
	ended  chan struct{}

	mu       sync.Mutex
	run      Run
	seq      int
	deltas   []delta // not sent yet
	timer    *time.Timer
	lastSent time.Time
	sending  sync.Mutex // held over notify, so that events arrive in the order of their numbers
}

// delta is text of one kind that is waiting to be sent on.
type delta struct{ kind, text string }

// Start begins work in the background and returns its id at once.
func (r *Runs) Start(kind, label string, work func(ctx context.Context, h *RunHandle) error) string {
	ctx, cancel := context.WithCancel(r.ctx)
	h := &RunHandle{runs: r, cancel: cancel, ended: make(chan struct{}), run: Run{
		ID: uuid.Must(uuid.NewV7()).String(), Kind: kind, Label: label, State: Running, Started: time.Now(),
	}}
	r.mu.Lock()
	r.all = append(r.all, h)
	r.prune()
	r.mu.Unlock()
	r.work.Go(func() {
		defer cancel()
		h.finish(guard(ctx, h, work), ctx.Err())
	})
	return h.run.ID
}

// guard turns a panic of the work into its error: a run must end with a terminal event.
func guard(ctx context.Context, h *RunHandle, work func(ctx context.Context, h *RunHandle) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s stopped unexpectedly: %v", h.run.Kind, p)
		}
	}()
	return work(ctx, h)
}

func (r *Runs) prune() {
	finished := 0
	for _, h := range r.all {
		if h.over() {
			finished++
		}
	}
	r.all = slices.DeleteFunc(r.all, func(h *RunHandle) bool {
		if finished > keptRuns && h.over() {
			finished--
			return true
		}
		return false
	})
}

func (h *RunHandle) over() bool {
	select {
	case <-h.ended:
		return true
	default:
		return false
	}
}

// Get returns the state of a run, or ErrNoRun.
func (r *Runs) Get(id string) (Run, error) {
	h, err := r.find(id)
	if err != nil {
		return Run{}, err
	}
	return h.snapshot(), nil
}

func (r *Runs) find(id string) (*RunHandle, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.all {
		if h.run.ID == id {
			return h, nil
		}
	}
	return nil, fmt.Errorf("run %s: %w", id, ErrNoRun)
}

// List returns the runs, newest first.
func (r *Runs) List() []Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Run, 0, len(r.all))
	for _, h := range slices.Backward(r.all) {
		out = append(out, h.snapshot())
	}
	return out
}

// Busy says whether a run of one of the kinds is going on; without kinds, any.
func (r *Runs) Busy(kinds ...string) bool {
	return slices.ContainsFunc(r.List(), func(run Run) bool {
		return run.State == Running && (len(kinds) == 0 || slices.Contains(kinds, run.Kind))
	})
}

// Cancel asks a run to stop; what it has done stays.
func (r *Runs) Cancel(id string) error {
	h, err := r.find(id)
	if err == nil {
		h.cancel()
	}
	return err
}

// Wait returns the final state of a run.
func (r *Runs) Wait(ctx context.Context, id string) (Run, error) {
	h, err := r.find(id)
	if err != nil {
		return Run{}, err
	}
	select {
	case <-h.ended:
		return h.snapshot(), nil
	case <-ctx.Done():
		return h.snapshot(), ctx.Err()
	}
}

// Stop cancels all runs and waits for them.
func (r *Runs) Stop() {
	r.cancel()
	r.work.Wait()
}

func (h *RunHandle) snapshot() Run {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.copyLocked()
}

func (h *RunHandle) copyLocked() Run {
	run := h.run
	run.Findings = slices.Clone(run.Findings)
	if run.Answer != nil {
		answer := *run.Answer
		answer.Sources, answer.ToolCalls = slices.Clone(answer.Sources), slices.Clone(answer.ToolCalls)
		answer.Notes, answer.Egress = slices.Clone(answer.Notes), slices.Clone(answer.Egress)
		run.Answer = &answer
	}
	return run
}

// Progress says how far the work is; total 0 where that is not known. Events are sent at most every deltaEvery.
func (h *RunHandle) Progress(done, total int, detail string) {
	h.mu.Lock()
	h.run.Done, h.run.Total, h.run.Detail = done, total, detail
	due := time.Since(h.lastSent) >= deltaEvery
	if due {
		h.lastSent = time.Now()
	}
	h.mu.Unlock()
	if due {
		h.send("progress")
	}
}

// Find adds a finding.
func (h *RunHandle) Find(f ...Finding) {
	h.mu.Lock()
	h.run.Findings = append(h.run.Findings, f...)
	h.mu.Unlock()
	h.send("progress")
}

// Answer changes the state of the answer, and says so by an event of a kind.
func (h *RunHandle) Answer(kind string, change func(*AnswerState)) {
	h.flush()
	h.mu.Lock()
	change(h.answerLocked())
	h.mu.Unlock()
	h.send(kind)
}

func (h *RunHandle) answerLocked() *AnswerState {
	if h.run.Answer == nil {
		h.run.Answer = &AnswerState{}
	}
	return h.run.Answer
}

// Delta appends text to the answer. It is sent on a moment later, together with what follows.
func (h *RunHandle) Delta(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answerLocked().Text += text
	h.appendLocked("delta", text)
}

// Reasoning appends text to what the model thinks before it answers, in the same way.
func (h *RunHandle) Reasoning(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answerLocked().Reasoning += text
	h.appendLocked("reasoning", text)
}

func (h *RunHandle) appendLocked(kind, text string) {
	if last := len(h.deltas) - 1; last >= 0 && h.deltas[last].kind == kind {
		h.deltas[last].text += text
	} else {
		h.deltas = append(h.deltas, delta{kind, text})
	}
	if h.timer == nil {
		h.timer = time.AfterFunc(deltaEvery, h.flush)
	}
}

func (h *RunHandle) flush() {
	h.sending.Lock()
	defer h.sending.Unlock()
	h.mu.Lock()
	waiting := h.deltas
	h.deltas = nil
	if h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
	if h.run.State != Running {
		waiting = nil
	}
	events := make([]RunEvent, len(waiting))
	for i, d := range waiting {
		h.seq++
		events[i] = RunEvent{RunID: h.run.ID, Seq: h.seq, Kind: d.kind, Delta: d.text}
	}
	h.mu.Unlock()
	for _, e := range events {
		h.runs.notify(e)
	}
}

func (h *RunHandle) send(kind string) {
	h.sending.Lock()
	defer h.sending.Unlock()
	h.mu.Lock()
	if h.run.State != Running {
		h.mu.Unlock()
		return
	}
	event := h.eventLocked(kind)
	h.mu.Unlock()
	h.runs.notify(event)
}

func (h *RunHandle) eventLocked(kind string) RunEvent {
	h.seq++
	run := h.copyLocked()
	return RunEvent{RunID: run.ID, Seq: h.seq, Kind: kind, Run: &run}
}

// finish records the outcome and sends the one terminal event.
func (h *RunHandle) finish(err, cancelled error) {
	h.flush()
	h.sending.Lock()
	defer h.sending.Unlock()
	h.mu.Lock()
	h.run.Ended = time.Now()
	switch {
	case err == nil && len(h.run.Findings) == 0:
		h.run.State = Done
	case err == nil || errors.Is(err, ErrPartial):
		h.run.State = Partial
	case cancelled != nil && errors.Is(err, context.Canceled):
		h.run.State = Cancelled
	default:
		h.run.State, h.run.Err = Failed, err
	}
	event := h.eventLocked(string(h.run.State))
	h.mu.Unlock()
	close(h.ended)
	h.runs.notify(event)
}
