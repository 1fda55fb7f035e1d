package bedrock

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"cloudops/backend/assistant/model"
)

// input is a prompt in Bedrock's words.
func (p *Provider) input(prompt model.Prompt) *bedrockruntime.ConverseStreamInput {
	limit := p.opt.AnswerTokens
	if prompt.AnswerTokens > 0 {
		limit = prompt.AnswerTokens
	}
	in := &bedrockruntime.ConverseStreamInput{
		ModelId:         aws.String(p.opt.Model),
		InferenceConfig: &types.InferenceConfiguration{MaxTokens: aws.Int32(int32(min(limit, 1<<20)))},
	}
	for _, m := range prompt.Messages {
		if m.Role == model.RoleSystem {
			in.System = append(in.System, &types.SystemContentBlockMemberText{Value: m.Text})
			continue
		}
		blocks := blocksOf(m)
		if len(blocks) == 0 {
			continue
		}
		role := types.ConversationRoleUser
		if m.Role == model.RoleAssistant {
			role = types.ConversationRoleAssistant
		}
		// Turns must alternate, and results come as the user's.
		if last := len(in.Messages) - 1; last >= 0 && in.Messages[last].Role == role {
			in.Messages[last].Content = append(in.Messages[last].Content, blocks...)
			continue
		}
		in.Messages = append(in.Messages, types.Message{Role: role, Content: blocks})
	}
	if len(prompt.Tools) > 0 {
		in.ToolConfig = &types.ToolConfiguration{}
	}
	for _, t := range prompt.Tools {
		var schema map[string]any
		_ = json.Unmarshal(t.Schema, &schema) // the schemas are the program's own
		in.ToolConfig.Tools = append(in.ToolConfig.Tools, &types.ToolMemberToolSpec{Value: types.ToolSpecification{
			Name: aws.String(t.Name), Description: aws.String(t.Description),
			InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(schema)},
		}})
	}
	return in
}

func blocksOf(m model.Message) []types.ContentBlock {
	var blocks []types.ContentBlock
	if strings.TrimSpace(m.Text) != "" { // Bedrock refuses blank text
		blocks = append(blocks, &types.ContentBlockMemberText{Value: m.Text})
	}
	for _, c := range m.Calls {
		var args map[string]any
		_ = json.Unmarshal(c.ArgsObject(), &args) // it is an object
		blocks = append(blocks, &types.ContentBlockMemberToolUse{Value: types.ToolUseBlock{
			ToolUseId: aws.String(c.ID), Name: aws.String(c.Name), Input: document.NewLazyDocument(args),
		}})
	}
	for _, r := range m.Results {
		result := types.ToolResultBlock{
			ToolUseId: aws.String(r.CallID),
			Content:   []types.ToolResultContentBlock{&types.ToolResultContentBlockMemberText{Value: r.Text}},
		}
		if r.Failed {
			result.Status = types.ToolResultStatusError
		}
		blocks = append(blocks, &types.ContentBlockMemberToolResult{Value: result})
	}
	return blocks
}

// reader puts an answer together.
type reader struct {
	done     model.Completion
	on       func(model.Event)
	text     strings.Builder
	thought  strings.Builder
	thoughts model.Thoughts
	calls    []*indexed
	tooLong  bool
}

// indexed is a call at its place in the answer.
type indexed struct {
	model.Call
	index int32
}

func (r *reader) event(event types.ConverseStreamOutput) {
	switch e := event.(type) {
	case *types.ConverseStreamOutputMemberContentBlockStart:
		if use, ok := e.Value.Start.(*types.ContentBlockStartMemberToolUse); ok {
			r.calls = append(r.calls, &indexed{
				index: aws.ToInt32(e.Value.ContentBlockIndex),
				Call:  model.Call{ID: aws.ToString(use.Value.ToolUseId), Name: aws.ToString(use.Value.Name)},
			})
		}
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		r.delta(aws.ToInt32(e.Value.ContentBlockIndex), e.Value.Delta)
	case *types.ConverseStreamOutputMemberMessageStop:
		r.done.Stop = stopReason(e.Value.StopReason)
		r.tooLong = e.Value.StopReason == types.StopReasonModelContextWindowExceeded
	case *types.ConverseStreamOutputMemberMetadata:
		if u := e.Value.Usage; u != nil {
			r.done.PromptTokens, r.done.AnswerTokens = int64(aws.ToInt32(u.InputTokens)), int64(aws.ToInt32(u.OutputTokens))
		}
	}
}

func (r *reader) delta(index int32, delta types.ContentBlockDelta) {
	switch d := delta.(type) {
	case *types.ContentBlockDeltaMemberText:
		r.say(r.thoughts.Add(d.Value))
	case *types.ContentBlockDeltaMemberReasoningContent:
		if text, ok := d.Value.(*types.ReasoningContentBlockDeltaMemberText); ok {
			r.say("", text.Value)
		}
	case *types.ContentBlockDeltaMemberToolUse:
		for _, c := range r.calls {
			if c.index == index {
				c.Args += aws.ToString(d.Value.Input)
			}
		}
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

func (r *reader) completion() model.Completion {
	r.say(r.thoughts.End())
	r.done.Text, r.done.Reasoning = r.text.String(), r.thought.String()
	for _, c := range r.calls {
		r.done.Calls = append(r.done.Calls, c.Call)
	}
	return r.done
}

func stopReason(reason types.StopReason) model.StopReason {
	switch reason {
	case types.StopReasonToolUse:
		return model.StopTools
	case types.StopReasonMaxTokens, types.StopReasonModelContextWindowExceeded:
		return model.StopLength
	case types.StopReasonGuardrailIntervened, types.StopReasonContentFiltered:
		return model.StopFilter
	}
	return model.StopEnd
}
