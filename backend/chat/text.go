package chat

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes text valid UTF-8: each run of bytes that are none becomes U+FFFD. Everything else is kept as
// it is, NUL too. It says whether something had to be replaced.
func clean(s string) (string, bool) {
	if utf8.ValidString(s) {
		return s, false
	}
	return strings.ToValidUTF8(s, "\uFFFD"), true
}

func checkLength(s string) error {
	if len(s) > MaxMessage {
		return fmt.Errorf("%w: it has %d bytes, at most %d are kept", ErrTooLong, len(s), MaxMessage)
	}
	return nil
}

// TitleFrom makes a title of a prompt: its first line with words in it, at most 80 runes, cut between words.
func TitleFrom(prompt string) string {
	for line := range strings.Lines(cut(prompt, 4096)) {
		title := strings.Trim(oneLine(line), " #>*`-")
		if title == "" {
			continue
		}
		return shorten(title, 80)
	}
	return ""
}

// TitleOf is the title that a conversation gets of its first prompt. What Options.Redact takes out is not in it, nor is the
// part of it that a shorter text would leave.
func (s *Service) TitleOf(prompt string) string {
	if s.opt.Redact != nil {
		prompt = s.opt.Redact(cut(prompt, titlePrompt))
	}
	return TitleFrom(prompt)
}

// titlePrompt is how much of a prompt, in bytes, is looked at for its title.
const titlePrompt = 64 << 10

// cleanTitle makes a title one line of at most MaxTitle runes.
func cleanTitle(s string) string {
	s, _ = clean(cut(s, 8*MaxTitle))
	return cutRunes(oneLine(s), MaxTitle)
}

// oneLine turns every run of white space and control characters into one space.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// cut keeps at most n bytes and ends between runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// cutRunes keeps at most n runes.
func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// shorten keeps at most n runes, prefers to end between words, and says with an ellipsis that it cut.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	head := cutRunes(s, n-1)
	if i := strings.LastIndexByte(head, ' '); i > len(head)/2 {
		head = head[:i]
	}
	return strings.TrimRight(head, " ,;:") + "…"
}
