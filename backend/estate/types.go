package estate

import (
	_ "embed"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"sync"
	"unicode"
)

//go:embed types.txt
var typeTable string

// arnPattern is a line of types.txt.
type arnPattern struct {
	text     string
	cfnType  string
	re       *regexp.Regexp // of the resource part; its group "name" is the name
	prefix   string         // of the resource part, up to the first wildcard: most patterns are ruled out by it
	literal  int            // characters that are not wildcards
	base     bool           // the name is what follows the last slash of the group
	random6  bool
	global   bool
	noRegion bool
	// noAccount: the canonical ARN has no account.
	noAccount bool
}

// types is the table, read once.
type types struct {
	patterns map[string][]*arnPattern // by service, the most literal first
	service  map[string]string        // of a type
	label    map[string]string        // of a type
}

var table = sync.OnceValue(func() types {
	t, err := readTypes(typeTable)
	if err != nil {
		panic(err) // the table is part of the program, and a test reads it
	}
	return t
})

func readTypes(text string) (types, error) {
	t := types{patterns: map[string][]*arnPattern{}, service: map[string]string{}, label: map[string]string{}}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := t.add(line); err != nil {
			return t, fmt.Errorf("types.txt line %d: %w", i+1, err)
		}
	}
	for _, ps := range t.patterns {
		sort.SliceStable(ps, func(i, j int) bool { return ps[i].literal > ps[j].literal })
	}
	return t, nil
}

func (t *types) add(line string) error {
	f := strings.Split(line, " | ")
	if len(f) < 3 || strings.Count(f[1], "::") != 2 {
		return fmt.Errorf("%q is not PATTERN | TYPE | LABEL", line)
	}
	cfnType := f[1]
	t.label[cfnType] = f[2]
	if f[0] == "-" {
		return nil
	}
	service, resource, ok := strings.Cut(f[0], ":")
	if !ok {
		return fmt.Errorf("%q has no service", f[0])
	}
	p := &arnPattern{text: f[0], cfnType: cfnType, base: strings.Contains(resource, "{base**}")}
	for _, flag := range strings.Split(strings.Join(f[3:], ","), ",") {
		switch flag {
		case "noaccount":
			p.noAccount = true
		case "noregion":
			p.noRegion = true
		case "global":
			p.global = true
		case "random6":
			p.random6 = true
		case "":
		default:
			return fmt.Errorf("unknown flag %q", flag)
		}
	}
	p.re, p.literal = compile(resource)
	p.prefix = resource
	if i := strings.IndexAny(resource, "*{"); i >= 0 {
		p.prefix = resource[:i]
	}
	t.patterns[service] = append(t.patterns[service], p)
	if _, ok := t.service[cfnType]; !ok {
		t.service[cfnType] = service
	}
	return nil
}

// wildcards of a pattern, longest first, and what they mean.
var wildcards = []struct{ text, re string }{
	{"{name**}", `(?P<name>.+)`},
	{"{base**}", `(?P<name>.+)`},
	{"{name}", `(?P<name>[^/:]+)`},
	{"**", `.+`},
	{"*", `[^/:]+`},
}

func compile(resource string) (*regexp.Regexp, int) {
	var b strings.Builder
	literal := 0
	b.WriteString("^")
next:
	for rest := resource; rest != ""; {
		for _, w := range wildcards {
			if after, ok := strings.CutPrefix(rest, w.text); ok {
				b.WriteString(w.re)
				rest = after
				continue next
			}
		}
		b.WriteString(regexp.QuoteMeta(rest[:1]))
		literal++
		rest = rest[1:]
	}
	b.WriteString("$")
	return regexp.MustCompile(b.String()), literal
}

// match is the pattern that an ARN fits and the name in it; nil where none does.
func match(a ARN) (*arnPattern, string) {
	for _, p := range table().patterns[a.Service] {
		if !strings.HasPrefix(a.Resource, p.prefix) {
			continue
		}
		m := p.re.FindStringSubmatch(a.Resource)
		if m == nil {
			continue
		}
		name := ""
		if i := p.re.SubexpIndex("name"); i >= 0 {
			name = m[i]
		}
		if p.base {
			name = name[strings.LastIndexByte(name, '/')+1:]
		}
		if p.random6 && len(name) > 7 && name[len(name)-7] == '-' {
			name = name[:len(name)-7]
		}
		return p, name
	}
	return nil, ""
}

// ARNOf is the canonical ARN of a resource that is known by its type and name alone. ok is false where the ARN of the type holds more
// than these, or the table does not know it.
func ARNOf(cfnType, partition, region, accountID, name string) (arn string, ok bool) {
	service := ServiceOf(cfnType)
	for _, p := range table().patterns[service] {
		_, resource, _ := strings.Cut(p.text, ":")
		if p.cfnType != cfnType || strings.Count(resource, "{") != 1 || strings.Contains(strings.NewReplacer("{name**}", "", "{base**}", "").Replace(resource), "*") {
			continue
		}
		filled := strings.NewReplacer("{name**}", name, "{base**}", name, "{name}", name).Replace(resource)
		arn, err := CanonicalARN(ARN{Partition: partition, Service: service, Region: region, AccountID: accountID, Resource: filled}.String())
		return arn, err == nil
	}
	return "", false
}

// ServiceOf is the service of a CloudFormation type, by the name that its ARNs have it ("ec2", "states" for Step
// Functions). For a type that the table does not know it is the type's second part in lower case.
func ServiceOf(cfnType string) string {
	if s, ok := table().service[cfnType]; ok {
		return s
	}
	_, rest, ok := strings.Cut(cfnType, "::")
	if !ok {
		return ""
	}
	service, _, _ := strings.Cut(rest, "::")
	return strings.ToLower(service)
}

// TypeLabel is what people call a type: "EC2 instance". A type that the table does not know is spelled out:
// "Proton environment template".
func TypeLabel(cfnType string) string {
	if l, ok := table().label[cfnType]; ok {
		return l
	}
	parts := strings.Split(cfnType, "::")
	if len(parts) != 3 {
		return cfnType
	}
	return parts[1] + " " + spellOut(parts[2])
}

// KnownTypes are the types of the table with their labels.
func KnownTypes() map[string]string {
	labels := make(map[string]string, len(table().label))
	for t, l := range table().label {
		labels[t] = l
	}
	return labels
}

// spellOut turns EnvironmentTemplate into "environment template" and leaves abbreviations as they are.
func spellOut(camel string) string {
	var words []string
	runes := []rune(camel)
	start := 0
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && !startsWord(runes, i) {
			continue
		}
		word := string(runes[start:i])
		if strings.ToUpper(word) != word {
			word = strings.ToLower(word)
		}
		words = append(words, word)
		start = i
	}
	return strings.Join(words, " ")
}

func startsWord(r []rune, i int) bool {
	if !unicode.IsUpper(r[i]) {
		return false
	}
	return unicode.IsLower(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1])
}

// guessType names a type that the table does not know.
func guessType(a ARN) string {
	resource := strings.TrimLeft(a.Resource, "/")
	kind := "Resource"
	if i := strings.IndexAny(resource, "/:"); i > 0 {
		kind = camel(resource[:i])
	}
	return "AWS::" + camel(a.Service) + "::" + kind
}

// camel turns environment-template into EnvironmentTemplate.
func camel(s string) string {
	var b strings.Builder
	up := true
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			up = true
		case up:
			b.WriteRune(unicode.ToUpper(r))
			up = false
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return "Resource"
	}
	return b.String()
}
