package openai

import (
	"encoding/json"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"cloudops/backend/assistant/model"
)

// reader puts an answer together.
type reader struct {
	done     model.Completion
	on       func(model.Event)
	text     strings.Builder
	thought  strings.Builder
	thoughts model.Thoughts
	calls    []*indexed
}

// indexed is a call at its place in the answer.
type indexed struct {
	model.Call
	index int64
}

// read takes the pieces of the answer.
func (o *Provider) read(stream *ssestream.Stream[openai.ChatCompletionChunk], watch *model.Watch, on func(model.Event)) (model.Completion, error) {
	r := &reader{on: on, done: model.Completion{Model: o.opt.Model, Stop: model.StopUnknown}}
	for stream.Next() {
		watch.Alive(o.opt.Idle)
		r.chunk(stream.Current())
	}
	r.say(r.thoughts.End())
	r.done.Text, r.done.Reasoning = r.text.String(), r.thought.String()
	for _, c := range r.calls {
		r.done.Calls = append(r.done.Calls, c.Call)
	}
	return r.done, stream.Err()
}

func (r *reader) chunk(chunk openai.ChatCompletionChunk) {
	if chunk.Model != "" {
		r.done.Model = chunk.Model
	}
	if chunk.Usage.TotalTokens > 0 {
		r.done.PromptTokens, r.done.AnswerTokens = chunk.Usage.PromptTokens, chunk.Usage.CompletionTokens
	}
	if len(chunk.Choices) == 0 {
		return
	}
	choice := chunk.Choices[0]
	if choice.FinishReason != "" {
		r.done.Stop = stopReason(choice.FinishReason)
	}
	r.say("", r.reasoning(choice.Delta))
	r.say(r.thoughts.Add(choice.Delta.Content))
	for _, c := range choice.Delta.ToolCalls {
		r.call(c)
	}
}

func (r *reader) say(text, thought string) {
	if thought = strings.ToValidUTF8(thought, "\uFFFD"); thought != "" {
		r.thought.WriteString(thought)
		r.on(model.Event{Kind: model.EventReasoning, Text: thought})
	}
	if text = strings.ToValidUTF8(text, "\uFFFD"); text != "" {
		r.text.WriteString(text)
		r.on(model.Event{Kind: model.EventText, Text: text})
	}
}

// reasoning is what servers beyond OpenAI's call reasoning_content (DeepSeek, vLLM, llama.cpp) or reasoning (Ollama,
// OpenRouter); the client keeps unknown fields.
func (r *reader) reasoning(delta openai.ChatCompletionChunkChoiceDelta) string {
	for _, name := range []string{"reasoning_content", "reasoning"} {
		field, ok := delta.JSON.ExtraFields[name]
		if !ok {
			continue
		}
		var text string
		if json.Unmarshal([]byte(field.Raw()), &text) == nil && text != "" {
			return text
		}
	}
	return ""
}

// call takes a piece of a call. Some servers send each call whole with index 0: another id is another call.
func (r *reader) call(piece openai.ChatCompletionChunkChoiceDeltaToolCall) {
	var c *indexed
	for _, known := range r.calls {
		if known.index == piece.Index && (piece.ID == "" || known.ID == "" || known.ID == piece.ID) {
			c = known
		}
	}
	if c == nil {
		c = &indexed{index: piece.Index}
		r.calls = append(r.calls, c)
	}
	if piece.ID != "" {
		c.ID = piece.ID
	}
	if c.Name == "" {
		c.Name = piece.Function.Name
	}
	c.Args += piece.Function.Arguments
}

func stopReason(reason string) model.StopReason {
	switch reason {
	case "length":
		return model.StopLength
	case "content_filter":
		return model.StopFilter
	case "tool_calls", "function_call":
		return model.StopTools
	}
	return model.StopEnd
}

func (o *Provider) params(p model.Prompt) openai.ChatCompletionNewParams {
	out := openai.ChatCompletionNewParams{
		Model:         o.opt.Model,
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: param.NewOpt(true)},
	}
	limit := int64(o.opt.AnswerTokens)
	if p.AnswerTokens > 0 {
		limit = int64(p.AnswerTokens)
	}
	// OpenAI's own newer models refuse max_tokens, most others know nothing else.
	if o.base.Hostname() == "api.openai.com" {
		out.MaxCompletionTokens = param.NewOpt(limit)
	} else {
		out.MaxTokens = param.NewOpt(limit)
	}
	for _, t := range p.Tools {
		var schema map[string]any
		_ = json.Unmarshal(t.Schema, &schema) // the schemas are the program's own
		out.Tools = append(out.Tools, openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{
			Name: t.Name, Description: param.NewOpt(t.Description), Parameters: schema,
		}))
	}
	for _, m := range p.Messages {
		out.Messages = append(out.Messages, messagesOf(m)...)
	}
	return out
}

func messagesOf(m model.Message) []openai.ChatCompletionMessageParamUnion {
	switch m.Role {
	case model.RoleSystem:
		return []openai.ChatCompletionMessageParamUnion{openai.SystemMessage(m.Text)}
	case model.RoleTool:
		var out []openai.ChatCompletionMessageParamUnion
		for _, r := range m.Results {
			out = append(out, openai.ToolMessage(r.Text, r.CallID))
		}
		return out
	case model.RoleAssistant:
		if len(m.Calls) == 0 {
			return []openai.ChatCompletionMessageParamUnion{openai.AssistantMessage(m.Text)}
		}
		said := &openai.ChatCompletionAssistantMessageParam{}
		if m.Text != "" {
			said.Content.OfString = param.NewOpt(m.Text)
		}
		for _, c := range m.Calls {
			said.ToolCalls = append(said.ToolCalls, openai.ChatCompletionMessageToolCallUnionParam{
				OfFunction: &openai.ChatCompletionMessageFunctionToolCallParam{
					ID:       c.ID,
					Function: openai.ChatCompletionMessageFunctionToolCallFunctionParam{Name: c.Name, Arguments: string(c.ArgsObject())},
				},
			})
		}
		return []openai.ChatCompletionMessageParamUnion{{OfAssistant: said}}
	}
	return []openai.ChatCompletionMessageParamUnion{openai.UserMessage(m.Text)}
}
