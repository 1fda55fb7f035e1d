package assistant

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"cloudops/backend/assistant/anthropic"
	"cloudops/backend/assistant/bedrock"
	"cloudops/backend/assistant/model"
	"cloudops/backend/assistant/openai"
)

// Kinds of provider.
const (
	ProviderOpenAI    = "openai" // any server that speaks OpenAI's chat completions
	ProviderBedrock   = "bedrock"
	ProviderAnthropic = "anthropic"
)

// ModelConfig says which model to connect.
type ModelConfig struct {
	Provider string // ProviderOpenAI when empty
	BaseURL  string // of an OpenAI-compatible server; of Anthropic where it is not its own
	Region   string // of Bedrock
	Profile  string // of the AWS configuration
	Endpoint string // instead of Bedrock's own
	Name     string // of the model
	APIKey   string
	// WindowTokens is what prompt and answer may have together; 0: what is known of the model.
	WindowTokens int
	// PriceIn and PriceOut are USD per million tokens; 0: the table's, or unknown.
	PriceIn, PriceOut float64
}

// priced is a provider with prices that were set.
type priced struct {
	Provider
	price model.Price
}

// Price is what the settings say.
func (p priced) Price() model.Price { return p.price }

// Connect makes the provider of a configuration. It reads the AWS configuration of the machine for Bedrock, and
// connects to nothing. *ModelError: what is set cannot be used.
func Connect(ctx context.Context, c ModelConfig) (Provider, error) {
	p, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.PriceIn > 0 || c.PriceOut > 0 {
		return priced{p, model.Price{In: c.PriceIn, Out: c.PriceOut}}, nil
	}
	return p, nil
}

func connect(ctx context.Context, c ModelConfig) (Provider, error) {
	switch c.Provider {
	case "", ProviderOpenAI:
		return asProvider(openai.New(openai.Options{BaseURL: c.BaseURL, Model: c.Name, APIKey: c.APIKey, WindowTokens: c.WindowTokens}))
	case ProviderBedrock:
		return asProvider(bedrock.New(ctx, c.bedrock()))
	case ProviderAnthropic:
		return asProvider(anthropic.New(c.anthropic()))
	}
	return nil, unknownProvider(c.Provider)
}

// asProvider keeps a nil pointer from becoming a provider.
func asProvider[P Provider](p P, err error) (Provider, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (c ModelConfig) bedrock() bedrock.Options {
	return bedrock.Options{Region: c.Region, Profile: c.Profile, Endpoint: c.Endpoint, Model: c.Name, APIKey: c.APIKey, WindowTokens: c.WindowTokens}
}

func (c ModelConfig) anthropic() anthropic.Options {
	return anthropic.Options{BaseURL: c.BaseURL, Model: c.Name, APIKey: c.APIKey, WindowTokens: c.WindowTokens}
}

func unknownProvider(name string) error {
	return model.Errorf(model.CodeBadSettings, false, "Choose openai, bedrock or anthropic.", nil, "%q is no provider of models", excerpt(name, 40))
}

// Endpoint is a model server that was looked at.
type Endpoint struct {
	Name    string // "Ollama"; empty for one that was entered
	BaseURL string
	Models  []string // sorted
	OK      bool     // it answers and has a model; where one was named, it has that
	Detail  string   // for people: what is wrong, or how many models there are
	Hint    string   // what to do about it
	Code    Code     // of what is wrong; empty where OK
}

// Probe asks a provider for its models. It always returns; what is wrong is in Detail, Hint and Code.
func Probe(ctx context.Context, c ModelConfig) Endpoint {
	e := Endpoint{BaseURL: c.BaseURL}
	models, err := list(ctx, c)
	var m *ModelError
	switch {
	case errors.As(err, &m):
		e.Code, e.Detail, e.Hint = m.Code, m.Message, m.Hint
		return e
	case err != nil:
		e.Code, e.Detail = CodeOf(err), "it did not answer"
		return e
	}
	e.Models = models
	switch {
	case len(models) == 0:
		e.Code, e.Detail, e.Hint = CodeNoModel, "it answers, and has no model yet", "Add a model to it (for Ollama: `ollama pull`; for Bedrock: ask for access in its console)."
	case c.Name != "" && !slices.Contains(models, c.Name) && c.Provider != ProviderBedrock: // an ARN or a profile of another account is not listed
		e.Code, e.Detail, e.Hint = CodeNoModel, "it answers, and does not have "+excerpt(c.Name, 80), "Choose one of the models that it lists."
	default:
		e.OK, e.Detail = true, plural(len(models), "model")
	}
	return e
}

func list(ctx context.Context, c ModelConfig) ([]string, error) {
	switch c.Provider {
	case "", ProviderOpenAI:
		return openai.List(ctx, c.BaseURL, c.APIKey)
	case ProviderBedrock:
		return bedrock.List(ctx, c.bedrock())
	case ProviderAnthropic:
		return anthropic.List(ctx, c.anthropic())
	}
	return nil, unknownProvider(c.Provider)
}

// usual are the addresses at which the common local servers listen unless told otherwise.
var usual = []Endpoint{
	{Name: "Ollama", BaseURL: "http://127.0.0.1:11434/v1"},
	{Name: "LM Studio", BaseURL: "http://127.0.0.1:1234/v1"},
	{Name: "llama.cpp", BaseURL: "http://127.0.0.1:8080/v1"},
}

const detectTimeout = 800 * time.Millisecond

// Detect looks for model servers at their usual addresses on this machine and returns those that answer, all within
// 0.8 s. It sends no key.
func Detect(ctx context.Context) []Endpoint { return detect(ctx, usual) }

func detect(ctx context.Context, at []Endpoint) []Endpoint {
	ctx, cancel := context.WithTimeout(ctx, detectTimeout)
	defer cancel()
	found := make([]Endpoint, len(at))
	var all sync.WaitGroup
	for i, e := range at {
		all.Go(func() {
			found[i] = Probe(ctx, ModelConfig{BaseURL: e.BaseURL})
			found[i].Name = e.Name
		})
	}
	all.Wait()
	return slices.DeleteFunc(found, func(e Endpoint) bool {
		return !e.OK && e.Code != CodeUnauthorized && e.Code != CodeNoModel
	})
}
