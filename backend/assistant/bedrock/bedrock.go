// Package bedrock asks language models behind Amazon Bedrock by its Converse API, which is the same for all of them.
package bedrock

import (
	"context"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/auth/bearer"

	"cloudops/backend/assistant/model"
)

// Options describe a model of Bedrock.
type Options struct {
	Region   string // empty: the profile's
	Profile  string // empty: the SDK's default chain of credentials
	Endpoint string // instead of Bedrock's own address
	Model    string // of a foundation model or an inference profile
	APIKey   string // a Bedrock API key, instead of credentials; empty: none
	// WindowTokens is what prompt and answer may have together; what is known of the model, or 8,192, when 0.
	WindowTokens int
	// AnswerTokens bounds the answer; a quarter of the window, and no more than the model gives, when 0.
	AnswerTokens int
	Connect      time.Duration // 5 s when 0
	FirstToken   time.Duration // 1 min when 0
	Idle         time.Duration // between two pieces; 1 min when 0
	Retry        model.Retry
	// Config is an AWS configuration instead of the machine's, for tests.
	Config *aws.Config
}

// Provider is a model.Provider. It is safe for concurrent use.
type Provider struct {
	opt     Options
	client  *bedrockruntime.Client
	host    string
	remote  bool
	noTools atomic.Bool
}

// New reads the AWS configuration of the machine; it connects to nothing. *model.Error: what is set cannot be used.
func New(ctx context.Context, opt Options) (*Provider, error) {
	if opt.Model == "" {
		return nil, model.Errorf(model.CodeNoModel, false, "Choose a model in the settings.", nil, "no model of Bedrock is chosen")
	}
	known := model.Lookup(opt.Model)
	if opt.WindowTokens == 0 {
		opt.WindowTokens = max(known.Window, 8192)
	}
	if opt.AnswerTokens == 0 {
		opt.AnswerTokens = opt.WindowTokens / 4
		if known.Answer > 0 {
			opt.AnswerTokens = min(opt.AnswerTokens, known.Answer)
		} else {
			opt.AnswerTokens = min(opt.AnswerTokens, 2048)
		}
	}
	for field, value := range map[*time.Duration]time.Duration{&opt.Connect: 5 * time.Second, &opt.FirstToken: time.Minute, &opt.Idle: time.Minute} {
		if *field == 0 {
			*field = value
		}
	}
	cfg, err := load(ctx, opt)
	if err != nil {
		return nil, err
	}
	p := &Provider{opt: opt, host: "bedrock-runtime." + cfg.Region + ".amazonaws.com", remote: true}
	if opt.Endpoint != "" {
		u, err := parseEndpoint(opt.Endpoint, opt.APIKey)
		if err != nil {
			return nil, err
		}
		p.host, p.remote = u.Host, !model.IsLoopback(u.Hostname())
	}
	p.client = bedrockruntime.NewFromConfig(cfg, func(o *bedrockruntime.Options) {
		o.HTTPClient = model.Client(opt.Connect)
		o.Retryer = aws.NopRetryer{} // Stream tries again by itself, and says so
		if opt.Endpoint != "" {
			o.BaseEndpoint = aws.String(opt.Endpoint)
		}
		if opt.APIKey != "" {
			o.BearerAuthTokenProvider = bearer.StaticTokenProvider{Token: bearer.Token{Value: opt.APIKey}}
			o.AuthSchemePreference = []string{"httpBearerAuth"}
		}
	})
	return p, nil
}

func load(ctx context.Context, opt Options) (aws.Config, error) {
	if opt.Config != nil {
		return *opt.Config, nil
	}
	var options []func(*config.LoadOptions) error
	if opt.Region != "" {
		options = append(options, config.WithRegion(opt.Region))
	}
	if opt.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(opt.Profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return cfg, model.Errorf(model.CodeBadSettings, false, "Choose one of the profiles of ~/.aws/config.", err, "the AWS configuration cannot be read")
	}
	if cfg.Region == "" {
		return cfg, model.Errorf(model.CodeBadSettings, false, "Enter the region in which you use Bedrock, such as us-east-1.", nil, "no region is set for Bedrock")
	}
	return cfg, nil
}

