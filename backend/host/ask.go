package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloudops/backend/assistant"
	"cloudops/backend/chat"
)

// Asked says where the answer to a prompt will come.
type Asked struct {
	RunID, ConversationID, PromptID string
}

// Ask keeps the prompt and answers it in a run of kind "answer". When it returns, the prompt is on disk; with
// assistant.ErrSecretFound nothing is.
func (h *Host) Ask(ctx context.Context, req assistant.Request) (Asked, error) {
	req.RecallMode = h.recallMode(ctx, req.ConversationID)
	req, err := h.Assistant.Begin(ctx, req)
	if err != nil {
		return Asked{}, err
	}
	runID := h.Runs.Start("answer", "Answering", func(ctx context.Context, run *RunHandle) error {
		run.Answer("sources", func(a *AnswerState) { a.ConversationID, a.PromptID = req.ConversationID, req.PromptID })
		answer, err := h.Assistant.Answer(ctx, req, runSink{run})
		run.Answer("sources", func(a *AnswerState) { a.take(answer) })
		if answer.Notice != nil {
			run.Find(Finding{Code: "model", Where: "chat model", Message: answer.Notice.Error(), Hint: "The answer was composed from your estate and history. Check the model in the settings."})
		}
		if err == nil && answer.Mode == assistant.ModeModel && h.Settings().Model.Titles {
			h.inBackground(func(ctx context.Context) { h.title(ctx, req.ConversationID, req.Text, answer.Text) })
		}
		return err
	})
	return Asked{RunID: runID, ConversationID: req.ConversationID, PromptID: req.PromptID}, nil
}

// recallMode is the conversation's own way to recall, or that of the settings.
func (h *Host) recallMode(ctx context.Context, conversationID string) string {
	if conversationID != "" {
		if c, err := h.Chat.Get(ctx, conversationID); err == nil && c.Recall != "" {
			return c.Recall
		}
	}
	return h.Settings().Chat.Recall
}

// Recall returns the pairs that would be sent along with a prompt, in the way that the conversation or the settings say.
func (h *Host) Recall(ctx context.Context, prompt, conversationID string) ([]chat.Pair, error) {
	switch h.recallMode(ctx, conversationID) {
	case assistant.RecallOff:
		return nil, nil
	case assistant.RecallPlain:
		return h.Chat.RecallPlain(ctx, prompt, conversationID, 0)
	}
	return h.Chat.Recall(ctx, prompt, conversationID, 0)
}

// AskAndWait is Ask for a caller that has no window: it returns the answer, and tells sink on the way.
func (h *Host) AskAndWait(ctx context.Context, req assistant.Request, sink assistant.Sink) (assistant.Answer, error) {
	req.RecallMode = h.recallMode(ctx, req.ConversationID)
	answer, err := h.Assistant.Answer(ctx, req, sink)
	if errors.Is(err, context.Canceled) && answer.MessageID != "" {
		return answer, nil
	}
	return answer, err
}

// take is the state of an answer that has ended.
func (a *AnswerState) take(done assistant.Answer) {
	a.MessageID, a.Mode, a.Text, a.Reasoning, a.Waiting = done.MessageID, done.Mode, done.Text, done.Reasoning, ""
	a.Sources, a.ToolCalls, a.Notes, a.Egress = done.Sources, done.ToolCalls, done.Notes, done.Egress
	a.PromptTokens, a.AnswerTokens, a.CostMicroUSD = done.PromptTokens, done.AnswerTokens, done.CostMicroUSD
	a.ContextTokens, a.WindowTokens = done.ContextTokens, done.WindowTokens
}

// runSink passes what happens to an answer on to its run.
type runSink struct{ run *RunHandle }

// State implements assistant.Sink.
func (s runSink) State(state assistant.State) { s.run.Progress(0, 0, string(state)) }

// Sources implements assistant.Sink.
func (s runSink) Sources(sources []assistant.Source) {
	s.run.Answer("sources", func(a *AnswerState) { a.Sources = sources })
}

// Delta implements assistant.Sink.
func (s runSink) Delta(text string) { s.run.Delta(text) }

// Reasoning implements assistant.Sink.
func (s runSink) Reasoning(text string) { s.run.Reasoning(text) }

// Tool implements assistant.Sink.
func (s runSink) Tool(call assistant.ToolCall) {
	s.run.Answer("tool", func(a *AnswerState) {
		for i := range a.ToolCalls {
			if a.ToolCalls[i].ID == call.ID {
				a.ToolCalls[i] = call
				return
			}
		}
		a.ToolCalls = append(a.ToolCalls, call)
	})
}

// Waiting implements assistant.Sink.
func (s runSink) Waiting(d time.Duration, why string) {
	text := ""
	if d > 0 {
		text = fmt.Sprintf("%s; trying again in %d s", why, max(1, int(d.Round(time.Second).Seconds())))
	}
	s.run.Answer("progress", func(a *AnswerState) { a.Waiting = text })
}

// Egress implements assistant.Sink.
func (s runSink) Egress(e assistant.Egress) {
	s.run.Answer("progress", func(a *AnswerState) { a.Egress = append(a.Egress, e) })
}
