package chat

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cloudops/backend/store"
)

const (
	// MaxTag is the longest tag, in runes.
	MaxTag = 60
	// MaxTags is the most tags of a conversation.
	MaxTags = 50
)

// TagCount is a tag and how many conversations have it.
type TagCount struct {
	Name  string
	Count int64
}

// Tags returns the tags in use, the most frequent first, in conversations of a status (empty: both). They are sealed with
// their conversations, so those that have any are opened.
func (s *Service) Tags(ctx context.Context, status string) ([]TagCount, error) {
	q := Query{Status: status}
	if err := q.check(); err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	filter := s.sessionFilter(q)
	filter.All = append(filter.All, store.Condition{Field: fieldTags, Op: store.Exists})
	counts := make(map[string]*TagCount)
	err := s.eachSession(ctx, filter, func(c session) error {
		for _, tag := range c.Tags {
			if counts[tagKey(tag)] == nil {
				counts[tagKey(tag)] = &TagCount{Name: tag}
			}
			counts[tagKey(tag)].Count++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	out := make([]TagCount, 0, len(counts))
	for _, c := range counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b TagCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(tagKey(a.Name), tagKey(b.Name)))
	})
	return out, nil
}

// cleanTags makes each tag one line, drops empty and repeated ones, and keeps their order.
func cleanTags(tags []string) ([]string, error) {
	var out []string
	seen := make(map[string]bool, len(tags))
	for _, tag := range tags {
		tag, _ = clean(tag)
		tag = oneLine(tag)
		if utf8.RuneCountInString(tag) > MaxTag {
			return nil, fmt.Errorf("%w: a tag has %d characters, at most %d are kept", ErrInvalid, utf8.RuneCountInString(tag), MaxTag)
		}
		if key := tagKey(tag); tag != "" && !seen[key] {
			seen[key] = true
			out = append(out, tag)
		}
	}
	if len(out) > MaxTags {
		return nil, fmt.Errorf("%w: %d tags, a conversation has at most %d", ErrInvalid, len(out), MaxTags)
	}
	return out, nil
}

// tagKey is what makes two tags the same.
func tagKey(tag string) string { return strings.ToLower(oneLine(tag)) }

// tagID is the plain id by which a tag is filtered. Nobody without the vault's key can try words against it.
func (s *Service) tagID(tag string) string {
	return s.rw.KeyedID("chat-tags", s.opt.UserID+"\x00"+tagKey(tag))
}

func (s *Service) setTags(c *session, tags []string) {
	c.Tags, c.tagIDs = tags, nil
	for _, tag := range tags {
		c.tagIDs = append(c.tagIDs, s.tagID(tag))
	}
}
