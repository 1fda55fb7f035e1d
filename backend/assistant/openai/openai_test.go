package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/assistant/model"
)

// piece is one event of the wire format of chat completions.
func piece(text string) string {
	b, _ := json.Marshal(map[string]any{"id": "1", "object": "chat.completion.chunk", "model": "tiny:1b", "choices": []any{
		map[string]any{"index": 0, "delta": map[string]string{"content": text}, "finish_reason": nil},
	}})
	return "data: " + string(b) + "\n\n"
}

func ending(reason string) string {
	return `data: {"id":"1","object":"chat.completion.chunk","model":"tiny:1b","choices":[{"index":0,"delta":{},"finish_reason":"` + reason + `"}]}` + "\n\n" +
		`data: {"id":"1","object":"chat.completion.chunk","model":"tiny:1b","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":4,"total_tokens":15}}` + "\n\n"
}

const finished = "data: [DONE]\n\n"

// server answers chat completions with a script; a nil-returning script says that the handler did all itself.
func server(t *testing.T, handle func(w http.ResponseWriter, r *http.Request, write func(string))) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handle(w, r, func(s string) {
			if w.Header().Get("Content-Type") == "" {
				w.Header().Set("Content-Type", "text/event-stream")
			}
			_, _ = io.WriteString(w, s)
			w.(http.Flusher).Flush()
		})
	}))
	t.Cleanup(s.Close)
	return s
}

func provider(t *testing.T, base string, change ...func(*Options)) *Provider {
	t.Helper()
	opt := Options{BaseURL: base + "/v1", Model: "tiny", Retry: model.Retry{Delay: time.Millisecond}}
	for _, c := range change {
		c(&opt)
	}
	p, err := New(opt)
	require.NoError(t, err)
	return p
}

func stream(ctx context.Context, p *Provider) (model.Completion, string, error) {
	var b strings.Builder
	done, err := p.Stream(ctx, model.Prompt{Messages: []model.Message{{Role: "system", Text: "s"}, {Role: "user", Text: "hi"}}}, func(e model.Event) {
		if e.Kind == model.EventText {
			b.WriteString(e.Text)
		}
	})
	return done, b.String(), err
}

func TestAStreamedAnswer(t *testing.T) {
	var body map[string]any
	s := server(t, func(_ http.ResponseWriter, r *http.Request, write func(string)) {
		require.Equal(t, "/v1/chat/completions", r.URL.Path)
		require.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		require.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		write(": a comment\n\n")
		for _, word := range []string{"Two ", "buckets ", "are ", "public: 漢🦊."} {
			write(piece(word))
		}
		write(ending("stop") + finished)
	})
	done, text, err := stream(t.Context(), provider(t, s.URL, func(o *Options) { o.APIKey = "secret" }))
	require.NoError(t, err)
	require.Equal(t, "Two buckets are public: 漢🦊.", text)
	require.Equal(t, model.Completion{Text: text, Model: "tiny:1b", Stop: model.StopEnd, PromptTokens: 11, AnswerTokens: 4}, done)
	require.Equal(t, true, body["stream"])
	require.Equal(t, "tiny", body["model"])
	require.Len(t, body["messages"], 2)
}

func TestNoKeyIsTakenFromTheEnvironment(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "from the environment")
	t.Setenv("OPENAI_ORG_ID", "org")
	t.Setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: 1")
	s := server(t, func(_ http.ResponseWriter, r *http.Request, write func(string)) {
		require.Empty(t, r.Header.Get("Authorization"))
		require.Empty(t, r.Header.Get("Openai-Organization"))
		require.Empty(t, r.Header.Get("X-Leak"))
		write(piece("ok") + ending("stop") + finished)
	})
	_, _, err := stream(t.Context(), provider(t, s.URL))
	require.NoError(t, err)
}

// Each way in which a server can fail, and what becomes of it.
func TestFailuresOfAModelServer(t *testing.T) {
	status := func(code int, body string) func(http.ResponseWriter, *http.Request, func(string)) {
		return func(w http.ResponseWriter, _ *http.Request, _ func(string)) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name   string
		handle func(http.ResponseWriter, *http.Request, func(string))
		code   model.Code
		text   string
		calls  int32
	}{
		{"401", status(401, `{"error":{"message":"bad key sk-123"}}`), model.CodeUnauthorized, "", 1},
		{"403", status(403, ``), model.CodeUnauthorized, "", 1},
		{"404", status(404, `{"error":{"message":"model not found"}}`), model.CodeNoModel, "", 1},
		{"400", status(400, `{"error":{"message":"no"}}`), model.CodeRejected, "", 1},
		{"400 too long", status(400, `{"error":{"message":"no","code":"context_length_exceeded"}}`), model.CodeTooLong, "", 1},
		{"429", status(429, `{"error":{"message":"slow down"}}`), model.CodeRateLimited, "", 3},
		{"500", status(500, `oh no`), model.CodeServer, "", 3},
		{"cut in a chunk", func(w http.ResponseWriter, _ *http.Request, write func(string)) {
			write(piece("half an "))
			hijack(w)
		}, model.CodeBrokenOff, "half an ", 1},
		{"ends without saying so", func(_ http.ResponseWriter, _ *http.Request, write func(string)) {
			write(piece("half an "))
		}, model.CodeBrokenOff, "half an ", 1},
		{"malformed chunk", func(_ http.ResponseWriter, _ *http.Request, write func(string)) {
			write(piece("so far ") + "data: {\"choices\":[{]}\n\n" + finished)
		}, model.CodeMalformed, "so far ", 1},
		{"an error in the stream", func(_ http.ResponseWriter, _ *http.Request, write func(string)) {
			write(piece("so far ") + "data: {\"error\":{\"message\":\"out of memory\"}}\n\n")
		}, model.CodeServer, "so far ", 1},
		{"empty", func(_ http.ResponseWriter, _ *http.Request, write func(string)) {
			write(piece("") + ending("stop") + finished)
		}, model.CodeEmpty, "", 1},
		{"a web page", func(w http.ResponseWriter, _ *http.Request, write func(string)) {
			w.Header().Set("Content-Type", "text/html")
			write("<html><body>Welcome</body></html>")
		}, model.CodeMalformed, "", 1},
		{"nothing at all", func(http.ResponseWriter, *http.Request, func(string)) {}, model.CodeMalformed, "", 1},
		{"hangs up at once", func(w http.ResponseWriter, _ *http.Request, _ func(string)) { hijack(w) }, model.CodeBrokenOff, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls atomic.Int32
			s := server(t, func(w http.ResponseWriter, r *http.Request, write func(string)) {
				calls.Add(1)
				c.handle(w, r, write)
			})
			done, text, err := stream(t.Context(), provider(t, s.URL, func(o *Options) { o.APIKey = "sk-123" }))
			var m *model.Error
			require.ErrorAs(t, err, &m)
			require.Equal(t, c.code, m.Code, m.Message)
			require.NotEmpty(t, m.Hint)
			require.NotContains(t, m.Error()+m.Hint, "sk-123")
			require.Equal(t, c.text, text)
			require.Equal(t, c.text, done.Text)
			require.Equal(t, c.calls, calls.Load())
		})
	}
}

