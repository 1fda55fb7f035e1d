package store

import (
	"cmp"
	"slices"
)

// candidate is what one half of a search found.
type candidate struct {
	id    string
	score float64
}

// fused is a candidate of either half or of both.
type fused struct {
	id    string
	score float64 // 0 … 1
	dense float64 // cosine similarity; 0 where the dense half did not return it
	terms float64 // sparse score; 0 where the sparse half did not return it
}

// fusionDepth is the rank whose score counts as nothing, in both halves. It is fixed so that the order does not depend on how
// many hits are asked for. From 50 to 200 it ranks alike; docs/retrieval.md has the figures.
const fusionDepth = 150

// fuse adds the halves, each scaled to 0 … 1 between its best score and that of rank fusionDepth, weighted w to 1-w; best
// first. The halves are best first. A nil half did not take part, and the other has the whole weight. Candidates beyond
// fusionDepth follow in the order of their halves.
func fuse(dense, terms []candidate, w float64) []fused {
	switch {
	case dense == nil:
		w = 0
	case terms == nil:
		w = 1
	}
	byID := make(map[string]*fused, len(dense)+len(terms))
	at := func(id string) *fused {
		if byID[id] == nil {
			byID[id] = &fused{id: id}
		}
		return byID[id]
	}
	for i, scaled := range scale(dense) {
		f := at(dense[i].id)
		f.score, f.dense = f.score+w*scaled, dense[i].score
	}
	for i, scaled := range scale(terms) {
		f := at(terms[i].id)
		f.score, f.terms = f.score+(1-w)*scaled, terms[i].score
	}
	out := make([]fused, 0, len(byID))
	for _, f := range byID {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b fused) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.terms, a.terms), cmp.Compare(b.dense, a.dense), cmp.Compare(a.id, b.id))
	})
	return out
}

// scale maps the scores of a half to 0 … 1. Where all are equal, each is a best one.
func scale(list []candidate) []float64 {
	out := make([]float64, len(list))
	if len(list) == 0 {
		return out
	}
	high, low := list[0].score, list[min(len(list), fusionDepth)-1].score
	for i, c := range list {
		out[i] = 1
		if high > low {
			out[i] = max(0, (c.score-low)/(high-low))
		}
	}
	return out
}
