package query

import (
	"regexp"
	"strings"
)

// shortestMisspelt is the number of letters from which one wrong letter is taken for a slip; shorter words are too
// close to each other.
const shortestMisspelt = 7

var lettersOnly = regexp.MustCompile(`^[a-z]+$`)

// misspelt takes a word that is one slip away from a word of the tables for that word. It ranks as typed, too.
func (p *parser) misspelt(i int) span {
	plain := span{from: i, to: i + 1}
	word := strings.ToLower(p.tokens[i].text)
	if len(word) < shortestMisspelt || !lettersOnly.MatchString(word) {
		return plain
	}
	for _, known := range p.vocab.single {
		if known[0] != word[0] || !oneSlip(p.tokens[i].norm, known) {
			continue
		}
		if s, ok := p.lookup(i, i+1, known); ok {
			s.keep = append(s.keep, p.tokens[i].text)
			return s
		}
	}
	return plain
}

// oneSlip: one letter more, less, other, or two neighbours swapped.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
