package model

import "unicode/utf8"

// Tokens estimates how many tokens a text is to a model, erring high. Models cut text differently and none of the
// tokenizers is all of theirs, so that classes of characters are weighed: measured against o200k_base and cl100k_base
// on prose, code, ARNs, ids, JSON, tables and other scripts it was never below either (docs/decisions/0081).
func Tokens(s string) int {
	var c counter
	for i := 0; i < len(s); {
		size := 1
		switch b := s[i]; {
		case b >= 'a' && b <= 'z':
			c.letter(&c.lower, c.digits > 0)
		case b >= 'A' && b <= 'Z':
			if c.lower > 0 { // as in base64, which no dictionary has
				c.tokens += 0.5
			}
			c.letter(&c.upper, c.digits > 0 || c.lower > 0)
		case b >= '0' && b <= '9':
			c.letter(&c.digits, c.lower+c.upper > 0)
		case b == ' ':
			c.flush()
		case b < utf8.RuneSelf:
			c.flush()
			c.tokens += 0.9
		default:
			c.flush()
			_, size = utf8.DecodeRuneInString(s[i:])
			c.tokens += [...]float64{0, 1, 0.9, 1.6, 3}[size]
		}
		i += size
	}
	c.flush()
	return int(c.tokens*1.05) + 1
}

// counter weighs runs: words of a dictionary are a token up to about seven letters, ids are cut every two or three.
type counter struct {
	tokens               float64
	lower, upper, digits int
}

func (c *counter) letter(run *int, ends bool) {
	if ends {
		c.flush()
	}
	*run++
}

func (c *counter) flush() {
	switch {
	case c.lower > 0:
		c.tokens += float64((c.lower+3)/4) + float64(c.upper/2)
	case c.upper > 0:
		c.tokens += float64((c.upper*3 + 3) / 4)
	}
	c.tokens += float64((c.digits + 1) / 2)
	c.lower, c.upper, c.digits = 0, 0, 0
}

// perMessage is what the marks around a message cost, by OpenAI's own count 3 to 4.
const perMessage = 5

// PromptTokens estimates the tokens of a whole prompt.
func PromptTokens(p Prompt) int {
	n := perMessage
	for _, m := range p.Messages {
		n += MessageTokens(m)
	}
	for _, t := range p.Tools {
		n += Tokens(t.Name) + Tokens(t.Description) + Tokens(string(t.Schema)) + perMessage
	}
	return n
}

// MessageTokens estimates the tokens of one message.
func MessageTokens(m Message) int {
	n := perMessage + Tokens(m.Text)
	for _, c := range m.Calls {
		n += Tokens(c.Name) + Tokens(c.Args) + perMessage
	}
	for _, r := range m.Results {
		n += Tokens(r.Text) + perMessage
	}
	return n
}
