package embedding

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"cloudops/backend/config"

	"github.com/stretchr/testify/require"
)

func tokenizer(t testing.TB) *wordPiece {
	t.Helper()
	path, err := config.Resource("models/" + Known()[0] + "/tokenizer.json")
	require.NoError(t, err)
	tokens, err := loadWordPiece(path)
	require.NoError(t, err)
	return tokens
}

func readGolden(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

// wordpiece.json was made with Hugging Face's tokenizers 0.23 from the same tokenizer.json.
func TestWordPieceMatchesReference(t *testing.T) {
	var golden []struct {
		Text string
		IDs  []int64
	}
	readGolden(t, "wordpiece.json", &golden)
	require.Greater(t, len(golden), 300)
	tokens := tokenizer(t)
	for _, want := range golden {
		require.Equal(t, want.IDs, tokens.encode(want.Text, 1<<20), "%+q", want.Text)
	}
}

func TestSpecialTokensInTextArePlain(t *testing.T) {
	ids := tokenizer(t).encode("[CLS] [SEP] [MASK] [PAD] [UNK]", 100)
	for _, id := range ids[1 : len(ids)-1] {
		require.NotContains(t, []int64{0, 101, 102, 103}, id)
	}
}

func TestEncodeCutsAtTheLimit(t *testing.T) {
	tokens := tokenizer(t)
	ids := tokens.encode(strings.Repeat("database ", 1000), 64)
	require.Len(t, ids, 64)
	require.Equal(t, tokens.begin, ids[0])
	require.Equal(t, tokens.end, ids[63])
}

func TestEncodeTakesAnyBytes(t *testing.T) {
	tokens := tokenizer(t)
	for _, text := range []string{"", "\x00", "\xff\xfe", "a\xffb", "\xed\xa0\x80", strings.Repeat("a", 100_000), strings.Repeat("\xff", 100_000)} {
		ids := tokens.encode(text, 512)
		require.GreaterOrEqual(t, len(ids), 2)
		require.LessOrEqual(t, len(ids), 512)
	}
	require.Equal(t, tokens.encode("ab", 9), tokens.encode("a\xffb", 9))
	require.Equal(t, []int64{tokens.begin, tokens.none, tokens.end}, tokens.encode(strings.Repeat("a", 100_000), 512))
}

func TestChunksCoverTheTextAndOverlap(t *testing.T) {
	tokens := tokenizer(t)
	var text strings.Builder
	for i := range 700 {
		text.WriteString(strings.Repeat("x", i%7+1))
		text.WriteString([]string{" ", ", ", "\n", "é "}[i%4])
	}
	chunks := tokens.chunks(text.String(), 128, 32)
	require.Greater(t, len(chunks), 5)
	at := 0
	for i, chunk := range chunks {
		require.LessOrEqual(t, len(tokens.encode(chunk, 1<<20)), 128)
		found := strings.Index(text.String()[at:], chunk)
		require.GreaterOrEqual(t, found, 0, "chunk %d is not part of the text", i)
		at += found
	}
	require.True(t, strings.HasPrefix(text.String(), chunks[0]))
	require.True(t, strings.HasSuffix(strings.TrimSpace(text.String()), chunks[len(chunks)-1]))
	require.True(t, strings.Contains(chunks[1], chunks[0][len(chunks[0])-20:]), "neighbours overlap")
}

func TestChunksOfShortAndBlankText(t *testing.T) {
	tokens := tokenizer(t)
	require.Empty(t, tokens.chunks("", 128, 32))
	require.Empty(t, tokens.chunks(" \n\x00\xff", 128, 32))
	require.Equal(t, []string{"one, two."}, tokens.chunks(" one, two. ", 128, 32))
	require.Equal(t, []string{"a\uFFFDb"}, tokens.chunks("a\xffb", 128, 32))
}

func FuzzChunks(f *testing.F) {
	tokens := tokenizer(f)
	f.Add("Hello, World! arn:aws:s3:::bucket", 0)
	f.Add(strings.Repeat("a\xff\x00b 東京 e\u0301 0A1b2C", 30), 20)
	f.Fuzz(func(t *testing.T, text string, window int) {
		window = minWindow + window&63
		for _, chunk := range tokens.chunks(text, window, window/4) {
			if !utf8.ValidString(chunk) || len(tokens.encode(chunk, 1<<20)) > window {
				t.Fatalf("chunk %+q of %+q", chunk, text)
			}
		}
	})
}
