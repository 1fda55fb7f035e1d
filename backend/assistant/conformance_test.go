package assistant_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/assistant"
	"cloudops/backend/assistant/anthropic"
	"cloudops/backend/assistant/bedrock"
	lm "cloudops/backend/assistant/model"
	"cloudops/backend/assistant/openai"
	"cloudops/backend/assistant/scripted"
)

// scriptedServer is a model server whose behaviour the model's name says.
func scriptedServer(t *testing.T) (*scripted.Server, string) {
	t.Helper()
	server := scripted.New(scripted.Options{})
	return server, serve(t, server)
}

func serve(t *testing.T, server http.Handler) string {
	t.Helper()
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return web.URL
}

// awsAccount is credentials of nobody, and no configuration of the machine.
func awsAccount(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIA" + strings.Repeat("A", 16), "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// providers makes one of each kind for a behaviour of the scripted server.
func providers(t *testing.T, url, behaviour string) map[string]assistant.Provider {
	t.Helper()
	awsAccount(t)
	retry := lm.Retry{Delay: time.Millisecond, MaxWait: 2 * time.Second}
	o, err := openai.New(openai.Options{BaseURL: url + "/v1", Model: behaviour, WindowTokens: 16_000, Retry: retry})
	require.NoError(t, err)
	b, err := bedrock.New(t.Context(), bedrock.Options{Endpoint: url, Model: "us.scripted." + behaviour, WindowTokens: 16_000, Retry: retry})
	require.NoError(t, err)
	a, err := anthropic.New(anthropic.Options{BaseURL: url, Model: behaviour, APIKey: "k", WindowTokens: 16_000, Retry: retry})
	require.NoError(t, err)
	return map[string]assistant.Provider{"openai": o, "bedrock": b, "anthropic": a}
}

var oneTool = []lm.Tool{{Name: "search_estate", Description: "search", Schema: []byte(`{"type":"object","properties":{"query":{"type":"string"}},"required":["query"]}`)}}

func hello(text string) lm.Prompt {
	return lm.Prompt{Messages: []lm.Message{{Role: lm.RoleSystem, Text: "be brief"}, {Role: lm.RoleUser, Text: text}}, Tools: oneTool}
}

// What holds of every kind of provider.
func TestProvidersBehaveAlike(t *testing.T) {
	awsAccount(t)
	server, url := scriptedServer(t)
	for _, c := range []struct {
		behaviour string
		code      lm.Code
		text      string
		reasoning string
		calls     int
		requests  int
		waited    bool
	}{
		{behaviour: "answer", text: "You asked: hello there.", requests: 1},
		{behaviour: "reasoning", text: "You asked: hello there.", reasoning: "First I think about it. Then I think again. ", requests: 1},
		{behaviour: "tools", text: "Let me look.", calls: 1, requests: 1},
		{behaviour: "parallel", calls: 3, requests: 1},
		{behaviour: "401", code: lm.CodeUnauthorized, requests: 1},
		{behaviour: "403", code: lm.CodeUnauthorized, requests: 1},
		{behaviour: "404", code: lm.CodeNoModel, requests: 1},
		{behaviour: "429", text: "You asked: hello there.", requests: 2, waited: true},
		{behaviour: "429-always", code: lm.CodeRateLimited, requests: 1}, // an hour is longer than anybody waits
		{behaviour: "500", text: "You asked: hello there.", requests: 2, waited: true},
		{behaviour: "500-always", code: lm.CodeServer, requests: 3, waited: true},
		{behaviour: "break", code: lm.CodeBrokenOff, text: "It begins and then", requests: 1},
		{behaviour: "malformed", code: lm.CodeMalformed, requests: 1},
		{behaviour: "empty", code: lm.CodeEmpty, requests: 1},
		{behaviour: "too-long", code: lm.CodeTooLong, requests: 1},
	} {
		for kind, p := range providers(t, url, c.behaviour) {
			t.Run(kind+"/"+c.behaviour, func(t *testing.T) {
				server.Forget()
				text, waited := "", false
				done, err := p.Stream(t.Context(), hello("hello there"), func(e lm.Event) {
					if e.Kind == lm.EventText {
						text += e.Text
					}
					waited = waited || e.Kind == lm.EventWaiting && e.Wait > 0
				})
				if c.code == "" {
					require.NoError(t, err)
					require.NotZero(t, done.PromptTokens)
					require.NotZero(t, done.AnswerTokens)
				} else {
					var failure *assistant.ModelError
					require.ErrorAs(t, err, &failure)
					require.Equal(t, c.code, failure.Code, failure.Message)
					require.NotEmpty(t, failure.Hint)
					require.NotContains(t, failure.Error(), "hello there")
				}
				require.Equal(t, c.text, done.Text)
				require.Equal(t, c.text, text)
				require.Equal(t, c.reasoning, done.Reasoning)
				require.Len(t, done.Calls, c.calls)
				for _, call := range done.Calls {
					require.NotEmpty(t, call.ID)
					require.True(t, strings.HasPrefix(call.Args, `{"`), call.Args)
				}
				require.Len(t, server.Requests(), c.requests)
				require.Equal(t, c.waited, waited)
				require.Equal(t, []string{"search_estate"}, server.Requests()[0].Tools)
			})
		}
	}
}

// A conversation with calls and results reaches each server in its own words, with tools offered and without.
func TestCallsAndResultsReachTheServer(t *testing.T) {
	awsAccount(t)
	server, url := scriptedServer(t)
	prompt := hello("Which databases?")
	prompt.Messages = append(prompt.Messages,
		lm.Message{Role: lm.RoleAssistant, Text: "Let me look.", Calls: []lm.Call{{ID: "a", Name: "search_estate", Args: `{"query":"db"}`}, {ID: "b", Name: "search_estate", Args: `{"que`}}},
		lm.Message{Role: lm.RoleTool, Results: []lm.Result{{CallID: "a", Name: "search_estate", Text: `{"name":"billing-main"}`}, {CallID: "b", Name: "search_estate", Text: "not JSON", Failed: true}}})
	for kind, p := range providers(t, url, "answer") {
		for _, tools := range [][]lm.Tool{oneTool, nil} {
			server.Forget()
			prompt.Tools = tools
			done, err := p.Stream(t.Context(), prompt, func(lm.Event) {})
			require.NoError(t, err, kind)
			sent := server.Requests()[0]
			if tools != nil {
				require.Equal(t, []string{`{"name":"billing-main"}`, "not JSON"}, sent.Results, kind)
				require.Equal(t, 1, sent.Step, kind)
				require.Contains(t, done.Text, "I found billing-main", kind)
			} else {
				require.Empty(t, sent.Results, kind)
				require.Contains(t, sent.Body, "billing-main", kind)
			}
		}
	}
}

func TestAModelWithoutToolsIsAskedAgainWithout(t *testing.T) {
	awsAccount(t)
	server, url := scriptedServer(t)
	for kind, p := range providers(t, url, "no-tools") {
		if kind == "anthropic" {
			continue // all of its models take tools
		}
		server.Forget()
		for n := 1; n <= 2; n++ {
			done, err := p.Stream(t.Context(), hello("hi"), func(lm.Event) {})
			require.NoError(t, err, kind)
			require.True(t, done.NoTools, kind)
			require.Equal(t, "You asked: hi.", done.Text)
			require.Len(t, server.Requests(), n+1, "it is tried with tools only once")
		}
	}
}

func TestBedrockSaysWhatIsWrong(t *testing.T) {
	awsAccount(t)
	_, url := scriptedServer(t)
	for behaviour, want := range map[string]struct {
		code lm.Code
		hint string
	}{
		"not-enabled": {lm.CodeNotEnabled, "Model access"},
		"expired":     {lm.CodeCredentials, "aws sso login"},
		"on-demand":   {lm.CodeNoModel, "inference profile"},
		"403":         {lm.CodeUnauthorized, "bedrock:InvokeModelWithResponseStream"},
	} {
		_, err := providers(t, url, behaviour)["bedrock"].Stream(t.Context(), hello("hi"), func(lm.Event) {})
		var failure *assistant.ModelError
		require.ErrorAs(t, err, &failure)
		require.Equal(t, want.code, failure.Code)
		require.Contains(t, failure.Hint, want.hint)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	p, err := bedrock.New(t.Context(), bedrock.Options{Endpoint: url, Model: "m", Region: "us-east-1"})
	require.NoError(t, err)
	_, err = p.Stream(t.Context(), hello("hi"), func(lm.Event) {})
	require.Equal(t, lm.CodeCredentials, lm.CodeOf(err), err)
	t.Setenv("AWS_REGION", "")
	_, err = bedrock.New(t.Context(), bedrock.Options{Model: "m"})
	require.Equal(t, lm.CodeBadSettings, lm.CodeOf(err))
}

func TestProbeListsModelsOrSaysWhatIsWrong(t *testing.T) {
	awsAccount(t)
	_, url := scriptedServer(t)
	for _, c := range []struct {
		config assistant.ModelConfig
		code   assistant.Code
		has    string
	}{
		{assistant.ModelConfig{BaseURL: url + "/v1"}, "", "tools"},
		{assistant.ModelConfig{Provider: "openai", BaseURL: url + "/v1", Name: "tools", APIKey: "right"}, "", "tools"},
		{assistant.ModelConfig{BaseURL: url + "/v1", Name: "gone"}, lm.CodeNoModel, "tools"},
		{assistant.ModelConfig{BaseURL: url + "/v1", APIKey: "wrong"}, lm.CodeUnauthorized, ""},
		{assistant.ModelConfig{BaseURL: "http://127.0.0.1:1/v1"}, lm.CodeRefused, ""},
		{assistant.ModelConfig{BaseURL: url + "/elsewhere"}, lm.CodeRejected, ""},
		{assistant.ModelConfig{BaseURL: "nonsense"}, lm.CodeBadAddress, ""},
		{assistant.ModelConfig{Provider: "bedrock", Endpoint: url}, "", "us.scripted.tools"},
		{assistant.ModelConfig{Provider: "bedrock", Endpoint: url, APIKey: "bedrock-key"}, lm.CodeInsecureKey, ""},
		{assistant.ModelConfig{Provider: "bedrock", Endpoint: "http://127.0.0.1:1"}, lm.CodeRefused, ""},
		{assistant.ModelConfig{Provider: "bedrock", Profile: "nobody"}, lm.CodeBadSettings, ""},
		{assistant.ModelConfig{Provider: "anthropic", BaseURL: url, APIKey: "right"}, "", "tools"},
		{assistant.ModelConfig{Provider: "anthropic", BaseURL: url, APIKey: "wrong"}, lm.CodeUnauthorized, ""},
		{assistant.ModelConfig{Provider: "anthropic"}, lm.CodeUnauthorized, ""},
		{assistant.ModelConfig{Provider: "other"}, lm.CodeBadSettings, ""},
	} {
		e := assistant.Probe(t.Context(), c.config)
		require.Equal(t, c.code, e.Code, "%+v: %+v", c.config, e)
		require.Equal(t, c.code == "", e.OK)
		require.NotEmpty(t, e.Detail)
		if c.has != "" {
			require.Contains(t, e.Models, c.has)
			require.NotContains(t, e.Models, "scripted.profile-only")
		} else {
			require.NotEmpty(t, e.Hint, e.Detail)
		}
	}
}

func TestCancelEndsAnyProvider(t *testing.T) {
	awsAccount(t)
	_, url := scriptedServer(t)
	for kind, p := range providers(t, url, "hang") {
		ctx, cancel := context.WithCancel(t.Context())
		done, err := p.Stream(ctx, hello("hi"), func(e lm.Event) {
			if strings.Contains(e.Text, "begins") {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled, kind)
		require.Equal(t, "It begins", done.Text, kind)
	}
}
