// Package anthropic asks Anthropic's models by its Messages API.
package anthropic

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/anthropics/anthropic-sdk-go/packages/ssestream"

	"cloudops/backend/assistant/model"
)

// DefaultBaseURL is Anthropic's own.
const DefaultBaseURL = "https://api.anthropic.com"

// Options describe a model.
type Options struct {
	BaseURL string // DefaultBaseURL when empty
	Model   string
	APIKey  string // it goes to the host of BaseURL and nowhere else
	// WindowTokens is what prompt and answer may have together; what is known of the model, or 200,000, when 0.
	WindowTokens int
	// AnswerTokens bounds the answer; what is known of the model, or 4,096, when 0.
	AnswerTokens int
	Connect      time.Duration // 5 s when 0
	FirstToken   time.Duration // 1 min when 0
	Idle         time.Duration // between two pieces; 1 min when 0
	Retry        model.Retry
}

// Provider is a model.Provider. It is safe for concurrent use.
type Provider struct {
	opt      Options
	base     *url.URL
	messages anthropic.MessageService
	models   anthropic.ModelService
}

// New checks the options; it connects to nothing. *model.Error: what is set cannot be used.
func New(opt Options) (*Provider, error) {
	if opt.BaseURL == "" {
		opt.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(strings.TrimSpace(opt.BaseURL))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") || base.User != nil {
		return nil, model.Errorf(model.CodeBadAddress, false, "Give an address such as "+DefaultBaseURL+", without a user or password in it.", nil, "the address of the model is not usable")
	}
	base.RawQuery, base.Fragment, base.Path = "", "", strings.TrimSuffix(strings.TrimRight(base.Path, "/"), "/v1")+"/"
	switch {
	case opt.Model == "":
		return nil, model.Errorf(model.CodeNoModel, false, "Choose a model in the settings.", nil, "no model is chosen for %s", base.Host)
	case opt.APIKey == "" && !model.IsLoopback(base.Hostname()):
		return nil, model.Errorf(model.CodeUnauthorized, false, "Enter the API key in the settings; console.anthropic.com gives one.", nil, "no key is set for %s", base.Host)
	case base.Scheme == "http" && !model.IsPrivate(base.Hostname()):
		return nil, model.Errorf(model.CodeInsecureKey, false, "Use an https address.", nil, "the key would be sent unencrypted to %s", base.Host)
	}
	known := model.Lookup(opt.Model)
	if opt.WindowTokens == 0 {
		opt.WindowTokens = max(known.Window, 200_000)
	}
	if opt.AnswerTokens == 0 {
		opt.AnswerTokens = min(max(known.Answer, 4096), opt.WindowTokens/4)
	}
	for field, value := range map[*time.Duration]time.Duration{&opt.Connect: 5 * time.Second, &opt.FirstToken: time.Minute, &opt.Idle: time.Minute} {
		if *field == 0 {
			*field = value
		}
	}
	// The services are made bare: anthropic.NewClient would read keys and addresses from the environment.
	options := []option.RequestOption{
		option.WithBaseURL(base.String()), option.WithHTTPClient(model.Client(opt.Connect)), option.WithMaxRetries(0), option.WithAPIKey(opt.APIKey),
	}
	return &Provider{opt: opt, base: base, messages: anthropic.NewMessageService(options...), models: anthropic.NewModelService(options...)}, nil
}

// Label implements model.Provider.
func (p *Provider) Label() string { return p.opt.Model }

// Window implements model.Provider.
func (p *Provider) Window() int { return p.opt.WindowTokens }

// AnswerLimit implements model.Provider.
func (p *Provider) AnswerLimit() int { return p.opt.AnswerTokens }

// Host implements model.Provider.
func (p *Provider) Host() (string, bool) { return p.base.Host, !model.IsLoopback(p.base.Hostname()) }

// String never shows the key.
func (p *Provider) String() string { return p.opt.Model + " at " + p.base.Host }

// Stream implements model.Provider.
func (p *Provider) Stream(ctx context.Context, prompt model.Prompt, on func(model.Event)) (model.Completion, error) {
	ctx = model.TellSent(ctx, on)
	if len(prompt.Tools) == 0 {
		prompt = model.WithoutTools(prompt)
	}
	return model.Try(ctx, p.opt.Retry, on, func() (model.Completion, error) { return p.once(ctx, prompt, on) })
}

