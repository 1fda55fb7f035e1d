package estate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cloudops/backend/estate/query"
	"cloudops/backend/store"
)

// Filter narrows a search. Values of one filter are alternatives; several filters must all hold.
type Filter struct {
	Field    string // type, service, region, account_id, env, state, tag (k=v or k), engine, owner …; see query.Filter
	Values   []string
	Not      bool
	Min, Max *float64 // of size, memory, retention_days, created_at, expires_at
	Label    string
	// FromQuery: words of the query became it. Relaxed: nothing met it together with the others, so it was left out.
	FromQuery, Relaxed bool
}

// plain are fields whose values are compared as they are.
var plain = map[string]bool{
	fieldType: true, fieldService: true, fieldRegion: true, fieldAccount: true, fieldEnv: true, fieldState: true, fieldARN: true, fieldName: true,
	fieldRelated: true, fieldWords: true, fieldTeam: true, fieldCell: true, fieldTags: true,
}

// traited are fields that are compared by their traits ("class:r6g").
var traited = map[string]bool{fieldEngine: true, fieldRuntime: true, fieldVersion: true, fieldClass: true, fieldKind: true}

var ranged = map[string]bool{fieldSize: true, fieldMemory: true, fieldRetention: true, fieldCreated: true, fieldExpires: true, fieldFirstSeen: true}

// conditionsOf says a filter in the store's words. ErrInvalid: there is no such field.
func conditionsOf(f query.Filter) ([]store.Condition, error) {
	field := f.Field
	switch field {
	case "account":
		field = fieldAccount
	case "id", "ids":
		return []store.Condition{in(fieldIDs, lower(f.Values), f.Not)}, nil
	case "tag", fieldTagTerms:
		return []store.Condition{in(fieldTagTerms, lower(f.Values), f.Not)}, nil
	case "owner", fieldOwners:
		owners := make([]string, 0, len(f.Values))
		for _, v := range f.Values {
			owners = append(owners, query.Owner(v))
		}
		return []store.Condition{in(fieldOwners, owners, f.Not)}, nil
	case "untagged":
		return []store.Condition{{Field: fieldTags, Op: store.Missing, Not: f.Not}}, nil
	case "retention":
		return []store.Condition{
			{Field: fieldRetention, Op: store.Missing, Not: f.Not}, in(fieldType, []string{"AWS::Logs::LogGroup"}, false),
		}, nil
	}
	switch {
	case field == fieldType:
		return []store.Condition{in(fieldType, expandTypes(f.Values), f.Not)}, nil
	case field == fieldEnv:
		return []store.Condition{in(fieldEnv, environments(f), f.Not)}, nil
	case field == fieldState:
		return []store.Condition{in(fieldState, lower(f.Values), f.Not)}, nil
	case plain[field]:
		return []store.Condition{in(field, f.Values, f.Not)}, nil
	case traited[field] && len(f.Others) > 0:
		return []store.Condition{in(fieldTraits, traits(field, f.Others), !f.Not)}, nil
	case traited[field]:
		return []store.Condition{in(fieldTraits, traits(field, f.Values), f.Not)}, nil
	case slices.Contains(flags, field):
		return flagConditions(field, f)
	case ranged[field] && (f.Min != nil || f.Max != nil):
		return []store.Condition{{Field: field, Op: store.Range, Min: f.Min, Max: f.Max, Not: f.Not}}, nil
	}
	return nil, fmt.Errorf("%w: resources cannot be filtered by %q", ErrInvalid, clip(f.Field))
}

func flagConditions(field string, f query.Filter) ([]store.Condition, error) {
	values := make([]any, 0, len(f.Values))
	for _, v := range f.Values {
		switch strings.ToLower(v) {
		case "true", "yes":
			values = append(values, true)
		case "false", "no":
			values = append(values, false)
		default:
			return nil, fmt.Errorf("%w: %s is true or false, not %q", ErrInvalid, field, clip(v))
		}
	}
	return []store.Condition{{Field: field, Op: store.In, Values: values, Not: f.Not}}, nil
}

func in(field string, values []string, not bool) store.Condition {
	anys := make([]any, len(values))
	for i, v := range values {
		anys[i] = v
	}
	return store.Condition{Field: field, Op: store.In, Values: anys, Not: not}
}

func lower(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ToLower(v)
	}
	return out
}

func traits(field string, values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = field + ":" + strings.ToLower(v)
	}
	return out
}

// environments are a filter's values in canonical form, with those that come next best.
func environments(f query.Filter) []string {
	var out []string
	for _, v := range slices.Concat(f.Values, f.Near) {
		if canonical, ok := query.Environment(v); ok && !slices.Contains(f.Values, canonical) {
			out = append(out, canonical)
		}
		out = append(out, v)
	}
	return out
}

var knownTypes = sync.OnceValue(func() []string { return slices.Sorted(maps.Keys(KnownTypes())) })

// expandTypes replaces AWS::RDS::* by the types of the service, and words ("bucket") by their types.
func expandTypes(values []string) []string {
	var out []string
	add := func(t string) {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	for _, v := range values {
		prefix, all := strings.CutSuffix(v, "*")
		switch {
		case all:
			for _, t := range knownTypes() {
				if strings.HasPrefix(t, prefix) {
					add(t)
				}
			}
		case !strings.Contains(v, "::"):
			for _, t := range query.Types(v) {
				for _, e := range expandTypes([]string{t}) {
					add(e)
				}
			}
			add(v)
		default:
			add(v)
		}
	}
	return out
}

// conditions of several filters.
func conditions(filters []query.Filter) ([]store.Condition, error) {
	var out []store.Condition
	for _, f := range filters {
		c, err := conditionsOf(f)
		if err != nil {
			return nil, err
		}
		out = append(out, c...)
	}
	return out, nil
}

// asked are the user's own filters as the parser's type.
func asked(filters []Filter) []query.Filter {
	out := make([]query.Filter, len(filters))
	for i, f := range filters {
		out[i] = query.Filter{Field: f.Field, Values: f.Values, Not: f.Not, Min: f.Min, Max: f.Max, Label: f.Label}
	}
	return out
}
