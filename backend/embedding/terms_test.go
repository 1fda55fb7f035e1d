package embedding

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func termsOf(text string) []string {
	var out []string
	count(text, func(term string, _ int) { out = append(out, term) })
	return out
}

func TestTermsOfText(t *testing.T) {
	for text, want := range map[string]string{
		"The databases are failing":             "databas fail",
		"Caroline's don’t café CAFÉ":            "carolin cafe cafe",
		"ﬁle ① Ｄａｔａ":                            "file 1 data",
		"DBInstance isPubliclyAccessible":       "dbinstanc db instanc ispubliclyaccess public access",
		"web01 t3.micro":                        "web01 web 01 t3.micro t3 micro",
		"10.0.12.7 v1.29 1.29":                  "10.0.12.7 v1.29 v1 29 1.29",
		"api_gateway-prod":                      "api_gateway-prod api gateway prod",
		"Env=Prod, me@Example.org.":             "env=prod env prod me@example.org example.org exampl org",
		"i-0abc1de2f345":                        "i-0abc1de2f345 0abc1de2f345",
		"東京タワー":                                 "東京 京タ タワ ワー",
		"猫 and 日本":                              "猫 日本",
		"Москва Ёлка":                           "москва ёлка",
		"한국어 데이터":                               "한국어 데이터",
		"… — !!! \x00 the":                      "",
		"a\xffb \xed\xa0\x80":                   "b",
		"arn:aws:s3:::logs.eu/x":                "arn:aws:s3:::logs.eu/x arn aw s3 logs.eu log eu",
		strings.Repeat("x", maxTermBytes+1):     "",
		"AWS::RDS::DBInstance":                  "aws::rds::dbinstance aw rds dbinstanc db instanc",
		"https://docs.example.org/a-b?q=1#frag": "https://docs.example.org/a-b https docs.example.org doc exampl org a-b q=1 frag",
	} {
		require.Equal(t, want, strings.Join(termsOf(text), " "), "%q", text)
	}
}

func TestDocumentAndQueryShareIDs(t *testing.T) {
	for _, key := range [][]byte{nil, []byte("0123456789abcdef0123456789abcdef")} {
		e := NewTerms(TermOptions{Key: key})
		document := e.Document([]WeightedText{{"The production databases in Frankfurt", 1}})
		query := e.Query("production database frankfurt")
		require.Equal(t, document.Indices, query.Indices)
		require.Equal(t, []float32{1, 1, 1}, query.Values)
	}
}

// RFC 4231's test case 2 is HMAC-SHA256("Jefe", "what do ya want for nothing?"); the id is its first 4 bytes, big-endian.
func TestKeyedIDs(t *testing.T) {
	e := NewTerms(TermOptions{Key: []byte("Jefe")})
	require.Equal(t, uint32(0x5bdcc146), e.hasher()("what do ya want for nothing?"))
	other := NewTerms(TermOptions{Key: []byte("other")})
	require.NotEqual(t, e.Query("database").Indices, other.Query("database").Indices)
}

// The unkeyed ids are FNV-1a; the vector is from its authors' list.
func TestPlainIDs(t *testing.T) {
	require.Equal(t, uint32(0xbf9cf968), NewTerms(TermOptions{}).hasher()("foobar"))
}

func TestSaturation(t *testing.T) {
	e := NewTerms(TermOptions{K1: 1.2, B: 0.75, AverageLength: 10})
	value := func(texts ...WeightedText) float64 { return float64(e.Document(texts).Values[0]) }
	// tf·(k1+1) / (tf + k1·(1 - b + b·length/average))
	require.InDelta(t, 1*2.2/(1+1.2*(0.25+0.75*0.1)), value(WeightedText{"queue", 1}), 1e-6)
	require.InDelta(t, 3*2.2/(3+1.2*(0.25+0.75*0.3)), value(WeightedText{"queue queue queues", 1}), 1e-6)
	require.InDelta(t, 1.5*2.2/(1.5+1.2*(0.25+0.75*0.15)), value(WeightedText{"queue", 1}, WeightedText{"queue", 0.5}), 1e-6)
	require.Less(t, value(WeightedText{strings.Repeat("queue ", 1000), 1}), 2.2)
}

func TestNothingToEncode(t *testing.T) {
	e := NewTerms(TermOptions{})
	for _, terms := range []Terms{e.Query(""), e.Query("the of \x00"), e.Document(nil), e.Document([]WeightedText{{"word", 0}, {"word", -1}, {"word", float32(math.NaN())}, {"word", float32(math.Inf(1))}})} {
		require.Empty(t, terms.Indices)
		require.Empty(t, terms.Values)
	}
}

func TestCollidingTermsAreMerged(t *testing.T) {
	e := NewTerms(TermOptions{})
	// These two words have the same FNV-1a hash (a pair known from the literature).
	terms := e.vector(map[string]float64{"costarring": 1, "liquid": 2}, func(tf float64) float64 { return tf })
	require.Equal(t, []float32{2}, terms.Values)
}

func TestLargeText(t *testing.T) {
	e := NewTerms(TermOptions{Key: []byte("key")})
	var text strings.Builder
	for i := 0; text.Len() < 1<<20; i++ {
		text.WriteString("volume-")
		text.WriteString(strings.Repeat(string(rune('a'+i%26)), i%9+1))
		text.WriteString(" été 東京 ")
	}
	checkTerms(t, e.Document([]WeightedText{{text.String(), 1}}))
	checkTerms(t, e.Document([]WeightedText{{strings.Repeat("a.b/", 1<<18), 1}}))
	checkTerms(t, e.Document([]WeightedText{{strings.Repeat("a", 1<<20), 1}}))
}

func checkTerms(t *testing.T, terms Terms) {
	t.Helper()
	require.Equal(t, len(terms.Indices), len(terms.Values))
	require.True(t, slices.IsSorted(terms.Indices))
	require.Len(t, slices.Compact(slices.Clone(terms.Indices)), len(terms.Indices))
	for _, v := range terms.Values {
		require.True(t, v > 0 && !math.IsInf(float64(v), 0))
	}
}

func FuzzTerms(f *testing.F) {
	for _, text := range []string{"", "The databases", "arn:aws:s3:::a_b.c/d-e", "e\u0301 ﬁ İ 東京ー", "\xff\x00'’-_./:=@", "aB1cD2eF3"} {
		f.Add(text)
	}
	e := NewTerms(TermOptions{Key: []byte("key")})
	f.Fuzz(func(t *testing.T, text string) {
		for _, term := range termsOf(text) {
			if term == "" || !utf8.ValidString(term) {
				t.Fatalf("term %q of %q", term, text)
			}
		}
		document, query := e.Document([]WeightedText{{text, 1}}), e.Query(text)
		checkTerms(t, document)
		checkTerms(t, query)
		require.Equal(t, document.Indices, query.Indices)
	})
}
