package query

import (
	"regexp"
	"slices"
	"strings"
)

var (
	accountID  = regexp.MustCompile(`^(\d{12}|\d{4}-\d{4}-\d{4})$`)
	regionCode = regexp.MustCompile(`^((?:us|eu|ap|sa|ca|me|af|il|cn|mx)-(?:gov-|iso[a-z]?-)?(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\d)[a-z]?$`)
	class      = regexp.MustCompile(`^(?:db\.|cache\.|ml\.|dax\.|kafka\.|mq\.)?[a-z]+[0-9][a-z0-9-]*\.(?:nano|micro|small|medium|large|\d{0,2}xlarge|metal(?:-\d+xl)?)(?:\.search|\.elasticsearch)?$`)
	family     = regexp.MustCompile(`^(?:db\.|cache\.|ml\.)[a-z]+[0-9][a-z0-9]*$`)
	bigSize    = regexp.MustCompile(`^(?:nano|micro|\d{0,2}xlarge|metal)$`)
	anySize    = regexp.MustCompile(`^(?:nano|micro|small|medium|large|\d{0,2}xlarge|metal)$`)
	version    = regexp.MustCompile(`^v?(\d{1,4}(?:\.(?:\d+|x))*)$`)
	glued      = regexp.MustCompile(`^([a-z]+?)v?(\d+(?:\.(?:\d+|x))*)$`)
	tagKey     = regexp.MustCompile(`^[\p{L}\p{N}_.+@/-]+$`)
)

// special understands tokens by their form: k=v, account ids, region codes, instance classes.
func (p *parser) special(i int) (span, bool) {
	t := p.tokens[i]
	lower := strings.ToLower(t.text)
	if s, ok := p.tagSyntax(i); ok {
		return s, true
	}
	if s, ok := p.account(i); ok {
		return s, true
	}
	if m := regionCode.FindStringSubmatch(lower); m != nil {
		return p.one(i, i+1, Filter{Field: "region", Values: []string{m[1]}, Label: m[1]}), true
	}
	if s, ok := p.class(i, lower); ok {
		return s, true
	}
	if lower == "0.0.0.0/0" || lower == "::/0" {
		return p.one(i, i+1, Filter{Field: "public", Values: []string{"true"}, Label: "public"}), true
	}
	return p.version(i, lower)
}

func (p *parser) one(from, to int, f Filter) span {
	f.Text = p.text(from, to)
	return span{from: from, to: to, kind: filterSpan, filters: []Filter{f}}
}

func (p *parser) class(i int, lower string) (span, bool) {
	next := ""
	if i+1 < len(p.tokens) {
		next = strings.ToLower(p.tokens[i+1].text)
	}
	switch {
	case class.MatchString(lower):
		return p.one(i, i+1, Filter{Field: "class", Values: []string{lower}, Label: lower}), true
	case (p.vocab.families[lower] && len(lower) > 1 || family.MatchString(lower)) && anySize.MatchString(next):
		return p.one(i, i+2, Filter{Field: "class", Values: []string{lower + "." + next}, Label: lower + "." + next}), true
	case p.vocab.families[lower] && len(lower) > 1, family.MatchString(lower), bigSize.MatchString(lower):
		return p.one(i, i+1, Filter{Field: "class", Values: []string{lower}, Label: lower}), true
	}
	return span{}, false
}

// account is a 12-digit id, or the known name of one beside the word "account" or as the whole of a joined token.
func (p *parser) account(i int) (span, bool) {
	if accountID.MatchString(p.tokens[i].text) {
		id := strings.ReplaceAll(p.tokens[i].text, "-", "")
		return p.one(i, i+1, Filter{Field: "account_id", Values: []string{id}, Label: "account " + id}), true
	}
	for name, id := range p.options.Accounts {
		key := normal(name)
		n := len(strings.Fields(key))
		for size := 1; key != "" && size <= n; size++ {
			if p.norm(i, i+size) != key {
				continue
			}
			f := Filter{Field: "account_id", Values: []string{id}, Label: "account " + name}
			switch {
			case p.norm(i+size, i+size+1) == "account":
				return p.one(i, i+size+1, f), true
			case i > 0 && p.norm(i-1, i) == "account", size == 1 && p.tokens[i].joined():
				return p.one(i, i+size, f), true
			}
		}
	}
	return span{}, false
}

// version is "version 1.29", "v1.29", "python3.9".
func (p *parser) version(i int, lower string) (span, bool) {
	if p.norm(i, i+1) == "version" && i+1 < len(p.tokens) {
		if m := version.FindStringSubmatch(strings.ToLower(p.tokens[i+1].text)); m != nil {
			return p.one(i, i+2, versionFilter(m[1])), true
		}
	}
	if strings.HasPrefix(lower, "v") && strings.Contains(lower, ".") {
		if m := version.FindStringSubmatch(lower); m != nil {
			return p.one(i, i+1, versionFilter(m[1])), true
		}
	}
	m := glued.FindStringSubmatch(lower)
	if m == nil {
		return span{}, false
	}
	if name, ok := p.vocab.words.Runtimes[normal(m[1])]; ok && m[1] != "go" && m[1] != "net" {
		return p.one(i, i+1, runtimeFilter(name, m[2])), true
	}
	if e := p.vocab.values[normal(m[1])]; e != nil && e.Field == "engine" {
		s := p.one(i, i+1, Filter{Field: "engine", Values: e.Values, Label: e.Label})
		s.filters = append(s.filters, versionFilter(m[2]))
		return s, true
	}
	return span{}, false
}

func versionFilter(v string) Filter {
	v = strings.TrimSuffix(v, ".x")
	return Filter{Field: "version", Values: []string{v}, Label: "version " + v, Text: v}
}

