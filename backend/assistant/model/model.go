// Package model is what every language model looks like to the assistant: messages, tools, the events of an answer, its
// errors, and what is known of a model's window and price. It speaks no protocol.
package model

import (
	"context"
	"encoding/json"
	"time"
)

// Roles of a Message.
const (
	RoleSystem    = "system"
	RoleUser      = "user"
	RoleAssistant = "assistant"
	RoleTool      = "tool"
)

// Message is what a model is given.
type Message struct {
	Role    string // system | user | assistant | tool
	Text    string
	Calls   []Call   // of role assistant: the tools that it called
	Results []Result // of role tool: what the calls of the message before gave
}

// Call is a model's wish to have a tool run.
type Call struct {
	ID   string
	Name string
	Args string // JSON as the model wrote it, which may be none
}

// ArgsObject is Args where that is a JSON object, and an empty object otherwise: servers refuse what they cannot parse.
func (c Call) ArgsObject() json.RawMessage {
	var m map[string]any
	if json.Unmarshal([]byte(c.Args), &m) != nil || m == nil {
		return json.RawMessage("{}")
	}
	return json.RawMessage(c.Args)
}

// Result is what a call gave.
type Result struct {
	CallID string
	Name   string
	Text   string
	Failed bool
}

// Tool is what a model may call.
type Tool struct {
	Name        string
	Description string
	Schema      json.RawMessage // JSON schema of the arguments, an object
}

// Prompt is one request to a model.
type Prompt struct {
	Messages []Message
	Tools    []Tool
	// AnswerTokens bounds the answer; the provider's own bound when 0.
	AnswerTokens int
}

// WithoutTools leaves out the tools, and tells the results of earlier calls as plain text: where no tools are given, servers
// refuse calls in the conversation too, and models want turns to alternate.
func WithoutTools(p Prompt) Prompt {
	p.Tools = nil
	messages := make([]Message, 0, len(p.Messages))
	for _, m := range p.Messages {
		plain := Message{Role: m.Role, Text: m.Text}
		if m.Role == RoleTool {
			plain.Role = RoleUser
			for _, r := range m.Results {
				plain.Text += r.Text + "\n"
			}
		}
		if plain.Text == "" {
			continue
		}
		if last := len(messages) - 1; last >= 0 && messages[last].Role == plain.Role {
			messages[last].Text += "\n\n" + plain.Text
			continue
		}
		messages = append(messages, plain)
	}
	p.Messages = messages
	return p
}

// StopReason says why a model ended.
type StopReason string

// The reasons.
const (
	StopEnd     StopReason = "end"
	StopTools   StopReason = "tools"   // it waits for the results of its calls
	StopLength  StopReason = "length"  // at its limit of tokens
	StopFilter  StopReason = "filter"  // the provider's filter cut it
	StopUnknown StopReason = "unknown" // the server did not say
)

// Completion is what a model gave.
type Completion struct {
	Text         string // all deltas together, also where an error follows
	Reasoning    string
	Calls        []Call
	Model        string // as the server names it
	Stop         StopReason
	PromptTokens int64 // as the server counted; 0 unknown
	AnswerTokens int64
	// NoTools: the model does not take tools, and answered without them.
	NoTools bool
}

// Truncated: the answer was cut by a limit or a filter.
func (c Completion) Truncated() bool { return c.Stop == StopLength || c.Stop == StopFilter }

// EventKind is what happens while a model answers.
type EventKind int

// The kinds.
const (
	EventText      EventKind = iota // Text is a piece of the answer
	EventReasoning                  // Text is a piece of its thoughts
	EventWaiting                    // Wait is how long until the next try, Text why; 0: it goes on
	EventSent                       // Host and Bytes of a request that has left the machine
)

// Event is one of them. Events come from the goroutine that called Stream.
type Event struct {
	Kind  EventKind
	Text  string
	Wait  time.Duration
	Host  string
	Bytes int64
}

// Provider is a connected language model. Implementations are safe for concurrent use.
type Provider interface {
	// Label names the model for people.
	Label() string
	// Window is how many tokens prompt and answer may have together.
	Window() int
	// AnswerLimit is how many tokens an answer may have unless the prompt says otherwise.
	AnswerLimit() int
	// Host is where requests go; remote: that is not this machine.
	Host() (host string, remote bool)
	// Stream asks and tells what comes. It tries again by itself, bounded, only while nothing has come. With an error (an
	// *Error, or the context's) the Completion holds what came until then.
	Stream(ctx context.Context, p Prompt, on func(Event)) (Completion, error)
}
