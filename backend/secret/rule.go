package secret

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
	"github.com/pelletier/go-toml/v2"
	"github.com/zricethezav/gitleaks/v8/config"
)

// rules is the table of gitleaks, read once.
type rules struct {
	byWord  map[string][]*rule // by keyword
	words   *ahocorasick.Trie
	allowed []*allowlist // of every rule
}

// rule is one kind of credential.
type rule struct {
	ID          string       `toml:"id"`
	Description string       `toml:"description"`
	Regex       string       `toml:"regex"`
	Group       int          `toml:"secretGroup"`
	Entropy     float64      `toml:"entropy"`
	Keywords    []string     `toml:"keywords"`
	Allowlists  []*allowlist `toml:"allowlists"`

	re func() *regexp.Regexp // compiled when a text holds one of the keywords
}

// allowlist is what is no credential though a rule says so.
type allowlist struct {
	Condition string   `toml:"condition"`
	Target    string   `toml:"regexTarget"` // of the regexes: "" the secret, match, line
	Regexes   []string `toml:"regexes"`
	StopWords []string `toml:"stopwords"`
	Paths     []string `toml:"paths"`

	re func() []*regexp.Regexp
}

var table = sync.OnceValue(func() *rules {
	t, err := readRules(config.DefaultConfig)
	if err != nil {
		panic(err) // the rules are part of the program, and a test reads them
	}
	return t
})

func readRules(text string) (*rules, error) {
	var file struct {
		Rules     []*rule    `toml:"rules"`
		Allowlist *allowlist `toml:"allowlist"`
	}
	if err := toml.Unmarshal([]byte(text), &file); err != nil {
		return nil, fmt.Errorf("read the rules for credentials: %w", err)
	}
	t := &rules{byWord: map[string][]*rule{}}
	if file.Allowlist != nil {
		file.Allowlist.prepare()
		t.allowed = append(t.allowed, file.Allowlist)
	}
	var words []string
	for _, r := range file.Rules {
		// What is known by a file's name alone does not concern text.
		if r.Regex == "" {
			continue
		}
		pattern := r.Regex
		r.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
		for _, a := range r.Allowlists {
			a.prepare()
		}
		r.Allowlists = append(r.Allowlists, t.allowed...)
		for _, word := range r.Keywords {
			word = strings.ToLower(word)
			if len(t.byWord[word]) == 0 {
				words = append(words, word)
			}
			t.byWord[word] = append(t.byWord[word], r)
		}
	}
	t.words = ahocorasick.NewTrieBuilder().AddStrings(words).Build()
	return t, nil
}

func (a *allowlist) prepare() {
	a.re = sync.OnceValue(func() []*regexp.Regexp {
		var out []*regexp.Regexp
		for _, pattern := range a.Regexes {
			out = append(out, regexp.MustCompile(pattern))
		}
		return out
	})
	for i, word := range a.StopWords {
		a.StopWords[i] = strings.ToLower(word)
	}
}

// span is a part of a text.
type span struct{ start, end int }

// hit is a rule with the parts of a text that lie around its keywords.
type hit struct {
	rule  *rule
	spans []span
}

// How much around a keyword a rule is run over. The longest that stand before are names of variables; after a keyword
// come the credential itself, of which private keys are the longest.
const (
	before     = 160
	after      = 1024
	afterKey   = 16 << 10
	privateKey = "private-key"
)

// near finds the rules whose keywords a text holds.
func (t *rules) near(text string) []hit {
	lower := lowerASCII(text)
	byRule := map[*rule][]span{}
	for _, m := range t.words.MatchString(lower) {
		for _, r := range t.byWord[m.MatchString()] {
			at := int(m.Pos())
			reach := after
			if r.ID == privateKey {
				reach = afterKey
			}
			byRule[r] = append(byRule[r], around(text, at, reach))
		}
	}
	hits := make([]hit, 0, len(byRule))
	for r, spans := range byRule {
		hits = append(hits, hit{r, merged(spans)})
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.rule.ID, b.rule.ID) })
	return hits
}

// around is what lies around a keyword, up to white space on both sides, so that no credential is cut in two.
func around(text string, at, reach int) span {
	s := span{max(0, at-before), min(len(text), at+reach)}
	for n := 0; s.start > 0 && n < before && !isSpace(text[s.start-1]); n++ {
		s.start--
	}
	for n := 0; s.end < len(text) && n < afterKey && !isSpace(text[s.end]); n++ {
		s.end++
	}
	return s
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// lowerASCII keeps the places of all bytes, which strings.ToLower does not.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

func (r *rule) find(text string, spans []span) []Finding {
	var found []Finding
	for _, s := range spans {
		part := text[s.start:s.end]
		for _, m := range r.re().FindAllStringSubmatchIndex(part, -1) {
			from, to := r.secret(m)
			secret := part[from:to]
			if secret == "" || r.Entropy > 0 && entropy(secret) <= r.Entropy {
				continue
			}
			if r.allows(secret, part[m[0]:m[1]], lineAround(part, m[0], m[1])) || r.ID == genericRule && harmless(secret, part[max(0, m[0]-40):from]) {
				continue
			}
			found = append(found, Finding{Rule: r.ID, Description: r.Description, Start: s.start + from, End: s.start + to})
		}
	}
	return found
}

// secret is the part of a match that is the credential: the group that the rule names, or the first that matched.
func (r *rule) secret(m []int) (from, to int) {
	if r.Group > 0 && 2*r.Group+1 < len(m) && m[2*r.Group] >= 0 {
		return m[2*r.Group], m[2*r.Group+1]
	}
	for g := 2; g+1 < len(m); g += 2 {
		if m[g] >= 0 && m[g+1] > m[g] {
			return m[g], m[g+1]
		}
	}
	return m[0], m[1]
}

func lineAround(text string, from, to int) string {
	start := strings.LastIndexByte(text[:from], '\n') + 1
	end := strings.IndexByte(text[to:], '\n')
	if end < 0 {
		return text[start:]
	}
	return text[start : to+end]
}

func (r *rule) allows(secret, match, line string) bool {
	for _, a := range r.Allowlists {
		if a.allows(secret, match, line) {
			return true
		}
	}
	return false
}

func (a *allowlist) allows(secret, match, line string) bool {
	if len(a.Paths) > 0 && strings.EqualFold(a.Condition, "AND") {
		return false // it needs a file's name too
	}
	target := secret
	switch a.Target {
	case "match":
		target = match
	case "line":
		target = line
	}
	byRegex := slices.ContainsFunc(a.re(), func(re *regexp.Regexp) bool { return re.MatchString(target) })
	lower := strings.ToLower(secret)
	byWord := slices.ContainsFunc(a.StopWords, func(word string) bool { return strings.Contains(lower, word) })
	if strings.EqualFold(a.Condition, "AND") && len(a.Regexes) > 0 && len(a.StopWords) > 0 {
		return byRegex && byWord
	}
	return byRegex || byWord
}
