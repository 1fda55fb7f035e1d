package table_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/store/table"
)

var fields = map[string]table.Kind{"kind": table.Coded, "tags": table.Coded, "done": table.Coded, "name": table.Text, "words": table.Hashed, "at": table.Number}

// plain is the same table, made the simplest way.
type plain map[uuid.UUID]map[string]any

func (p plain) pick(f table.Filter) []uuid.UUID {
	var ids []uuid.UUID
	for id, row := range p {
		all := !slices.ContainsFunc(f.All, func(c table.Condition) bool { return !meets(c, row[c.Field]) })
		either := len(f.Any) == 0 || slices.ContainsFunc(f.Any, func(c table.Condition) bool { return meets(c, row[c.Field]) })
		if all && either {
			ids = append(ids, id)
		}
	}
	return ids
}

func meets(c table.Condition, v any) bool {
	ok := false
	list, isList := v.([]string)
	there := v != nil && (!isList || len(list) > 0)
	x, isNumber := v.(int64)
	switch c.Op {
	case table.Eq, table.In:
		ok = slices.ContainsFunc(c.Values, func(want any) bool {
			if text, isText := want.(string); isText && isList {
				return slices.Contains(list, text)
			}
			return !isList && want == v
		})
	case table.Range:
		ok = isNumber && (c.Min == nil || float64(x) >= *c.Min) && (c.Max == nil || float64(x) <= *c.Max)
	case table.Exists:
		ok = there
	case table.Missing:
		ok = !there
	}
	return ok != c.Not
}

func (p plain) sort(ids []uuid.UUID, o table.Order) {
	missing := func(v any) bool {
		text, isText := v.(string)
		list, isList := v.([]string)
		return v == nil || isText && text == "" || isList && len(list) == 0
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int {
		va, vb := p[a][o.Field], p[b][o.Field]
		n := 0
		switch {
		case missing(va) != missing(vb):
			return map[bool]int{true: 1, false: -1}[missing(va)]
		case missing(va):
		default:
			n = compareValues(va, vb, o.Exact)
		}
		if o.Desc {
			n = -n
		}
		if n == 0 {
			n = slices.Compare(a[:], b[:])
		}
		return n
	})
}

func compareValues(a, b any, exact bool) int {
	if x, ok := a.(int64); ok {
		y := b.(int64)
		return map[bool]int{true: 1}[x > y] - map[bool]int{true: 1}[x < y]
	}
	text := func(v any) string {
		s := fmt.Sprint(v)
		if list, ok := v.([]string); ok {
			s = strings.Join(list, "\x00")
		}
		if exact {
			return s
		}
		return strings.ToLower(s)
	}
	return strings.Compare(text(a), text(b))
}

func (p plain) facets(ids []uuid.UUID, field string) map[string]int64 {
	counts := map[string]int64{}
	for _, id := range ids {
		switch v := p[id][field].(type) {
		case string:
			counts[v]++
		case bool:
			counts[strconv.FormatBool(v)]++
		case []string:
			for _, item := range v {
				counts[item]++
			}
		}
	}
	return counts
}

// TestATableAnswersAsAPlainScanDoes, whatever was put, replaced and removed before, and in whatever order lists were made meanwhile.
func TestATableAnswersAsAPlainScanDoes(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 7))
		p, tab := plain{}, table.New(fields)
		for step := range 40 {
			put, remove := someChanges(random, p)
			tab.Apply(put, remove)
			for range 4 {
				compare(t, random, p, tab, fmt.Sprintf("seed %d, step %d", seed, step))
			}
		}
	}
}

func someChanges(random *rand.Rand, p plain) (put []table.Row, remove []uuid.UUID) {
	for id := range p {
		if random.IntN(12) == 0 {
			remove = append(remove, id)
		}
	}
	for range random.IntN(12) {
		put = append(put, table.Row{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte{byte(random.IntN(90))}), Fields: someFields(random)})
	}
	for _, id := range remove {
		delete(p, id)
	}
	for _, r := range put {
		p[r.ID] = r.Fields
	}
	return put, remove
}

func someFields(random *rand.Rand) map[string]any {
	all := map[string]any{
		"kind": []string{"Memo", "memo", "task", ""}[random.IntN(4)], "done": random.IntN(2) == 0, "name": fmt.Sprintf("N%d", random.IntN(60)), "at": int64(random.IntN(20) - 10),
	}
	for _, field := range []string{"tags", "words"} {
		var list []string
		for i := range random.IntN(4) {
			list = append(list, fmt.Sprintf("%s-%d", field, i*3+random.IntN(3)))
		}
		all[field] = list
	}
	maps.DeleteFunc(all, func(string, any) bool { return random.IntN(5) == 0 })
	return all
}

