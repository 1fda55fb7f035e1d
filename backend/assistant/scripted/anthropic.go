package scripted

import (
	"encoding/json"
	"fmt"
	"net/http"
)

func (s *Server) anthropic(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model    string
		System   json.RawMessage
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
		Tools []struct{ Name string }
	}
	q := Request{Protocol: "anthropic"}
	if !readBody(w, r, &q, &body) {
		return
	}
	q.Model, q.System = body.Model, textOf(body.System)
	for _, t := range body.Tools {
		q.Tools = append(q.Tools, t.Name)
	}
	for _, m := range body.Messages {
		out := Message{Role: m.Role, Text: textOf(m.Content)}
		var blocks []struct {
			Type    string
			Content json.RawMessage
		}
		_ = json.Unmarshal(m.Content, &blocks) // a string has none
		for _, b := range blocks {
			switch b.Type {
			case "tool_use":
				out.Calls++
			case "tool_result":
				out.Results = append(out.Results, textOf(b.Content))
			}
		}
		q.Messages = append(q.Messages, out)
	}
	reply := s.reply(&q)
	if reply.Status != 0 {
		if reply.RetryAfter != "" {
			w.Header().Set("Retry-After", reply.RetryAfter)
		}
		writeJSON(w, reply.Status, map[string]any{"type": "error", "error": map[string]any{"type": "scripted_error", "message": reply.Message}})
		return
	}
	streamAnthropic(w, r, &q, reply)
}

func streamAnthropic(w http.ResponseWriter, r *http.Request, q *Request, reply Reply) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(kind string, fields map[string]any) {
		fields["type"] = kind
		raw, _ := json.Marshal(fields) // maps of strings and numbers
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, raw)
		w.(http.Flusher).Flush()
	}
	if reply.Malformed {
		fmt.Fprint(w, "event: message_start\ndata: {\"message\":\n\n")
		return
	}
	in, out := usage(q, reply)
	send("message_start", map[string]any{"message": map[string]any{
		"id": "msg_1", "type": "message", "role": "assistant", "model": q.Model, "content": []any{}, "usage": map[string]any{"input_tokens": in, "output_tokens": 1},
	}})
	if !wait(r, reply.FirstMS) {
		return
	}
	block := 0
	delta := func(d map[string]any) { send("content_block_delta", map[string]any{"index": block, "delta": d}) }
	begin := func(b map[string]any) {
		send("content_block_start", map[string]any{"index": block, "content_block": b})
	}
	end := func() { send("content_block_stop", map[string]any{"index": block}); block++ }
	if reply.Reasoning != "" {
		begin(map[string]any{"type": "thinking", "thinking": "", "signature": ""})
		for _, word := range words(reply.Reasoning) {
			delta(map[string]any{"type": "thinking_delta", "thinking": word})
		}
		end()
	}
	if reply.Text != "" {
		begin(map[string]any{"type": "text", "text": ""})
		for _, word := range words(reply.Text) {
			if !wait(r, reply.DelayMS) {
				return
			}
			delta(map[string]any{"type": "text_delta", "text": word})
		}
		if reply.Hang {
			<-r.Context().Done()
		}
		if reply.Break {
			cut(w)
			return
		}
		end()
	}
	stop := "end_turn"
	for i, c := range reply.Calls {
		stop = "tool_use"
		begin(map[string]any{"type": "tool_use", "id": fmt.Sprintf("toolu_%d_%d", q.Step, i), "name": c.Name, "input": map[string]any{}})
		for _, part := range halves(c.Args) {
			delta(map[string]any{"type": "input_json_delta", "partial_json": part})
		}
		end()
	}
	if reply.Stop == "length" {
		stop = "max_tokens"
	}
	send("message_delta", map[string]any{"delta": map[string]any{"stop_reason": stop}, "usage": map[string]any{"output_tokens": out}})
	send("message_stop", map[string]any{})
}
