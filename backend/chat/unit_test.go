package chat

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"cloudops/backend/store"
)

func TestSnippetShowsWhereTheQueryStands(t *testing.T) {
	filler := strings.Repeat("Nothing to see in this part of the message at all. ", 40)
	body := filler + "The **replication lag** of `orders-db` came from a long running transaction. " + filler
	got := newMatcher("why was the replication of orders lagging?").snippet(body)
	require.Contains(t, got, "replication lag of orders-db")
	require.LessOrEqual(t, utf8.RuneCountInString(got), SnippetRunes)
	require.True(t, strings.HasPrefix(got, "…") && strings.HasSuffix(got, "…"), got)
}

func TestSnippetOfShortTextIsTheText(t *testing.T) {
	require.Equal(t, "One line and another", newMatcher("other").snippet("# One line\n> and\tanother"))
	require.Empty(t, newMatcher("x").snippet(""))
	require.Empty(t, newMatcher("").snippet("\x00\n"))
}

func TestSnippetIsBoundedForAnyText(t *testing.T) {
	alphabet := []rune("aÄ漢🦊\u0301 \n\x00`*|#>-.é\u200d")
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		text := make([]rune, r.IntN(1200))
		for i := range text {
			text[i] = alphabet[r.IntN(len(alphabet))]
		}
		query := string(text[:min(len(text), r.IntN(20))])
		got := newMatcher(query).snippet(string(text))
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, utf8.RuneCountInString(got), SnippetRunes)
		require.NotContains(t, got, "\n")
		require.NotContains(t, got, "\x00")
	}
}

func TestSnippetOfTextWithoutSpaces(t *testing.T) {
	got := newMatcher("数据库").snippet(strings.Repeat("漢字", 500))
	require.Equal(t, SnippetRunes-1, utf8.RuneCountInString(got)) // cut at its end alone
}

func TestCleanReplacesWhatIsNotUTF8(t *testing.T) {
	got, repaired := clean("a\x00b\xff\xfec")
	require.Equal(t, "a\x00b\uFFFDc", got)
	require.True(t, repaired)
	got, repaired = clean("ä\x00")
	require.Equal(t, "ä\x00", got)
	require.False(t, repaired)
}

func TestTitles(t *testing.T) {
	require.Equal(t, "Which buckets are public?", TitleFrom("\n\n## Which buckets are public?\nPlease list them"))
	require.LessOrEqual(t, utf8.RuneCountInString(TitleFrom(strings.Repeat("word ", 100))), 80)
	require.Empty(t, TitleFrom("\n \x00\n"))
	require.Equal(t, "a b", cleanTitle(" a\n\x00b "))
	require.Equal(t, MaxTitle, utf8.RuneCountInString(cleanTitle(strings.Repeat("ä", 5000))))
}

func TestSpansReadOnlyWhatIsMissing(t *testing.T) {
	require.Nil(t, spans(nil))
	require.Equal(t, [][2]int64{{2, 2}}, spans([]int64{1}))
	require.Equal(t, [][2]int64{{3, 6}}, spans([]int64{5}))
	require.Equal(t, [][2]int64{{8, 11}}, spans([]int64{10}))
	require.Equal(t, [][2]int64{{4, 4}}, spans([]int64{3, 1, 2, 2}))
	require.Equal(t, [][2]int64{{2, 2}, {98, 101}}, spans([]int64{1, 100}))
}

func TestLayoutOfAMessage(t *testing.T) {
	at := time.Date(2026, 3, 9, 23, 0, 0, 0, time.UTC)
	doc := layout(surroundings{own: "three", before: []string{strings.Repeat("ä", 400), "one"}, after: []string{"four"}}, at)
	require.Equal(t, "three", doc.Dense)
	require.Equal(t, strings.Repeat("ä", contextPreviousRunes)+"\nthree", doc.Context)
	require.Equal(t, "three", doc.Terms[0].Text)
	require.Equal(t, float32(1), doc.Terms[0].Weight)
	require.Len(t, doc.Terms, 5)
	require.Equal(t, store.WeightedText{Text: "one", Weight: previousWeights[1]}, doc.Terms[2])
	require.Equal(t, store.WeightedText{Text: "9 March 2026", Weight: dateWeight}, doc.Terms[4])
	require.Empty(t, layout(surroundings{own: "one"}, at).Context)
	require.Equal(t, store.Doc{}, layout(surroundings{own: " \n", before: []string{"one"}}, at))
}

func TestNeighboursAreThoseOfThePath(t *testing.T) {
	all := &turns{byID: map[string]turn{}, at: map[string]map[int64]string{}}
	rec := func(id, parent string, seq int64) store.Record {
		content, err := encode(messageContent{Text: id})
		require.NoError(t, err)
		return store.Record{ID: id, Scope: "c", Seq: seq, Fields: map[string]any{fieldParent: parent}, Content: content}
	}
	recs := []store.Record{rec("a", "", 1), rec("b", "a", 2), rec("c", "b", 3), rec("d", "a", 4), rec("e", "d", 5), rec("f", "c", 6)}
	for _, r := range recs {
		require.NoError(t, all.keep(r))
	}
	require.Equal(t, surroundings{own: "b", before: []string{"a"}, after: []string{"c"}}, all.about(recs[1]))
	require.Equal(t, surroundings{own: "c", before: []string{"b", "a"}}, all.about(recs[2])) // d follows a
	require.Equal(t, surroundings{own: "e", before: []string{"d", "a"}}, all.about(recs[4]))
	require.Equal(t, surroundings{own: "f", before: []string{"c", "b"}}, all.about(recs[5]))
}

func TestRecencyFallsSlowlyAndStops(t *testing.T) {
	require.InDelta(t, 1, recency(0), 1e-9)
	require.InDelta(t, 1, recency(-time.Hour), 1e-9)
	require.InDelta(t, 1-oldShare/2, recency(recencyHalfLife), 1e-9)
	require.GreaterOrEqual(t, recency(100*365*24*time.Hour), 1-oldShare)
}

func TestIdentifiers(t *testing.T) {
	names := identifiers("Look at i-0abc12def34, 10.20.30.40 and orders-db-01 in eu-west-1 on 2026-11-02 at 12:30 in 123456789012")
	require.Equal(t, map[string]bool{"i-0abc12def34": true, "10.20.30.40": true}, names)
}

func FuzzSnippet(f *testing.F) {
	f.Add("replication lag", "The lag of the replica is **high**")
	f.Fuzz(func(t *testing.T, query, text string) {
		text, _ = clean(text)
		got := newMatcher(query).snippet(text)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > SnippetRunes {
			t.Fatalf("%q", got)
		}
	})
}