func parseEndpoint(raw, key string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return nil, model.Errorf(model.CodeBadAddress, false, "Give an address such as https://vpce-1234.bedrock-runtime.eu-west-1.vpce.amazonaws.com.",
			nil, "the endpoint of Bedrock is not usable")
	}
	if u.Scheme == "http" && key != "" { // nor would the SDK
		return nil, model.Errorf(model.CodeInsecureKey, false, "Use an https address.", nil, "the key would be sent unencrypted to %s", u.Host)
	}
	return u, nil
}

// Label implements model.Provider.
func (p *Provider) Label() string { return p.opt.Model }

// Window implements model.Provider.
func (p *Provider) Window() int { return p.opt.WindowTokens }

// AnswerLimit implements model.Provider.
func (p *Provider) AnswerLimit() int { return p.opt.AnswerTokens }

// Host implements model.Provider.
func (p *Provider) Host() (string, bool) { return p.host, p.remote }

// Stream implements model.Provider. A model that does not take tools is asked again without, and from then on.
func (p *Provider) Stream(ctx context.Context, prompt model.Prompt, on func(model.Event)) (model.Completion, error) {
	ctx = model.TellSent(ctx, on)
	ask := func() (model.Completion, error) {
		return model.Try(ctx, p.opt.Retry, on, func() (model.Completion, error) { return p.once(ctx, prompt, on) })
	}
	wanted := len(prompt.Tools) > 0
	if !wanted || p.noTools.Load() {
		prompt = model.WithoutTools(prompt)
	}
	done, err := ask()
	if len(prompt.Tools) > 0 && model.CodeOf(err) == model.CodeNoTools {
		p.noTools.Store(true)
		prompt = model.WithoutTools(prompt)
		done, err = ask()
	}
	done.NoTools = wanted && len(prompt.Tools) == 0
	return done, err
}

func (p *Provider) once(ctx context.Context, prompt model.Prompt, on func(model.Event)) (model.Completion, error) {
	ctx, watch := model.StartWatch(ctx, p.opt.FirstToken)
	defer watch.Stop()
	out, err := p.client.ConverseStream(ctx, p.input(prompt))
	if err != nil {
		return model.Completion{}, p.end(ctx, watch, err, false)
	}
	stream := out.GetStream()
	defer func() { _ = stream.Close() }() // what came was read
	r := &reader{on: on, done: model.Completion{Model: p.opt.Model, Stop: model.StopUnknown}}
	for event := range stream.Events() {
		watch.Alive(p.opt.Idle)
		r.event(event)
	}
	done := r.completion()
	begun := done.Text != "" || done.Reasoning != ""
	// What happens to the connection after the end of the answer does not matter.
	if err := stream.Err(); done.Stop == model.StopUnknown && err != nil || ctx.Err() != nil {
		return done, p.end(ctx, watch, err, begun)
	}
	if done.Stop == model.StopUnknown {
		return done, model.Errorf(model.CodeBrokenOff, true, "Ask again.", nil, "%s stopped in the middle of the answer", p.host)
	}
	if r.tooLong {
		return done, p.tooLong(nil)
	}
	if strings.TrimSpace(done.Text) == "" && len(done.Calls) == 0 {
		return done, model.Errorf(model.CodeEmpty, true, "Ask again, or choose another model.", nil, "%s gave an empty answer", p.opt.Model)
	}
	return done, nil
}

// end is why a request ended.
func (p *Provider) end(ctx context.Context, watch *model.Watch, err error, begun bool) error {
	switch {
	case watch.Expired() != nil:
		return watch.Expired()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return p.classify(err, begun)
}