func (p *Provider) once(ctx context.Context, prompt model.Prompt, on func(model.Event)) (model.Completion, error) {
	ctx, watch := model.StartWatch(ctx, p.opt.FirstToken)
	defer watch.Stop()
	var response *http.Response
	stream := p.messages.NewStreaming(ctx, p.params(prompt), option.WithResponseInto(&response))
	defer func() { _ = stream.Close() }() // what came was read
	done, began, err := p.read(stream, watch, on)
	switch {
	case watch.Expired() != nil:
		return done, watch.Expired()
	case ctx.Err() != nil:
		return done, context.Cause(ctx)
	case err != nil:
		return done, p.classify(err, began)
	case response != nil && response.StatusCode >= 300:
		return done, model.Errorf(model.CodeRedirected, false, "Enter the address that the server really has.", nil, "%s answers %d and sends elsewhere", p.base.Host, response.StatusCode)
	case done.Stop == model.StopUnknown && began:
		return done, model.Errorf(model.CodeBrokenOff, true, "Ask again.", nil, "%s stopped in the middle of the answer", p.base.Host)
	case done.Stop == model.StopUnknown:
		return done, p.malformed(nil)
	case strings.TrimSpace(done.Text) == "" && len(done.Calls) == 0:
		return done, model.Errorf(model.CodeEmpty, true, "Ask again, or choose another model.", nil, "%s gave an empty answer", p.opt.Model)
	}
	return done, nil
}

// read takes the pieces of the answer; began: a message has begun.
func (p *Provider) read(stream *ssestream.Stream[anthropic.MessageStreamEventUnion], watch *model.Watch, on func(model.Event)) (model.Completion, bool, error) {
	done := model.Completion{Model: p.opt.Model, Stop: model.StopUnknown}
	calls := map[int64]int{} // place of a block's call in done.Calls
	began := false
	say := func(kind model.EventKind, into *string, text string) {
		if text = strings.ToValidUTF8(text, "\uFFFD"); text != "" {
			*into += text
			on(model.Event{Kind: kind, Text: text})
		}
	}
	for stream.Next() {
		watch.Alive(p.opt.Idle)
		switch e := stream.Current(); e.Type {
		case "message_start":
			began = true
			if e.Message.Model != "" {
				done.Model = e.Message.Model
			}
			done.PromptTokens = e.Message.Usage.InputTokens
		case "content_block_start":
			if e.ContentBlock.Type == "tool_use" {
				calls[e.Index] = len(done.Calls)
				done.Calls = append(done.Calls, model.Call{ID: e.ContentBlock.ID, Name: e.ContentBlock.Name})
			}
		case "content_block_delta":
			say(model.EventText, &done.Text, e.Delta.Text)
			say(model.EventReasoning, &done.Reasoning, e.Delta.Thinking)
			if i, ok := calls[e.Index]; ok {
				done.Calls[i].Args += e.Delta.PartialJSON
			}
		case "message_delta":
			done.Stop = stopReason(string(e.Delta.StopReason))
			done.AnswerTokens = e.Usage.OutputTokens
		}
	}
	for i := range done.Calls {
		if done.Calls[i].Args == "" {
			done.Calls[i].Args = "{}" // a call without arguments has no delta
		}
	}
	return done, began, stream.Err()
}

func stopReason(reason string) model.StopReason {
	switch reason {
	case "max_tokens", "model_context_window_exceeded":
		return model.StopLength
	case "tool_use":
		return model.StopTools
	case "refusal":
		return model.StopFilter
	}
	return model.StopEnd
}

