package embedding

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"golang.org/x/text/unicode/norm"
)

// maxTermBytes: longer runs of letters and digits (a key, an encoded file) are no words that anybody looks for whole.
const maxTermBytes = 256

// count finds the terms of a text: words, stemmed and without stop words; identifiers whole and in parts; bigrams of scripts
// that are written without spaces. words is 1 for what counts towards the length of the text, 0 for
// another form of the same word.
func count(text string, yield func(term string, words int)) {
	text = norm.NFKC.String(strings.ToValidUTF8(text, " "))
	stems := newStemmer()
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case isDense(r):
			run := takeWhile(text, isDense)
			bigrams(run, yield)
			text = text[len(run):]
		case isWordRune(r):
			run := takeWhile(text, isFieldRune)
			field(strings.TrimRightFunc(run, isJoiner), stems, yield)
			text = text[len(run):]
		default:
			text = text[size:]
		}
	}
}

func takeWhile(text string, is func(rune) bool) string {
	if end := strings.IndexFunc(text, func(r rune) bool { return !is(r) }); end >= 0 {
		return text[:end]
	}
	return text
}

// prolonged is the vowel sign of kana, which Unicode counts to no script.
const prolonged = 0x30FC

// isDense tells the scripts that are written without spaces.
func isDense(r rune) bool {
	return r == prolonged || r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)) && !isDense(r)
}

// isJoiner tells the marks that hold an identifier together (arn:aws:s3:::logs/a_b.c, k=v, me@host) or a word (don't).
func isJoiner(r rune) bool { return strings.ContainsRune("-_./:=@'’", r) }

func isFieldRune(r rune) bool { return isWordRune(r) || isJoiner(r) }

// bigrams yields the pairs of neighbouring runes, or the one rune.
func bigrams(run string, yield func(string, int)) {
	runes := []rune(run)
	if len(runes) == 1 {
		yield(run, 1)
		return
	}
	for i := range len(runes) - 1 {
		yield(string(runes[i:i+2]), 1)
	}
}

// field yields a run without spaces: a word, or an identifier whole, in its sections (between : / = @) and in its parts.
func field(run string, stems *stemmer, yield func(string, int)) {
	run = strings.ReplaceAll(run, "’", "'")
	if !strings.ContainsFunc(run, func(r rune) bool { return isJoiner(r) && r != '\'' }) {
		part(run, true, stems, yield)
		return
	}
	whole(run, yield)
	if isNumeric(run) {
		return // an IP address or a version: its numbers mean nothing alone
	}
	for section := range strings.FieldsFuncSeq(run, func(r rune) bool { return strings.ContainsRune(":/=@", r) }) {
		section = strings.TrimFunc(section, isJoiner)
		inner := strings.ContainsAny(section, "-_.")
		if inner && len(section) < len(run) {
			whole(section, yield)
		}
		if inner && isNumeric(section) {
			continue
		}
		for piece := range strings.FieldsFuncSeq(section, func(r rune) bool { return strings.ContainsRune("-_.", r) }) {
			part(strings.Trim(piece, "'"), false, stems, yield)
		}
	}
}

// isNumeric tells numbers with dots, which are one thing (10.0.12.7, 1.29).
func isNumeric(run string) bool {
	return strings.Trim(run, "0123456789.") == "" && strings.Contains(run, ".")
}

func whole(run string, yield func(string, int)) {
	if len(run) <= maxTermBytes {
		yield(fold(run), 0)
	}
}

// part yields a run of letters and digits, and what it is composed of: camelCase, web01.
func part(run string, alone bool, stems *stemmer, yield func(string, int)) {
	if run == "" || len(run) > maxTermBytes {
		return
	}
	if term := stems.term(fold(run)); term != "" && (alone || utf8.RuneCountInString(term) > 1) {
		yield(term, 1)
	}
	pieces := humps(run)
	if len(pieces) < 2 || len(pieces) > maxHumps {
		return
	}
	for _, piece := range pieces {
		if utf8.RuneCountInString(piece) < 2 {
			continue
		}
		if term := stems.term(fold(piece)); term != "" {
			yield(term, 0)
		}
	}
}

// maxHumps: what changes between letters and digits more often is a random id (17a1bcc0e6327d105), not a name.
const maxHumps = 6

// humps cuts at lower-to-upper changes, before the last capital of several (DBInstance), and between letters and digits.
func humps(run string) []string {
	runes := []rune(run)
	var out []string
	start, numbers := 0, 0
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && !isHump(runes, i) {
			continue
		}
		if unicode.IsDigit(runes[start]) {
			numbers++
		}
		out = append(out, string(runes[start:i]))
		start = i
	}
	if numbers > 2 {
		return nil
	}
	return out
}

func isHump(runes []rune, i int) bool {
	before, at := runes[i-1], runes[i]
	switch {
	case unicode.IsDigit(before) != unicode.IsDigit(at):
		return true
	case unicode.IsUpper(at) && !unicode.IsUpper(before):
		return true
	}
	return unicode.IsUpper(before) && unicode.IsUpper(at) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

// fold lower-cases, and strips the accents of Latin letters: people leave them out.
func fold(run string) string {
	run = strings.ToLower(run)
	if isASCII(run) {
		return run
	}
	var out strings.Builder
	latin := false
	for _, r := range norm.NFD.String(run) {
		if unicode.Is(unicode.Mn, r) && latin {
			continue
		}
		latin = unicode.Is(unicode.Latin, r)
		out.WriteRune(r)
	}
	return norm.NFC.String(out.String())
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// stemmer is for one goroutine.
type stemmer struct {
	env   *snowballstem.Env
	known map[string]string
}

func newStemmer() *stemmer {
	return &stemmer{env: snowballstem.NewEnv(""), known: make(map[string]string)}
}

// term is the stem of an English word; a word with anything but Latin letters stays as it is; "" for a stop word.
func (s *stemmer) term(folded string) string {
	if term, ok := s.known[folded]; ok {
		return term
	}
	term := folded
	switch {
	case stopWords[folded]:
		term = ""
	case strings.Trim(folded, "abcdefghijklmnopqrstuvwxyz'") == "":
		s.env.SetCurrent(folded)
		english.Stem(s.env)
		term = s.env.Current()
	}
	s.known[folded] = term
	return term
}
