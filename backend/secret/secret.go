// Package secret finds what looks like a credential in text, by the rules of gitleaks, which its module carries
// (config/gitleaks.toml, MIT licence), and a few of its own for what only AWS has. It decides nothing: whoever asks
// does.
package secret

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Finding is what looks like a credential. It holds none of the text.
type Finding struct {
	Rule        string // aws-access-token, private-key …
	Description string // for people
	Start, End  int    // bytes of the text
}

// Find returns what looks like a credential, in order, none within another.
func Find(text string) []Finding {
	if len(text) < shortest {
		return nil
	}
	var found []Finding
	for _, hit := range table().near(text) {
		found = append(found, hit.rule.find(text, hit.spans)...)
	}
	found = append(found, awsSecretKeys(text)...)
	return distinct(append(found, privateKeys(text)...))
}

// Load reads the rules, which takes about a tenth of a second, so that the first Find need not. It may run beside anything.
func Load() { Find("a key, a token, a secret and a password") }

// shortest is how long the shortest of credentials is that a rule knows.
const shortest = 10

// Redact puts [redacted: rule] where a credential is.
func Redact(text string) string {
	found := Find(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(text[at:f.Start])
		b.WriteString("[redacted: " + f.Rule + "]")
		at = f.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// distinct orders findings and leaves out those that others overlap: the more telling rule wins, then the longer.
func distinct(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(b.End-b.Start, a.End-a.Start), cmp.Compare(a.Start, b.Start))
	})
	// An interval that is not disjoint from those kept is beside its neighbour in their order.
	var kept []Finding
	for _, f := range found {
		i, _ := slices.BinarySearchFunc(kept, f, func(have, f Finding) int { return cmp.Compare(have.Start, f.Start) })
		switch {
		case i > 0 && kept[i-1].End > f.Start:
			kept[i-1].End = max(kept[i-1].End, f.End)
			for i < len(kept) && kept[i].Start < kept[i-1].End {
				kept[i-1].End = max(kept[i-1].End, kept[i].End)
				kept = slices.Delete(kept, i, i+1)
			}
		case i < len(kept) && kept[i].Start < f.End:
			kept[i].Start, kept[i].End = f.Start, max(kept[i].End, f.End)
		default:
			kept = slices.Insert(kept, i, f)
		}
	}
	return kept
}

// weight puts rules that know a prefix before those that guess.
func weight(f Finding) int {
	switch f.Rule {
	case genericRule, "curl-auth-header", "curl-auth-user":
		return 1
	}
	return 0
}

// entropy of a text, in bits a byte (Shannon).
func entropy(s string) float64 {
	if s == "" {
		return 0
	}
	var n [256]int
	for i := range len(s) {
		n[s[i]]++
	}
	bits := 0.0
	for _, k := range n {
		if k > 0 {
			p := float64(k) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
