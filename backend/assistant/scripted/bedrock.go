package scripted

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

func (s *Server) bedrock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		System   []struct{ Text string }
		Messages []struct {
			Role    string
			Content []struct {
				Text       string
				ToolUse    *json.RawMessage
				ToolResult *struct {
					Content []struct{ Text string }
				}
			}
		}
		ToolConfig struct {
			Tools []struct{ ToolSpec struct{ Name string } }
		}
	}
	q := Request{Protocol: "bedrock", Model: r.PathValue("model")}
	if !readBody(w, r, &q, &body) {
		return
	}
	for _, t := range body.ToolConfig.Tools {
		q.Tools = append(q.Tools, t.ToolSpec.Name)
	}
	for _, block := range body.System {
		q.System += block.Text
	}
	calls := 0
	for _, m := range body.Messages {
		out := Message{Role: m.Role}
		for _, c := range m.Content {
			out.Text += c.Text
			if c.ToolUse != nil {
				out.Calls++
			}
			if c.ToolResult != nil {
				text := ""
				for _, part := range c.ToolResult.Content {
					text += part.Text
				}
				out.Results = append(out.Results, text)
			}
		}
		calls += out.Calls
		q.Messages = append(q.Messages, out)
	}
	// Bedrock refuses these, and so what a test sends must not be one of them.
	switch {
	case len(q.Messages) == 0 || q.Messages[0].Role != "user":
		bedrockError(w, Reply{Status: http.StatusBadRequest, ErrorType: "ValidationException", Message: "A conversation must start with a user message."})
		return
	case calls > 0 && len(q.Tools) == 0:
		bedrockError(w, Reply{Status: http.StatusBadRequest, ErrorType: "ValidationException", Message: "The toolConfig field must be defined when using toolUse and toolResult content blocks."})
		return
	}
	reply := s.reply(&q)
	if reply.Status != 0 {
		bedrockError(w, reply)
		return
	}
	streamBedrock(w, r, &q, reply)
}

func bedrockError(w http.ResponseWriter, reply Reply) {
	w.Header().Set("X-Amzn-Errortype", reply.ErrorType)
	if reply.RetryAfter != "" {
		w.Header().Set("Retry-After", reply.RetryAfter)
	}
	writeJSON(w, reply.Status, map[string]string{"message": reply.Message})
}

// frames writes events as Amazon's binary event stream.
type frames struct {
	w   http.ResponseWriter
	enc *eventstream.Encoder
}

func (f frames) send(event string, v any) {
	payload, _ := json.Marshal(v) // maps of strings and numbers
	var headers eventstream.Headers
	headers.Set(":message-type", eventstream.StringValue("event"))
	headers.Set(":event-type", eventstream.StringValue(event))
	headers.Set(":content-type", eventstream.StringValue("application/json"))
	_ = f.enc.Encode(f.w, eventstream.Message{Headers: headers, Payload: payload}) // the caller has gone
	f.w.(http.Flusher).Flush()
}

func streamBedrock(w http.ResponseWriter, r *http.Request, q *Request, reply Reply) {
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	f := frames{w, eventstream.NewEncoder()}
	if reply.Malformed {
		_, _ = w.Write(bytes.Repeat([]byte("not a frame "), 20)) // the caller has gone
		return
	}
	f.send("messageStart", map[string]any{"role": "assistant"})
	if !wait(r, reply.FirstMS) {
		return
	}
	block := 0
	if reply.Reasoning != "" {
		for _, word := range words(reply.Reasoning) {
			f.send("contentBlockDelta", map[string]any{"contentBlockIndex": block, "delta": map[string]any{"reasoningContent": map[string]any{"text": word}}})
		}
		f.send("contentBlockStop", map[string]any{"contentBlockIndex": block})
		block++
	}
	for _, word := range words(reply.Text) {
		if !wait(r, reply.DelayMS) {
			return
		}
		f.send("contentBlockDelta", map[string]any{"contentBlockIndex": block, "delta": map[string]any{"text": word}})
	}
	if reply.Hang {
		<-r.Context().Done()
	}
	if reply.Break {
		cut(w)
		return
	}
	f.send("contentBlockStop", map[string]any{"contentBlockIndex": block})
	stop := "end_turn"
	for i, c := range reply.Calls {
		stop = "tool_use"
		block++
		f.send("contentBlockStart", map[string]any{"contentBlockIndex": block, "start": map[string]any{"toolUse": map[string]any{"toolUseId": fmt.Sprintf("tooluse_%d_%d", q.Step, i), "name": c.Name}}})
		for _, part := range halves(c.Args) {
			f.send("contentBlockDelta", map[string]any{"contentBlockIndex": block, "delta": map[string]any{"toolUse": map[string]any{"input": part}}})
		}
		f.send("contentBlockStop", map[string]any{"contentBlockIndex": block})
	}
	if reply.Stop == "length" {
		stop = "max_tokens"
	}
	f.send("messageStop", map[string]any{"stopReason": stop})
	in, out := usage(q, reply)
	f.send("metadata", map[string]any{"usage": map[string]any{"inputTokens": in, "outputTokens": out, "totalTokens": in + out}, "metrics": map[string]any{"latencyMs": 1}})
}

func (s *Server) foundationModels(w http.ResponseWriter, _ *http.Request) {
	var list []any
	for _, name := range Behaviours {
		list = append(list, map[string]any{
			"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/scripted." + name, "modelId": "scripted." + name, "modelName": name, "providerName": "Scripted",
			"responseStreamingSupported": true, "inferenceTypesSupported": []string{"ON_DEMAND"}, "outputModalities": []string{"TEXT"},
		})
	}
	list = append(list, map[string]any{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/scripted.profile-only", "modelId": "scripted.profile-only", "responseStreamingSupported": true, "inferenceTypesSupported": []string{"INFERENCE_PROFILE"}})
	writeJSON(w, http.StatusOK, map[string]any{"modelSummaries": list})
}

func (s *Server) inferenceProfiles(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"inferenceProfileSummaries": []any{map[string]any{
		"inferenceProfileId": "us.scripted.tools", "inferenceProfileName": "tools", "inferenceProfileArn": "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.scripted.tools",
		"status": "ACTIVE", "type": "SYSTEM_DEFINED", "models": []any{},
	}}})
}