func hijack(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

func TestARateLimitIsWaitedFor(t *testing.T) {
	var calls atomic.Int32
	after := "0.01"
	s := server(t, func(w http.ResponseWriter, _ *http.Request, write func(string)) {
		if calls.Add(1) == 1 {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		write(piece("now") + ending("length") + finished)
	})
	done, _, err := stream(t.Context(), provider(t, s.URL))
	require.NoError(t, err)
	require.Equal(t, "now", done.Text)
	require.True(t, done.Truncated())

	calls.Store(0)
	after = "3600"
	_, _, err = stream(t.Context(), provider(t, s.URL))
	var m *model.Error
	require.ErrorAs(t, err, &m)
	require.Equal(t, model.CodeRateLimited, m.Code)
	require.Equal(t, time.Hour, m.RetryAfter)
	require.Equal(t, int32(1), calls.Load())
}

func TestASilentModelIsGivenUp(t *testing.T) {
	for _, first := range []string{"", piece("so far ")} {
		s := server(t, func(_ http.ResponseWriter, r *http.Request, write func(string)) {
			write(": waiting\n\n" + first)
			<-r.Context().Done()
		})
		done, _, err := stream(t.Context(), provider(t, s.URL, func(o *Options) {
			o.FirstToken, o.Idle = 400*time.Millisecond, 50*time.Millisecond
		}))
		require.Equal(t, model.CodeTimeout, model.CodeOf(err))
		require.Equal(t, first != "", done.Text == "so far ")
	}
}

func TestCancelKeepsWhatCame(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := server(t, func(_ http.ResponseWriter, r *http.Request, write func(string)) {
		write(piece("so far "))
		<-r.Context().Done()
	})
	var text string
	done, err := provider(t, s.URL).Stream(ctx, model.Prompt{}, func(e model.Event) { text += e.Text; cancel() })
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, "so far ", done.Text)
	require.Equal(t, "so far ", text)
}

func TestNothingListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	_, _, err = stream(t.Context(), provider(t, address))
	require.Equal(t, model.CodeRefused, model.CodeOf(err))
	_, err = List(t.Context(), address+"/v1", "")
	require.Equal(t, model.CodeRefused, model.CodeOf(err))
}

func TestTheKeyGoesNowhereElse(t *testing.T) {
	var elsewhere atomic.Int32
	other := server(t, func(http.ResponseWriter, *http.Request, func(string)) { elsewhere.Add(1) })
	s := server(t, func(w http.ResponseWriter, r *http.Request, _ func(string)) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	_, _, err := stream(t.Context(), provider(t, s.URL, func(o *Options) { o.APIKey = "secret" }))
	require.Equal(t, model.CodeRedirected, model.CodeOf(err))
	_, err = List(t.Context(), s.URL+"/v1", "secret")
	require.Equal(t, model.CodeRedirected, model.CodeOf(err))
	require.Zero(t, elsewhere.Load())
}

func TestAddressesAreChecked(t *testing.T) {
	for _, bad := range []string{"", "ollama", "ftp://host/v1", "http://user:pw@host/v1", "http://", "://", "file:///etc/passwd"} {
		_, err := New(Options{BaseURL: bad, Model: "m"})
		require.Equal(t, model.CodeBadAddress, model.CodeOf(err), bad)
	}
	for base, ok := range map[string]bool{
		"http://api.example.com/v1": false, "https://api.example.com/v1": true, "http://127.0.0.1:1/v1": true, "http://[::1]:1/v1": true,
		"http://192.168.1.4/v1": true, "http://gpu.local/v1": true, "http://gpu/v1": true, "http://8.8.8.8/v1": false,
	} {
		_, err := New(Options{BaseURL: base, Model: "m", APIKey: "k"})
		require.Equal(t, ok, err == nil, base)
	}
	_, err := New(Options{BaseURL: "http://localhost:1/v1"})
	require.Equal(t, model.CodeNoModel, model.CodeOf(err))
	p, err := New(Options{BaseURL: "https://api.example.com/v1", Model: "m", APIKey: "secret"})
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(p), "secret")
}
