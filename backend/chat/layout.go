package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudops/backend/store"
)

// The layout of what a message is found by: its own text, and what was said around it, because a turn such as
// "yes, in the second one" is about what came before. The figures are recorded in docs/retrieval.md.
const (
	previousTurns = 2
	nextTurns     = 1
	// contextPreviousRunes of the turn before and contextOwnRunes of the message are embedded together, beside the message
	// alone: about one window of the model.
	contextPreviousRunes, contextOwnRunes = 300, 600
	// dateWeight is the weight of the day's words, for those who remember when something was said.
	dateWeight = 0.5
	// neighbourBytes of a neighbour count as terms; what follows in a very long one says little of this message.
	neighbourBytes = 4096
	nextWeight     = 0.3
	// denseWeight is the share of meaning in the fused score; words have the rest.
	denseWeight = 0.4
	// averageTerms is about how many words a message has with what counts of its neighbours.
	averageTerms = 60
	// averageTitleTerms is about how many words a title has.
	averageTitleTerms = 6
)

// previousWeights are the weights of the turn before, the one before that, and so on.
var previousWeights = [previousTurns]float32{0.5, 0.3}

// gap is how far apart two messages of a conversation may be to be read in one go.
const gap = 16

// turn is what of a message counts for its neighbours.
type turn struct{ id, parent, text string }

// deriveDocs is store.Schema.Derive.
type deriveDocs = func(ctx context.Context, r store.Reader, recs []store.Record) ([]store.Doc, error)

// deriver makes the Docs of messages. Neighbours are read in runs, not one by one.
func deriver(redact func(string) string) deriveDocs {
	return func(ctx context.Context, r store.Reader, recs []store.Record) ([]store.Doc, error) {
		around, err := neighbourhood(ctx, r, recs)
		if err != nil {
			return nil, err
		}
		for id, t := range around.byID {
			t.text = redact(t.text)
			around.byID[id] = t
		}
		docs := make([]store.Doc, len(recs))
		for i, rec := range recs {
			docs[i] = layout(around.about(rec), time.UnixMilli(integer(rec, fieldTimestamp)))
		}
		return docs, nil
	}
}

// titleDeriver makes the Docs of conversations: their titles.
func titleDeriver(redact func(string) string) deriveDocs {
	return func(_ context.Context, _ store.Reader, recs []store.Record) ([]store.Doc, error) {
		docs := make([]store.Doc, len(recs))
		for i, rec := range recs {
			c, err := sessionFrom(rec)
			if err != nil {
				return nil, err
			}
			if title := redact(c.Title); title != "" {
				docs[i] = store.Doc{Dense: title, Terms: []store.WeightedText{{Text: title, Weight: 1}}}
			}
		}
		return docs, nil
	}
}

// surroundings are the texts that a message is found by: its own, the turns before it on its path, nearest first, and
// the turn after it.
type surroundings struct {
	own    string
	before []string
	after  []string
}

// layout makes one Doc.
func layout(in surroundings, at time.Time) store.Doc {
	if strings.TrimSpace(in.own) == "" {
		return store.Doc{}
	}
	doc := store.Doc{Dense: in.own, Terms: []store.WeightedText{{Text: in.own, Weight: 1}}}
	if len(in.before) > 0 {
		if before := strings.TrimSpace(in.before[0]); before != "" {
			doc.Context = cutRunes(before, contextPreviousRunes) + "\n" + cutRunes(in.own, contextOwnRunes)
		}
	}
	add := func(text string, weight float32) {
		if text = cut(text, neighbourBytes); strings.TrimSpace(text) != "" {
			doc.Terms = append(doc.Terms, store.WeightedText{Text: text, Weight: weight})
		}
	}
	for back, text := range in.before {
		add(text, previousWeights[back])
	}
	for _, text := range in.after {
		add(text, nextWeight)
	}
	add(at.UTC().Format("2 January 2006"), dateWeight)
	return doc
}

// turns are messages by their ids, and by their places in their conversations.
type turns struct {
	byID map[string]turn
	at   map[string]map[int64]string // conversation → seq → id
}

func (t *turns) keep(rec store.Record) error {
	m, err := messageFrom(rec)
	if err != nil {
		return err
	}
	t.byID[rec.ID] = turn{id: rec.ID, parent: m.ParentID, text: m.Text}
	if t.at[rec.Scope] == nil {
		t.at[rec.Scope] = make(map[int64]string)
	}
	t.at[rec.Scope][rec.Seq] = rec.ID
	return nil
}

