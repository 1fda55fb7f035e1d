package chat

import (
	"fmt"
	"time"
)

// MaxDetail is the most that what belongs to a message besides its text may take, in bytes of JSON.
const MaxDetail = 8 << 20

// The states of a ToolCall.
const (
	ToolRunning = "running"
	ToolDone    = "done"
	ToolFailed  = "failed"
)

// CodeDamaged is the code of the Failure of a message that does not open: its seal does not fit, so its text is gone
// or was put there by somebody else.
const CodeDamaged = "damaged"

// Detail is what belongs to an answer besides its text. It is sealed at rest.
type Detail struct {
	ToolCalls []ToolCall `json:"tool_calls,omitempty"`
	Reasoning string     `json:"reasoning,omitempty"` // what the model thought before it answered
	Notes     []string   `json:"notes,omitempty"`     // what the reader should know about the answer
	Egress    []Egress   `json:"egress,omitempty"`    // every request for it that left this machine
	Failure   *Failure   `json:"failure,omitempty"`   // why it broke off
}

// ToolCall is one use of a tool.
type ToolCall struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Label     string   `json:"label,omitempty"`  // for people
	Input     string   `json:"input,omitempty"`  // JSON, as the model wrote it
	Output    string   `json:"output,omitempty"` // as the model read it
	State     string   `json:"state,omitempty"`  // ToolRunning, ToolDone or ToolFailed
	TookMS    int64    `json:"took_ms,omitempty"`
	Resources []Source `json:"resources,omitempty"`
}

// Egress is one request that left the machine.
type Egress struct {
	Host  string    `json:"host"`
	At    time.Time `json:"at"`
	What  []string  `json:"what,omitempty"` // "system prompt", "3 recalled pairs" …
	Bytes int64     `json:"bytes,omitempty"`
}

// Failure says to a person why an answer is not whole.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

func (d Detail) checkDetail() error {
	raw, err := encode(d)
	if err != nil {
		return err
	}
	if len(raw) > MaxDetail {
		return fmt.Errorf("%w: what belongs to it has %d bytes, at most %d are kept", ErrTooLong, len(raw), MaxDetail)
	}
	return nil
}
