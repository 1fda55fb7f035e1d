package embedding

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// runeClass is what BERT's pre-tokenizer does with a rune.
type runeClass int

const (
	inWord   runeClass = iota // part of a word
	dropped                   // control characters, marks that lower-casing strips
	gap                       // white space
	ownToken                  // punctuation and CJK ideographs stand alone
)

// classify follows the BertNormalizer and BertPreTokenizer of Hugging Face's tokenizers, which the model
// was trained with: clean text, isolate ideographs, strip accents, lower-case.
func classify(r rune) runeClass {
	if r < utf8.RuneSelf {
		return classifyASCII(r)
	}
	switch {
	case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
		return dropped
	case unicode.IsSpace(r), unicode.Is(unicode.Z, r):
		return gap
	case isIdeograph(r), unicode.IsPunct(r):
		return ownToken
	}
	// Accents are stripped before words are cut: what a sign is composed with may be ASCII punctuation (≮ is < and a stroke).
	if decomposition := decompose(r); len(decomposition) > 0 && decomposition[0] < utf8.RuneSelf {
		return classifyASCII(rune(decomposition[0]))
	}
	return inWord
}

// decompose returns the canonical decomposition in UTF-8; nothing for most runes and for hangul.
func decompose(r rune) []byte {
	var in [utf8.UTFMax]byte
	return norm.NFD.Properties(in[:utf8.EncodeRune(in[:], r)]).Decomposition()
}

func classifyASCII(r rune) runeClass {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return inWord
	case r == ' ', r == '\t', r == '\n', r == '\r':
		return gap
	case r < ' ', r == 0x7f:
		return dropped
	}
	return ownToken
}

// isIdeograph tells the CJK blocks that BERT isolates; kana and hangul are not among them.
func isIdeograph(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0x20000 && r <= 0x2A6DF ||
		r >= 0x2A700 && r <= 0x2B73F || r >= 0x2B740 && r <= 0x2B81F || r >= 0x2B920 && r <= 0x2CEAF ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0x2F800 && r <= 0x2FA1F
}

// appendFolded appends r lower-cased and without its accents; nothing for a combining mark.
func appendFolded(dst []rune, r rune) []rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(dst, r)
	}
	if isHangul(r) {
		return appendJamo(dst, r)
	}
	decomposition := decompose(r)
	if len(decomposition) == 0 {
		return appendLower(dst, r)
	}
	for len(decomposition) > 0 {
		part, size := utf8.DecodeRune(decomposition)
		decomposition = decomposition[size:]
		dst = appendLower(dst, part)
	}
	return dst
}

func appendLower(dst []rune, r rune) []rune {
	if unicode.Is(unicode.Mn, r) {
		return dst
	}
	return append(dst, unicode.ToLower(r))
}

// Hangul syllables decompose by arithmetic (Unicode, section 3.12), which Properties leaves out.
const (
	hangulFirst, hangulLast       = 0xAC00, 0xD7A3
	leadFirst, vowelFirst, tailAt = 0x1100, 0x1161, 0x11A7
	vowels, tails                 = 21, 28
)

func isHangul(r rune) bool { return r >= hangulFirst && r <= hangulLast }

func appendJamo(dst []rune, r rune) []rune {
	index := r - hangulFirst
	dst = append(dst, leadFirst+index/(vowels*tails), vowelFirst+index%(vowels*tails)/tails)
	if tail := index % tails; tail > 0 {
		dst = append(dst, tailAt+tail)
	}
	return dst
}
