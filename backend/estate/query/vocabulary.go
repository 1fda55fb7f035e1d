package query

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed types.json values.json regions.json words.json
var tables embed.FS

// typeEntry is a row of types.json: phrases that mean resource types.
type typeEntry struct {
	Label   string   `json:"label"`
	Types   []string `json:"types"` // CloudFormation type names; AWS::RDS::* stands for all of a service
	Phrases []string `json:"phrases"`
	// Also are filters that come with the type ("alb": application load balancers).
	Also []struct {
		Field  string   `json:"field"`
		Values []string `json:"values"`
		Others []string `json:"others"`
	} `json:"also"`
	Keep      bool     `json:"keep"`      // the words still rank the result ("bastion")
	KeepWords []string `json:"keepWords"` // of these only
}

// valueEntry is a row of values.json: phrases that mean values of a field.
type valueEntry struct {
	Field   string              `json:"field"`
	Values  []string            `json:"values"`
	Near    []string            `json:"near"`
	Not     bool                `json:"not"`
	Label   string              `json:"label"`
	Phrases []string            `json:"phrases"`
	Type    map[string][]string `json:"type"` // phrases that say the type as well
}

type regionEntry struct {
	Regions []string `json:"regions"`
	Label   string   `json:"label"`
	Phrases []string `json:"phrases"`
}

// wordLists is words.json: the small words of queries.
type wordLists struct {
	Noise        []string            `json:"noise"`
	Negators     []string            `json:"negators"`
	Glue         []string            `json:"glue"`
	And          []string            `json:"and"`
	Prepositions []string            `json:"prepositions"`
	OwnerBefore  []string            `json:"owner_before"`
	OwnerAfter   []string            `json:"owner_after"`
	Older        []string            `json:"older"`
	More         []string            `json:"more"`
	Less         []string            `json:"less"`
	Created      []string            `json:"created"`
	Before       []string            `json:"before"`
	After        []string            `json:"after"`
	In           []string            `json:"in"`
	Expires      []string            `json:"expires"`
	Months       []string            `json:"months"`
	Sizes        map[string]float64  `json:"sizes"` // GB in a unit
	Memory       []string            `json:"memory"`
	Generic      []string            `json:"generic"`   // types that yield to a more telling word
	Versioned    []string            `json:"versioned"` // types that a whole number may follow as a version
	Runtimes     map[string]string   `json:"runtimes"`
	Applies      map[string][]string `json:"applies"` // the types that have a field
	Families     []string            `json:"families"`
	// Weak are words that mean a type and are as often part of a name ("search", "notification").
	Weak []string `json:"weak"`
}

// phraseSet answers whether words are a phrase of a list.
type phraseSet map[string]bool

// vocabulary is the tables, indexed by phrase in normal form.
type vocabulary struct {
	types   map[string]*typeEntry
	values  map[string]*valueEntry
	regions map[string]*regionEntry
	label   map[string]string // of a value: "public=false"
	all     []typeEntry
	words   wordLists

	noise, negators, glue, and, prepositions, ownerBefore, ownerAfter phraseSet
	older, more, less, created, before, after, in, expires            phraseSet
	memory, generic, versioned, families, weak                        phraseSet
	single                                                            []string // single words of at least six letters, for misspellings
}

var vocab = sync.OnceValue(func() *vocabulary {
	v, err := readVocabulary()
	if err != nil {
		panic(err) // the tables are part of the program, and a test reads them
	}
	return v
})

