package assistant

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// maxQuery is how much of a prompt is searched by, in bytes.
const maxQuery = 4096

// maxSources is how many sources of each kind an answer shows.
const maxSources = 8

// retrieved is what bears on a prompt.
type retrieved struct {
	attached []Resource // that the user named
	estate   EstateResult
	pairs    []Pair
	chosen   bool // the user chose the pairs
	turns    []Turn
	full     bool // there may be turns before these
	summary  Summary
	coverage Coverage
	// What could not be looked in, for the answer to say.
	noEstate, noRecall bool
}

// retrieve looks in the inventory and in earlier conversations, and reads the conversation where a model is to be asked, all
// at once. That one of them cannot be searched now does not keep the other, or the model, from answering; only the end
// of the context, or a conversation that cannot be read, does.
func (s *Service) retrieve(ctx context.Context, req Request, forModel bool) (retrieved, error) {
	var found retrieved
	query := cutBytes(req.Text, maxQuery)
	var all sync.WaitGroup
	warn := func(what string, failed *bool, err error) {
		if err != nil && ctx.Err() == nil {
			s.deps.Log.Warn(what, "error", err)
			*failed = true
		}
	}
	all.Go(func() {
		pairs, err := s.recall(ctx, req, query)
		found.pairs, found.chosen = pairs, req.RecallChosen
		warn("look in earlier conversations for an answer", &found.noRecall, err)
	})
	if s.deps.Coverage != nil {
		all.Go(func() {
			var unknown bool
			var err error
			found.coverage, err = s.deps.Coverage.Coverage(ctx)
			warn("look how old the inventory is", &unknown, err)
		})
	}
	var readErr error
	if forModel {
		all.Go(func() { readErr = s.readConversation(ctx, req, &found) })
	}
	if s.deps.Estate != nil {
		warn("look in the inventory for an answer", &found.noEstate, s.lookInEstate(ctx, query, req, &found))
	}
	all.Wait()
	if found.estate.AsOf.IsZero() {
		found.estate.AsOf = found.coverage.AsOf
	}
	if err := context.Cause(ctx); err != nil {
		return found, err
	}
	return found, readErr
}

func (s *Service) readConversation(ctx context.Context, req Request, found *retrieved) error {
	turns, err := s.deps.History.Before(ctx, req.ConversationID, req.PromptID, s.opt.Turns)
	if err != nil {
		return fmt.Errorf("read the conversation: %w", err)
	}
	found.turns, found.full = turns, len(turns) >= s.opt.Turns
	if s.deps.Summaries == nil || len(turns) == 0 {
		return nil
	}
	if found.summary, err = s.deps.Summaries.Summary(ctx, req.ConversationID); err != nil {
		s.deps.Log.Warn("read the summary of a conversation", "error", err)
	}
	return nil
}

func (s *Service) recall(ctx context.Context, req Request, query string) ([]Pair, error) {
	switch {
	case s.deps.Recall == nil, req.RecallMode == RecallOff && !req.RecallChosen, req.RecallChosen && len(req.RecallIDs) == 0:
		return nil, nil
	case req.RecallChosen && req.found.read:
		return req.found.pairs, req.found.err
	case req.RecallChosen:
		return s.deps.Recall.Pairs(ctx, req.RecallIDs)
	}
	mode := RecallOn
	if req.RecallMode == RecallPlain {
		mode = RecallPlain
	}
	return s.deps.Recall.Recall(ctx, RecallQuery{Prompt: query, ExcludeConversation: req.ConversationID, Mode: mode, Limit: s.opt.Pairs})
}

func (s *Service) lookInEstate(ctx context.Context, query string, req Request, found *retrieved) error {
	var err error
	found.attached = req.found.attached
	if len(req.AttachARNs) > 0 && !req.found.read {
		if found.attached, err = s.deps.Estate.ResourcesByARN(ctx, req.AttachARNs); err != nil {
			return err
		}
	}
	if found.estate, err = s.deps.Estate.SearchEstate(ctx, query, s.opt.Resources); err != nil {
		return err
	}
	have := make(map[string]bool, len(found.attached))
	for _, r := range found.attached {
		have[r.ARN] = true
	}
	var rest []Resource
	for _, r := range found.estate.Resources {
		if !have[r.ARN] {
			rest = append(rest, r)
		}
	}
	found.estate.Resources = rest
	return nil
}

func (f retrieved) sources() []Source {
	var out []Source
	for _, r := range append(f.attached[:len(f.attached):len(f.attached)], f.estate.Resources...) {
		if len(out) == maxSources+len(f.attached) {
			break
		}
		out = append(out, sourceOf(r))
	}
	for _, p := range f.pairs {
		out = append(out, Source{
			Kind: SourceMessage, Title: titleOf(p), Subtitle: p.At.UTC().Format(time.DateOnly),
			ConversationID: p.ConversationID, MessageID: p.PromptID,
		})
	}
	return out
}

func sourceOf(r Resource) Source {
	return Source{Kind: SourceResource, ARN: r.ARN, Title: nameOf(r), Subtitle: r.label() + " · " + r.Region}
}

// named keeps the sources that an answer names, by ARN, id or name, with what the user attached and the earlier
// conversations; all of them where it names none.
func named(answer string, sources []Source, attached []string) []Source {
	keep := make(map[string]bool, len(attached))
	for _, arn := range attached {
		keep[arn] = true
	}
	any := false
	var out []Source
	for _, src := range sources {
		if src.Kind != SourceResource || keep[src.ARN] {
			out = append(out, src)
			continue
		}
		if names(answer, src) {
			any = true
			out = append(out, src)
		}
	}
	if !any {
		return sources
	}
	return out
}

func names(answer string, src Source) bool {
	id := src.ARN[strings.LastIndexAny(src.ARN, ":/")+1:]
	for _, word := range []string{src.ARN, id, src.Title} {
		if len(word) >= 4 && strings.Contains(answer, word) {
			return true
		}
	}
	return false
}

func (r Resource) label() string {
	if r.TypeLabel != "" {
		return r.TypeLabel
	}
	return r.Type
}

// nameOf is how people call a resource: its name, or the last part of its ARN.
func nameOf(r Resource) string {
	if r.Name != "" {
		return r.Name
	}
	return r.ARN[strings.LastIndexAny(r.ARN, ":/")+1:]
}

func titleOf(p Pair) string {
	if p.Title != "" {
		return p.Title
	}
	return excerpt(p.Prompt, 60)
}
