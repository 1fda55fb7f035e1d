package assistant

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"cloudops/backend/assistant/model"
)

// saveTimeout bounds the last save of an answer whose context has ended.
const saveTimeout = 10 * time.Second

// Answer keeps the prompt, then answers it, then keeps the answer. The prompt is on disk before anything else is done.
// While a model writes, its text is kept from time to time, marked partial; it stays so when the program is killed. With
// an error (the context's, a *ModelError, or one of keeping) Answer holds, and the conversation keeps, what there was.
func (s *Service) Answer(ctx context.Context, req Request, sink Sink) (Answer, error) {
	req, err := s.Begin(ctx, req)
	if err != nil {
		return Answer{ConversationID: req.ConversationID, PromptID: req.PromptID}, err
	}
	r := &run{Service: s, sink: sink, req: req, out: Answer{ConversationID: req.ConversationID, PromptID: req.PromptID}, began: time.Now()}
	provider := s.provider.Load()
	sink.State(StateRetrieving)
	found, err := s.retrieve(ctx, req, provider != nil)
	if err != nil {
		return r.out, fmt.Errorf("ask: %w", err)
	}
	r.found = found
	r.setSources(found.sources())
	if provider == nil {
		return r.compose(ctx)
	}
	err = r.ask(ctx, provider)
	if err == nil || r.out.Text != "" || ctx.Err() != nil || s.opt.NoFallback || CodeOf(err) == model.CodeTooLong {
		return r.out, err
	}
	r.out.Notice = err
	return r.compose(ctx)
}

// run is one answer being made.
type run struct {
	*Service
	sink  Sink
	req   Request
	began time.Time
	found retrieved
	notes notes
	// usedEstate: a tool looked in the inventory.
	usedEstate bool
	failure    *ModelError
	out        Answer // but for what mu guards, only the goroutine of Answer touches it

	mu      sync.Mutex // over text and what is kept of it
	text    strings.Builder
	thought strings.Builder
	kept    int // length of the text and thoughts that are on disk
}

func (r *run) setSources(sources []Source) {
	r.mu.Lock()
	r.out.Sources = sources
	r.mu.Unlock()
	r.sink.Sources(sources)
}

// ask lets the model answer and keeps what it says.
func (r *run) ask(ctx context.Context, p *connected) error {
	r.mu.Lock()
	r.out.Mode, r.out.Model, r.out.WindowTokens = ModeModel, p.Label(), p.Window()
	r.mu.Unlock()
	saver := r.startSaver(ctx)
	done, askErr := r.loop(ctx, p)
	saver.stop()

	r.out.Text, r.out.Reasoning = r.text.String(), r.thought.String()
	if done.Model != "" {
		r.out.Model = done.Model
	}
	r.out.CostMicroUSD = p.price.MicroUSD(r.out.PromptTokens, r.out.AnswerTokens)
	r.out.Partial = askErr != nil || done.Truncated()
	if !errors.As(askErr, &r.failure) {
		r.failure = nil
	}
	r.noteInventory()
	r.out.Notes = r.notes.all()
	if strings.TrimSpace(r.out.Text) == "" {
		r.out.Text = ""
		if askErr == nil {
			askErr = model.Errorf(CodeEmpty, true, "Ask again, or choose another model.", nil, "%s gave an empty answer", p.Label())
		}
		return askErr
	}
	r.setSources(named(r.out.Text, r.out.Sources, r.req.AttachARNs))
	return errors.Join(askErr, r.finish(ctx))
}

// event takes what the provider tells.
func (r *run) event(e model.Event, what func() []string) {
	switch e.Kind {
	case model.EventText:
		r.delta(e.Text)
	case model.EventReasoning:
		r.mu.Lock()
		r.thought.WriteString(e.Text)
		r.mu.Unlock()
		r.sink.Reasoning(e.Text)
	case model.EventWaiting:
		r.sink.Waiting(e.Wait, e.Text)
	case model.EventSent:
		out := Egress{Host: e.Host, At: r.opt.Now(), What: what(), Bytes: e.Bytes}
		r.mu.Lock()
		r.out.Egress = append(r.out.Egress, out)
		r.mu.Unlock()
		r.sink.Egress(out)
	}
}

func (r *run) delta(text string) {
	r.mu.Lock()
	first := r.text.Len() == 0
	r.text.WriteString(text)
	r.mu.Unlock()
	if first {
		r.sink.State(StateStreaming)
	}
	r.sink.Delta(text)
}

// compose answers from what was found.
func (r *run) compose(ctx context.Context) (Answer, error) {
	r.out.Mode, r.out.Model, r.out.Partial, r.failure = ModeRetrieval, ModeRetrieval, false, nil
	r.noteInventory()
	r.out.Notes = r.notes.all()
	r.out.Text = compose(r.found, r.out.Notice, r.opt.Now())
	r.sink.State(StateStreaming)
	r.sink.Delta(r.out.Text)
	return r.out, r.finish(ctx)
}

// finish keeps the answer as it ended, also where the caller has gone.
func (r *run) finish(ctx context.Context) error {
	r.sink.State(StateSaving)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.save(ctx, r.out.Text, r.out.Reasoning, r.out.Partial)
}

// save adds or replaces the answer. The caller holds mu.
func (r *run) save(ctx context.Context, text, reasoning string, partial bool) error {
	stored, err := r.deps.Keeper.SaveAnswer(ctx, AnswerRecord{
		ConversationID: r.out.ConversationID, PromptID: r.out.PromptID, MessageID: r.out.MessageID,
		Text: text, Reasoning: reasoning, Partial: partial, Sources: r.out.Sources, Model: r.out.Model, ToolCalls: r.out.ToolCalls,
		PromptTokens: r.out.PromptTokens, AnswerTokens: r.out.AnswerTokens, ContextTokens: r.out.ContextTokens,
		WindowTokens: r.out.WindowTokens, CostMicroUSD: r.out.CostMicroUSD, Notes: r.out.Notes, Egress: r.out.Egress, Failure: r.failure,
	})
	if err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	r.out.MessageID = stored.MessageID
	return nil
}

// saver keeps the text of an answer from time to time while it is written.
type saver struct {
	end  chan struct{}
	done sync.WaitGroup
}

func (r *run) startSaver(ctx context.Context) *saver {
	s := &saver{end: make(chan struct{})}
	ctx = context.WithoutCancel(ctx)
	s.done.Go(func() {
		timer := time.NewTimer(r.opt.FirstSave)
		defer timer.Stop()
		for {
			select {
			case <-s.end:
				return
			case <-timer.C:
			}
			saved, err := r.saveSoFar(ctx)
			if err != nil {
				// The last save tells the caller; until then the answer goes on.
				r.deps.Log.Warn("keep a partial answer", "error", err)
			}
			next := r.opt.SaveEvery
			if !saved {
				next = min(next, r.opt.FirstSave)
			}
			timer.Reset(next)
		}
	})
	return s
}

func (s *saver) stop() {
	close(s.end)
	s.done.Wait()
}

// saveSoFar keeps the text as it is, marked partial, where there is more of it than on disk.
func (r *run) saveSoFar(ctx context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.text.Len() == 0 || r.text.Len() == r.kept {
		return false, nil
	}
	if err := r.save(ctx, r.text.String(), r.thought.String(), true); err != nil {
		return false, err
	}
	r.kept = r.text.Len()
	return true, nil
}
