package assistant

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cloudops/backend/assistant/model"
)

func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}" // strings, numbers and maps of them: it cannot be
	}
	return string(b)
}

// age says how old the inventory is, for people and models.
func age(at, now time.Time) string {
	if at.IsZero() {
		return "unknown"
	}
	old := now.Sub(at)
	stamp := at.UTC().Format("2006-01-02 15:04 UTC")
	switch {
	case old < 2*time.Minute:
		return stamp + ", just now"
	case old < 2*time.Hour:
		return fmt.Sprintf("%s, %d minutes ago", stamp, int(old.Minutes()))
	case old < 48*time.Hour:
		return fmt.Sprintf("%s, %d hours ago", stamp, int(old.Hours()))
	}
	return fmt.Sprintf("%s, %d days ago", stamp, int(old.Hours()/24))
}

// clean makes text that any server takes: valid UTF-8 without control characters other than line ends and tabs.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// plain is clean without the characters that nobody sees, in which instructions can hide: directions, joiners, tags.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, clean(s))
}

// cutTokens keeps beginning and end of what is longer than n tokens.
func cutTokens(s string, n int) string {
	for tokens := model.Tokens(s); tokens > n && len(s) > 0; tokens = model.Tokens(s) {
		s = cutMiddle(s, len(s)*max(n-12, 0)/tokens*19/20)
		if n < 16 {
			return cutBytes(s, n)
		}
	}
	return s
}

// cutMiddle keeps beginning and end of what is longer than n bytes.
func cutMiddle(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const mark = "\n[… the middle is left out …]\n"
	head := cutBytes(s, max(0, n*2/3-len(mark)))
	from := len(s) - n/3
	for from < len(s) && !utf8.RuneStart(s[from]) {
		from++
	}
	return head + mark + s[from:]
}

func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// excerpt is one line of at most n runes.
func excerpt(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(cutBytes(plain(cutBytes(s, 16*n)), 8*n), unicode.IsSpace), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}

// plural is "1 message", "2 messages".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
