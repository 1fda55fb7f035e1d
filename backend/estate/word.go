package estate

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// maxWords bounds the words of a name that are kept as a plain field.
const maxWords = 40

// wordsOf are the parts of a name in lower case, without doubles: at separators, and where camel case begins a word.
func wordsOf(name string) []string {
	var out []string
	add := func(w string) {
		if w = strings.ToLower(w); w != "" && len(w) <= 64 && len(out) < maxWords && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		add(part)
		if pieces := camelPieces(part); len(pieces) > 1 {
			for _, p := range pieces {
				add(p)
			}
		}
	}
	return out
}

// camelPieces cuts PaymentsApiProd into its words; a word of one case is one piece.
func camelPieces(word string) []string {
	runes := []rune(word)
	var out []string
	start := 0
	for i := 1; i < len(runes); i++ {
		upper := unicode.IsUpper(runes[i]) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if upper && unicode.IsLetter(runes[i-1]) {
			out = append(out, string(runes[start:i]))
			start = i
		}
	}
	return append(out, string(runes[start:]))
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
