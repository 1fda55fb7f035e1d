package query

import (
	"slices"
	"strings"
)

// mergeTypes makes one type filter of all type words. "lambda functions" and "rds databases" say the same twice:
// the narrower counts. "queues and topics" is both. Otherwise English puts the head last ("database security
// groups") or before a preposition ("logs of lambdas"); the other words then only rank. A general word
// ("servers") never overrules a telling one ("kafka servers").
func (p *parser) mergeTypes() {
	head := []int{} // the spans whose types count
	for i := range p.spans {
		if p.spans[i].kind != typeSpan {
			continue
		}
		if len(head) == 0 {
			head = []int{i}
			continue
		}
		head = p.joinType(head, i)
	}
}

// joinType decides between the head so far and the type span at i.
func (p *parser) joinType(head []int, i int) []int {
	last := head[len(head)-1]
	between, comma := p.between(last, i)
	var types []string
	for _, h := range head {
		types = append(types, p.spans[h].types...)
	}
	s := &p.spans[i]
	common := intersect(types, s.types)
	switch {
	case between[andSpan] || comma:
		if between[prepositionSpan] {
			p.demote(i)
			return head
		}
		return append(head, i)
	case len(common) > 0 && len(head) == 1:
		// The filter says one thing, in the words of both.
		first := &p.spans[head[0]]
		if word := p.norm(first.from, first.to); p.vocab.weak[word] && !between[prepositionSpan] {
			s.weak, s.wider = word, s.types
		}
		first.types, s.types = common, common
		return append(head, i)
	case len(common) > 0:
		return append(head, i)
	case p.isGeneric(i) && !p.isWeak(head):
		p.demoteSilently(i)
		return head
	case between[prepositionSpan]:
		p.demote(i)
		return head
	}
	for _, h := range head {
		if p.isGeneric(h) {
			p.demoteSilently(h)
		} else {
			p.demote(h)
		}
	}
	return []int{i}
}

// between says which kinds of span stand between two, and whether a comma does.
func (p *parser) between(a, b int) (map[spanKind]bool, bool) {
	kinds := map[spanKind]bool{}
	for k := a + 1; k < b; k++ {
		kinds[p.spans[k].kind] = true
	}
	comma := false
	for t := p.spans[a].to - 1; t < p.spans[b].from; t++ {
		comma = comma || p.tokens[t].comma
	}
	return kinds, comma
}

// isWeak: all of the spans are words that are as often part of a name.
func (p *parser) isWeak(head []int) bool {
	for _, h := range head {
		if !p.vocab.weak[p.norm(p.spans[h].from, p.spans[h].to)] {
			return false
		}
	}
	return true
}

func (p *parser) isGeneric(i int) bool {
	return p.vocab.generic[p.norm(p.spans[i].from, p.spans[i].to)]
}

// demote makes plain, ranking words of a span.
func (p *parser) demote(i int) {
	p.spans[i] = span{from: p.spans[i].from, to: p.spans[i].to, kind: plainSpan}
}

func (p *parser) demoteSilently(i int) {
	p.spans[i] = span{from: p.spans[i].from, to: p.spans[i].to, kind: noiseSpan}
}

