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
)

// previousWeights are the weights of the turn before, the one before that, and so on.
var previousWeights = [previousTurns]float32{0.5, 0.3}

// gap is how far apart two messages of a conversation may be to be read in one go.
const gap = 16

// derive makes the Docs of messages. Neighbours are read in runs, not one by one.
func derive(ctx context.Context, r store.Reader, recs []store.Record) ([]store.Doc, error) {
	around, err := neighbourhood(ctx, r, recs)
	if err != nil {
		return nil, err
	}
	docs := make([]store.Doc, len(recs))
	for i, rec := range recs {
		docs[i] = layout(around[rec.Scope], rec.Seq, time.UnixMilli(integer(rec, fieldTimestamp)))
	}
	return docs, nil
}

// layout makes one Doc from the texts of a conversation by seq.
func layout(texts map[int64]string, seq int64, at time.Time) store.Doc {
	own := texts[seq]
	if strings.TrimSpace(own) == "" {
		return store.Doc{}
	}
	doc := store.Doc{Dense: own, Terms: []store.WeightedText{{Text: own, Weight: 1}}}
	if before := strings.TrimSpace(texts[seq-1]); before != "" {
		doc.Context = cutRunes(before, contextPreviousRunes) + "\n" + cutRunes(own, contextOwnRunes)
	}
	add := func(text string, weight float32) {
		if text = cut(text, neighbourBytes); strings.TrimSpace(text) != "" {
			doc.Terms = append(doc.Terms, store.WeightedText{Text: text, Weight: weight})
		}
	}
	for back := int64(1); back <= previousTurns; back++ {
		add(texts[seq-back], previousWeights[back-1])
	}
	for on := int64(1); on <= nextTurns; on++ {
		add(texts[seq+on], nextWeight)
	}
	add(at.UTC().Format("2 January 2006"), dateWeight)
	return doc
}

// neighbourhood is the texts of the records and of their neighbours: conversation → seq → text.
func neighbourhood(ctx context.Context, r store.Reader, recs []store.Record) (map[string]map[int64]string, error) {
	texts := make(map[string]map[int64]string)
	seqs := make(map[string][]int64)
	for _, rec := range recs {
		if texts[rec.Scope] == nil {
			texts[rec.Scope] = make(map[int64]string)
		}
		if err := keepText(texts[rec.Scope], rec); err != nil {
			return nil, err
		}
		seqs[rec.Scope] = append(seqs[rec.Scope], rec.Seq)
	}
	for conversation, own := range seqs {
		for _, span := range spans(own) {
			if err := readSpan(ctx, r, conversation, span, texts[conversation]); err != nil {
				return nil, err
			}
		}
	}
	return texts, nil
}

func readSpan(ctx context.Context, r store.Reader, conversation string, span [2]int64, texts map[int64]string) error {
	recs, err := r.ByScope(ctx, store.ChatHistory, conversation, span[0], span[1], int(span[1]-span[0]+1), false)
	if err != nil {
		return fmt.Errorf("read the neighbours of messages: %w", err)
	}
	for _, rec := range recs {
		if _, known := texts[rec.Seq]; known {
			continue
		}
		if err := keepText(texts, rec); err != nil {
			return err
		}
	}
	return nil
}

func keepText(texts map[int64]string, rec store.Record) error {
	m, err := messageFrom(rec)
	if err != nil {
		return err
	}
	texts[rec.Seq] = m.Text
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
		if n.ID != rec.ID {
			ids = append(ids, n.ID)
		}
	}
	return ids, nil
}
