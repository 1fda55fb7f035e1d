package scripted

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxBody is the most that a request may be, in bytes.
const maxBody = 32 << 20

// words cuts a text so that the pieces together are it.
func words(text string) []string { return strings.SplitAfter(text, " ") }

// wait lets time pass unless the caller goes.
func wait(r *http.Request, ms int) bool {
	if ms == 0 {
		return r.Context().Err() == nil
	}
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(time.Duration(ms) * time.Millisecond):
		return true
	}
}

// cut ends the connection in the middle.
func cut(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close() // that is the point
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller has gone
}

func readBody(w http.ResponseWriter, r *http.Request, q *Request, into any) bool {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": map[string]string{"message": "not JSON: " + err.Error()}, "message": "not JSON"})
		return false
	}
	q.Body, q.Path = string(raw), r.URL.Path
	return true
}

// textOf is the text of content that is a string or a list of blocks.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var blocks []struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(raw, &blocks) // null has none
	for _, b := range blocks {
		text += b.Text
	}
	return text
}

func (s *Server) openAI(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model    string
		Messages []struct {
			Role      string
			Content   json.RawMessage
			ToolCalls []json.RawMessage `json:"tool_calls"`
		}
		Tools []struct{ Function struct{ Name string } }
	}
	q := Request{Protocol: "openai"}
	if !readBody(w, r, &q, &body) {
		return
	}
	q.Model = body.Model
	for _, t := range body.Tools {
		q.Tools = append(q.Tools, t.Function.Name)
	}
	for _, m := range body.Messages {
		text := textOf(m.Content)
		switch {
		case m.Role == "system":
			q.System += text
		case m.Role == "tool" && len(q.Messages) > 0 && len(q.Messages[len(q.Messages)-1].Results) > 0:
			last := &q.Messages[len(q.Messages)-1]
			last.Results = append(last.Results, text)
		case m.Role == "tool":
			q.Messages = append(q.Messages, Message{Role: "tool", Results: []string{text}})
		default:
			q.Messages = append(q.Messages, Message{Role: m.Role, Text: text, Calls: len(m.ToolCalls)})
		}
	}
	reply := s.reply(&q)
	if reply.Status != 0 {
		if reply.RetryAfter != "" {
			w.Header().Set("Retry-After", reply.RetryAfter)
		}
		writeJSON(w, reply.Status, map[string]any{"error": map[string]any{"message": reply.Message, "type": "scripted"}})
		return
	}
	s.streamOpenAI(w, r, &q, reply)
}

func (s *Server) streamOpenAI(w http.ResponseWriter, r *http.Request, q *Request, reply Reply) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(v any) {
		raw, _ := json.Marshal(v) // maps of strings and numbers
		fmt.Fprintf(w, "data: %s\n\n", raw)
		w.(http.Flusher).Flush()
	}
	chunk := func(delta map[string]any, finish any) {
		send(map[string]any{"id": "1", "object": "chat.completion.chunk", "model": q.Model, "choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}})
	}
	if reply.Malformed {
		fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\n\n")
		return
	}
	if !wait(r, reply.FirstMS) {
		return
	}
	for _, word := range words(reply.Reasoning) {
		if word != "" {
			chunk(map[string]any{"reasoning_content": word}, nil)
		}
	}
	for _, word := range words(reply.Text) {
		if !wait(r, reply.DelayMS) {
			return
		}
		if word != "" {
			chunk(map[string]any{"content": word}, nil)
		}
	}
	if reply.Hang {
		<-r.Context().Done()
	}
	if reply.Break {
		cut(w)
		return
	}
	finish := "stop"
	for i, c := range reply.Calls {
		finish = "tool_calls"
		id := fmt.Sprintf("call_%d_%d", q.Step, i)
		chunk(map[string]any{"tool_calls": []any{map[string]any{"index": i, "id": id, "type": "function", "function": map[string]any{"name": c.Name, "arguments": ""}}}}, nil)
		for _, part := range halves(c.Args) {
			chunk(map[string]any{"tool_calls": []any{map[string]any{"index": i, "function": map[string]any{"arguments": part}}}}, nil)
		}
	}
	if reply.Stop != "" {
		finish = reply.Stop
	}
	chunk(map[string]any{}, finish)
	in, out := usage(q, reply)
	send(map[string]any{"id": "1", "object": "chat.completion.chunk", "model": q.Model, "choices": []any{}, "usage": map[string]any{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out}})
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func halves(s string) []string { return []string{s[:len(s)/2], s[len(s)/2:]} }

// usage is a count that a test can reckon with: four bytes a token.
func usage(q *Request, reply Reply) (in, out int) {
	return len(q.Body)/4 + 1, (len(reply.Text)+len(reply.Reasoning))/4 + 1
}

func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "Bearer wrong" || r.Header.Get("X-Api-Key") == "wrong" {
		writeJSON(w, http.StatusUnauthorized, map[string]any{"error": map[string]string{"message": "wrong key", "type": "authentication_error"}})
		return
	}
	var list []any
	for _, name := range append([]string{"scripted"}, Behaviours...) {
		list = append(list, map[string]any{"id": name, "object": "model", "type": "model", "display_name": name, "created_at": "2026-01-01T00:00:00Z"})
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": list, "has_more": false})
}
