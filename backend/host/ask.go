package host

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"cloudops/backend/assistant"
)

// Asked says where the answer to a prompt will come.
type Asked struct {
	RunID, ConversationID, PromptID string
}

// Ask keeps the prompt and answers it in a run of kind "answer". When it returns, the prompt is on disk.
func (h *Host) Ask(ctx context.Context, req assistant.Request) (Asked, error) {
	keeper := chatKeeper{h.Chat}
	if req.ConversationID == "" {
		id, err := keeper.CreateConversation(ctx)
		if err != nil {
			return Asked{}, err
		}
		req.ConversationID = id
	}
	if req.PromptID == "" {
		req.PromptID = uuid.Must(uuid.NewV7()).String()
	}
	if _, err := keeper.AppendPrompt(ctx, req.ConversationID, req.PromptID, req.Text); err != nil {
		return Asked{}, err
	}
	runID := h.Runs.Start("answer", "Answering", func(ctx context.Context, run *RunHandle) error {
		run.Answer(func(a *AnswerState) { a.ConversationID, a.PromptID = req.ConversationID, req.PromptID })
		answer, err := h.Assistant.Answer(ctx, req, runSink{run})
		run.Answer(func(a *AnswerState) {
			a.MessageID, a.Mode, a.Sources = answer.MessageID, answer.Mode, runSources(answer.Sources)
			a.Text = answer.Text
		})
		if answer.Notice != nil {
			run.Find(Finding{Code: "model", Where: "chat model", Message: answer.Notice.Error(), Hint: "The answer was composed from your estate and history. Check the model in the settings."})
		}
		return err
	})
	return Asked{RunID: runID, ConversationID: req.ConversationID, PromptID: req.PromptID}, nil
}

// AskAndWait is Ask for a caller that has no window: it returns the answer, and tells sink on the way.
func (h *Host) AskAndWait(ctx context.Context, req assistant.Request, sink assistant.Sink) (assistant.Answer, error) {
	answer, err := h.Assistant.Answer(ctx, req, sink)
	if errors.Is(err, context.Canceled) && answer.MessageID != "" {
		return answer, nil
	}
	return answer, err
}

type runSink struct{ run *RunHandle }

// State implements assistant.Sink.
func (s runSink) State(state assistant.State) { s.run.Progress(0, 0, string(state)) }

// Sources implements assistant.Sink.
func (s runSink) Sources(sources []assistant.Source) {
	s.run.Answer(func(a *AnswerState) { a.Sources = runSources(sources) })
}

// Delta implements assistant.Sink.
func (s runSink) Delta(text string) { s.run.Delta(text) }

func runSources(in []assistant.Source) []AnswerSource {
	out := make([]AnswerSource, len(in))
	for i, s := range in {
		out[i] = AnswerSource(s)
	}
	return out
}
