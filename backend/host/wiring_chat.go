package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloudops/backend/assistant"
	"cloudops/backend/chat"
)

// The chats in the words of the assistant: features do not know each other.
type (
	chatKeeper    struct{ chat *chat.Service }
	chatHistory   struct{ chat *chat.Service }
	chatRecall    struct{ chat *chat.Service }
	chatSearch    struct{ chat *chat.Service }
	chatSummaries struct{ chat *chat.Service }
)

// CreateConversation implements assistant.Keeper.
func (k chatKeeper) CreateConversation(ctx context.Context, folderID string) (string, error) {
	c, err := k.chat.Create(ctx, "")
	if err != nil || folderID == "" {
		return c.ID, err
	}
	_, err = k.chat.MoveAll(ctx, []string{c.ID}, folderID)
	return c.ID, err
}

// AppendPrompt implements assistant.Keeper.
func (k chatKeeper) AppendPrompt(ctx context.Context, p assistant.NewPrompt) (assistant.Stored, error) {
	var opts []chat.Option
	if p.ID != "" {
		opts = append(opts, chat.WithID(p.ID))
	}
	if p.EditOf != "" {
		edited, err := k.chat.Message(ctx, p.EditOf)
		if err != nil {
			return assistant.Stored{}, err
		}
		if edited.ConversationID != p.ConversationID || edited.Role != chat.RoleUser {
			return assistant.Stored{}, fmt.Errorf("edit a prompt: %w: message %s is not a prompt of this conversation", chat.ErrInvalid, p.EditOf)
		}
		opts = append(opts, chat.WithParent(edited.ParentID))
	}
	if len(p.AttachARNs) > 0 {
		attached := make([]chat.Source, len(p.AttachARNs))
		for i, arn := range p.AttachARNs {
			attached[i] = chat.Source{Kind: assistant.SourceResource, ARN: arn}
		}
		opts = append(opts, chat.WithSources(attached))
	}
	a, err := k.chat.Append(ctx, p.ConversationID, chat.RoleUser, p.Text, opts...)
	return assistant.Stored{MessageID: a.MessageID, Seq: a.Seq}, err
}

// Prompt implements assistant.Keeper.
func (k chatKeeper) Prompt(ctx context.Context, conversationID, promptID string) (assistant.NewPrompt, error) {
	m, err := k.chat.Message(ctx, promptID)
	if err != nil {
		return assistant.NewPrompt{}, err
	}
	if m.ConversationID != conversationID || m.Role != chat.RoleUser {
		return assistant.NewPrompt{}, fmt.Errorf("read a prompt: %w: message %s is not a prompt of this conversation", chat.ErrInvalid, promptID)
	}
	p := assistant.NewPrompt{ConversationID: conversationID, ID: promptID, Text: m.Text}
	for _, s := range m.Sources {
		if s.ARN != "" {
			p.AttachARNs = append(p.AttachARNs, s.ARN)
		}
	}
	return p, nil
}

// SaveAnswer implements assistant.Keeper.
func (k chatKeeper) SaveAnswer(ctx context.Context, a assistant.AnswerRecord) (assistant.Stored, error) {
	md := chat.Metadata{
		Model: a.Model, PromptTokens: a.PromptTokens, AnswerTokens: a.AnswerTokens,
		ContextTokens: int64(a.ContextTokens), WindowTokens: int64(a.WindowTokens), CostMicroUSD: a.CostMicroUSD,
	}
	detail := chatDetail(a)
	if a.MessageID != "" {
		err := k.chat.Revise(ctx, a.MessageID, chat.Revision{Text: a.Text, Partial: a.Partial, Sources: chatSources(a.Sources), Detail: detail, Metadata: md})
		return assistant.Stored{MessageID: a.MessageID}, err
	}
	opts := []chat.Option{chat.WithParent(a.PromptID), chat.WithPair(a.PromptID), chat.WithSources(chatSources(a.Sources)), chat.WithDetail(detail), chat.WithMetadata(md)}
	if a.Partial {
		opts = append(opts, chat.AsPartial())
	}
	done, err := k.chat.Append(ctx, a.ConversationID, chat.RoleAssistant, a.Text, opts...)
	return assistant.Stored{MessageID: done.MessageID, Seq: done.Seq}, err
}

func chatDetail(a assistant.AnswerRecord) chat.Detail {
	d := chat.Detail{Reasoning: a.Reasoning, Notes: a.Notes}
	for _, c := range a.ToolCalls {
		d.ToolCalls = append(d.ToolCalls, chat.ToolCall{
			ID: c.ID, Name: c.Name, Label: c.Label, Input: c.Input, Output: c.Output, State: c.State, TookMS: c.Took.Milliseconds(), Resources: chatSources(c.Resources),
		})
	}
	for _, e := range a.Egress {
		d.Egress = append(d.Egress, chat.Egress(e))
	}
	if a.Failure != nil {
		d.Failure = &chat.Failure{Code: string(a.Failure.Code), Message: a.Failure.Error(), Hint: a.Failure.Hint}
	}
	return d
}

