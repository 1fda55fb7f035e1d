package store

import (
	"slices"
	"strings"
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

// fuse adds the halves, each scaled to 0 … 1 by its own best and worst, weighted w to 1-w; best first.
func fuse(dense, terms []candidate, w float64) []fused {
	byID := map[string]*fused{}
	at := func(id string) *fused {
		f, ok := byID[id]
		if !ok {
			f = &fused{id: id}
			byID[id] = f
		}
		return f
	}
	add := func(list []candidate, share float64, set func(*fused, float64)) {
		if len(list) == 0 {
			return
		}
		low, high := list[len(list)-1].score, list[0].score
		for _, c := range list {
			scaled := 1.0
			if high > low {
				scaled = (c.score - low) / (high - low)
			}
			f := at(c.id)
			f.score += share * scaled
			set(f, c.score)
		}
	}
	if dense == nil {
		w = 0
	}
	add(dense, w, func(f *fused, s float64) { f.dense = s })
	add(terms, 1-w, func(f *fused, s float64) { f.terms = s })
	out := make([]fused, 0, len(byID))
	for _, f := range byID {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b fused) int {
		if a.score != b.score {
			if a.score > b.score {
				return -1
			}
			return 1
		}
		return strings.Compare(a.id, b.id)
	})
	return out
}
