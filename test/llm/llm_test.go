//go:build llm

// Package llm holds a conversation with a real language model on this machine through the production code. It is not
// part of make test, because compiling the model's server takes minutes: make test-llm runs it.
package llm

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/assistant"
	"cloudops/backend/chat"
	"cloudops/backend/config"
	"cloudops/backend/host"
)

const modelName = "smollm2"

// ollama starts the server on a port of its own, in folders of its own, and gives it the weights.
func ollama(t *testing.T) (baseURL string) {
	t.Helper()
	bin, weights := os.Getenv("CLOUDOPS_TEST_OLLAMA"), os.Getenv("CLOUDOPS_TEST_GGUF")
	if bin == "" || weights == "" {
		t.Fatal("CLOUDOPS_TEST_OLLAMA and CLOUDOPS_TEST_GGUF are not set: run make test-llm, which compiles Ollama and fetches the weights")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	dir := t.TempDir()
	environment := append(os.Environ(), "HOME="+dir, "OLLAMA_HOST="+address, "OLLAMA_MODELS="+filepath.Join(dir, "models"), "OLLAMA_KEEP_ALIVE=10m")
	log, err := os.Create(filepath.Join(dir, "ollama.log"))
	require.NoError(t, err)
	server := exec.Command(bin, "serve")
	server.Env, server.Stdout, server.Stderr = environment, log, log
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
		_ = log.Close()
	})
	require.Eventually(t, func() bool {
		res, err := http.Get("http://" + address + "/api/version")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, time.Minute, 100*time.Millisecond, "Ollama does not answer")
	modelfile := filepath.Join(dir, "Modelfile")
	require.NoError(t, os.WriteFile(modelfile, []byte("FROM "+weights+"\nPARAMETER num_ctx 4096\nPARAMETER temperature 0.2\nPARAMETER num_predict 400\n"), 0o600))
	create := exec.Command(bin, "create", modelName, "-f", modelfile)
	create.Env = environment
	out, err := create.CombinedOutput()
	require.NoError(t, err, string(out))
	return "http://" + address + "/v1"
}

// events collects what the runs say.
type events struct {
	mu     sync.Mutex
	deltas map[string]int
	first  map[string]time.Time
	wait   chan struct{} // closed when the awaited number of deltas has come
	want   int
}

func (e *events) take(event host.RunEvent) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if event.Kind != "delta" {
		return
	}
	if e.deltas[event.RunID]++; e.deltas[event.RunID] == 1 {
		e.first[event.RunID] = time.Now()
	}
	if e.deltas[event.RunID] == e.want && e.wait != nil {
		close(e.wait)
		e.wait = nil
	}
}

func (e *events) after(deltas int) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.want, e.wait = deltas, make(chan struct{})
	return e.wait
}