func chatSources(in []assistant.Source) []chat.Source {
	out := make([]chat.Source, len(in))
	for i, s := range in {
		out[i] = chat.Source(s)
	}
	return out
}

// Before implements assistant.HistoryReader.
func (h chatHistory) Before(ctx context.Context, _, messageID string, limit int) ([]assistant.Turn, error) {
	page, err := h.chat.HistoryBefore(ctx, messageID, limit)
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
func (r chatRecall) Recall(ctx context.Context, q assistant.RecallQuery) ([]assistant.Pair, error) {
	recall := r.chat.Recall
	if q.Mode == assistant.RecallPlain {
		recall = r.chat.RecallPlain
	}
	found, err := recall(ctx, q.Prompt, q.ExcludeConversation, q.Limit)
	pairs := make([]assistant.Pair, len(found))
	for i, p := range found {
		pairs[i] = assistantPair(p)
	}
	return pairs, err
}

func assistantPair(p chat.Pair) assistant.Pair {
	return assistant.Pair{
		ConversationID: p.ConversationID, Title: p.Title, PromptID: p.PromptID, AnswerID: p.AnswerID,
		Prompt: p.Prompt, Answer: p.Answer, Model: p.Model, At: p.At,
	}
}

// Pairs implements assistant.Recaller. Answers that were deleted meanwhile are left out.
func (r chatRecall) Pairs(ctx context.Context, answerIDs []string) ([]assistant.Pair, error) {
	var out []assistant.Pair
	for _, id := range answerIDs {
		pair, err := r.pair(ctx, id)
		if errors.Is(err, chat.ErrNotFound) {
			continue
		}
		if err != nil {
			return out, err
		}
		out = append(out, pair)
	}
	return out, nil
}

func (r chatRecall) pair(ctx context.Context, answerID string) (assistant.Pair, error) {
	answer, err := r.chat.Message(ctx, answerID)
	if err != nil {
		return assistant.Pair{}, err
	}
	prompt, err := r.chat.Message(ctx, answer.PairID)
	if err != nil {
		return assistant.Pair{}, err
	}
	c, err := r.chat.Get(ctx, answer.ConversationID)
	if err != nil {
		return assistant.Pair{}, err
	}
	return assistant.Pair{
		ConversationID: c.ID, Title: c.Title, PromptID: prompt.ID, AnswerID: answer.ID,
		Prompt: prompt.Text, Answer: answer.Text, Model: answer.Model, At: answer.Timestamp,
	}, nil
}

// SearchHistory implements assistant.HistorySearcher.
func (s chatSearch) SearchHistory(ctx context.Context, query string, limit int) ([]assistant.HistoryHit, error) {
	found, err := s.chat.Search(ctx, query, chat.Filter{}, limit)
	hits := make([]assistant.HistoryHit, len(found.Hits))
	for i, h := range found.Hits {
		hits[i] = assistant.HistoryHit{ConversationID: h.ConversationID, MessageID: h.MessageID, Title: h.Title, Role: h.Role, Snippet: h.Snippet, At: h.Timestamp}
	}
	return hits, err
}

// Summary implements assistant.Summaries.
func (s chatSummaries) Summary(ctx context.Context, conversationID string) (assistant.Summary, error) {
	sum, err := s.chat.Summary(ctx, conversationID)
	return assistant.Summary(sum), err
}

// SaveSummary implements assistant.Summaries.
func (s chatSummaries) SaveSummary(ctx context.Context, conversationID string, sum assistant.Summary) error {
	return s.chat.SaveSummary(ctx, conversationID, chat.Summary(sum))
}

// titleBound is how long a title may take; it is in nobody's way.
const titleBound = 30 * time.Second

// title lets the model word the title of a conversation after its first answer, where the title is still the beginning of
// the prompt. That there is none is no fault: the title stays.
func (h *Host) title(ctx context.Context, conversationID, prompt, answer string) {
	ctx, cancel := context.WithTimeout(ctx, titleBound)
	defer cancel()
	c, err := h.Chat.Get(ctx, conversationID)
	if err != nil || c.MessageCount > 2 || c.Title != h.Chat.TitleOf(prompt) {
		return
	}
	title, err := h.Assistant.Title(ctx, "Question: "+prompt+"\n\nAnswer: "+answer)
	if err != nil || title == "" {
		return
	}
	// Renamed by hand meanwhile, it is left alone.
	if again, err := h.Chat.Get(ctx, conversationID); err != nil || again.Title != c.Title {
		return
	}
	if err := h.Chat.Rename(ctx, conversationID, title); err != nil {
		h.log.Warn("title a conversation", "error", err)
		return
	}
	if h.o.OnConversation != nil {
		h.o.OnConversation(conversationID)
	}
}
