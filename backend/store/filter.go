package store

import (
	"fmt"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/store/table"
)

// qdrantFilter says a Filter in Qdrant's words; matches says the same over a record, for the ledger.
func qdrantFilter(f Filter) (*qdrant.Filter, error) {
	out := &qdrant.Filter{}
	for _, c := range f.All {
		cond, err := qdrantCondition(c)
		if err != nil {
			return nil, err
		}
		if c.Not {
			out.MustNot = append(out.MustNot, cond)
		} else {
			out.Must = append(out.Must, cond)
		}
	}
	for _, c := range f.Any {
		cond, err := qdrantCondition(c)
		if err != nil {
			return nil, err
		}
		if c.Not {
			cond = qdrant.NewFilterAsCondition(&qdrant.Filter{MustNot: []*qdrant.Condition{cond}})
		}
		out.Should = append(out.Should, cond)
	}
	return out, nil
}

func qdrantCondition(c Condition) (*qdrant.Condition, error) {
	switch c.Op {
	case Eq, In:
		return matchAny(c)
	case Range:
		return qdrant.NewRange(c.Field, &qdrant.Range{Gte: c.Min, Lte: c.Max}), nil
	case Missing:
		return qdrant.NewIsEmpty(c.Field), nil
	case Exists:
		return qdrant.NewFilterAsCondition(&qdrant.Filter{MustNot: []*qdrant.Condition{qdrant.NewIsEmpty(c.Field)}}), nil
	}
	return nil, fmt.Errorf("filter on %s: unknown comparison %d", c.Field, c.Op)
}

func matchAny(c Condition) (*qdrant.Condition, error) {
	var words []string
	var ints []int64
	var bools []bool
	for _, v := range c.Values {
		switch v := v.(type) {
		case string:
			words = append(words, v)
		case int:
			ints = append(ints, int64(v))
		case int64:
			ints = append(ints, v)
		case bool:
			bools = append(bools, v)
		default:
			return nil, fmt.Errorf("filter on %s: a value of type %T cannot be compared", c.Field, v)
		}
	}
	var conds []*qdrant.Condition
	if len(words) > 0 {
		conds = append(conds, qdrant.NewMatchKeywords(c.Field, words...))
	}
	if len(ints) > 0 {
		conds = append(conds, qdrant.NewMatchInts(c.Field, ints...))
	}
	for _, b := range bools {
		conds = append(conds, qdrant.NewMatchBool(c.Field, b))
	}
	switch len(conds) {
	case 0:
		// One of no values: nothing matches.
		return qdrant.NewHasID(), nil
	case 1:
		return conds[0], nil
	}
	return qdrant.NewFilterAsCondition(&qdrant.Filter{Should: conds}), nil
}

// matches applies a filter to plain fields.
func matches(f Filter, fields map[string]any) bool {
	for _, c := range f.All {
		if !holds(c, fields) {
			return false
		}
	}
	if len(f.Any) == 0 {
		return true
	}
	return slices.ContainsFunc(f.Any, func(c Condition) bool { return holds(c, fields) })
}

func holds(c Condition, fields map[string]any) bool {
	return compare(c, fields[c.Field]) != c.Not
}

func compare(c Condition, v any) bool {
	switch c.Op {
	case Eq, In:
		return slices.ContainsFunc(c.Values, func(want any) bool { return equal(want, v) })
	case Range:
		x, ok := table.NumberOf(v)
		return ok && (c.Min == nil || x >= *c.Min) && (c.Max == nil || x <= *c.Max)
	case Exists:
		return !empty(v)
	case Missing:
		return empty(v)
	}
	return false
}

func equal(want, v any) bool {
	if list, ok := v.([]string); ok {
		s, ok := want.(string)
		return ok && slices.Contains(list, s)
	}
	if x, ok := table.NumberOf(want); ok {
		y, ok := table.NumberOf(v)
		return ok && x == y
	}
	return want == v
}

func empty(v any) bool {
	list, ok := v.([]string)
	return v == nil || (ok && len(list) == 0)
}