func someConditions(random *rand.Rand) []table.Condition {
	low, high := float64(random.IntN(10)-10), float64(random.IntN(10))
	choices := []table.Condition{
		{Field: "kind", Op: table.Eq, Values: []any{"memo"}}, {Field: "kind", Op: table.In, Values: []any{"Memo", "", "gone"}}, {Field: "kind", Op: table.Missing},
		{Field: "tags", Op: table.In, Values: []any{"tags-1", "tags-4"}}, {Field: "tags", Op: table.Exists}, {Field: "done", Op: table.Eq, Values: []any{true}},
		{Field: "done", Op: table.Eq, Values: []any{"true"}}, {Field: "name", Op: table.In, Values: []any{"N1", "N2", "N3"}}, {Field: "name", Op: table.Exists},
		{Field: "words", Op: table.Eq, Values: []any{"words-2"}}, {Field: "words", Op: table.In, Values: []any{"words-0", "words-5"}}, {Field: "words", Op: table.Missing},
		{Field: "at", Op: table.Range, Min: &low, Max: &high}, {Field: "at", Op: table.Range, Min: &high}, {Field: "at", Op: table.In, Values: []any{int64(3), int64(-2)}}, {Field: "kind", Op: table.In},
	}
	var out []table.Condition
	for range random.IntN(3) {
		c := choices[random.IntN(len(choices))]
		c.Not = random.IntN(3) == 0
		out = append(out, c)
	}
	return out
}

func compare(t *testing.T, random *rand.Rand, p plain, tab *table.Table, when string) {
	t.Helper()
	f := table.Filter{All: someConditions(random), Any: someConditions(random)}
	o := table.Order{Field: []string{"", "kind", "name", "at", "done", "tags"}[random.IntN(6)], Desc: random.IntN(2) == 0, Exact: random.IntN(2) == 0}
	when = fmt.Sprintf("%s: %+v by %+v", when, f, o)
	want := p.pick(f)
	if o.Field == "" {
		o.Desc = false
	}
	p.sort(want, o)
	skip, limit := random.IntN(8), 1+random.IntN(100)
	ids, total, err := tab.IDs(f, o, skip, limit)
	require.NoError(t, err, when)
	require.Equal(t, len(want), total, when)
	part := want[min(skip, len(want)):]
	require.Equal(t, append([]uuid.UUID{}, part[:min(limit, len(part))]...), append([]uuid.UUID{}, ids...), when)
	n, err := tab.Count(f)
	require.NoError(t, err)
	require.EqualValues(t, len(want), n, when)
	require.Equal(t, len(p), tab.Len(), when)
	for _, field := range []string{"kind", "tags", "done"} {
		facets, err := tab.Facets(field, f, 100)
		require.NoError(t, err)
		got := map[string]int64{}
		for _, v := range facets {
			got[v.Value] = v.Count
		}
		require.Equal(t, p.facets(want, field), got, when)
		require.True(t, slices.IsSortedFunc(facets, func(a, b table.Facet) int { return int(b.Count - a.Count) }))
	}
}

func TestWhatATableCannotAnswerIsAnError(t *testing.T) {
	tab := table.New(fields)
	_, _, err := tab.IDs(table.Filter{}, table.Order{Field: "color"}, 0, 1)
	require.ErrorContains(t, err, "not declared")
	_, _, err = tab.IDs(table.Filter{}, table.Order{Field: "words"}, 0, 1)
	require.ErrorContains(t, err, "order")
	_, err = tab.Count(table.Filter{All: []table.Condition{{Field: "color"}}})
	require.ErrorContains(t, err, "not declared")
	for _, field := range []string{"color", "name", "words", "at"} {
		_, err = tab.Facets(field, table.Filter{}, 1)
		require.ErrorContains(t, err, "values that repeat", field)
	}
}

// TestReadersAndAWriterMeet: under the race detector.
func TestReadersAndAWriterMeet(t *testing.T) {
	tab := table.New(fields)
	done := make(chan struct{})
	for i := range 3 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 200 {
				ids, total, err := tab.IDs(table.Filter{All: []table.Condition{{Field: "kind", Op: table.Exists}}}, table.Order{Field: []string{"name", "at", "name"}[i]}, 0, 1000)
				if err != nil || len(ids) != total {
					t.Errorf("%d of %d, %v", len(ids), total, err)
				}
			}
		}()
	}
	random := rand.New(rand.NewPCG(5, 6))
	p := plain{}
	for range 200 {
		tab.Apply(someChanges(random, p))
	}
	for range 3 {
		<-done
	}
}
