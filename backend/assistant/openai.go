package assistant

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/packages/ssestream"
)

// OpenAIOptions describe an OpenAI-compatible endpoint: Ollama, llama.cpp, LM Studio, vLLM, OpenAI.
type OpenAIOptions struct {
	BaseURL string // with the version, http://127.0.0.1:11434/v1
	Model   string
	APIKey  string // empty: none is sent. It goes to the host of BaseURL and nowhere else.
	// WindowTokens is what prompt and answer may have together. 0: 4,096 on this machine, which is what Ollama gives a model
	// unless told otherwise, and 32,768 elsewhere.
	WindowTokens int
	// AnswerTokens bounds the answer; a quarter of the window when 0.
	AnswerTokens int
	Connect      time.Duration // 5 s when 0
	FirstToken   time.Duration // 3 min when 0: a local model may have to be loaded first
	Idle         time.Duration // between two pieces of text; 1 min when 0
	// MaxRetryAfter is the longest wait that a 429 or 503 may ask for; 20 s when 0. There are at most two retries.
	MaxRetryAfter time.Duration
	// RetryDelay is the first wait where the server names none; 1 s when 0.
	RetryDelay time.Duration
}

const maxRetries = 2

// OpenAI is a Provider over the chat completions of an OpenAI-compatible endpoint.
type OpenAI struct {
	opt  OpenAIOptions
	base *url.URL
	chat openai.ChatCompletionService
}

// NewOpenAI checks the options; it connects to nothing. *ModelError with CodeBadAddress or CodeInsecureKey.
func NewOpenAI(opt OpenAIOptions) (*OpenAI, error) {
	base, err := parseBaseURL(opt.BaseURL)
	if err != nil {
		return nil, err
	}
	if opt.Model == "" {
		return nil, modelError(CodeNoModel, false, "Choose a model in the settings.", nil, "no model is chosen for %s", base.Host)
	}
	if opt.APIKey != "" && base.Scheme == "http" && !private(base.Hostname()) {
		return nil, modelError(CodeInsecureKey, false, "Use an https address, or remove the key.", nil,
			"the key would be sent unencrypted to %s", base.Host)
	}
	window := 32768
	if isLoopback(base.Hostname()) {
		window = 4096
	}
	defaultTo(&opt.WindowTokens, window)
	defaultTo(&opt.AnswerTokens, opt.WindowTokens/4)
	defaultTo(&opt.Connect, 5*time.Second)
	defaultTo(&opt.FirstToken, 3*time.Minute)
	defaultTo(&opt.Idle, time.Minute)
	defaultTo(&opt.MaxRetryAfter, 20*time.Second)
	defaultTo(&opt.RetryDelay, time.Second)
	// The service is made bare: openai.NewClient would read keys and addresses from the environment.
	options := []option.RequestOption{
		option.WithBaseURL(base.String()),
		option.WithHTTPClient(&http.Client{Transport: transport(opt.Connect), CheckRedirect: stay}),
		option.WithMaxRetries(0),
	}
	if opt.APIKey != "" {
		options = append(options, option.WithAPIKey(opt.APIKey))
	}
	return &OpenAI{opt: opt, base: base, chat: openai.NewChatCompletionService(options...)}, nil
}

// stay keeps requests, and the key in them, at the address that was configured.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func transport(connect time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment, // never used for loopback addresses
		DialContext:         (&net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: connect,
		MaxIdleConns:        2,
		IdleConnTimeout:     30 * time.Second,
		ForceAttemptHTTP2:   true,
	}
}

func parseBaseURL(raw string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") || base.User != nil {
		return nil, modelError(CodeBadAddress, false, "Give an address such as http://127.0.0.1:11434/v1, without a user or password in it.",
			nil, "the address of the model is not usable")
	}
	base.RawQuery, base.Fragment = "", ""
	base.Path = strings.TrimRight(base.Path, "/") + "/"
	return base, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// private: a host of this machine or of the user's own network.
