package host

import (
	"context"
	"errors"

	"cloudops/backend/assistant"
	"cloudops/backend/chat"
)

// chatKeeper, chatHistory and chatRecall give the assistant what it asks for in the words of the chats: features do not
// know each other.
type (
	chatKeeper  struct{ chat *chat.Service }
	chatHistory struct{ chat *chat.Service }
	chatRecall  struct{ chat *chat.Service }
)

// CreateConversation implements assistant.Keeper.
func (k chatKeeper) CreateConversation(ctx context.Context) (string, error) {
	c, err := k.chat.Create(ctx, "")
	return c.ID, err
}

// AppendPrompt implements assistant.Keeper.
func (k chatKeeper) AppendPrompt(ctx context.Context, conversationID, promptID, text string) (assistant.Stored, error) {
	var opts []chat.Option
	if promptID != "" {
		opts = append(opts, chat.WithID(promptID))
	}
	a, err := k.chat.Append(ctx, conversationID, chat.RoleUser, text, opts...)
	if err != nil {
		return assistant.Stored{}, err
	}
	return assistant.Stored{MessageID: a.MessageID, Seq: a.Seq}, nil
}

// SaveAnswer implements assistant.Keeper.
func (k chatKeeper) SaveAnswer(ctx context.Context, a assistant.AnswerRecord) (assistant.Stored, error) {
	md := chat.Metadata{Model: a.Model, PromptTokens: a.PromptTokens, AnswerTokens: a.AnswerTokens}
	if a.MessageID != "" {
		err := k.chat.Revise(ctx, a.MessageID, chat.Revision{Text: a.Text, Partial: a.Partial, Sources: chatSources(a.Sources), Metadata: md})
		return assistant.Stored{MessageID: a.MessageID}, err
	}
	opts := []chat.Option{chat.WithPair(a.PromptID), chat.WithSources(chatSources(a.Sources)), chat.WithMetadata(md)}
	if a.Partial {
		opts = append(opts, chat.AsPartial())
	}
	done, err := k.chat.Append(ctx, a.ConversationID, chat.RoleAssistant, a.Text, opts...)
	return assistant.Stored{MessageID: done.MessageID, Seq: done.Seq}, err
}

func chatSources(in []assistant.Source) []chat.Source {
	out := make([]chat.Source, len(in))
	for i, s := range in {
		out[i] = chat.Source(s)
	}
	return out
}

// Before implements assistant.HistoryReader.
func (h chatHistory) Before(ctx context.Context, conversationID string, seq int64, limit int) ([]assistant.Turn, error) {
	page, err := h.chat.History(ctx, conversationID, seq, limit)
	if errors.Is(err, chat.ErrNotFound) {
		return nil, nil
	}
	turns := make([]assistant.Turn, len(page.Messages))
	for i, m := range page.Messages {
		turns[i] = assistant.Turn{ID: m.ID, Role: m.Role, Text: m.Text, Seq: m.Seq}
	}
	return turns, err
}

// Recall implements assistant.Recaller.
func (r chatRecall) Recall(ctx context.Context, prompt, excludeConversation string, limit int) ([]assistant.Pair, error) {
	found, err := r.chat.Recall(ctx, prompt, excludeConversation, limit)
	pairs := make([]assistant.Pair, len(found))
	for i, p := range found {
		pairs[i] = assistant.Pair{
			ConversationID: p.ConversationID, Title: p.Title, PromptID: p.PromptID, AnswerID: p.AnswerID,
			Prompt: p.Prompt, Answer: p.Answer, Model: p.Model, At: p.At,
		}
	}
	return pairs, err
}
