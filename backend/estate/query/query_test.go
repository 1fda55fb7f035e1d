package query

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testOptions: the day is a Monday.
var testOptions = Options{
	Now:      time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
	Accounts: map[string]string{"payments-prod": "123412341234", "Sandbox": "999988887777"},
	Services: map[string]bool{"rds": true, "ec2": true},
	Labels:   map[string]string{"image builder pipeline": "AWS::ImageBuilder::ImagePipeline"},
}

// describe says what was understood in one line: types by their short names (by their label where they are more than
// three), values joined by |, numbers by their label, what ranks in quotes.
func describe(p Parsed) string {
	var out []string
	for _, f := range p.Filters {
		not := ""
		if f.Not {
			not = "!"
		}
		value := strings.Join(f.Values, "|")
		switch {
		case f.Field == "type" && len(f.Values) > 3:
			value = "<" + f.Label + ">"
		case f.Field == "type":
			value = strings.ReplaceAll(value, "AWS::", "")
		case f.Min != nil || f.Max != nil:
			value = "<" + f.Label + ">"
		case f.Others != nil:
			value += " or unknown"
		case f.Field == "state" || f.Field == "region" && len(f.Values) > 3:
			value = "<" + f.Label + ">"
		}
		out = append(out, not+f.Field+"="+value)
	}
	if p.Residual != "" {
		out = append(out, fmt.Sprintf("%q", p.Residual))
	}
	return strings.Join(out, " ")
}

func TestQueries(t *testing.T) {
	data, err := os.ReadFile("testdata/queries.txt")
	require.NoError(t, err)
	n := 0
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		text, want, ok := strings.Cut(line, " => ")
		require.True(t, ok, line)
		assert.Equal(t, want, describe(Parse(text, testOptions)), text)
		n++
	}
	assert.GreaterOrEqual(t, n, 150)
}

func TestVocabularyIsConsistent(t *testing.T) {
	v, err := readVocabulary()
	require.NoError(t, err)
	phrases := 0
	for _, e := range v.all {
		assert.NotEmpty(t, e.Label)
		phrases += len(e.Phrases)
		for _, cfn := range e.Types {
			assert.Equal(t, 2, strings.Count(cfn, "::"), cfn)
		}
	}
	assert.GreaterOrEqual(t, phrases, 120)
	for key, e := range v.values {
		for _, near := range e.Near {
			_, ok := Environment(near)
			assert.True(t, ok, "%s: %s", key, near)
		}
	}
	for key := range v.regions {
		assert.Nil(t, v.types[key], "%q is a region and a type", key)
		assert.Nil(t, v.values[key], "%q is a region and a value", key)
	}
}

// Every phrase of the tables is understood as what its row says, alone.
func TestEveryPhrase(t *testing.T) {
	v := vocab()
	for key, e := range v.types {
		p := Parse(key, testOptions)
		if assert.NotEmpty(t, p.Filters, key) && v.values[key] == nil {
			assert.Equal(t, "type", p.Filters[0].Field, key)
			assert.Equal(t, e.Types, p.Filters[0].Values, key)
		}
	}
	for key, e := range v.values {
		p := Parse(key, testOptions)
		if assert.NotEmpty(t, p.Filters, key) && v.types[key] == nil && e.Type == nil {
			fields := []string{p.Filters[0].Field}
			for _, f := range p.Filters {
				fields = append(fields, f.Field)
			}
			want := map[string]string{"expired": "expires_at", "expiring": "expires_at"}[e.Field]
			if want == "" {
				want = e.Field
			}
			assert.Contains(t, fields, want, key)
		}
	}
	for key := range v.regions {
		p := Parse(key, testOptions)
		if assert.NotEmpty(t, p.Filters, key) {
			assert.Equal(t, "region", p.Filters[0].Field, key)
		}
	}
}

func TestIgnoredFieldsBecomeWords(t *testing.T) {
	o := testOptions
	o.Ignore = []string{"env"}
	assert.Equal(t, `type=<database> "production"`, describe(Parse("production databases", o)))
	o.Ignore = []string{"type", "env"}
	assert.Equal(t, `"production databases"`, describe(Parse("production databases", o)))
}

func TestIdentifiersAreCandidates(t *testing.T) {
	p := Parse("what uses i-0123456789abcdef0 in eu-west-1?", testOptions)
	assert.Contains(t, p.Candidates, "i-0123456789abcdef0")
	assert.Equal(t, "live chat", Parse("Live Chat", testOptions).Candidates[0])
	assert.Contains(t, Parse("Live Chat", testOptions).Candidates, "live-chat")
	assert.True(t, LooksLikeIdentifier("checkout-prod-db"))
	assert.False(t, LooksLikeIdentifier("database"))
}

func TestEnvironment(t *testing.T) {
	for word, want := range map[string]string{
		"prod": "production", "PRD": "production", "Live": "production", "p": "production", "stg": "staging", "pre-prod": "preproduction",
		"UAT": "uat", "d": "development", "Development": "development", "sbx": "sandbox", "tests": "test", "nonprod": "non-production",
	} {
		got, ok := Environment(word)
		assert.True(t, ok, word)
		assert.Equal(t, want, got, word)
	}
	for _, word := range []string{"product", "reproduction", "developer", "", "database"} {
		_, ok := Environment(word)
		assert.False(t, ok, word)
	}
}

func TestBadInput(t *testing.T) {
	long := Parse(strings.Repeat("production databases ", 5000), testOptions)
	assert.True(t, long.Cut)
	assert.NotEmpty(t, long.Filters)
	oneWord := Parse(strings.Repeat("x", 100_000), testOptions)
	assert.True(t, oneWord.Cut)
	assert.Len(t, oneWord.Residual, MaxLength)
	for _, text := range []string{"", "   ", "\x00", "\xff\xfe", "!!!", `"`, `""`, "::", "=", "a=", "=b", "-", "not", "not not", "> 5", "older than", "in", "tag:", "👩‍💻", "é", "\u202eabc", strings.Repeat("(", 999)} {
		assert.NotPanics(t, func() { Parse(text, testOptions) }, "%q", text)
	}
	assert.Equal(t, "type=EC2::Instance env=production", describe(Parse("prod\x00 \xffservers", testOptions)))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"production database", "older than 90 days", "team:payments not in prod", "expiring in December 2026", "> 5 gb", "no tag x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := Parse(text, testOptions)
		if !utf8.ValidString(p.Residual) {
			t.Fatalf("residual %q", p.Residual)
		}
		for _, filter := range p.Filters {
			if filter.Field == "" {
				t.Fatalf("a filter without a field in %+v", p)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		Parse("publicly accessible postgres databases not in prod owned by the payments team older than 90 days", testOptions)
	}
}