func open(t *testing.T, dir string, e *events) *host.Host {
	t.Helper()
	h, err := host.New(host.Options{
		DataDir: dir, ForcePassphrase: true, OnRun: e.take,
		Passphrase: func(context.Context, bool) ([]byte, error) { return []byte("a passphrase of this test"), nil },
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	require.NoError(t, h.Open(ctx))
	require.NoError(t, h.WaitIndex(ctx, func(int, int) {}))
	return h
}

func closeHost(t *testing.T, h *host.Host) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	require.NoError(t, h.Close(ctx))
}

func TestAConversationIsStreamedStoppedAndResumed(t *testing.T) {
	baseURL := ollama(t)
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	e := &events{deltas: map[string]int{}, first: map[string]time.Time{}}
	dir := t.TempDir()
	h := open(t, dir, e)

	probe := assistant.Probe(ctx, assistant.ModelConfig{Provider: config.ProviderOpenAI, BaseURL: baseURL})
	require.True(t, probe.OK, "%s", probe.Detail)
	require.Contains(t, strings.Join(probe.Models, " "), modelName)
	_, err := h.SaveSettings(func(s *config.Settings) error {
		s.Model = config.ModelSettings{Provider: config.ProviderOpenAI, BaseURL: baseURL, Name: modelName, Titles: true}
		return nil
	})
	require.NoError(t, err)
	_, err = h.LoadSample(ctx, 300, 1, func(int, int) {})
	require.NoError(t, err)

	// Streamed, and stopped in the middle.
	asked := time.Now()
	enough := e.after(20)
	first, err := h.Ask(ctx, assistant.Request{Text: "Tell me a long story about a load balancer that got lost in the mountains."})
	require.NoError(t, err)
	select {
	case <-enough:
	case <-ctx.Done():
		t.Fatal("the model did not begin to answer")
	}
	require.NoError(t, h.Runs.Cancel(first.RunID))
	run, err := h.Runs.Wait(ctx, first.RunID)
	require.NoError(t, err)
	require.Equal(t, host.Cancelled, run.State)
	stopped := last(t, ctx, h, first.ConversationID)
	require.True(t, stopped.Partial)
	require.NotEmpty(t, stopped.Text)
	require.Equal(t, run.Answer.Text, stopped.Text, "what was shown is what is kept")
	t.Logf("first words after %.1f s (the prompt with what was found is %d tokens of a window of %d); stopped after %d characters",
		e.first[first.RunID].Sub(asked).Seconds(), stopped.ContextTokens, stopped.WindowTokens, len(stopped.Text))

	// Resumed.
	run = answer(t, ctx, h, assistant.Request{ConversationID: first.ConversationID, Text: "Please go on, in two sentences."})
	whole := last(t, ctx, h, first.ConversationID)
	require.False(t, whole.Partial)
	require.Equal(t, run.Answer.Text, whole.Text)
	require.Positive(t, whole.AnswerTokens)
	took := run.Ended.Sub(e.first[run.ID]).Seconds()
	t.Logf("%d tokens in %.1f s: %.0f a second; %q", whole.AnswerTokens, took, float64(whole.AnswerTokens)/took, cut(whole.Text, 160))

	// Regenerated: a second answer stands beside the first.
	run = answer(t, ctx, h, assistant.Request{ConversationID: first.ConversationID, Regenerate: whole.PairID})
	again := last(t, ctx, h, first.ConversationID)
	require.Len(t, again.Siblings, 2)
	require.Equal(t, run.Answer.MessageID, again.ID)

	// A restart keeps all of it, and the conversation goes on.
	closeHost(t, h)
	h = open(t, dir, e)
	defer closeHost(t, h)
	history, err := h.Chat.History(ctx, first.ConversationID, 0, 10)
	require.NoError(t, err)
	require.Len(t, history.Messages, 4)
	require.True(t, history.Messages[1].Partial)
	run = answer(t, ctx, h, assistant.Request{ConversationID: first.ConversationID, Text: "Thank you. What was lost?"})
	require.Equal(t, assistant.ModeModel, run.Answer.Mode)
	conversation, err := h.Chat.Get(ctx, first.ConversationID)
	require.NoError(t, err)
	t.Logf("title: %q; answer: %q", conversation.Title, cut(run.Answer.Text, 160))
}

func answer(t *testing.T, ctx context.Context, h *host.Host, req assistant.Request) host.Run {
	t.Helper()
	asked, err := h.Ask(ctx, req)
	require.NoError(t, err)
	run, err := h.Runs.Wait(ctx, asked.RunID)
	require.NoError(t, err)
	require.Equal(t, host.Done, run.State, "%v %v", run.Err, run.Findings)
	return run
}

func last(t *testing.T, ctx context.Context, h *host.Host, conversationID string) chat.Message {
	t.Helper()
	msgs, err := h.Chat.Last(ctx, conversationID, 1)
	require.NoError(t, err)
	require.Len(t, msgs, 1)
	return msgs[0]
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return fmt.Sprintf("%s…", s[:n])
}