func private(host string) bool {
	if isLoopback(host) {
		return true
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsPrivate() || addr.IsLinkLocalUnicast()
	}
	for _, end := range []string{".local", ".lan", ".internal", ".home.arpa"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}

// Label implements Provider.
func (o *OpenAI) Label() string { return o.opt.Model }

// Window implements Provider.
func (o *OpenAI) Window() int { return o.opt.WindowTokens }

// Stream implements Provider. It tries again, at most twice, only while no text has come.
func (o *OpenAI) Stream(ctx context.Context, messages []ChatMessage, delta func(string)) (Completion, error) {
	wait := o.opt.RetryDelay
	for attempt := 0; ; attempt++ {
		done, err := o.once(ctx, messages, delta)
		var m *ModelError
		if err == nil || done.Text != "" || ctx.Err() != nil || attempt == maxRetries || !errors.As(err, &m) {
			return done, err
		}
		if m.Code != CodeRateLimited && m.Code != CodeServer {
			return done, err
		}
		pause := wait
		if m.RetryAfter > 0 {
			pause = m.RetryAfter
		}
		if pause > o.opt.MaxRetryAfter {
			return done, err
		}
		select {
		case <-ctx.Done():
			return done, context.Cause(ctx)
		case <-time.After(pause):
		}
		wait *= 2
	}
}

func (o *OpenAI) once(ctx context.Context, messages []ChatMessage, delta func(string)) (Completion, error) {
	ctx, watch := startWatch(ctx, o.opt.FirstToken)
	defer watch.stop()
	seen := &tail{}
	var response *http.Response
	stream := o.chat.NewStreaming(ctx, o.params(messages), option.WithResponseInto(&response), option.WithMiddleware(seen.middleware))
	defer func() { _ = stream.Close() }() // nothing is lost by it: what came was read
	done, finished, err := o.read(stream, watch, delta)
	switch {
	case watch.expired() != nil:
		return done, watch.expired()
	case ctx.Err() != nil:
		return done, context.Cause(ctx)
	case err != nil:
		return done, o.classify(err, done.Text != "")
	case response != nil && response.StatusCode >= 300:
		return done, o.redirected(response)
	case finished || seen.done():
	case seen.events():
		return done, modelError(CodeBrokenOff, true, "Ask again; if it repeats, look at the model server's log.", nil,
			"%s stopped in the middle of the answer", o.base.Host)
	default:
		return done, o.malformed(nil)
	}
	if strings.TrimSpace(done.Text) == "" {
		return done, modelError(CodeEmpty, true, "Ask again, or choose another model.", nil, "%s gave an empty answer", o.opt.Model)
	}
	return done, nil
}

// read takes the pieces of the answer; finished: the server said why it stopped.
func (o *OpenAI) read(stream *ssestream.Stream[openai.ChatCompletionChunk], watch *watch, delta func(string)) (Completion, bool, error) {
	done := Completion{Model: o.opt.Model}
	finished := false
	var b strings.Builder
	for stream.Next() {
		chunk := stream.Current()
		if chunk.Model != "" {
			done.Model = chunk.Model
		}
		if chunk.Usage.TotalTokens > 0 {
			done.PromptTokens, done.AnswerTokens = chunk.Usage.PromptTokens, chunk.Usage.CompletionTokens
		}
		watch.alive(o.opt.Idle)
		if len(chunk.Choices) == 0 {
			continue
		}
		choice := chunk.Choices[0]
		if choice.FinishReason != "" {
			finished = true
			done.Truncated = choice.FinishReason == "length" || choice.FinishReason == "content_filter"
		}
		if text := strings.ToValidUTF8(choice.Delta.Content, "\uFFFD"); text != "" {
			b.WriteString(text)
			delta(text)
		}
	}
	done.Text = b.String()
	return done, finished, stream.Err()
}

func (o *OpenAI) params(messages []ChatMessage) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{
		Model:         o.opt.Model,
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: param.NewOpt(true)},
	}
	// OpenAI's own newer models refuse max_tokens, most others know nothing else.
	if o.base.Hostname() == "api.openai.com" {
		p.MaxCompletionTokens = param.NewOpt(int64(o.opt.AnswerTokens))
	} else {
		p.MaxTokens = param.NewOpt(int64(o.opt.AnswerTokens))
	}
	for _, m := range messages {
		switch m.Role {
		case "system":
			p.Messages = append(p.Messages, openai.SystemMessage(m.Text))
		case "assistant":
			p.Messages = append(p.Messages, openai.AssistantMessage(m.Text))
		default:
			p.Messages = append(p.Messages, openai.UserMessage(m.Text))
		}
	}
	return p
}

func (o *OpenAI) redirected(r *http.Response) error {
	to := "elsewhere"
	if u, err := r.Location(); err == nil {
		to = "to " + u.Host
	}
	return modelError(CodeRedirected, false, "Enter the address that the server really has.", nil,
		"%s answers %d and sends %s", o.base.Host, r.StatusCode, to)
}

func (o *OpenAI) malformed(cause error) error {
	return modelError(CodeMalformed, false, "Check that the address is that of an OpenAI-compatible server and ends with its version, such as /v1.",
		cause, "what %s answers is not a stream of chat completions", o.base.Host)
}

var _ fmt.Stringer = (*OpenAI)(nil)

// String never shows the key.
func (o *OpenAI) String() string { return o.opt.Model + " at " + o.base.Host }