func runtimeFilter(name, v string) Filter {
	v = strings.TrimSuffix(v, ".x")
	return Filter{Field: "runtime", Values: []string{name + v}, Label: name + v}
}

// versionAt is a version at token i that no unit follows ("postgres 13", not "postgres 13 days").
func (p *parser) versionAt(i int, dotted bool) (string, int) {
	n := 0
	if p.norm(i, i+1) == "version" || p.norm(i, i+1) == "v" {
		n, dotted = 1, false
	}
	if i+n >= len(p.tokens) || p.tokens[i+n].quoted {
		return "", 0
	}
	text := strings.ToLower(p.tokens[i+n].text)
	m := version.FindStringSubmatch(text)
	if m == nil || dotted && !strings.Contains(m[1], ".") && !strings.HasPrefix(text, "v") {
		return "", 0
	}
	if unit := p.norm(i+n+1, i+n+2); unitDays(unit) > 0 || p.vocab.words.Sizes[unit] > 0 || len(m[1]) > 2 && !strings.Contains(m[1], ".") {
		return "", 0
	}
	return m[1], n + 1
}

// withVersion takes the version that follows an engine or a type into the span.
func (p *parser) withVersion(s span, key string) span {
	isType := s.typed != nil
	engine := len(s.filters) > 0 && s.filters[0].Field == "engine" && !isType
	if !isType && !engine {
		return s
	}
	v, n := p.versionAt(s.to, isType && !p.vocab.versioned[key])
	if n == 0 {
		return s
	}
	s.to += n
	s.filters = append(slices.Clone(s.filters), versionFilter(v))
	return s
}

// runtimeVersion is "python 3.9", "node 18", "java 11".
func (p *parser) runtimeVersion(i, j int, key string) (span, bool) {
	name, ok := p.vocab.words.Runtimes[key]
	if !ok {
		return span{}, false
	}
	v, n := p.versionAt(j, false)
	if n == 0 {
		return span{}, false
	}
	return p.one(i, j+n, runtimeFilter(name, v)), true
}

// fields that k:v may name, and the field they are.
var fieldNames = map[string]string{
	"env": "env", "environment": "env", "stage": "env", "region": "region", "account": "account_id", "account_id": "account_id",
	"accountid": "account_id", "type": "type", "service": "service", "state": "state", "status": "state", "engine": "engine",
	"runtime": "runtime", "version": "version", "class": "class", "name": "name", "public": "public", "encrypted": "encrypted",
}

// tagSyntax is k=v, k:v, tag:k=v, tag:k. A known field's name filters by the field.
func (p *parser) tagSyntax(i int) (span, bool) {
	text := p.tokens[i].text
	lower := strings.ToLower(text)
	if strings.HasPrefix(lower, "arn:") || strings.Contains(text, "://") || strings.Contains(text, "::") {
		return span{}, false
	}
	rest, isTag := cutTag(text)
	at := strings.IndexAny(rest, "=:")
	if at < 0 {
		if isTag && tagKey.MatchString(rest) {
			return p.one(i, i+1, Filter{Field: "tag", Values: []string{strings.ToLower(rest)}, Label: "tag " + rest}), true
		}
		return span{}, false
	}
	if eq := strings.IndexByte(rest, '='); eq > 0 {
		at = eq // a key may hold colons (aws:cloudformation:stack-name=x)
	}
	key, value := rest[:at], strings.Trim(rest[at+1:], `"'`)
	if key == "" || value == "" || !tagKey.MatchString(strings.ReplaceAll(key, ":", "")) || numeric(key) {
		return span{}, false
	}
	if field, ok := fieldNames[strings.ToLower(key)]; ok && !isTag {
		if f, ok := p.fieldValue(field, key, value); ok {
			return p.one(i, i+1, f), true
		}
	}
	return p.one(i, i+1, Filter{Field: "tag", Values: []string{strings.ToLower(key + "=" + value)}, Label: "tag " + key + "=" + value}), true
}

func cutTag(text string) (string, bool) {
	for _, prefix := range []string{"tag:", "tags:", "tag=", "tag."} {
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			return text[len(prefix):], true
		}
	}
	return text, false
}

func numeric(s string) bool {
	return strings.Trim(s, "0123456789.") == ""
}

// fieldValue is the filter that field:value means; false where value is none of the field's.
func (p *parser) fieldValue(field, key, value string) (Filter, bool) {
	norm := normal(value)
	f := Filter{Field: field, Values: []string{strings.ToLower(value)}, Label: strings.ToLower(key) + " " + value}
	switch field {
	case "env":
		if e := p.vocab.values[norm]; e != nil && e.Field == "env" {
			return Filter{Field: "env", Values: e.Values, Near: e.Near, Not: e.Not, Label: e.Label}, true
		}
	case "region":
		if e := p.vocab.regions[norm]; e != nil {
			f.Values, f.Label = e.Regions, e.Label
		}
	case "account_id":
		if id, ok := p.options.Accounts[value]; ok {
			f.Values = []string{id}
		}
	case "type":
		if e := p.vocab.types[norm]; e != nil {
			f.Values, f.Label = e.Types, e.Label
			return f, true
		}
		f.Values = []string{value}
	case "service":
		return f, p.options.Services[strings.ToLower(value)]
	case "engine", "runtime", "state":
		if e := p.vocab.values[norm]; e != nil && e.Field == field {
			f.Values, f.Label = e.Values, e.Label
		}
	case "public", "encrypted":
		yes := norm == "true" || norm == "yes"
		f.Values = []string{map[bool]string{true: "true", false: "false"}[yes]}
		f.Label = p.vocab.label[field+"="+f.Values[0]]
	case "name":
		f.Field, f.Values = "words", strings.Fields(norm)
		f.Label = "name " + value
	}
	return f, true
}
