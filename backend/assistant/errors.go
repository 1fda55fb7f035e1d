package assistant

import "cloudops/backend/assistant/model"

// Provider is a connected language model.
type Provider = model.Provider

// ModelError is an error of a model's server.
type ModelError = model.Error

// Code says what kind of trouble a model's server gave.
type Code = model.Code

// The codes that callers ask for; model has them all.
const (
	CodeRefused      = model.CodeRefused
	CodeUnauthorized = model.CodeUnauthorized
	CodeNoModel      = model.CodeNoModel
	CodeRateLimited  = model.CodeRateLimited
	CodeServer       = model.CodeServer
	CodeTimeout      = model.CodeTimeout
	CodeBrokenOff    = model.CodeBrokenOff
	CodeEmpty        = model.CodeEmpty
	CodeTooLong      = model.CodeTooLong
	CodeCancelled    = model.CodeCancelled
)

// CodeOf is the code of an error, model.CodeUnclassified where it has none.
func CodeOf(err error) Code { return model.CodeOf(err) }
