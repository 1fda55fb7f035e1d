package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

func TestOnlyWhatBearsOnThePromptIsTaken(t *testing.T) {
	hit := func(why ...string) estate.Hit { return estate.Hit{Why: why} }
	near := []estate.Hit{hit(estate.WhyMeaning), hit(estate.WhyMeaning), hit(estate.WhyMeaning), hit(estate.WhyMeaning), hit(estate.WhyMeaning), hit(estate.WhyMeaning)}
	require.Empty(t, relevant(estate.Page{Hits: near, Total: 200}, "hello").Hits)
	require.Len(t, relevant(estate.Page{Hits: near, Total: 200}, "where are photos made smaller").Hits, mostByMeaning)
	require.Equal(t, mostByMeaning, relevant(estate.Page{Hits: near, Total: 200}, "where are photos made smaller").Total)
	named := append([]estate.Hit{hit(`name contains "billing"`)}, near...)
	require.Len(t, relevant(estate.Page{Hits: named}, "billing").Hits, 7)
	require.Len(t, relevant(estate.Page{Hits: near, Understood: []estate.Filter{{Label: "production"}}}, "prod").Hits, 6)
}
