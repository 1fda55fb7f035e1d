// Package query understands what somebody who works with AWS types into a search box: types, environments,
// regions, states, engines, ages, tags. What words mean is data (types.json, values.json, regions.json,
// words.json); the code only finds the longest phrases and puts them together.
package query

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxLength is how many characters of a query are read; the rest is left out and Parsed.Cut says so.
const MaxLength = 1000

// maxTokens bounds the work for a query of very many short words.
const maxTokens = 150

// maxPhrase is the number of words of the longest phrase that is looked for.
const maxPhrase = 7

// Filter is a condition that words of the query became.
type Filter struct {
	// Field is type, service, region, account_id, env, state, engine, runtime, version, class, kind, words, owner, tag,
	// untagged, one of the flags (encrypted, public, attached, rotation, multi_az, deletion_protection, versioning),
	// or a number: size (GB), memory (MB), retention (days), created_at, expires_at (Unix ms).
	Field  string
	Values []string
	// Others are the values that are ruled out instead of asking for Values, where resources that do not say
	// are meant too (a load balancer of unknown kind may be an "alb").
	Others []string
	// Near are values that come next best (staging for "uat").
	Near []string
	// Named are words that, in a name, are as good as the type: the words of the query are as often a name ("search").
	Named []string
	// Wider are the types that resources with such a name are of; empty: any.
	Wider    []string
	Not      bool
	Min, Max *float64 // of numbers, both inclusive
	Label    string   // for people: "production"
	Text     string   // the words it came from
}

// Parsed is an understood query.
type Parsed struct {
	Filters []Filter
	// Residual is the text that no filter took; it ranks.
	Residual string
	// Words are the telling words of the whole query in normal form, those of filters included.
	Words []string
	// Candidates are spellings that may be an exact identifier, lower-cased: the whole query first, then tokens that
	// look like identifiers.
	Candidates []string
	Cut        bool // the query was longer than MaxLength
}

// Options say what the parser may know of the estate.
type Options struct {
	Now      time.Time         // for "last week"; zero: the clock
	Accounts map[string]string // account ids by name
	Services map[string]bool   // service names ("rds"); for service:rds
	Labels   map[string]string // types by their labels in Normal form, for types without a phrase in the tables
	// Ignore are fields whose words are not to become filters, by the user's wish.
	Ignore []string
}

// span is a run of tokens and what it means.
type span struct {
	from, to int // tokens[from:to]
	kind     spanKind
	filters  []Filter
	typed    *typeEntry
	types    []string
	keep     []string // words that rank all the same
	weak     string   // a weak word that narrowed the types, see Filter.Named
	wider    []string // what the types were before
}

type spanKind int

const (
	plainSpan spanKind = iota
	noiseSpan
	negatorSpan
	filterSpan
	typeSpan
	prepositionSpan
	andSpan
)

// Parse understands text. It never fails: what it does not understand stays in Residual.
func Parse(text string, o Options) Parsed {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	text, cut := bound(text)
	tokens := tokenize(text)
	if len(tokens) > maxTokens {
		tokens, cut = tokens[:maxTokens], true
	}
	p := &parser{vocab: vocab(), options: o, tokens: tokens}
	out := Parsed{Cut: cut, Candidates: candidates(text, tokens)}
	p.scan()
	p.negate()
	p.mergeTypes()
	p.dropInapplicable()
	p.ignore()
	out.Filters = p.filters()
	out.Residual = p.residual()
	out.Words = p.words()
	return out
}

// bound cleans the text (valid UTF-8, no control characters) and cuts it at MaxLength characters.
func bound(text string) (string, bool) {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == 0x7f {
			return ' '
		}
		return r
	}, firstBytes(text, MaxLength*utf8.UTFMax+1))
	n := 0
	for i := range text {
		if n == MaxLength {
			if space := strings.LastIndexByte(text[:i], ' '); space > 0 {
				i = space // half a word says something else
			}
			return text[:i], true
		}
		n++
	}
	return text, false
}

// firstBytes keeps a query of many megabytes from being read through.
func firstBytes(text string, n int) string {
	if len(text) <= n {
		return strings.ToValidUTF8(text, " ")
	}
	return strings.ToValidUTF8(text[:n], " ")
}

// candidates are the spellings that are looked up as exact identifiers.
func candidates(text string, tokens []token) []string {
	whole := strings.ToLower(strings.Trim(strings.TrimSpace(text), `"'`))
	out := []string{}
	add := func(s string) {
		if s != "" && len(s) <= 2048 && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(whole)
	if fields := strings.Fields(whole); len(fields) > 1 && len(fields) <= 6 {
		for _, sep := range []string{"-", "_", "", ".", "/"} {
			add(strings.Join(fields, sep))
		}
	}
	for _, t := range tokens {
		if t.quoted || t.joined() {
			add(strings.ToLower(t.text))
			if _, value, ok := strings.Cut(t.text, ":"); ok && !strings.HasPrefix(strings.ToLower(t.text), "arn:") {
				add(strings.ToLower(value))
			}
		}
	}
	return out
}

// LooksLikeIdentifier says whether a spelling can only be meant as a name: it has separators or digits among letters.
func LooksLikeIdentifier(s string) bool {
	return !strings.ContainsAny(s, " \t") && token{text: s, norm: normal(s)}.joined()
}

// Normal is the form in which phrases are compared: lower case, single spaces, singular words.
func Normal(text string) string { return normal(text) }

// Words are the words of a text in normal form, without doubles and without those that say nothing.
func Words(text string) []string {
	var out []string
	for _, w := range strings.Fields(normal(text)) {
		if !vocab().noise[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
