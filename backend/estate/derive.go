package estate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudops/backend/estate/query"
	"cloudops/backend/store"
)

// Bounds of what a resource is found by: the model reads some 250 words, and long tags would drown the name.
const (
	maxDense     = 700 // characters
	maxTagText   = 120 // characters of one tag's value
	maxTagsRead  = 30
	maxSynonyms  = 12
	maxAttribute = 60 // characters
)

// Weights of the parts in the terms, by what people search for: the name above all.
const (
	weightName      = 3
	weightTagValue  = 2
	weightType      = 1
	weightID        = 1
	weightTagKey    = 0.3
	weightAttribute = 0.6
)

// derive makes what resources are found by: a sentence for the model, weighted words for the terms.
func derive(_ context.Context, _ store.Reader, recs []store.Record) ([]store.Doc, error) {
	docs := make([]store.Doc, len(recs))
	for i := range recs {
		r, err := resourceOf(&recs[i])
		if err != nil {
			return nil, fmt.Errorf("describe: %w", err)
		}
		docs[i] = docOf(&r, &recs[i])
	}
	return docs, nil
}

func docOf(r *Resource, rec *store.Record) store.Doc {
	label := TypeLabel(r.Type)
	synonyms := query.Synonyms(r.Type, maxSynonyms)
	words := strings.Join(wordsOf(r.Name), " ")
	var values, keys []string
	for _, k := range sortedKeys(r.Tags) {
		if len(values) == maxTagsRead {
			break
		}
		if strings.HasPrefix(k, "aws:") || r.Tags[k] == r.Name {
			continue
		}
		values = append(values, cut(r.Tags[k], maxTagText))
		keys = append(keys, k)
	}
	env := str(rec, fieldEnv)
	return store.Doc{
		Dense: cut(sentence(r, rec, label, synonyms, words, values), maxDense),
		Terms: []store.WeightedText{
			{Text: r.Name + " " + words, Weight: weightName},
			{Text: strings.Join(values, " "), Weight: weightTagValue},
			{Text: strings.Join(keys, " "), Weight: weightTagKey},
			{Text: label + " " + strings.Join(synonyms, " ") + " " + str(rec, fieldService), Weight: weightType},
			{Text: strings.Join(list(rec, fieldIDs), " "), Weight: weightID},
			{Text: env + " " + r.Region + " " + r.AccountID, Weight: weightID},
			{Text: attributeWords(rec), Weight: weightAttribute},
			{Text: description(r), Weight: weightAttribute},
		},
	}
}

// sentence says the resource as a colleague would.
func sentence(r *Resource, rec *store.Record, label string, synonyms []string, words string, values []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", label, words)
	if len(synonyms) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(synonyms[:min(3, len(synonyms))], ", "))
	}
	if env := str(rec, fieldEnv); env != "" {
		fmt.Fprintf(&b, " in %s", env)
	}
	if r.Region != "" && r.Region != GlobalRegion {
		fmt.Fprintf(&b, ", %s", r.Region)
	}
	if owners := list(rec, fieldOwners); len(owners) > 0 {
		fmt.Fprintf(&b, ", team %s", strings.ReplaceAll(owners[0], "-", " "))
	}
	if len(values) > 0 {
		fmt.Fprintf(&b, ". %s", strings.Join(slices.Compact(slices.Clone(values)), ", "))
	}
	if a := attributeWords(rec); a != "" {
		fmt.Fprintf(&b, ". %s", a)
	}
	if d := description(r); d != "" {
		fmt.Fprintf(&b, ". %s", d)
	}
	return b.String()
}

// spoken are the words for a flag's two values.
var spoken = map[string][2]string{
	fieldEncrypted: {"not encrypted", "encrypted"}, fieldPublic: {"private", "publicly accessible"}, fieldAttached: {"unattached, unused", "attached"},
	fieldRotation: {"no rotation", "rotated"}, fieldMultiAZ: {"single zone", "multi-AZ"},
	fieldDeletionProtection: {"", "deletion protection"}, fieldVersioning: {"no versioning", "versioned"},
}

// attributeWords are the plain facets in words.
func attributeWords(rec *store.Record) string {
	var out []string
	for _, f := range []string{fieldState, fieldEngine, fieldVersion, fieldRuntime, fieldClass, fieldKind} {
		if v := str(rec, f); v != "" {
			out = append(out, cut(v, maxAttribute))
		}
	}
	for _, f := range flags {
		yes, ok := rec.Fields[f].(bool)
		if !ok {
			continue
		}
		word := spoken[f][0]
		if yes {
			word = spoken[f][1]
		}
		if word != "" {
			out = append(out, word)
		}
	}
	return strings.Join(out, ", ")
}

// description is what people wrote about the resource.
func description(r *Resource) string {
	for _, path := range []string{"Description", "GroupDescription", "Comment", "AlarmDescription", "DBInstanceDescription"} {
		for _, v := range at(r.Attributes, path) {
			if s := scalar(v); len(s) > 3 {
				return cut(s, 2*maxTagText)
			}
		}
	}
	return ""
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count := 0
	for i := range s {
		if count == n {
			return s[:i]
		}
		count++
	}
	return s
}
