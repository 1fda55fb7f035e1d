package assistant

import (
	"context"
	"strings"
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
	// What could not be looked in, for the answer to say.
	noEstate, noRecall bool
}

// retrieve looks in the inventory and in earlier conversations. That one of them cannot be searched now does not
// keep the other, or the model, from answering; only the end of the context does.
func (s *Service) retrieve(ctx context.Context, req Request) (retrieved, error) {
	var found retrieved
	query := cutBytes(req.Text, maxQuery)
	if s.deps.Estate != nil {
		if err := s.lookInEstate(ctx, query, req.AttachARNs, &found); err != nil {
			s.deps.Log.Warn("look in the inventory for an answer", "error", err)
			found.noEstate = true
		}
	}
	if s.deps.Recall != nil {
		pairs, err := s.deps.Recall.Recall(ctx, query, req.ConversationID, s.opt.Pairs)
		if err != nil {
			s.deps.Log.Warn("look in earlier conversations for an answer", "error", err)
			found.noRecall = true
		}
		found.pairs = pairs
	}
	return found, context.Cause(ctx)
}

func (s *Service) lookInEstate(ctx context.Context, query string, attached []string, found *retrieved) error {
	var err error
	if len(attached) > 0 {
		if found.attached, err = s.deps.Estate.ResourcesByARN(ctx, attached); err != nil {
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
		out = append(out, Source{Kind: SourceResource, ARN: r.ARN, Title: nameOf(r), Subtitle: r.label() + " · " + r.Region})
	}
	for _, p := range f.pairs {
		out = append(out, Source{
			Kind: SourceMessage, Title: titleOf(p), Subtitle: p.At.UTC().Format(time.DateOnly),
			ConversationID: p.ConversationID, MessageID: p.PromptID,
		})
	}
	return out
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
