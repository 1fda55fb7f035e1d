// Package openai asks language models behind the chat completions of OpenAI and of what speaks like it: Ollama,
// llama.cpp, LM Studio, vLLM.
package openai

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"cloudops/backend/assistant/model"
)

// Options describe an endpoint.
type Options struct {
	BaseURL string // with the version, http://127.0.0.1:11434/v1
	Model   string
	APIKey  string // empty: none is sent. It goes to the host of BaseURL and nowhere else.
	// WindowTokens is what prompt and answer may have together. 0: what is known of the model; 4,096 for others on this
	// machine, which is what Ollama gives a model unless told otherwise, and 8,192 for others elsewhere.
	WindowTokens int
	// AnswerTokens bounds the answer; a quarter of the window, and no more than the model gives, when 0.
	AnswerTokens int
	Connect      time.Duration // 5 s when 0
	FirstToken   time.Duration // 3 min when 0: a local model may have to be loaded first
	Idle         time.Duration // between two pieces of text; 1 min when 0
	Retry        model.Retry
}

// Provider is a model.Provider. It is safe for concurrent use.
type Provider struct {
	opt  Options
	base *url.URL
	chat openai.ChatCompletionService
	// noTools: the server has refused tools for this model.
	noTools atomic.Bool
}

// New checks the options; it connects to nothing. *model.Error with CodeBadAddress, CodeNoModel or CodeInsecureKey.
func New(opt Options) (*Provider, error) {
	base, err := parseBaseURL(opt.BaseURL)
	if err != nil {
		return nil, err
	}
	if opt.Model == "" {
		return nil, model.Errorf(model.CodeNoModel, false, "Choose a model in the settings.", nil, "no model is chosen for %s", base.Host)
	}
	if opt.APIKey != "" && base.Scheme == "http" && !model.IsPrivate(base.Hostname()) {
		return nil, model.Errorf(model.CodeInsecureKey, false, "Use an https address, or remove the key.", nil,
			"the key would be sent unencrypted to %s", base.Host)
	}
	opt = withDefaults(opt, base.Hostname())
	// The service is made bare: openai.NewClient would read keys and addresses from the environment.
	options := []option.RequestOption{
		option.WithBaseURL(base.String()),
		option.WithHTTPClient(model.Client(opt.Connect)),
		option.WithMaxRetries(0),
	}
	if opt.APIKey != "" {
		options = append(options, option.WithAPIKey(opt.APIKey))
	}
	return &Provider{opt: opt, base: base, chat: openai.NewChatCompletionService(options...)}, nil
}

func withDefaults(opt Options, host string) Options {
	known := model.Lookup(opt.Model)
	switch {
	case opt.WindowTokens > 0:
	case model.IsLoopback(host):
		// What a local server gives a model is not what the model could have.
		opt.WindowTokens = 4096
	case known.Window > 0:
		opt.WindowTokens = known.Window
	default:
		opt.WindowTokens = 8192
	}
	if opt.AnswerTokens == 0 {
		opt.AnswerTokens = opt.WindowTokens / 4
		if known.Answer > 0 {
			opt.AnswerTokens = min(opt.AnswerTokens, known.Answer)
		}
	}
	for field, value := range map[*time.Duration]time.Duration{&opt.Connect: 5 * time.Second, &opt.FirstToken: 3 * time.Minute, &opt.Idle: time.Minute} {
		if *field == 0 {
			*field = value
		}
	}
	return opt
}

func parseBaseURL(raw string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") || base.User != nil {
		return nil, model.Errorf(model.CodeBadAddress, false, "Give an address such as http://127.0.0.1:11434/v1, without a user or password in it.",
			nil, "the address of the model is not usable")
	}
	base.RawQuery, base.Fragment = "", ""
	base.Path = strings.TrimRight(base.Path, "/") + "/"
	return base, nil
}

// Label implements model.Provider.
func (o *Provider) Label() string { return o.opt.Model }

// Window implements model.Provider.
func (o *Provider) Window() int { return o.opt.WindowTokens }

// AnswerLimit implements model.Provider.
func (o *Provider) AnswerLimit() int { return o.opt.AnswerTokens }

// Host implements model.Provider.
func (o *Provider) Host() (string, bool) { return o.base.Host, !model.IsLoopback(o.base.Hostname()) }

// String never shows the key.
func (o *Provider) String() string { return o.opt.Model + " at " + o.base.Host }

var _ fmt.Stringer = (*Provider)(nil)

// Stream implements model.Provider. A model that does not take tools is asked again without, and from then on.
func (o *Provider) Stream(ctx context.Context, p model.Prompt, on func(model.Event)) (model.Completion, error) {
	ctx = model.TellSent(ctx, on)
	ask := func() (model.Completion, error) {
		return model.Try(ctx, o.opt.Retry, on, func() (model.Completion, error) { return o.once(ctx, p, on) })
	}
	wanted := len(p.Tools) > 0
	if !wanted || o.noTools.Load() {
		p = model.WithoutTools(p)
	}
	done, err := ask()
	if len(p.Tools) > 0 && model.CodeOf(err) == model.CodeNoTools {
		o.noTools.Store(true)
		p = model.WithoutTools(p)
		done, err = ask()
	}
	done.NoTools = wanted && len(p.Tools) == 0
	return done, err
}

func (o *Provider) once(ctx context.Context, p model.Prompt, on func(model.Event)) (model.Completion, error) {
	ctx, watch := model.StartWatch(ctx, o.opt.FirstToken)
	defer watch.Stop()
	seen := &tail{}
	var response *http.Response
	stream := o.chat.NewStreaming(ctx, o.params(p), option.WithResponseInto(&response), option.WithMiddleware(seen.middleware))
	defer func() { _ = stream.Close() }() // nothing is lost by it: what came was read
	done, err := o.read(stream, watch, on)
	begun := done.Text != "" || done.Reasoning != ""
	switch {
	case watch.Expired() != nil:
		return done, watch.Expired()
	case ctx.Err() != nil:
		return done, context.Cause(ctx)
	case err != nil:
		return done, o.classify(err, begun, len(p.Tools) > 0)
	case response != nil && response.StatusCode >= 300:
		return done, o.redirected(response)
	case done.Stop != model.StopUnknown || seen.done():
	case seen.events():
		return done, model.Errorf(model.CodeBrokenOff, true, "Ask again; if it repeats, look at the model server's log.", nil,
			"%s stopped in the middle of the answer", o.base.Host)
	default:
		return done, o.malformed(nil)
	}
	if strings.TrimSpace(done.Text) == "" && len(done.Calls) == 0 {
		return done, model.Errorf(model.CodeEmpty, true, "Ask again, or choose another model.", nil, "%s gave an empty answer", o.opt.Model)
	}
	return done, nil
}

func (o *Provider) redirected(r *http.Response) error {
	to := "elsewhere"
	if u, err := r.Location(); err == nil {
		to = "to " + u.Host
	}
	return model.Errorf(model.CodeRedirected, false, "Enter the address that the server really has.", nil,
		"%s answers %d and sends %s", o.base.Host, r.StatusCode, to)
}

func (o *Provider) malformed(cause error) error {
	return model.Errorf(model.CodeMalformed, false, "Check that the address is that of an OpenAI-compatible server and ends with its version, such as /v1.",
		cause, "what %s answers is not a stream of chat completions", o.base.Host)
}