func readVocabulary() (*vocabulary, error) {
	v := &vocabulary{types: map[string]*typeEntry{}, values: map[string]*valueEntry{}, regions: map[string]*regionEntry{}, label: map[string]string{}}
	var values []valueEntry
	var regions []regionEntry
	for name, into := range map[string]any{"types.json": &v.all, "values.json": &values, "regions.json": &regions, "words.json": &v.words} {
		data, err := tables.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for i := range v.all {
		if err := index(v.types, v.all[i].Phrases, &v.all[i]); err != nil {
			return nil, err
		}
	}
	for i := range values {
		e := &values[i]
		if err := index(v.values, e.Phrases, e); err != nil {
			return nil, err
		}
		v.label[e.Field+"="+strings.Join(e.Values, ",")] = e.Label
	}
	for i := range regions {
		if err := index(v.regions, regions[i].Phrases, &regions[i]); err != nil {
			return nil, err
		}
	}
	v.indexWords()
	return v, nil
}

func index[T any](into map[string]*T, phrases []string, entry *T) error {
	for _, p := range phrases {
		key := normal(p)
		if old, ok := into[key]; ok && old != entry {
			return fmt.Errorf("the phrase %q is in two rows", p)
		}
		into[key] = entry
	}
	return nil
}

func (v *vocabulary) indexWords() {
	w := v.words
	for set, list := range map[*phraseSet][]string{
		&v.noise: w.Noise, &v.negators: w.Negators, &v.glue: w.Glue, &v.and: w.And, &v.prepositions: w.Prepositions,
		&v.ownerBefore: w.OwnerBefore, &v.ownerAfter: w.OwnerAfter, &v.older: w.Older, &v.more: w.More, &v.less: w.Less,
		&v.created: w.Created, &v.before: w.Before, &v.after: w.After, &v.in: w.In, &v.expires: w.Expires,
		&v.memory: w.Memory, &v.generic: w.Generic, &v.versioned: w.Versioned, &v.families: w.Families, &v.weak: w.Weak,
	} {
		*set = phraseSet{}
		for _, p := range list {
			(*set)[normal(p)] = true
		}
	}
	runtimes := make(map[string]string, len(w.Runtimes))
	for name, runtime := range w.Runtimes {
		runtimes[normal(name)] = runtime
	}
	v.words.Runtimes = runtimes
	for p := range v.types {
		v.addSingle(p)
	}
	for p := range v.values {
		v.addSingle(p)
	}
	for p := range v.regions {
		v.addSingle(p)
	}
	slices.Sort(v.single)
}

func (v *vocabulary) addSingle(phrase string) {
	if len(phrase) >= 6 && !strings.Contains(phrase, " ") {
		v.single = append(v.single, phrase)
	}
}

// known says whether a phrase means something.
func (v *vocabulary) known(phrase string) bool {
	return v.types[phrase] != nil || v.values[phrase] != nil || v.regions[phrase] != nil
}

// Synonyms of a CloudFormation type: the phrases that mean it and few other types, the most telling first.
// They are what a resource is found by besides its own words.
func Synonyms(cfnType string, limit int) []string {
	all, ok := synonyms.Load(cfnType)
	if !ok {
		all, _ = synonyms.LoadOrStore(cfnType, vocab().synonyms(cfnType))
	}
	list, _ := all.([]string) // nothing else is stored
	return list[:min(limit, len(list))]
}

// synonyms of a type, made once: there are a few hundred types.
var synonyms sync.Map

func (v *vocabulary) synonyms(cfnType string) []string {
	var rows []*typeEntry
	for i := range v.all {
		if e := &v.all[i]; len(e.Also) == 0 && !e.Keep && matchesAny(cfnType, e.Types) {
			rows = append(rows, e)
		}
	}
	slices.SortStableFunc(rows, func(a, b *typeEntry) int { return len(a.Types) - len(b.Types) })
	out := []string{}
	for _, e := range rows {
		out = append(out, e.Phrases...)
	}
	return out
}

// matchesAny says whether a type is one of patterns, which may end in "::*".
func matchesAny(cfnType string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if prefix, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(cfnType, prefix)
		}
		return p == cfnType
	})
}

// Environment is the canonical name of an environment that a tag or a word spells ("prd": "production"),
// and whether the vocabulary knows it.
func Environment(word string) (string, bool) {
	key := normal(word)
	e := vocab().values[key]
	if e != nil && e.Field == "env" && !e.Not {
		return e.Values[0], true
	}
	if e != nil && e.Field == "env" {
		return "non-production", true
	}
	env, ok := letters[key]
	return env, ok
}

// letters are environments as tags shorten or bend them; in a query they say too little.
var letters = map[string]string{"d": "development", "s": "staging", "t": "test", "q": "qa", "u": "uat", "a": "uat", "l": "production", "x": "sandbox", "testing": "test", "tests": "test"}

// Types that a phrase means; nil where the tables do not know it.
func Types(phrase string) []string {
	if e := vocab().types[normal(phrase)]; e != nil {
		return e.Types
	}
	return nil
}

// AllTypes are the types that phrases mean, those of a whole service left out.
func AllTypes() []string {
	var out []string
	for _, e := range vocab().all {
		for _, t := range e.Types {
			if !strings.HasSuffix(t, "*") && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	slices.Sort(out)
	return out
}
