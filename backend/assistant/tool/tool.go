// Package tool makes functions that a language model may call: their schema comes from their arguments' type, and what a model
// sends is held against it before anything runs.
package tool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"cloudops/backend/assistant/model"
)

// Tool is a function with a name. R is what it returns.
type Tool[R any] struct {
	Spec  model.Tool
	Label string // for people: "Search the inventory"

	schema *jsonschema.Resolved
	run    func(ctx context.Context, args json.RawMessage) (R, error)
}

// New makes a Tool. The fields of A say in their jsonschema tags what they are; those without omitempty are needed. It
// panics where A has no schema, which a test of the tools would find.
func New[A, R any](name, label, description string, run func(context.Context, A) (R, error)) Tool[R] {
	schema, err := jsonschema.For[A](nil)
	if err != nil {
		panic(fmt.Sprintf("schema of %s: %v", name, err))
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		panic(fmt.Sprintf("schema of %s: %v", name, err))
	}
	raw, err := json.Marshal(schema)
	if err != nil {
		panic(fmt.Sprintf("schema of %s: %v", name, err))
	}
	return Tool[R]{
		Spec:   model.Tool{Name: name, Description: description, Schema: raw},
		Label:  label,
		schema: resolved,
		run: func(ctx context.Context, args json.RawMessage) (R, error) {
			var a A
			if err := json.Unmarshal(args, &a); err != nil {
				var none R
				return none, &ArgumentError{Message: err.Error()}
			}
			return run(ctx, a)
		},
	}
}

// ArgumentError says, to the model, what is wrong with the arguments that it sent.
type ArgumentError struct{ Message string }

func (e *ArgumentError) Error() string { return "arguments: " + e.Message }

// maxArguments is how long arguments may be, in bytes.
const maxArguments = 16 << 10

// Arguments holds what a model sent against the schema and returns it in one canonical form, which is the same for the same
// values. *ArgumentError where it does not fit. Nothing at all counts as no arguments.
func (t Tool[R]) Arguments(sent string) (json.RawMessage, error) {
	if sent = strings.TrimSpace(sent); sent == "" || sent == "null" {
		sent = "{}"
	}
	if len(sent) > maxArguments {
		return nil, &ArgumentError{Message: fmt.Sprintf("they are longer than %d bytes", maxArguments)}
	}
	var value map[string]any
	dec := json.NewDecoder(bytes.NewReader([]byte(sent)))
	if err := dec.Decode(&value); err != nil {
		return nil, &ArgumentError{Message: "they are not a JSON object: " + err.Error()}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, &ArgumentError{Message: "something follows the JSON object"}
	}
	dropEmpty(value)
	if err := t.schema.Validate(value); err != nil {
		return nil, &ArgumentError{Message: strings.TrimPrefix(err.Error(), "validating root: ")}
	}
	return json.Marshal(value)
}

// dropEmpty takes out what models send for "not said": null and the empty text.
func dropEmpty(m map[string]any) {
	for k, v := range m {
		switch v := v.(type) {
		case nil:
			delete(m, k)
		case string:
			if strings.TrimSpace(v) == "" {
				delete(m, k)
			}
		case map[string]any:
			if dropEmpty(v); len(v) == 0 {
				delete(m, k)
			}
		}
	}
}

// Run calls the function with arguments that Arguments returned.
func (t Tool[R]) Run(ctx context.Context, args json.RawMessage) (R, error) { return t.run(ctx, args) }
