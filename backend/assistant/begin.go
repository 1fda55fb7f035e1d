package assistant

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cloudops/backend/secret"
)

// ErrSecretFound: what would be sent to a model on another machine holds credentials. It is always a *SecretError.
var ErrSecretFound = errors.New("credentials were found in what would be sent")

// SecretFinding is a credential and where it is.
type SecretFinding struct {
	secret.Finding
	Where string // "prompt", "resource ARN" or "earlier answer ID"
}

// SecretError holds what was found. Its message holds none of it.
type SecretError struct {
	Host     string // where it would go
	Findings []SecretFinding
}

func (e *SecretError) Error() string {
	return fmt.Sprintf("ask: what looks like %s would be sent to %s", plural(len(e.Findings), "credential"), e.Host)
}

// Is makes it an ErrSecretFound.
func (e *SecretError) Is(target error) bool { return target == ErrSecretFound }

// chosen is what the user put beside the prompt.
type chosen struct {
	read     bool
	attached []Resource
	pairs    []Pair
	err      error // of reading the pairs: the answer says so
}

// Begin keeps the prompt, in a new conversation where the request names none, and returns the request with its ids, so
// that the caller can say where the answer will come before it is made. Answer does the same where it was not done. With
// ErrSecretFound nothing is kept.
func (s *Service) Begin(ctx context.Context, req Request) (Request, error) {
	if req.begun {
		return req, nil
	}
	if req.Regenerate != "" {
		kept, err := s.deps.Keeper.Prompt(ctx, req.ConversationID, req.Regenerate)
		if err != nil {
			return req, fmt.Errorf("ask: read the prompt: %w", err)
		}
		req.PromptID, req.Text = req.Regenerate, kept.Text
		if req.AttachARNs == nil {
			req.AttachARNs = kept.AttachARNs
		}
	}
	if strings.TrimSpace(strings.ReplaceAll(req.Text, "\x00", "")) == "" {
		return req, fmt.Errorf("ask: %w", ErrEmptyPrompt)
	}
	if host, remote := s.Remote(); remote && !req.SecretsAllowed {
		req.found = s.readChosen(ctx, req)
		if err := findSecrets(host, req); err != nil {
			return req, err
		}
	}
	return s.keep(ctx, req)
}

func (s *Service) keep(ctx context.Context, req Request) (Request, error) {
	req.begun = true
	if req.Regenerate != "" {
		return req, nil
	}
	if req.ConversationID == "" {
		id, err := s.deps.Keeper.CreateConversation(ctx, req.FolderID)
		if err != nil {
			return req, fmt.Errorf("ask: %w", err)
		}
		req.ConversationID = id
	}
	stored, err := s.deps.Keeper.AppendPrompt(ctx, NewPrompt{
		ConversationID: req.ConversationID, ID: req.PromptID, Text: req.Text, EditOf: req.EditOf, AttachARNs: req.AttachARNs,
	})
	if err != nil {
		return req, fmt.Errorf("ask: %w", err)
	}
	req.PromptID = stored.MessageID
	return req, nil
}

// readChosen reads what the user attached and what they left to be recalled.
func (s *Service) readChosen(ctx context.Context, req Request) chosen {
	c := chosen{read: true}
	if len(req.AttachARNs) > 0 && s.deps.Estate != nil {
		c.attached, c.err = s.deps.Estate.ResourcesByARN(ctx, req.AttachARNs)
	}
	if req.RecallChosen && len(req.RecallIDs) > 0 && s.deps.Recall != nil {
		pairs, err := s.deps.Recall.Pairs(ctx, req.RecallIDs)
		c.pairs, c.err = pairs, errors.Join(c.err, err)
	}
	return c
}

func findSecrets(host string, req Request) error {
	var all []SecretFinding
	look := func(where, text string) {
		for _, f := range secret.Find(text) {
			all = append(all, SecretFinding{Finding: f, Where: where})
		}
	}
	look("prompt", req.Text)
	for _, r := range req.found.attached {
		look("resource "+r.ARN, lineOf(r))
	}
	for _, p := range req.found.pairs {
		look("earlier answer "+p.AnswerID, p.Prompt+"\n"+p.Answer)
	}
	if len(all) > 0 {
		return &SecretError{Host: host, Findings: all}
	}
	return nil
}
