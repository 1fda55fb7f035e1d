package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// SnippetRunes is the longest snippet, in runes, ellipses included.
const SnippetRunes = 240

// lead is about how much of a snippet stands before the first matching word, in runes.
const lead = 40

// stopWords say nothing about what a prompt is about.
var stopWords = wordSet(`a about all also am an and any are as at be been but by can could did do does for from get give
had has have he her him his how i if in into is it its just let like me my no not of on one or our out please she show so
some tell than that the their them then there these they this those to too up us was we were what when where which who
whose why will with would you your`)

func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// matcher finds the words of a query in texts, whatever their English ending.
type matcher struct {
	words  map[string]int // stem → which word
	weight []int          // its length: long words say more
	total  int
}

func newMatcher(query string) *matcher {
	m := &matcher{words: make(map[string]int)}
	m.learn(query, true)
	if len(m.words) == 0 {
		m.learn(query, false) // nothing but stop words: better than nothing
	}
	return m
}

func (m *matcher) learn(query string, skip bool) {
	eachWord([]rune(query), func(word string, _, _ int) {
		if skip && stopWords[word] {
			return
		}
		key := stem(word)
		if _, known := m.words[key]; known {
			return
		}
		m.words[key] = len(m.weight)
		m.weight = append(m.weight, utf8.RuneCountInString(word))
		m.total += m.weight[len(m.weight)-1]
	})
}

// match is a word of the query in a text, in runes.
type match struct{ word, start, end int }

func (m *matcher) matches(text []rune) []match {
	var out []match
	eachWord(text, func(word string, start, end int) {
		if i, ok := m.words[stem(word)]; ok {
			out = append(out, match{i, start, end})
		}
	})
	return out
}

// coverage is how much of the query the texts hold together, 0 … 1 by length of words, and how many of its words.
func (m *matcher) coverage(texts ...string) (share float64, words int) {
	if m.total == 0 {
		return 0, 0
	}
	seen := make(map[int]bool)
	weight := 0
	for _, t := range texts {
		for _, hit := range m.matches([]rune(t)) {
			if !seen[hit.word] {
				seen[hit.word] = true
				weight += m.weight[hit.word]
			}
		}
	}
	return float64(weight) / float64(m.total), len(seen)
}

// snippet is plain text from around the place where most of the query stands together.
func (m *matcher) snippet(text string) string {
	runes := []rune(plain(text))
	if len(runes) <= SnippetRunes {
		return string(runes)
	}
	first, last := m.best(m.matches(runes))
	return excerpt(runes, first, last)
}

// marked is the snippet with ** around the words that match.
func (m *matcher) marked(text string) string { return m.mark(m.snippet(text)) }

// mark puts ** around the words that match. Asterisks of the text become ∗, so that nothing else reads as a mark.
func (m *matcher) mark(text string) string {
	runes := []rune(strings.ReplaceAll(oneLine(text), "*", "∗"))
	var b strings.Builder
	from := 0
	for _, hit := range m.matches(runes) {
		b.WriteString(string(runes[from:hit.start]))
		b.WriteString("**" + string(runes[hit.start:hit.end]) + "**")
		from = hit.end
	}
	b.WriteString(string(runes[from:]))
	return b.String()
}

// best is the span of the matches that hold the most distinct words within one snippet.
func (m *matcher) best(found []match) (start, end int) {
	count := make([]int, len(m.weight))
	sum, most, left := 0, 0, 0
	for _, f := range found {
		if count[f.word]++; count[f.word] == 1 {
			sum += m.weight[f.word]
		}
		for ; f.end-found[left].start > SnippetRunes-lead; left++ {
			w := found[left].word
			if count[w]--; count[w] == 0 {
				sum -= m.weight[w]
			}
		}
		if sum > most {
			most, start, end = sum, found[left].start, f.end
		}
	}
	return start, end
}

// excerpt cuts SnippetRunes around a span, between words where there are any.
func excerpt(runes []rune, start, end int) string {
	const room = SnippetRunes - 2 // an ellipsis at each end
	from := max(0, start-lead)
	for i := from; from > 0 && i < start; i++ {
		if runes[i] == ' ' {
			from = i + 1
			break
		}
	}
	to := min(len(runes), from+room)
	from = max(0, min(from, to-room))
	for i := to; to < len(runes) && i > max(end, from+room/2); i-- {
		if runes[i] == ' ' {
			to = i
			break
		}
	}
	out := strings.TrimSpace(string(runes[from:to]))
	if from > 0 {
		out = "…" + out
	}
	if to < len(runes) {
		out += "…"
	}
	return out
}

// plain takes the commonest marks of Markdown out of a text and makes it one line.
func plain(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(line, " \t#>")
		if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") {
			line = line[2:]
		}
		b.WriteString(line)
	}
	return oneLine(marks.Replace(b.String()))
}

var marks = strings.NewReplacer("**", "", "`", "")

// eachWord visits the runs of letters and digits in lower case, with their place in runes.
func eachWord(text []rune, visit func(word string, start, end int)) {
	start := -1
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (unicode.IsLetter(text[i]) || unicode.IsDigit(text[i]) || unicode.IsMark(text[i])) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			visit(strings.ToLower(string(text[start:i])), start, i)
			start = -1
		}
	}
}

func stem(word string) string {
	for i := 0; i < len(word); i++ {
		if word[i] < 'a' || word[i] > 'z' {
			return word // an identifier, or not English
		}
	}
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return env.Current()
}
