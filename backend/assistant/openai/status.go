package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"cloudops/backend/assistant/model"
)

// tail notes whether a stream of events came and whether it said that it is done, which the client does not tell.
type tail struct {
	mu      sync.Mutex
	last    []byte
	isEvent bool
	isDone  bool
}

func (t *tail) middleware(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	resp, err := next(r)
	if err == nil && resp != nil && resp.Body != nil && resp.StatusCode < 300 {
		resp.Body = &tailReader{ReadCloser: resp.Body, tail: t}
	}
	return resp, err
}

type tailReader struct {
	io.ReadCloser
	tail *tail
}

var doneMark, dataMark = []byte("[DONE]"), []byte("data:")

func (r *tailReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	t := r.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p[:n]...)
	t.isDone = t.isDone || bytes.Contains(t.last, doneMark)
	t.isEvent = t.isEvent || bytes.Contains(t.last, dataMark)
	if keep := len(doneMark); len(t.last) > keep {
		t.last = append(t.last[:0], t.last[len(t.last)-keep:]...)
	}
	return n, err
}

func (t *tail) done() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.isDone
}

func (t *tail) events() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.isEvent
}

// classify maps an error of the client to a model.Error. begun: some text came before it.
func (o *Provider) classify(err error, begun, tools bool) error {
	var api *openai.Error
	var inStream *ssestream.StreamError
	var syntax *json.SyntaxError
	host := o.base.Host
	switch {
	case errors.As(err, &api):
		return o.status(api, tools)
	case errors.As(err, &inStream):
		return model.Errorf(model.CodeServer, true, "Look at the model server's log.", nil, "%s reported an error in the middle of the answer", host)
	case errors.As(err, &syntax):
		return o.malformed(err)
	}
	if unreached := model.Unreached(host, err, begun); unreached != nil {
		return unreached
	}
	return o.malformed(err)
}

// status maps an HTTP status.
func (o *Provider) status(api *openai.Error, tools bool) error {
	host, code := o.base.Host, api.StatusCode
	// What the server wrote is looked at, and never passed on: it may quote the prompt.
	said := strings.ToLower(api.Message + " " + api.RawJSON())
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return model.Errorf(model.CodeUnauthorized, false, "Check the API key in the settings.", api, "%s does not accept the key (%d)", host, code)
	case code == http.StatusTooManyRequests:
		after := model.RetryAfter(api.Response)
		e := model.Errorf(model.CodeRateLimited, true, model.BusyHint(after), api, "%s takes no more requests now", host)
		e.RetryAfter = after
		return e
	case code == http.StatusRequestEntityTooLarge, api.Code == "context_length_exceeded", code < 500 && tooLong(said):
		return model.Errorf(model.CodeTooLong, false, "Ask in a new conversation, or choose a model with a larger window.", api, "the prompt is too long for %s", o.opt.Model)
	case tools && code >= 400 && strings.Contains(said, "tool") && code != http.StatusServiceUnavailable:
		return model.Errorf(model.CodeNoTools, false, "Choose a model that can call tools.", api, "%s does not take tools", o.opt.Model)
	case code == http.StatusNotFound:
		return model.Errorf(model.CodeNoModel, false, "Choose one of the models that the server lists (for Ollama: `ollama pull` it first), and check that the address ends with its version, such as /v1.",
			api, "%s does not have the model %s", host, o.opt.Model)
	case code >= 500:
		e := model.Errorf(model.CodeServer, true, "Look at the model server's log, or try again.", api, "%s answered with an error (%d)", host, code)
		e.RetryAfter = model.RetryAfter(api.Response)
		return e
	case code >= 300 && code < 400 && api.Response != nil:
		return o.redirected(api.Response)
	}
	return model.Errorf(model.CodeRejected, false, "Check the model and the address in the settings.", api, "%s does not accept the request (%d)", host, code)
}

// tooLong knows how OpenAI, llama.cpp, vLLM, LM Studio and Ollama say that a prompt does not fit.
func tooLong(said string) bool {
	for _, words := range []string{"context length", "context_length", "context size", "context window", "maximum context", "exceed_context_size", "too many tokens", "prompt is too long"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}
