package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
)

// watch ends a request in which nothing moves any more.
type watch struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	ctx    context.Context
	mu     sync.Mutex
	what   string
}

var errSilent = errors.New("the model is silent")

func startWatch(parent context.Context, first time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &watch{cancel: cancel, ctx: ctx, what: "did not begin to answer within " + first.String()}
	w.timer = time.AfterFunc(first, func() { cancel(errSilent) })
	return ctx, w
}

// alive allows so much time until the next sign of life.
func (w *watch) alive(next time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.what = "stopped sending for " + next.String()
	w.timer.Reset(next)
}

func (w *watch) expired() error {
	if !errors.Is(context.Cause(w.ctx), errSilent) {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return modelError(CodeTimeout, true, "The model may still be loading, or be too large for this machine: try again, or choose a smaller one.",
		errSilent, "the model %s", w.what)
}

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

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

// classify maps an error of the client to a ModelError. begun: some text came before it.
func (o *OpenAI) classify(err error, begun bool) error {
	var api *openai.Error
	var inStream *ssestream.StreamError
	var syntax *json.SyntaxError
	var netErr net.Error
	var op *net.OpError
	host := o.base.Host
	switch {
	case errors.As(err, &api):
		return o.status(api)
	case errors.As(err, &inStream):
		return modelError(CodeServer, true, "Look at the model server's log.", nil, "%s reported an error in the middle of the answer", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return modelError(CodeRefused, true, "Start the model server, or enter its address in the settings.", err, "nothing listens at %s", host)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.As(err, &op) && op.Op != "dial" && !op.Timeout(), begun && errors.As(err, &netErr):
		return modelError(CodeBrokenOff, true, "Ask again; if it repeats, look at the model server's log.", err, "%s broke off the connection", host)
	case errors.As(err, &syntax):
		return o.malformed(err)
	case errors.As(err, &netErr) && netErr.Timeout():
		return modelError(CodeNetwork, true, "Check the address, the network and the proxy.", err, "%s cannot be reached in time", host)
	case errors.As(err, &netErr):
		return modelError(CodeNetwork, true, "Check the address, the network and the proxy.", err, "%s cannot be reached", host)
	}
	return o.malformed(err)
}

// status maps an HTTP status.
func (o *OpenAI) status(api *openai.Error) error {
	host, code := o.base.Host, api.StatusCode
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return modelError(CodeUnauthorized, false, "Check the API key in the settings.", api, "%s does not accept the key (%d)", host, code)
	case code == http.StatusNotFound:
		return modelError(CodeNoModel, false, "Choose one of the models that the server lists (for Ollama: `ollama pull` it first), and check that the address ends with its version, such as /v1.",
			api, "%s does not have the model %s", host, o.opt.Model)
	case code == http.StatusTooManyRequests:
		e := modelError(CodeRateLimited, true, "Wait a little, or raise the limit of your account with the provider.", api, "%s takes no more requests now", host)
		e.RetryAfter = retryAfter(api.Response)
		return e
	case code == http.StatusRequestEntityTooLarge, api.Code == "context_length_exceeded":
		return modelError(CodeTooLong, false, "Ask in a new conversation, or choose a model with a larger window.", api, "the prompt is too long for %s", o.opt.Model)
	case code >= 500:
		e := modelError(CodeServer, true, "Look at the model server's log, or try again.", api, "%s answered with an error (%d)", host, code)
		e.RetryAfter = retryAfter(api.Response)
		return e
	case code >= 300 && code < 400 && api.Response != nil:
		return o.redirected(api.Response)
	}
	return modelError(CodeRejected, false, "Check the model and the address in the settings.", api, "%s does not accept the request (%d)", host, code)
}

// retryAfter reads the header in both its forms, seconds and a date.
func retryAfter(r *http.Response) time.Duration {
	if r == nil {
		return 0
	}
	value := r.Header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 && seconds < 86400 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
