package query

import (
	"slices"
	"strings"
)

type parser struct {
	vocab   *vocabulary
	options Options
	tokens  []token
	spans   []span
}

// norm of tokens[i:j], joined; empty where it runs past the end or over quoted text or a comma.
func (p *parser) norm(i, j int) string {
	if i < 0 || j > len(p.tokens) || i >= j {
		return ""
	}
	words := make([]string, 0, j-i)
	for k := i; k < j; k++ {
		if p.tokens[k].quoted || (p.tokens[k].comma && k < j-1) {
			return ""
		}
		words = append(words, p.tokens[k].norm)
	}
	return strings.Join(words, " ")
}

// in is the number of tokens at i that are a phrase of the set, the longest; 0 without one.
func (p *parser) in(set phraseSet, i int) int {
	for n := min(maxPhrase, len(p.tokens)-i); n > 0; n-- {
		if set[p.norm(i, i+n)] {
			return n
		}
	}
	return 0
}

// scan cuts the tokens into spans, at each place the longest that means something.
func (p *parser) scan() {
	for i := 0; i < len(p.tokens); {
		s := p.longest(i)
		p.spans = append(p.spans, s)
		i = s.to
	}
}

func (p *parser) longest(i int) span {
	if p.tokens[i].quoted {
		return span{from: i, to: i + 1}
	}
	best := span{from: i, to: i + 1, kind: plainSpan}
	for _, match := range []func(int) (span, bool){p.special, p.number, p.date, p.owner, p.noTag, p.phrase} {
		s, ok := match(i)
		if ok && (best.kind == plainSpan || s.to > best.to) {
			best = s
		}
	}
	if best.kind != plainSpan {
		return best
	}
	if s := p.small(i); s.kind != plainSpan {
		return s
	}
	return p.misspelt(i)
}

// small spans are negators, conjunctions, prepositions and words that say nothing.
func (p *parser) small(i int) span {
	for _, c := range []struct {
		set  phraseSet
		kind spanKind
	}{{p.vocab.negators, negatorSpan}, {p.vocab.and, andSpan}, {p.vocab.prepositions, prepositionSpan}, {p.vocab.noise, noiseSpan}} {
		if n := p.in(c.set, i); n > 0 {
			return span{from: i, to: i + n, kind: c.kind}
		}
	}
	return span{from: i, to: i + 1}
}

// phrase looks tokens up in the tables; a version after an engine, runtime or type goes with it.
func (p *parser) phrase(i int) (span, bool) {
	for n := min(maxPhrase, len(p.tokens)-i); n > 0; n-- {
		key := p.norm(i, i+n)
		if key == "" {
			continue
		}
		if s, ok := p.runtimeVersion(i, i+n, key); ok {
			return s, true
		}
		if s, ok := p.lookup(i, i+n, key); ok {
			return p.withVersion(s, key), true
		}
	}
	return span{}, false
}

func (p *parser) lookup(i, j int, key string) (span, bool) {
	text := p.text(i, j)
	if e := p.vocab.types[key]; e != nil {
		s := span{from: i, to: j, kind: typeSpan, typed: e, types: e.Types}
		for _, a := range e.Also {
			s.filters = append(s.filters, Filter{Field: a.Field, Values: a.Values, Others: a.Others, Label: e.Label, Text: text})
		}
		s.keep = p.kept(e, i, j)
		return s, true
	}
	if e := p.vocab.values[key]; e != nil {
		s := span{from: i, to: j, kind: filterSpan}
		s.filters = []Filter{p.dated(Filter{Field: e.Field, Values: e.Values, Near: e.Near, Not: e.Not, Label: e.Label, Text: text})}
		if types := typesOf(e, key); types != nil {
			s.kind, s.types = typeSpan, types
			s.typed = &typeEntry{Label: e.Label, Types: types}
		}
		return s, true
	}
	if t, ok := p.options.Labels[key]; ok {
		return span{from: i, to: j, kind: typeSpan, typed: &typeEntry{Label: text, Types: []string{t}}, types: []string{t}}, true
	}
	if e := p.vocab.regions[key]; e != nil {
		return span{from: i, to: j, kind: filterSpan, filters: []Filter{{Field: "region", Values: e.Regions, Label: e.Label, Text: text}}}, true
	}
	return span{}, false
}

func typesOf(e *valueEntry, key string) []string {
	for phrase, types := range e.Type {
		if normal(phrase) == key {
			return types
		}
	}
	return nil
}

// kept are the words of a type phrase that also rank ("bastion").
func (p *parser) kept(e *typeEntry, i, j int) []string {
	var out []string
	for k := i; k < j; k++ {
		if e.Keep || slices.Contains(e.KeepWords, p.tokens[k].norm) {
			out = append(out, p.tokens[k].text)
		}
	}
	return out
}

func (p *parser) text(i, j int) string {
	words := make([]string, 0, j-i)
	for _, t := range p.tokens[i:j] {
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}

// negatorReach is how many tokens after i a negator reaches over.
const negatorReach = 4

// negate turns the filters that follow a negator: "not in prod", "without public access".
func (p *parser) negate() {
	for i := range p.spans {
		if p.spans[i].kind != negatorSpan {
			continue
		}
		for j := i + 1; j < len(p.spans) && j <= i+negatorReach; j++ {
			s := &p.spans[j]
			if s.kind == filterSpan || s.kind == typeSpan {
				p.negateRun(j)
				break
			}
			if !p.vocab.glue[p.norm(s.from, s.to)] {
				break
			}
		}
	}
}

// negateRun negates the filter at j, and those that "or", "and" or a comma join to it if they are of its field.
func (p *parser) negateRun(j int) {
	first := p.spans[j]
	p.negateOne(&p.spans[j])
	for k := j + 1; k < len(p.spans); k++ {
		s := &p.spans[k]
		if s.kind == andSpan {
			continue
		}
		linked := p.spans[k-1].kind == andSpan || p.tokens[s.from-1].comma
		if !linked || s.kind != first.kind || !sameFields(s, &first) {
			return
		}
		p.negateOne(s)
	}
}

func sameFields(a, b *span) bool {
	return a.kind == typeSpan || len(a.filters) > 0 && len(b.filters) > 0 && a.filters[0].Field == b.filters[0].Field
}

func (p *parser) negateOne(s *span) {
	if s.kind == typeSpan {
		s.kind = filterSpan
		s.filters = []Filter{{Field: "type", Values: s.types, Not: true, Label: "not " + s.typed.Label, Text: p.text(s.from, s.to)}}
		return
	}
	for i, f := range s.filters {
		s.filters[i] = p.negated(f)
	}
}

// negated is the opposite of a filter: of a flag the other value, of anything else "not".
func (p *parser) negated(f Filter) Filter {
	if len(f.Values) == 1 && (f.Values[0] == "true" || f.Values[0] == "false") && f.Field != "untagged" && f.Field != "expired" {
		f.Values = []string{map[string]string{"true": "false", "false": "true"}[f.Values[0]]}
		f.Label = p.vocab.label[f.Field+"="+f.Values[0]]
		return f
	}
	f.Not, f.Near = !f.Not, nil
	f.Label = "not " + f.Label
	return f
}
