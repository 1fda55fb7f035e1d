package chat

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"cloudops/backend/store"
)

// The plain mode looks at the newest messages of the newest conversations.
const (
	plainConversations = 20
	plainMessages      = 200
	// shortestKeyword is the least length of a word that counts, in runes.
	shortestKeyword = 3
)

// RecallPlain returns question and answer pairs of the user's newest other conversations by keywords: each word of the
// prompt of more than two letters that a pair holds counts by its length. Best first, then newest, at most limit (0 or more than
// MaxRecall: MaxRecall). It needs neither a model nor Qdrant, and knows no floor: one shared word is enough.
func (s *Service) RecallPlain(ctx context.Context, prompt, excludeConversation string, limit int) ([]Pair, error) {
	if excludeConversation != "" {
		if err := checkID("conversation", excludeConversation); err != nil {
			return nil, fmt.Errorf("recall: %w", err)
		}
	}
	words := keywords(prompt)
	if len(words) == 0 {
		return nil, nil
	}
	list, err := s.List(ctx, Query{Flat: true, Limit: plainConversations + 1})
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	var out []Pair
	looked := 0
	for _, c := range list.Conversations {
		if c.ID == excludeConversation || looked == plainConversations {
			continue
		}
		looked++
		pairs, err := s.newestPairs(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("recall: %w", err)
		}
		for _, p := range pairs {
			if p.Score = keywordScore(words, p.Prompt, p.Answer); p.Score > 0 {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Pair) int { return cmp.Or(cmp.Compare(b.Score, a.Score), b.At.Compare(a.At)) })
	return firstOfEach(out, clamp(min(limit, MaxRecall), MaxRecall, MaxRecall)), nil
}

// newestPairs are the whole pairs among a conversation's last messages.
func (s *Service) newestPairs(ctx context.Context, c Conversation) ([]Pair, error) {
	recs, err := s.rw.ByScope(ctx, store.ChatHistory, c.ID, 0, math.MaxInt64, plainMessages, true)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	recs = slices.DeleteFunc(recs, func(r store.Record) bool { return r.Damaged })
	msgs, err := messagesFrom(recs)
	if err != nil {
		return nil, err
	}
	var out []Pair
	for _, p := range join(msgs) {
		if p.PromptID != "" && p.AnswerID != "" {
			p.Title = c.Title
			out = append(out, *p)
		}
	}
	return out, nil
}

// keywords are the words of a text that count, in lower case.
func keywords(text string) map[string]bool {
	words := make(map[string]bool)
	eachWord([]rune(cut(text, maxQuery)), func(word string, _, _ int) {
		if utf8.RuneCountInString(word) >= shortestKeyword {
			words[word] = true
		}
	})
	return words
}

// keywordScore is the length of the words that the texts hold, each counted once.
func keywordScore(words map[string]bool, texts ...string) float64 {
	seen := make(map[string]bool)
	score := 0
	eachWord([]rune(strings.Join(texts, "\n")), func(word string, _, _ int) {
		if words[word] && !seen[word] {
			seen[word] = true
			score += utf8.RuneCountInString(word)
		}
	})
	return float64(score)
}
