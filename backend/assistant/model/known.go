package model

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed known.json
var knownData []byte

// Known is what is known of a model by its name. Zero fields are unknown.
type Known struct {
	Match  string  `json:"match"`
	Window int     `json:"window"` // tokens of prompt and answer together
	Answer int     `json:"answer"` // tokens that an answer is allowed here, at most what the model gives
	In     float64 `json:"in"`     // USD per million tokens of the prompt
	Out    float64 `json:"out"`    // USD per million tokens of the answer
}

type knownTable struct {
	Date   string  `json:"date"`
	Models []Known `json:"models"`
}

var known = sync.OnceValue(func() knownTable {
	var t knownTable
	if err := json.Unmarshal(knownData, &t); err != nil {
		panic(err) // the table is part of the program, and a test reads it
	}
	return t
})

// Lookup finds what is known of a model by the longest match that its name, without the region in front ("eu.") and what
// comes before a slash or the provider's dot, begins with. The zero value: nothing is.
func Lookup(name string) Known {
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	var best Known
	for _, m := range known().Models {
		if len(m.Match) > len(best.Match) && matches(name, m.Match) {
			best = m
		}
	}
	return best
}

func matches(name, match string) bool {
	for {
		if rest, ok := strings.CutPrefix(name, match); ok {
			// "o1" is not the beginning of "o1x", "gpt-4" not that of "gpt-4o".
			if rest == "" || !isLetterOrDigit(rest[0]) || !isLetterOrDigit(match[len(match)-1]) {
				return true
			}
		}
		_, after, ok := strings.Cut(name, ".")
		if !ok {
			return false
		}
		name = after
	}
}

func isLetterOrDigit(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// Price is what tokens cost, in USD per million. Zero: unknown.
type Price struct{ In, Out float64 }

// PriceFor is the price of a model; what is set wins over the table. A model on this machine costs nothing that is known.
func PriceFor(name string, set Price) Price {
	if set.In > 0 || set.Out > 0 {
		return set
	}
	k := Lookup(name)
	return Price{In: k.In, Out: k.Out}
}

// MicroUSD is what tokens cost in millionths of a dollar; 0: unknown.
func (p Price) MicroUSD(promptTokens, answerTokens int64) int64 {
	return int64(p.In*float64(promptTokens) + p.Out*float64(answerTokens) + 0.5)
}
