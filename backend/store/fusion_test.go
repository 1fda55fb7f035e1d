package store

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func order(list []fused) []string {
	ids := make([]string, len(list))
	for i, f := range list {
		ids[i] = f.id
	}
	return ids
}

func TestFuseWeighsTheHalves(t *testing.T) {
	dense := []candidate{{"a", 0.9}, {"b", 0.8}, {"c", 0.7}}
	terms := []candidate{{"c", 12}, {"d", 9}, {"a", 2}}
	got := fuse(dense, terms, 0.4)
	require.Equal(t, []string{"c", "d", "a", "b"}, order(got))
	require.InDelta(t, 0.6, got[0].score, 1e-9)
	require.InDelta(t, 0.6*0.7, got[1].score, 1e-9)
	require.InDelta(t, 0.4, got[2].score, 1e-9)
	require.InDelta(t, 0.2, got[3].score, 1e-9)
	require.Equal(t, fused{id: "a", score: got[2].score, dense: 0.9, terms: 2}, got[2])
	require.Equal(t, []string{"a", "b", "c", "d"}, order(fuse(dense, terms, 1))[:4])
}

func TestFuseOfOneHalf(t *testing.T) {
	terms := []candidate{{"a", 3}, {"b", 1}}
	require.Equal(t, []fused{{id: "a", score: 1, terms: 3}, {id: "b", score: 0, terms: 1}}, fuse(nil, terms, 0.4))
	require.Equal(t, []string{"a", "b"}, order(fuse([]candidate{{"a", 0.5}, {"b", 0.4}}, nil, 0.4)))
	require.InDelta(t, 1, fuse([]candidate{{"a", 0.5}}, nil, 0.4)[0].score, 1e-9)
	require.InDelta(t, 0.4, fuse([]candidate{{"a", 0.5}}, []candidate{}, 0.4)[0].score, 1e-9)
	require.Empty(t, fuse(nil, nil, 0.4))
}

func TestFuseOfEqualScoresGoesByID(t *testing.T) {
	same := []candidate{{"b", 2}, {"a", 2}, {"c", 2}}
	for range 20 {
		require.Equal(t, []string{"a", "b", "c"}, order(fuse(nil, same, 0.4)))
	}
}

func TestFuseDoesNotDependOnHowDeepTheHalvesAre(t *testing.T) {
	list := func(prefix string, step, n int) (out []candidate) {
		for i := range n {
			out = append(out, candidate{fmt.Sprint(prefix, i*step%997), 1000 / float64(i+1)})
		}
		return out
	}
	short := order(fuse(list("x", 3, 200), list("x", 7, 200), 0.4))
	long := order(fuse(list("x", 3, 400), list("x", 7, 400), 0.4))
	require.Equal(t, short[:50], long[:50])
	require.Len(t, set(long), len(long))
}

func set(ids []string) map[string]bool {
	m := make(map[string]bool)
	for _, id := range ids {
		m[id] = true
	}
	return m
}
