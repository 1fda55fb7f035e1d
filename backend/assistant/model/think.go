package model

import "strings"

// Thoughts takes the <think>…</think> block that some models begin an answer with out of the stream of text. Only a
// block at the very beginning counts: later the words may be what the answer is about.
type Thoughts struct {
	state int    // 0 at the beginning, 1 inside, 2 past it
	held  string // what may be the beginning of a mark
}

const thinkOpen, thinkClose = "<think>", "</think>"

// Add takes a piece of text and returns what of it is answer, and what is thought.
func (t *Thoughts) Add(piece string) (text, thought string) {
	s := t.held + piece
	t.held = ""
	if t.state == 0 {
		trimmed := strings.TrimLeft(s, " \t\r\n")
		switch {
		case strings.HasPrefix(trimmed, thinkOpen):
			t.state, s = 1, trimmed[len(thinkOpen):]
		case strings.HasPrefix(thinkOpen, trimmed): // also where there is nothing but space yet
			t.held = s
			return "", ""
		default:
			t.state = 2
		}
	}
	if t.state == 2 {
		return s, ""
	}
	if before, after, found := strings.Cut(s, thinkClose); found {
		t.state = 2
		return strings.TrimLeft(after, " \t\r\n"), before
	}
	keep := partial(s, thinkClose)
	t.held = s[len(s)-keep:]
	return "", s[:len(s)-keep]
}

// End returns what was held back, when the stream has ended.
func (t *Thoughts) End() (text, thought string) {
	held := t.held
	t.held = ""
	if t.state == 1 {
		return "", held
	}
	return held, ""
}

// partial is how many bytes at the end of s may be the beginning of mark.
func partial(s, mark string) int {
	for n := min(len(s), len(mark)-1); n > 0; n-- {
		if strings.HasSuffix(s, mark[:n]) {
			return n
		}
	}
	return 0
}
