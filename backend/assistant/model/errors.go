package model

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Code says what kind of trouble a model's server gave.
type Code string

// The codes.
const (
	CodeRefused      Code = "refused"      // nothing listens at the address
	CodeNetwork      Code = "network"      // it could not be reached, or the connection failed
	CodeUnauthorized Code = "unauthorized" // 401, 403, credentials missing or expired
	CodeNoModel      Code = "no_model"     // 404: the model, or the path of the address
	CodeNotEnabled   Code = "not_enabled"  // the account may not use the model
	CodeRateLimited  Code = "rate_limited" // 429, also after waiting
	CodeRejected     Code = "rejected"     // another 4xx
	CodeServer       Code = "server"       // 5xx, or an error in the stream
	CodeTimeout      Code = "timeout"      // no first word, or none after the last
	CodeMalformed    Code = "malformed"    // what came is not the protocol
	CodeBrokenOff    Code = "broken_off"   // it ended in the middle
	CodeEmpty        Code = "empty"        // it ended without a word
	CodeRedirected   Code = "redirected"   // the server sends elsewhere; the key does not follow
	CodeTooLong      Code = "too_long"     // the prompt does not fit the model
	CodeInsecureKey  Code = "insecure_key" // a key would go over plain HTTP to a public host
	CodeBadAddress   Code = "bad_address"  // the base URL is not usable
	CodeCancelled    Code = "cancelled"    // the caller's context ended
	CodeUnclassified Code = "unclassified" //
	CodeNoTools      Code = "no_tools"     // the model does not take tools; providers try again without
	CodeCredentials  Code = "credentials"  // no AWS credentials, or an expired sign-on
	CodeBadSettings  Code = "bad_settings" // what is set for the provider cannot be used
)

// Error is an error of a model's server. Its message never holds the prompt, the answer or the key.
type Error struct {
	Code       Code
	Message    string
	Hint       string        // what to do about it
	Retryable  bool          // the same may work later
	RetryAfter time.Duration // what the server asked for; 0: nothing
	Err        error
}

func (e *Error) Error() string { return "ask the model: " + e.Message }

func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of an error, CodeUnclassified where it has none.
func CodeOf(err error) Code {
	var m *Error
	switch {
	case errors.As(err, &m):
		return m.Code
	case errors.Is(err, context.Canceled):
		return CodeCancelled
	}
	return CodeUnclassified
}

// Errorf makes an Error.
func Errorf(code Code, retryable bool, hint string, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Hint: hint, Retryable: retryable, Err: cause}
}
