package assistant

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// saveTimeout bounds the last save of an answer whose context has ended.
const saveTimeout = 10 * time.Second

// Begin keeps the prompt, in a new conversation where the request names none, and returns the request with its ids, so
// that the caller can say where the answer will come before it is made. Answer does the same where it was not done.
func (s *Service) Begin(ctx context.Context, req Request) (Request, error) {
	req, _, err := s.begin(ctx, req)
	return req, err
}

func (s *Service) begin(ctx context.Context, req Request) (Request, int64, error) {
	if strings.TrimSpace(strings.ReplaceAll(req.Text, "\x00", "")) == "" {
		return req, 0, fmt.Errorf("ask: %w", ErrEmptyPrompt)
	}
	if req.ConversationID == "" {
		id, err := s.deps.Keeper.CreateConversation(ctx)
		if err != nil {
			return req, 0, fmt.Errorf("ask: %w", err)
		}
		req.ConversationID = id
	}
	stored, err := s.deps.Keeper.AppendPrompt(ctx, req.ConversationID, req.PromptID, req.Text)
	if err != nil {
		return req, 0, fmt.Errorf("ask: %w", err)
	}
	req.PromptID = stored.MessageID
	return req, stored.Seq, nil
}

// Answer keeps the prompt, then answers it, then keeps the answer. The prompt is on disk before anything else is done.
// While a model writes, its text is kept from time to time, marked partial; it stays so when the program is killed. With
// an error (the context's, a *ModelError, or one of keeping) Answer holds, and the conversation keeps, what there was.
func (s *Service) Answer(ctx context.Context, req Request, sink Sink) (Answer, error) {
	req, seq, err := s.begin(ctx, req)
	if err != nil {
		return Answer{ConversationID: req.ConversationID, PromptID: req.PromptID}, err
	}
	run := &run{Service: s, sink: sink, seq: seq, req: req, out: Answer{ConversationID: req.ConversationID, PromptID: req.PromptID}}
	sink.State(StateRetrieving)
	found, err := s.retrieve(ctx, req)
	if err != nil {
		return run.out, fmt.Errorf("ask: %w", err)
	}
	run.out.Sources = found.sources()
	sink.Sources(run.out.Sources)
	provider := s.provider.Load()
	if provider == nil {
		return run.compose(ctx, found)
	}
	err = run.ask(ctx, *provider, found)
	if err == nil || run.out.Text != "" || ctx.Err() != nil || s.opt.NoFallback {
		return run.out, err
	}
	run.out.Notice = err
	return run.compose(ctx, found)
}

// run is one answer being made.
type run struct {
	*Service
	sink Sink
	req  Request
	seq  int64 // of the prompt

	mu   sync.Mutex // over text and what is kept of it
	text strings.Builder
	kept int // length of the text that is on disk
	out  Answer
}

// ask lets the model answer and keeps what it says.
func (r *run) ask(ctx context.Context, p Provider, found retrieved) error {
	turns, err := r.deps.History.Before(ctx, r.req.ConversationID, r.seq, r.opt.Turns)
	if err != nil {
		return fmt.Errorf("ask: read the conversation: %w", err)
	}
	messages := buildPrompt(r.req.Text, turns, found, p.Window(), r.opt.Now())
	r.out.Mode, r.out.Model = ModeModel, p.Label()
	r.sink.State(StateWaiting)

	saver := r.startSaver(ctx)
	done, askErr := p.Stream(ctx, messages, r.delta)
	saver.stop()

	r.out.Text = done.Text
	if r.out.Text == "" {
		r.out.Text = r.text.String()
	}
	if done.Model != "" {
		r.out.Model = done.Model
	}
	r.out.PromptTokens, r.out.AnswerTokens = done.PromptTokens, done.AnswerTokens
	r.out.Partial = askErr != nil || done.Truncated
	if r.out.Text == "" {
		if askErr == nil {
			askErr = modelError(CodeEmpty, true, "Ask again, or choose another model.", nil, "%s gave an empty answer", p.Label())
		}
		return askErr
	}
	r.out.Sources = named(r.out.Text, r.out.Sources, r.req.AttachARNs)
	r.sink.Sources(r.out.Sources)
	return errors.Join(askErr, r.finish(ctx))
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
func (r *run) compose(ctx context.Context, found retrieved) (Answer, error) {
	r.out.Mode, r.out.Model, r.out.Partial = ModeRetrieval, ModeRetrieval, false
	r.out.Text = compose(found, r.out.Notice, r.opt.Now())
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
	return r.save(ctx, r.out.Text, r.out.Partial)
}

// save adds or replaces the answer. The caller holds mu.
func (r *run) save(ctx context.Context, text string, partial bool) error {
	stored, err := r.deps.Keeper.SaveAnswer(ctx, AnswerRecord{
		ConversationID: r.out.ConversationID, PromptID: r.out.PromptID, MessageID: r.out.MessageID,
		Text: text, Partial: partial, Sources: r.out.Sources, Model: r.out.Model,
		PromptTokens: r.out.PromptTokens, AnswerTokens: r.out.AnswerTokens,
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
	if r.text.Len() == r.kept {
		return false, nil
	}
	if err := r.save(ctx, r.text.String(), true); err != nil {
		return false, err
	}
	r.kept = r.text.Len()
	return true, nil
}
