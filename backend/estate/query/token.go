package query

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// token is a word of the query: what stands between two spaces, without the punctuation around it.
type token struct {
	text   string // as typed
	norm   string // in normal form; several words where it is joined by hyphens, slashes, dots
	quoted bool
	comma  bool // a comma, semicolon or slash follows
}

var (
	comparison = regexp.MustCompile(`[<>]=?|[≤≥]`)
	separators = regexp.MustCompile(`[^\p{L}\p{M}\p{N}]+`)
	contracted = regexp.MustCompile(`(?i)['’](?:s|t|re|ve|ll|d|m)\b`)
)

// normal is the form in which phrases are compared: NFKC, lower case, single spaces, singular words.
func normal(text string) string {
	if strings.ContainsAny(text, "'’") {
		text = contracted.ReplaceAllString(text, "")
	}
	words := strings.FieldsFunc(strings.ToLower(norm.NFKC.String(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
	for i, w := range words {
		words[i] = singular(w)
	}
	return strings.Join(words, " ")
}

// plurals are those that the rule of singular does not see.
var plurals = map[string]string{
	"apis": "api", "amis": "ami", "ips": "ip", "dbs": "db", "vms": "vm", "lbs": "lb", "sgs": "sg", "fns": "fn", "ids": "id", "azs": "az",
}

// singular takes the plural ending off an English word of four letters or more. It is no stemmer: "production"
// and "product", "server" and "serverless" must stay apart.
func singular(w string) string {
	if one, ok := plurals[w]; ok {
		return one
	}
	switch n := len(w); {
	case n < 4 || !strings.HasSuffix(w, "s"):
		return w
	case strings.HasSuffix(w, "ss") || strings.HasSuffix(w, "us") || strings.HasSuffix(w, "is"):
		return w
	case n > 4 && strings.HasSuffix(w, "ies"):
		return w[:n-3] + "y"
	case strings.HasSuffix(w, "aches"):
		return w[:n-1]
	case strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "xes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "shes"):
		return w[:n-2]
	default:
		return w[:n-1]
	}
}

// tokenize cuts a query into tokens. Text in double quotes is one token that is taken as it is.
func tokenize(text string) []token {
	text = comparison.ReplaceAllStringFunc(text, func(s string) string {
		return " " + strings.NewReplacer(">=", "≥", "<=", "≤").Replace(s) + " "
	})
	var out []token
	for text != "" {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			break
		}
		if quoted, rest, ok := cutQuoted(text); ok {
			if strings.TrimSpace(quoted) != "" {
				out = append(out, token{text: quoted, norm: normal(quoted), quoted: true})
			}
			text = rest
			continue
		}
		word, rest := cutWord(text)
		text = rest
		out = append(out, newTokens(word)...)
	}
	return out
}

func cutQuoted(text string) (inside, rest string, ok bool) {
	for _, pair := range [][2]string{{`"`, `"`}, {"“", "”"}, {"`", "`"}} {
		if after, found := strings.CutPrefix(text, pair[0]); found {
			if inside, rest, ok = strings.Cut(after, pair[1]); ok {
				return inside, rest, true
			}
		}
	}
	return "", text, false
}

// cutWord ends at a space that is not inside quotes (team:"data platform").
func cutWord(text string) (word, rest string) {
	inside := false
	for i, r := range text {
		if r == '"' {
			inside = !inside && strings.Contains(text[i+1:], `"`)
		}
		if unicode.IsSpace(r) && !inside {
			return text[:i], text[i:]
		}
	}
	return text, ""
}

func newTokens(word string) []token {
	comma := strings.HasSuffix(word, ",") || strings.HasSuffix(word, ";")
	trimmed := strings.TrimFunc(word, func(r rune) bool { return strings.ContainsRune(`,;!?()[]{}'’`, r) })
	if t := strings.TrimRight(trimmed, ".:"); t != "" {
		trimmed = t
	}
	if trimmed == "" {
		return nil
	}
	switch trimmed {
	case "<", ">", "≤", "≥":
		return []token{{text: trimmed, norm: trimmed}}
	case "&", "+":
		return []token{{text: trimmed, norm: "and"}}
	case "!", "-", "!=":
		return []token{{text: trimmed, norm: "not"}}
	}
	whole := token{text: trimmed, norm: normal(trimmed), comma: comma}
	if whole.norm == "" {
		return []token{{text: trimmed, norm: trimmed, comma: comma}}
	}
	return split(whole)
}

// split parts "non-fifo" and "dev/test", whose halves mean something though the whole does not.
func split(t token) []token {
	v := vocab()
	if v.known(t.norm) {
		return []token{t}
	}
	if head, tail, ok := strings.Cut(t.text, "-"); ok && strings.EqualFold(head, "non") && v.known(normal(tail)) {
		return []token{{text: head, norm: "non"}, {text: tail, norm: normal(tail), comma: t.comma}}
	}
	for _, sep := range []string{"/", ","} {
		a, b, ok := strings.Cut(t.text, sep)
		if ok && v.sameField(normal(a), normal(b)) {
			return []token{{text: a, norm: normal(a), comma: true}, {text: b, norm: normal(b), comma: t.comma}}
		}
	}
	return []token{t}
}

// sameField: two phrases of the same table and, for values, of the same field.
func (v *vocabulary) sameField(a, b string) bool {
	if va, vb := v.values[a], v.values[b]; va != nil && vb != nil {
		return va.Field == vb.Field
	}
	return v.types[a] != nil && v.types[b] != nil || v.regions[a] != nil && v.regions[b] != nil
}

// joined says whether a token is made of several words or of letters and digits, as identifiers are.
func (t token) joined() bool {
	if strings.Contains(t.norm, " ") || strings.ContainsAny(t.text, "-_./:@") {
		return true
	}
	return strings.ContainsFunc(t.text, unicode.IsDigit) && strings.ContainsFunc(t.text, unicode.IsLetter)
}
