package aws

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// brokenAnswer is a success that carries nothing or another server's page, or an answer of any kind that was cut off. The SDK reads the first
// as an empty listing, and what an empty listing does not show would be taken for gone.
type brokenAnswer struct{ what string }

func (e *brokenAnswer) Error() string { return "the answer is broken: " + e.what }

// RetryableError makes the SDK ask again.
func (e *brokenAnswer) RetryableError() bool { return true }

// checkAnswers makes a broken answer an error, before anything reads it as a result. All calls of a scan answer with a document.
func checkAnswers(stack *middleware.Stack) error {
	check := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		middleware.DeserializeOutput, middleware.Metadata, error,
	) {
		out, meta, err := next.HandleDeserialize(ctx, in)
		if response, ok := out.RawResponse.(*smithyhttp.Response); ok && err == nil {
			err = checkAnswer(response)
		}
		return out, meta, err
	}
	// The last to be added stands next to the wire.
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("CheckAnswers", check), middleware.After)
}

func checkAnswer(r *smithyhttp.Response) error {
	encoding := r.Header.Get("Content-Encoding")
	if encoding != "" && encoding != "identity" {
		return nil // what is compressed has a checksum of its own
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil {
		return &brokenAnswer{err.Error()}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	what := broken(body)
	if r.StatusCode >= http.StatusBadRequest && (what == isEmpty || what == isPage) {
		return nil // an error says enough by its status
	}
	if what != "" {
		return &brokenAnswer{fmt.Sprintf("%s (%d bytes)", what, len(body))}
	}
	return nil
}

// rootElement is the name of an XML document's outermost element.
var rootElement = regexp.MustCompile(`^(?:<\?[^>]*\?>\s*)*<([A-Za-z_][^\s/>]*)`)

const (
	isEmpty = "it is empty"
	isPage  = "it is a web page"
)

// broken says what is wrong with a document; empty: nothing that can be seen from outside.
func broken(body []byte) string {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return isEmpty
	}
	switch body[0] {
	case '{', '[':
		if !json.Valid(body) {
			return "its JSON does not end"
		}
	case '<':
		head := bytes.ToLower(body[:min(len(body), 15)])
		if bytes.HasPrefix(head, []byte("<!doctype")) || bytes.HasPrefix(head, []byte("<html")) {
			return isPage
		}
		root := rootElement.FindSubmatch(body)
		if root == nil || !bytes.HasSuffix(body, []byte("/>")) && !bytes.HasSuffix(body, fmt.Appendf(nil, "</%s>", root[1])) {
			return "its XML does not end"
		}
	}
	return ""
}
