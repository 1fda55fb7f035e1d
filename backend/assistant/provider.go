package assistant

import "context"

// ChatMessage is what a model is given.
type ChatMessage struct {
	Role string // system | user | assistant
	Text string
}

// Completion is what a model gave.
type Completion struct {
	Text         string // all deltas together, also where an error follows
	Model        string // as the server names it
	Truncated    bool   // the model stopped at its limit
	PromptTokens int64  // as the server counted; 0 unknown
	AnswerTokens int64
}

// Provider is a connected language model. Implementations are safe for concurrent use.
type Provider interface {
	// Label names the model for people.
	Label() string
	// Window is how many tokens prompt and answer may have together.
	Window() int
	// Stream asks and calls delta for each piece of text, from the calling goroutine. With an error (a *ModelError, or
	// the context's) the Completion holds what came until then.
	Stream(ctx context.Context, messages []ChatMessage, delta func(text string)) (Completion, error)
}
