package chat

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cloudops/backend/store"
)

// The rule of what bears on a prompt. The figures and how they were found: docs/decisions/0063.
const (
	// MaxRecall is the most pairs that Recall returns.
	MaxRecall = 5
	// sharedWords is how much of the prompt's words, by length, such a pair holds; and at least two words. With almost all
	// of them its meaning is not asked for.
	sharedWords, almostAllWords = 0.5, 0.8
	// recallCandidates is how many found messages are looked at.
	recallCandidates = 40
	// An answer counts for up to oldShare less by its age; half of that after recencyHalfLife.
	oldShare        = 0.15
	recencyHalfLife = 60 * 24 * time.Hour
	// identifierRunes and identifierDigits are the least size of a word that names one thing: an id or an address, not a
	// region or an instance type, which are in many answers.
	identifierRunes, identifierDigits = 6, 3
)

// floor is how near in meaning a pair must be, as cosine similarity; what that means depends on the model.
type floor struct {
	alone     float64 // by meaning alone
	withWords float64 // where it also shares words with the prompt
	title     float64 // of a title that Find shows though it shares no words with the query
}

// floors by the beginning of the model's id. Of a model that was not measured, meaning alone recalls nothing.
var floors = map[string]floor{
	"e5-small-v2":      {alone: 0.83, withWords: 0.81, title: 0.80},
	"all-MiniLM-L6-v2": {alone: 0.40, withWords: 0.30, title: 0.40},
}

func floorOf(modelID string) floor {
	for name, f := range floors {
		if strings.HasPrefix(modelID, name) {
			return f
		}
	}
	return floor{alone: 2, title: 2}
}

// Pair is an earlier question with its answer.
type Pair struct {
	ConversationID string
	Title          string
	PromptID       string
	AnswerID       string
	Prompt         string
	Answer         string
	Model          string // of the answer
	At             time.Time
	Seq            int64   // of the prompt
	Score          float64 // comparable within one recall only
}

// Recall returns the question and answer pairs of the user's other conversations that bear on the prompt, best first, at
// most limit (0 or more than MaxRecall: MaxRecall). It returns none rather than one that has nothing to do with it.
func (s *Service) Recall(ctx context.Context, prompt, excludeConversation string, limit int) ([]Pair, error) {
	if excludeConversation != "" {
		if err := checkID("conversation", excludeConversation); err != nil {
			return nil, fmt.Errorf("recall: %w", err)
		}
	}
	prompt, found, err := s.find(ctx, prompt, Filter{ExcludeConversation: excludeConversation}, recallCandidates)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	best, order, err := s.bestByPair(found.Hits)
	if err != nil || len(order) == 0 {
		return nil, err
	}
	pairs, err := s.pairs(ctx, order)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	return s.choose(prompt, pairs, best, found.Dense, clamp(limit, MaxRecall, MaxRecall)), nil
}

// bestByPair keeps the best hit of each pair and the pairs in the order they were found.
func (s *Service) bestByPair(hits []store.Hit) (map[string]store.Hit, []string, error) {
	best := make(map[string]store.Hit)
	var order []string
	for _, h := range hits {
		pair := text(h.Record, fieldPair)
		if pair == "" {
			continue
		}
		old, known := best[pair]
		if !known {
			order = append(order, pair)
			best[pair] = h
			continue
		}
		old.Dense, old.Score = max(old.Dense, h.Dense), max(old.Score, h.Score)
		best[pair] = old
	}
	return best, order, nil
}

// pairs reads the messages of the pairs and joins each question with its last answer.
func (s *Service) pairs(ctx context.Context, ids []string) ([]Pair, error) {
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	res, err := s.rw.Scroll(ctx, store.ChatHistory, store.Page{
		Filter: store.Filter{All: []store.Condition{
			equal(fieldUser, s.opt.UserID),
			{Field: fieldPair, Op: store.In, Values: values},
			{Field: fieldRole, Op: store.In, Values: []any{RoleUser, RoleAssistant}},
		}},
		Order: store.Order{Field: fieldTimestamp}, Limit: 1000,
	})
	if err != nil {
		return nil, fmt.Errorf("read pairs: %w", err)
	}
	msgs, err := messagesFrom(res.Records)
	if err != nil {
		return nil, err
	}
	of := make([]string, len(msgs))
	for i, m := range msgs {
		of[i] = m.ConversationID
	}
	heads, err := s.heads(ctx, of)
	if err != nil {
		return nil, err
	}
	joined := join(msgs)
	var out []Pair
	for _, id := range ids {
		p := joined[id]
		if p == nil || p.PromptID == "" || p.AnswerID == "" {
			continue
		}
		head, lives := heads[p.ConversationID]
		if !lives {
			continue
		}
		p.Title = head.Title
		out = append(out, *p)
	}
	return out, nil
}

