package model

import "unicode/utf8"

// Tokens estimates how many tokens a text is to a model, erring high. Models cut text differently and none of the
// tokenizers is all of theirs, so that classes of characters are weighed: measured against o200k_base and cl100k_base
// on prose, ARNs, ids, JSON, tables and scripts other than Latin, it was never below either (docs/decisions/0081).
func Tokens(s string) int {
	tokens, letters, digits := 0.0, 0, 0
	flush := func() {
		// Words of the dictionary are one token up to about seven letters; ids are cut every two or three.
		tokens += float64((letters + 4) / 5)
		tokens += float64((digits + 1) / 2)
		letters, digits = 0, 0
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			if digits > 0 {
				flush()
			}
			letters++
			i++
		case c >= '0' && c <= '9':
			if letters > 0 {
				flush()
			}
			digits++
			i++
		case c == ' ':
			flush()
			i++
		case c < utf8.RuneSelf:
			flush()
			tokens += 0.9
			i++
		default:
			flush()
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
			switch size {
			case 2:
				tokens += 0.9
			case 3:
				tokens += 1.6
			default:
				tokens += 3
			}
		}
	}
	flush()
	return int(tokens*1.05) + 1
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
