package archive

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// The roles of a message.
const (
	roleUser      = "user"
	roleAssistant = "assistant"
	roleSystem    = "system"
	roleTool      = "tool"
)

// roleOf maps the names that programs give to the four roles. Empty: unknown.
func roleOf(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	switch strings.ToLower(v.Str) {
	case "user", "human":
		return roleUser
	case "assistant", "ai", "bot", "model":
		return roleAssistant
	case "system", "developer":
		return roleSystem
	case "tool", "function":
		return roleTool
	}
	return ""
}

// str is a field that is text; anything else is as if it were not there.
func str(v gjson.Result, path string) string {
	if f := v.Get(path); f.Type == gjson.String {
		return f.Str
	}
	return ""
}

// valid makes short text, such as a title or an id, valid UTF-8.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// The years in which a chat can have been written: a number outside them is a count of something else.
var (
	earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// timeOf reads RFC 3339, or a number or its digits as seconds (with a fraction) or milliseconds since 1970. Zero where it is
// none of them or not of these years.
func timeOf(v gjson.Result) time.Time {
	var t time.Time
	switch v.Type {
	case gjson.Number:
		t = unix(v.Num)
	case gjson.String:
		s := strings.TrimSpace(v.Str)
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05"} {
			parsed, err := time.Parse(layout, s)
			if err == nil {
				t = parsed
				break
			}
		}
		if n := gjson.Parse(s); t.IsZero() && n.Type == gjson.Number {
			t = unix(n.Num)
		}
	}
	if t.Before(earliest) || t.After(latest) {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

// unix reads a number of seconds or milliseconds: seconds of this century have ten digits, milliseconds thirteen.
func unix(n float64) time.Time {
	switch {
	case math.IsNaN(n) || n <= 0 || n >= 1e14:
		return time.Time{}
	case n >= 1e11:
		return time.UnixMilli(int64(n))
	}
	return time.UnixMilli(int64(math.Round(n * 1000)))
}

// spot is where in what was opened something stands.
type spot struct {
	file   string
	offset int64
	what   string // "message 3"; empty: the whole conversation
}

func (s spot) at(what string) spot {
	s.what = what
	return s
}

// usable checks a text, and repairs it. False, and reported, when it is too long.
func (r *reading) usable(at spot, s string) (string, bool) {
	if len(s) > MaxText {
		r.skip(at, "the text has "+size(int64(len(s)))+", at most "+size(MaxText)+" are kept")
		return "", false
	}
	if utf8.ValidString(s) {
		return s, true
	}
	r.report.Repaired++
	s = valid(s)
	if len(s) > MaxText {
		r.skip(at, "the text is not UTF-8 and too long when repaired")
		return "", false
	}
	return s, true
}

// optional is usable for what goes along with a message: where it is too long, the message comes without it.
func (r *reading) optional(at spot, what, s string) string {
	s, _ = r.usable(at.at(at.what+", "+what), s)
	return s
}

// fenced is code as Markdown, within a fence longer than any in it.
func fenced(language, code string) string {
	if code == "" {
		return ""
	}
	longest, run := 2, 0
	for i := range len(code) {
		if run++; code[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	return fence + language + "\n" + strings.TrimRight(code, "\n") + "\n" + fence
}

// paragraphs joins what is not empty.
func paragraphs(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if strings.TrimSpace(p) != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}

// items are the elements of a list; of anything else, none.
func items(v gjson.Result) []gjson.Result {
	if !v.IsArray() {
		return nil
	}
	return v.Array()
}