// join puts questions and their last answers together, by the ids of the pairs.
func join(msgs []Message) map[string]*Pair {
	joined := make(map[string]*Pair)
	answered := make(map[string]int64)
	for _, m := range msgs {
		if m.PairID == "" {
			continue
		}
		p := joined[m.PairID]
		if p == nil {
			p = &Pair{ConversationID: m.ConversationID}
			joined[m.PairID] = p
		}
		switch {
		case m.ID == m.PairID:
			p.PromptID, p.Prompt, p.At, p.Seq = m.ID, m.Text, m.Timestamp, m.Seq
		case m.Role == RoleAssistant && strings.TrimSpace(m.Text) != "" && m.Seq > answered[m.PairID]:
			p.AnswerID, p.Answer, p.Model = m.ID, m.Text, m.Model
			answered[m.PairID] = m.Seq
		}
	}
	return joined
}

func (s *Service) choose(prompt string, pairs []Pair, best map[string]store.Hit, dense bool, limit int) []Pair {
	match, names := newMatcher(prompt), identifiers(prompt)
	near := floorOf(s.opt.ModelID)
	if !dense {
		near.withWords = 0 // the words have to do
	}
	var out []Pair
	for _, p := range pairs {
		hit := best[p.PromptID]
		if !bears(match, names, p, hit.Dense, near) {
			continue
		}
		p.Score = hit.Score * recency(s.opt.Now().Sub(p.At))
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Pair) int {
		switch {
		case a.Score != b.Score:
			if a.Score > b.Score {
				return -1
			}
			return 1
		default:
			return b.At.Compare(a.At)
		}
	})
	return firstOfEach(out, limit)
}

// bears says whether a pair has to do with the prompt: by meaning alone, by meaning and shared words, or because both
// name the same thing.
func bears(match *matcher, names map[string]bool, p Pair, dense float64, near floor) bool {
	if dense >= near.alone {
		return true
	}
	share, words := match.coverage(p.Prompt, p.Answer)
	if words >= 2 && share >= sharedWords && (dense >= near.withWords || share >= almostAllWords) {
		return true
	}
	for name := range identifiers(p.Prompt + "\n" + p.Answer) {
		if names[name] {
			return true
		}
	}
	return false
}

// firstOfEach drops what was asked in the same words before.
func firstOfEach(pairs []Pair, limit int) []Pair {
	seen := make(map[string]bool)
	var out []Pair
	for _, p := range pairs {
		key := strings.ToLower(oneLine(p.Prompt))
		if seen[key] {
			continue
		}
		seen[key] = true
		if out = append(out, p); len(out) == limit {
			break
		}
	}
	return out
}

// identifiers are the words that name one thing: ids, addresses, accounts, names with a number.
func identifiers(text string) map[string]bool {
	names := make(map[string]bool)
	for _, w := range strings.FieldsFunc(strings.ToLower(cut(text, 64<<10)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:", r)
	}) {
		w = strings.Trim(w, "-_./:")
		digits := 0
		for _, r := range w {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if digits >= identifierDigits && utf8.RuneCountInString(w) >= identifierRunes && strings.ContainsFunc(w, isNameRune) {
			names[w] = true
		}
	}
	return names
}

// isNameRune tells an identifier from a date or a quantity. Account numbers have none: they are shared by too many.
func isNameRune(r rune) bool { return unicode.IsLetter(r) || r == '.' }

func recency(age time.Duration) float64 {
	if age < 0 {
		age = 0
	}
	return 1 - oldShare*(1-math.Exp2(-float64(age)/float64(recencyHalfLife)))
}
