package estate

import (
	"slices"
	"strings"

	"cloudops/backend/estate/query"
)

// envKeys are tag keys that say the environment, the most telling first, in lower case without separators.
var envKeys = []string{"environment", "env", "stage", "envname", "environmentname", "environmenttype", "envtype", "deploymentenvironment", "appenv", "tier", "lifecycle", "workspace", "landscape", "sdlc"}

var ownerKeys = []string{"team", "owner", "owners", "ownedby", "squad", "owningteam", "teamname", "ownerteam", "group", "department", "tribe", "contact", "maintainer", "technicalowner", "serviceowner", "productowner", "businessowner", "businessunit", "createdby", "managedby", "responsible", "owneremail", "teamowner"}

// weakEnv are words that name an environment but are also parts of other names ("live-chat"): in a name they count only
// where no other word says one, at its end or, where true, at its beginning as well ("test-orders-db").
var weakEnv = map[string]bool{
	"stage": true, "test": true, "demo": true, "dr": true, "sit": true, "np": true, "develop": true,
	"live": false, "tests": false, "testing": false, "integration": false, "acceptance": false, "playground": false,
	"p": false, "d": false, "s": false, "t": false, "q": false, "u": false, "a": false, "l": false, "x": false,
}

// environmentOf says a resource's environment in canonical form ("production") and what says so; empty where nothing does.
func environmentOf(r *Resource) (env, source string) {
	keys := squeezedKeys(r.Tags)
	for _, want := range envKeys {
		for _, key := range keys[want] {
			if env, ok := environmentIn(r.Tags[key]); ok {
				return env, "tag " + key
			}
			if want == "environment" || want == "env" {
				if v := strings.ToLower(strings.TrimSpace(r.Tags[key])); v != "" && len(v) <= 40 {
					return v, "tag " + key // a name of their own
				}
			}
		}
	}
	return environmentInName(r.Name)
}

// environmentIn reads a tag's value: a spelling of an environment, or one with more beside it ("prod-eu", "Production (live)").
func environmentIn(value string) (string, bool) {
	if env, ok := query.Environment(value); ok {
		return env, true
	}
	env, _ := environmentInName(value)
	return env, env != ""
}

func environmentInName(name string) (env, source string) {
	words := wordsOf(name)
	weak := ""
	last := len(words) - 1
	for last > 0 && strings.Trim(words[last], "0123456789abcdef") == "" {
		last-- // numbers and hashes at the end
	}
	for i, w := range words {
		found, ok := query.Environment(w)
		first, isWeak := weakEnv[w]
		switch {
		case !ok:
			// "pre-prod" and "non-prod" are two words of a name.
		case i > 0 && (words[i-1] == "pre" || words[i-1] == "non"):
			if both, ok := query.Environment(words[i-1] + w); ok {
				return both, "name"
			}
		case !isWeak:
			return found, "name"
		case i == last && len(words) > 1, i == 0 && first, len(words) == 1 && len(w) > 1:
			weak = found
		}
	}
	if weak != "" {
		return weak, "name"
	}
	return "", ""
}

// ownersOf are the teams that tags name, and the first words of the name where none does; tagged says which.
func ownersOf(r *Resource) (owners []string, tagged bool) {
	var out []string
	add := func(owner string) {
		if owner != "" && len(owner) <= 128 && !slices.Contains(out, owner) {
			out = append(out, owner)
		}
	}
	keys := squeezedKeys(r.Tags)
	for _, want := range ownerKeys {
		for _, key := range keys[want] {
			add(query.Owner(r.Tags[key]))
		}
	}
	if len(out) > 0 {
		return out, true
	}
	var words []string
	for _, w := range wordsOf(r.Name) {
		if _, env := query.Environment(w); !env && strings.Trim(w, "0123456789") != "" {
			words = append(words, w)
		}
	}
	for n := 1; n <= min(2, len(words)); n++ {
		add(strings.Join(words[:n], "-"))
	}
	return out, false
}

// squeezedKeys are the keys of tags by their squeezed form, whole and without a prefix ("app:env").
func squeezedKeys(tags map[string]string) map[string][]string {
	out := make(map[string][]string, len(tags))
	for _, key := range sortedKeys(tags) {
		whole := squeeze(key)
		out[whole] = append(out[whole], key)
		if i := strings.LastIndexAny(key, ":/"); i >= 0 {
			last := squeeze(key[i+1:])
			out[last] = append(out[last], key)
		}
	}
	return out
}

var squeezer = strings.NewReplacer("-", "", "_", "", " ", "", ".", "")

func squeeze(key string) string { return squeezer.Replace(strings.ToLower(key)) }