// intersect keeps the types that both lists name; an entry may end in "*".
func intersect(a, b []string) []string {
	var out []string
	add := func(t string) {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	for _, x := range a {
		for _, y := range b {
			switch {
			case x == y, matchesAny(x, []string{y}):
				add(x)
			case matchesAny(y, []string{x}):
				add(y)
			}
		}
	}
	return out
}

// headTypes are the types that the type words left over say, nil without any.
func (p *parser) headTypes() []string {
	var out []string
	for _, s := range p.spans {
		if s.kind != typeSpan {
			continue
		}
		for _, t := range s.types {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// dropInapplicable takes back filters that no resource of the type can meet: "postgres servers" means databases, so
// the general word yields; "unused roles" cannot be filtered by attachment, so the word only ranks.
func (p *parser) dropInapplicable() {
	for i := range p.spans {
		if p.spans[i].kind != filterSpan {
			continue
		}
		for _, f := range p.spans[i].filters {
			applies, limited := p.vocab.words.Applies[f.Field]
			types := p.headTypes()
			if !limited || types == nil || len(intersect(types, applies)) > 0 {
				continue
			}
			if p.onlyGeneric() {
				for j := range p.spans {
					if p.spans[j].kind == typeSpan {
						p.demoteSilently(j)
					}
				}
				continue
			}
			p.demote(i)
			break
		}
	}
}

func (p *parser) onlyGeneric() bool {
	for i, s := range p.spans {
		if s.kind == typeSpan && !p.isGeneric(i) {
			return false
		}
	}
	return true
}

// ignore gives back the words of filters that the user took away.
func (p *parser) ignore() {
	gone := func(f Filter) bool { return slices.Contains(p.options.Ignore, f.Field) }
	for i := range p.spans {
		s := &p.spans[i]
		if s.kind != typeSpan && s.kind != filterSpan {
			continue
		}
		s.filters = slices.DeleteFunc(s.filters, gone)
		if s.kind == typeSpan && slices.Contains(p.options.Ignore, "type") {
			s.kind, s.types = filterSpan, nil
		}
		if s.kind == filterSpan && len(s.filters) == 0 {
			p.demote(i)
		}
	}
}

// filters are one for each field and direction: values of the same field join, a flag's last word counts.
func (p *parser) filters() []Filter {
	var out []Filter
	if types := p.headTypes(); types != nil {
		named, wider := p.named()
		out = append(out, Filter{Field: "type", Values: types, Label: p.typeLabel(), Text: p.typeText(), Named: named, Wider: wider})
	}
	for _, s := range p.spans {
		if s.kind != filterSpan && s.kind != typeSpan {
			continue
		}
		for _, f := range s.filters {
			out = join(out, f)
		}
	}
	return out
}

func join(out []Filter, f Filter) []Filter {
	for i := range out {
		o := &out[i]
		if o.Field != f.Field || o.Not != f.Not {
			continue
		}
		switch {
		case o.Min != nil || o.Max != nil || f.Min != nil || f.Max != nil:
			if f.Min != nil {
				o.Min = f.Min
			}
			if f.Max != nil {
				o.Max = f.Max
			}
		case f.Field == "tag" || f.Field == "version":
			continue // each is asked for
		case len(f.Values) == 1 && (f.Values[0] == "true" || f.Values[0] == "false"):
			o.Values = f.Values
		default:
			o.Others = nil
			for _, v := range f.Values {
				if !slices.Contains(o.Values, v) {
					o.Values = append(slices.Clone(o.Values), v)
				}
			}
			if f.Label != o.Label {
				o.Label += ", " + f.Label
			}
			o.Near = append(slices.Clone(o.Near), f.Near...)
			o.Text += ", " + f.Text
			return out
		}
		if f.Label != o.Label {
			o.Label += ", " + f.Label
		}
		o.Text += ", " + f.Text
		return out
	}
	return append(out, f)
}

// named are the type words where all of them are weak, or the weak one that narrowed another, with the types before.
func (p *parser) named() (words, wider []string) {
	for _, s := range p.spans {
		if s.kind == typeSpan && s.weak != "" {
			return []string{s.weak, s.weak + "s"}, s.wider
		}
	}
	for _, s := range p.spans {
		if s.kind != typeSpan {
			continue
		}
		word := p.norm(s.from, s.to)
		if !p.vocab.weak[word] || strings.Contains(word, " ") {
			return nil, nil
		}
		words = append(words, word, word+"s")
	}
	return words, nil
}

func (p *parser) typeLabel() string {
	var labels []string
	for _, s := range p.spans {
		if s.kind == typeSpan && !slices.Contains(labels, s.typed.Label) {
			labels = append(labels, s.typed.Label)
		}
	}
	return strings.Join(labels, ", ")
}

func (p *parser) typeText() string {
	var texts []string
	for _, s := range p.spans {
		if s.kind == typeSpan {
			texts = append(texts, p.text(s.from, s.to))
		}
	}
	return strings.Join(texts, " ")
}

// residual is what ranks: plain words, as typed, in order.
func (p *parser) residual() string {
	var out []string
	for _, s := range p.spans {
		if s.kind == plainSpan {
			out = append(out, p.text(s.from, s.to))
		}
		out = append(out, s.keep...)
	}
	if len(out) == 0 && len(p.filters()) == 0 {
		return p.text(0, len(p.tokens)) // small words alone are all there is to go by
	}
	return strings.Join(out, " ")
}

// words are the telling words in normal form, without doubles.
func (p *parser) words() []string {
	var out []string
	for _, s := range p.spans {
		if s.kind == noiseSpan || s.kind == prepositionSpan || s.kind == andSpan || s.kind == negatorSpan {
			continue
		}
		for _, w := range strings.Fields(p.norm(s.from, s.to)) {
			if !p.vocab.noise[w] && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}
