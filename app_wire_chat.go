package main

import (
	"cloudops/backend/assistant"
	"cloudops/backend/chat"
	"cloudops/backend/host"
)

// The mappings of the chats. No list is ever null.

const microPerUSD = 1_000_000

func wireConversation(c chat.Conversation, h *host.Host) Conversation {
	recall := c.Recall
	if recall == "" {
		recall = h.Settings().Chat.Recall
	}
	return Conversation{
		ID: c.ID, Title: c.Title, CreatedAt: stamp(c.CreatedAt), LastActivity: stamp(c.LastActivity),
		MessageCount: c.MessageCount, Status: c.Status, Pinned: c.Pinned, FolderID: c.FolderID, Tags: list(c.Tags), Recall: recall,
		PromptTokens: int(c.PromptTokens), AnswerTokens: int(c.AnswerTokens), CostUSD: float64(c.CostMicroUSD) / microPerUSD,
	}
}

func wireConversations(found []chat.Conversation, h *host.Host) []Conversation {
	out := make([]Conversation, len(found))
	for i, c := range found {
		out[i] = wireConversation(c, h)
	}
	return out
}

func wireFolder(f chat.Folder) Folder { return Folder{ID: f.ID, Name: f.Name, Count: int(f.Count)} }

func wireDeletion(d chat.Deletion) Deletion {
	out := Deletion{Count: d.Count, Missing: list(d.Missing), Remains: []Remainder{}}
	for _, r := range d.Remains {
		out.Remains = append(out.Remains, Remainder{Where: r.Where, Until: stamp(r.Until), Detail: r.Detail})
	}
	return out
}

func wireMessage(m chat.Message) Message {
	out := Message{
		ID: m.ID, Role: m.Role, Text: m.Text, Timestamp: stamp(m.Timestamp), Seq: int(m.Seq), ParentID: m.ParentID, Siblings: list(m.Siblings),
		Model: m.Model, Partial: m.Partial, Sources: []Source{}, ToolCalls: []ToolCall{}, Reasoning: m.Reasoning, Notes: list(m.Notes), Egress: []Egress{},
		PromptTokens: int(m.PromptTokens), AnswerTokens: int(m.AnswerTokens), ContextTokens: int(m.ContextTokens), WindowTokens: int(m.WindowTokens),
		CostUSD: float64(m.CostMicroUSD) / microPerUSD,
	}
	for _, s := range m.Sources {
		out.Sources = append(out.Sources, wireSource(assistant.Source(s)))
	}
	for _, c := range m.ToolCalls {
		call := ToolCall{ID: c.ID, Name: c.Name, Label: c.Label, Input: c.Input, Output: c.Output, State: c.State, TookMS: int(c.TookMS), Resources: []Source{}}
		for _, s := range c.Resources {
			call.Resources = append(call.Resources, wireSource(assistant.Source(s)))
		}
		out.ToolCalls = append(out.ToolCalls, call)
	}
	for _, e := range m.Egress {
		out.Egress = append(out.Egress, wireEgress(assistant.Egress(e)))
	}
	if f := m.Failure; f != nil {
		out.Error = &AppError{Code: f.Code, Message: f.Message, Hint: f.Hint, Retryable: f.Code != chat.CodeDamaged}
	}
	return out
}

func wireSource(s assistant.Source) Source {
	return Source{Kind: s.Kind, ARN: s.ARN, Title: s.Title, Subtitle: s.Subtitle, ConversationID: s.ConversationID, MessageID: s.MessageID}
}

func wireSources(in []assistant.Source) []Source {
	out := make([]Source, len(in))
	for i, s := range in {
		out[i] = wireSource(s)
	}
	return out
}

func wireEgress(e assistant.Egress) Egress {
	return Egress{Host: e.Host, At: stamp(e.At), What: list(e.What), Bytes: int(e.Bytes)}
}

func wireHit(h chat.Hit) ChatHit {
	return ChatHit{
		MessageID: h.MessageID, ConversationID: h.ConversationID, Title: h.Title, Role: h.Role,
		Timestamp: stamp(h.Timestamp), Snippet: h.Snippet, Score: h.Score, Seq: int(h.Seq),
	}
}

func wireGroup(g chat.Group) ChatGroup {
	out := ChatGroup{
		ConversationID: g.ConversationID, Title: g.Title, TitleMarked: g.TitleMarked, LastActivity: stamp(g.LastActivity),
		Status: g.Status, TitleHit: g.TitleHit, Hits: []ChatHit{},
	}
	for _, h := range g.Hits {
		out.Hits = append(out.Hits, wireHit(h))
	}
	return out
}

// recalledAnswer is how much of a recalled answer the window gets to show, in runes.
const recalledAnswer = 600

func wirePair(p chat.Pair) RecalledPair {
	return RecalledPair{
		PromptID: p.PromptID, AnswerID: p.AnswerID, ConversationID: p.ConversationID, Title: p.Title, Prompt: cut(p.Prompt, recalledAnswer),
		Answer: cut(p.Answer, recalledAnswer), Model: p.Model, Timestamp: stamp(p.At), Seq: int(p.Seq), Score: p.Score,
	}
}

func wireAnswer(a *host.AnswerState) *AnswerState {
	out := &AnswerState{
		ConversationID: a.ConversationID, PromptID: a.PromptID, MessageID: a.MessageID, Text: a.Text, Reasoning: a.Reasoning, Sources: wireSources(a.Sources),
		ToolCalls: []ToolCall{}, Notes: list(a.Notes), Egress: []Egress{}, Mode: a.Mode, Waiting: a.Waiting, PromptTokens: int(a.PromptTokens), AnswerTokens: int(a.AnswerTokens),
		ContextTokens: a.ContextTokens, WindowTokens: a.WindowTokens, CostUSD: float64(a.CostMicroUSD) / microPerUSD,
	}
	for _, c := range a.ToolCalls {
		out.ToolCalls = append(out.ToolCalls, ToolCall{
			ID: c.ID, Name: c.Name, Label: c.Label, Input: c.Input, Output: c.Output, State: c.State, TookMS: int(c.Took.Milliseconds()), Resources: wireSources(c.Resources),
		})
	}
	for _, e := range a.Egress {
		out.Egress = append(out.Egress, wireEgress(e))
	}
	return out
}
