package query

import (
	"slices"
	"strings"
)

// maxOwner is how many words the name of a team may have.
const maxOwner = 3

// owner is "owned by payments", "payments team", "team payments", "owned by the data platform team".
func (p *parser) owner(i int) (span, bool) {
	best := span{}
	for n := min(4, len(p.tokens)-i); n > 0; n-- {
		if p.vocab.ownerBefore[p.norm(i, i+n)] {
			if s, ok := p.ownerFrom(i, i+n); ok {
				best = s
				break
			}
		}
	}
	if s, ok := p.ownerTo(i); ok && s.to > best.to {
		best = s
	}
	return best, best.to > 0
}

// ownerFrom reads the name after "owned by".
func (p *parser) ownerFrom(i, at int) (span, bool) {
	word := p.norm(at-1, at)
	for p.norm(at, at+1) == "the" || p.norm(at, at+1) == "our" || p.norm(at, at+1) == "team" && at > i {
		at++
	}
	if at >= len(p.tokens) || p.vocab.prepositions[p.norm(at, at+1)] || p.smallAt(at) || word == "team" && p.boundary(at) && !p.boundary(at+1) {
		return span{}, false
	}
	end := at + 1
	for end < len(p.tokens) && end-at < maxOwner && !p.tokens[end-1].comma && !p.boundary(end) {
		end++
	}
	stop := end
	if p.vocab.ownerAfter[p.norm(stop, stop+1)] {
		stop++
	}
	return p.one(i, stop, p.ownerFilter(at, end)), true
}

// ownerTo reads the name before "team".
func (p *parser) ownerTo(i int) (span, bool) {
	for n := maxOwner; n > 0; n-- {
		after := p.in(p.vocab.ownerAfter, i+n)
		if after == 0 || p.norm(i, i+n) == "" || p.smallAt(i) {
			continue
		}
		if n > 1 && !p.vocab.known(p.norm(i, i+n)) && slices.ContainsFunc([]int{0, 1, 2}[:n], func(k int) bool { return p.boundary(i + k) }) {
			continue
		}
		end := i + n + after
		return p.one(i, end, p.ownerFilter(i, i+n)), true
	}
	return span{}, false
}

// boundary: the token begins something that has a meaning of its own.
func (p *parser) boundary(i int) bool {
	if i >= len(p.tokens) || p.smallAt(i) || p.vocab.ownerAfter[p.norm(i, i+1)] {
		return true
	}
	for _, match := range []func(int) (span, bool){p.special, p.number, p.date, p.phrase} {
		if _, ok := match(i); ok {
			return true
		}
	}
	return false
}

func (p *parser) smallAt(i int) bool {
	w := p.norm(i, i+1)
	return p.vocab.noise[w] || p.vocab.prepositions[w] || p.vocab.negators[w] || p.vocab.and[w]
}

func (p *parser) ownerFilter(i, j int) Filter {
	text := p.text(i, j)
	owner := Owner(text)
	values := []string{owner}
	if short := strings.ReplaceAll(owner, "-", ""); short != owner {
		values = append(values, short)
	}
	return Filter{Field: "owner", Values: values, Label: "team " + text}
}

// Owner is the form in which teams are compared: "Data Platform Team", "data_platform" and data-platform@example.com
// are "data-platform".
func Owner(text string) string {
	if name, domain, ok := strings.Cut(text, "@"); ok && strings.Contains(domain, ".") {
		text = name
	}
	text = strings.ToLower(strings.TrimSpace(text))
	text = strings.Trim(separators.ReplaceAllString(text, "-"), "-")
	for _, ending := range []string{"-team", "-squad"} {
		if t := strings.TrimSuffix(text, ending); t != "" {
			text = t
		}
	}
	if t := strings.TrimPrefix(text, "team-"); t != "" {
		text = t
	}
	return text
}

// noTag is "without an owner tag", "no cost-center tag", "missing tag team".
func (p *parser) noTag(i int) (span, bool) {
	n := p.in(p.vocab.negators, i)
	if p.norm(i, i+1) == "no" {
		n = 1
	}
	if n == 0 {
		return span{}, false
	}
	at := i + n
	for w := p.norm(at, at+1); w == "a" || w == "an" || w == "the" || w == "any"; w = p.norm(at, at+1) {
		at++
	}
	if p.norm(at, at+1) == "tag" && at+1 < len(p.tokens) && !p.boundary(at+1) {
		return p.one(i, at+2, missingTag(p.tokens[at+1].text)), true
	}
	for k := 1; k <= 2; k++ {
		if p.norm(at+k, at+k+1) == "tag" {
			return p.one(i, at+k+1, missingTag(strings.Join(strings.Fields(p.text(at, at+k)), "-"))), true
		}
	}
	return span{}, false
}

func missingTag(key string) Filter {
	return Filter{Field: "tag", Values: []string{strings.ToLower(key)}, Not: true, Label: "no tag " + key}
}
