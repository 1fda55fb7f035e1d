package main

import (
	"context"

	"cloudops/backend/assistant"
	"cloudops/backend/chat"
	"cloudops/backend/config"
	"cloudops/backend/host"
)

// The mappings from what services return to what the window sees. No list is ever null.

func fillStatus(st *Status, h *host.Host, ready bool) {
	steps, notices := h.Progress()
	for _, s := range steps {
		detail := s.Detail
		if s.Err != nil {
			detail = appError(s.Err).Message
		}
		st.Steps = append(st.Steps, StartupStep{Name: s.Name, State: s.State, Detail: detail, Done: s.Done, Total: s.Total})
	}
	for _, n := range notices {
		st.Notices = append(st.Notices, appError(n.Err))
	}
	if !ready {
		return
	}
	full := h.Status(context.Background())
	st.FirstLaunch, st.Qdrant, st.Embedder, st.Pending = full.FirstLaunch, full.Index, full.Embedder, full.Pending
	st.Model, st.Resources, st.RecoveryKeySaved = full.ChatModel, full.Resources, full.RecoverySaved
}

func wireSettings(s config.Settings, dataDir string) Settings {
	return Settings{
		Profiles: list(s.AWS.Profiles), Regions: list(s.AWS.Regions), Services: list(s.AWS.Services), RoleARNs: list(s.AWS.RoleARNs), EndpointURL: s.AWS.EndpointURL,
		ModelBaseURL: s.Model.BaseURL, ModelName: s.Model.Name, ModelAPIKeySet: s.Model.SealedAPIKey != "",
		Theme: s.Theme, QdrantURL: s.Qdrant.URL, DataDir: dataDir,
	}
}

// applySettings takes what the window may change. The key only comes inwards: empty leaves the one that is kept, "-" removes it.
func applySettings(c *config.Settings, s Settings, seal func(string) (string, error)) error {
	c.AWS = config.AWSSettings{Profiles: s.Profiles, Regions: s.Regions, Services: s.Services, RoleARNs: s.RoleARNs, EndpointURL: s.EndpointURL}
	c.Model.BaseURL, c.Model.Name = s.ModelBaseURL, s.ModelName
	c.Theme, c.Qdrant.URL = s.Theme, s.QdrantURL
	var err error
	switch s.ModelAPIKey {
	case "":
	case "-":
		c.Model.SealedAPIKey = ""
	default:
		c.Model.SealedAPIKey, err = seal(s.ModelAPIKey)
	}
	return err
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func wireEndpoint(e assistant.Endpoint) ModelEndpoint {
	return ModelEndpoint{BaseURL: e.BaseURL, Models: list(e.Models), OK: e.OK, Detail: e.Detail}
}

func wireConversation(c chat.Conversation) Conversation {
	return Conversation{
		ID: c.ID, Title: c.Title, CreatedAt: stamp(c.CreatedAt), LastActivity: stamp(c.LastActivity),
		MessageCount: c.MessageCount, Status: c.Status, Pinned: c.Pinned,
	}
}

func wireMessage(m chat.Message) Message {
	out := Message{
		ID: m.ID, Role: m.Role, Text: m.Text, Timestamp: stamp(m.Timestamp), Seq: int(m.Seq), Model: m.Model, Partial: m.Partial, Sources: []Source{},
	}
	for _, s := range m.Sources {
		out.Sources = append(out.Sources, Source(s))
	}
	return out
}

func wireHit(h chat.Hit) ChatHit {
	return ChatHit{
		MessageID: h.MessageID, ConversationID: h.ConversationID, Title: h.Title, Role: h.Role,
		Timestamp: stamp(h.Timestamp), Snippet: h.Snippet, Score: h.Score, Seq: int(h.Seq),
	}
}

func wirePair(p chat.Pair) ChatHit {
	return ChatHit{
		MessageID: p.AnswerID, ConversationID: p.ConversationID, Title: p.Title, Role: chat.RoleAssistant,
		Timestamp: stamp(p.At), Snippet: cut(p.Prompt, 240), Score: p.Score,
	}
}

// cut shortens text to so many runes.
func cut(text string, runes int) string {
	n := 0
	for i := range text {
		if n == runes {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

func wireRun(r host.Run) Run {
	out := Run{
		RunID: r.ID, Kind: r.Kind, State: string(r.State), Label: r.Label, Done: r.Done, Total: r.Total, Detail: r.Detail,
		Findings: []RunFinding{}, StartedAt: stamp(r.Started), EndedAt: stamp(r.Ended),
	}
	if r.Err != nil {
		e := appError(r.Err)
		out.Error = &e
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, RunFinding(f))
	}
	if r.Answer != nil {
		out.Answer = &AnswerState{ConversationID: r.Answer.ConversationID, PromptID: r.Answer.PromptID, MessageID: r.Answer.MessageID, Text: r.Answer.Text, Mode: r.Answer.Mode, Sources: []Source{}}
		for _, s := range r.Answer.Sources {
			out.Answer.Sources = append(out.Answer.Sources, Source(s))
		}
	}
	return out
}