func (p *Provider) params(prompt model.Prompt) anthropic.MessageNewParams {
	limit := p.opt.AnswerTokens
	if prompt.AnswerTokens > 0 {
		limit = prompt.AnswerTokens
	}
	out := anthropic.MessageNewParams{Model: p.opt.Model, MaxTokens: int64(limit)}
	for _, t := range prompt.Tools {
		var schema struct {
			Properties map[string]any `json:"properties"`
			Required   []string       `json:"required"`
		}
		_ = json.Unmarshal(t.Schema, &schema) // the schemas are the program's own
		tool := anthropic.ToolUnionParamOfTool(anthropic.ToolInputSchemaParam{Properties: schema.Properties, Required: schema.Required}, t.Name)
		tool.OfTool.Description = anthropic.String(t.Description)
		out.Tools = append(out.Tools, tool)
	}
	for _, m := range prompt.Messages {
		var blocks []anthropic.ContentBlockParamUnion
		if strings.TrimSpace(m.Text) != "" { // blank text is refused
			blocks = append(blocks, anthropic.NewTextBlock(m.Text))
		}
		for _, c := range m.Calls {
			blocks = append(blocks, anthropic.NewToolUseBlock(c.ID, c.ArgsObject(), c.Name))
		}
		for _, r := range m.Results {
			blocks = append(blocks, anthropic.NewToolResultBlock(r.CallID, r.Text, r.Failed))
		}
		switch {
		case len(blocks) == 0:
		case m.Role == model.RoleSystem:
			out.System = append(out.System, anthropic.TextBlockParam{Text: m.Text})
		case m.Role == model.RoleAssistant:
			out.Messages = append(out.Messages, anthropic.NewAssistantMessage(blocks...))
		default:
			out.Messages = append(out.Messages, anthropic.NewUserMessage(blocks...))
		}
	}
	return out
}

// classify maps an error of the client. What the server wrote is looked at, and never passed on.
func (p *Provider) classify(err error, began bool) error {
	var api *anthropic.Error
	var syntax *json.SyntaxError
	host := p.base.Host
	if !errors.As(err, &api) {
		if errors.As(err, &syntax) {
			return p.malformed(err)
		}
		if unreached := model.Unreached(host, err, began); unreached != nil {
			return unreached
		}
		return p.malformed(err)
	}
	said := strings.ToLower(api.RawJSON())
	overloaded := strings.Contains(said, "overloaded_error")
	switch code := api.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return model.Errorf(model.CodeUnauthorized, false, "Check the API key in the settings.", api, "%s does not accept the key (%d)", host, code)
	case code == http.StatusNotFound:
		return model.Errorf(model.CodeNoModel, false, "Choose one of the models that are listed.", api, "%s does not have the model %s", host, p.opt.Model)
	case code == http.StatusTooManyRequests:
		after := model.RetryAfter(api.Response)
		e := model.Errorf(model.CodeRateLimited, true, model.BusyHint(after), api, "%s takes no more requests now", host)
		e.RetryAfter = after
		return e
	case code == http.StatusRequestEntityTooLarge, code < 500 && (strings.Contains(said, "prompt is too long") || strings.Contains(said, "context limit")):
		return model.Errorf(model.CodeTooLong, false, "Ask in a new conversation, or choose a model with a larger window.", api, "the prompt is too long for %s", p.opt.Model)
	case code >= 500, overloaded, began:
		e := model.Errorf(model.CodeServer, true, "Try again in a moment; status.anthropic.com says whether it is busy.", api, "%s had an error of its own", host)
		e.RetryAfter = model.RetryAfter(api.Response)
		return e
	case code < 400:
		return p.malformed(api)
	}
	return model.Errorf(model.CodeRejected, false, "Check the model and the address in the settings.", api, "%s does not accept the request (%d)", host, api.StatusCode)
}

func (p *Provider) malformed(cause error) error {
	return model.Errorf(model.CodeMalformed, false, "Check that the address is that of Anthropic's API.", cause, "what %s answers is not a stream of messages", p.base.Host)
}

// List returns the models that the key may use, sorted, within 10 s.
func List(ctx context.Context, opt Options) ([]string, error) {
	if opt.Model == "" {
		opt.Model = "-" // which one does not matter for the list
	}
	p, err := New(opt)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	page, err := p.models.List(ctx, anthropic.ModelListParams{Limit: anthropic.Int(100)})
	if ctx.Err() != nil {
		return nil, model.Errorf(model.CodeTimeout, true, "Check the network and the proxy.", err, "%s does not answer in time", p.base.Host)
	}
	if err != nil {
		return nil, p.classify(err, false)
	}
	var models []string
	for _, m := range page.Data {
		models = append(models, m.ID)
	}
	slices.Sort(models)
	return models, nil
}