// about follows the parents back. Forward it takes the next message alone, and only where it follows this one: what
// goes on elsewhere after a branch was written much later.
func (t *turns) about(rec store.Record) surroundings {
	own := t.byID[rec.ID]
	out := surroundings{own: own.text}
	for back, up := 0, own.parent; back < previousTurns; back++ {
		before, ok := t.byID[up]
		if !ok {
			break
		}
		out.before = append(out.before, before.text)
		up = before.parent
	}
	for on := int64(1); on <= nextTurns; on++ {
		if next, ok := t.byID[t.at[rec.Scope][rec.Seq+on]]; ok && next.parent == rec.ID {
			out.after = append(out.after, next.text)
		}
	}
	return out
}

// neighbourhood is the records and their neighbours.
func neighbourhood(ctx context.Context, r store.Reader, recs []store.Record) (*turns, error) {
	all := &turns{byID: make(map[string]turn), at: make(map[string]map[int64]string)}
	seqs := make(map[string][]int64)
	for _, rec := range recs {
		if err := all.keep(rec); err != nil {
			return nil, err
		}
		seqs[rec.Scope] = append(seqs[rec.Scope], rec.Seq)
	}
	for conversation, own := range seqs {
		for _, span := range spans(own) {
			if err := readSpan(ctx, r, conversation, span, all); err != nil {
				return nil, err
			}
		}
	}
	return all, readParents(ctx, r, recs, all)
}

func readSpan(ctx context.Context, r store.Reader, conversation string, span [2]int64, all *turns) error {
	recs, err := r.ByScope(ctx, store.ChatHistory, conversation, span[0], span[1], int(span[1]-span[0]+1), false)
	if err != nil {
		return fmt.Errorf("read the neighbours of messages: %w", err)
	}
	for _, rec := range recs {
		if _, known := all.byID[rec.ID]; known || rec.Damaged {
			continue
		}
		if err := all.keep(rec); err != nil {
			return err
		}
	}
	return nil
}

// readParents reads the turns before that do not stand just before: those of a message with which a branch begins.
func readParents(ctx context.Context, r store.Reader, recs []store.Record, all *turns) error {
	for range previousTurns {
		var missing []string
		for _, rec := range recs {
			for back, up := 0, all.byID[rec.ID].parent; back < previousTurns && up != ""; back++ {
				before, ok := all.byID[up]
				if !ok {
					missing = append(missing, up)
					break
				}
				up = before.parent
			}
		}
		if len(missing) == 0 {
			return nil
		}
		slices.Sort(missing)
		found, err := r.Get(ctx, store.ChatHistory, slices.Compact(missing)...)
		if err != nil {
			return fmt.Errorf("read the turns before messages: %w", err)
		}
		for _, rec := range found {
			if err := all.keep(rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// spans are the ranges of seq to read: each message with its neighbours, joined where they are near. A message whose
// neighbours are all in the list needs nothing read.
func spans(own []int64) [][2]int64 {
	slices.Sort(own)
	own = slices.Compact(own)
	have := make(map[int64]bool, len(own))
	for _, seq := range own {
		have[seq] = true
	}
	var missing []int64
	for _, seq := range own {
		for n := max(1, seq-previousTurns); n <= seq+nextTurns; n++ {
			if !have[n] {
				have[n] = true
				missing = append(missing, n)
			}
		}
	}
	slices.Sort(missing)
	var out [][2]int64
	for _, n := range missing {
		if last := len(out) - 1; last >= 0 && n-out[last][1] <= gap {
			out[last][1] = n
			continue
		}
		out = append(out, [2]int64{n, n})
	}
	return out
}

// affects names the messages whose Doc holds the text of rec: those that follow it and the one before.
func affects(ctx context.Context, r store.Reader, rec store.Record) ([]string, error) {
	from, to := max(1, rec.Seq-nextTurns), rec.Seq+previousTurns
	recs, err := r.ByScope(ctx, store.ChatHistory, rec.Scope, from, to, int(to-from+1), false)
	if err != nil {
		return nil, fmt.Errorf("read the neighbours of a message: %w", err)
	}
	var ids []string
	for _, n := range recs {
		if n.ID != rec.ID && !n.Damaged {
			ids = append(ids, n.ID)
		}
	}
	return ids, nil
}
