package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cloudops/backend/estate"
)

// The mappings between the estate and what the window sees. No list is ever null.

func estateQuery(q EstateQuery) estate.Query {
	return estate.Query{
		Text: q.Text, Filters: estateFilters(q.Filters), IgnoreUnderstood: q.IgnoreUnderstood, SortBy: q.SortBy, Desc: q.Desc, Limit: q.Limit, Skip: q.Skip,
	}
}

func estateFilters(filters []EstateFilter) []estate.Filter {
	var out []estate.Filter
	for _, f := range filters {
		out = append(out, estate.Filter{Field: f.Field, Values: f.Values, Not: f.Not, Min: f.Min, Max: f.Max, Label: f.Label})
	}
	return out
}

func wireFilters(filters []estate.Filter) []EstateFilter {
	out := []EstateFilter{}
	for _, f := range filters {
		out = append(out, EstateFilter{
			Field: f.Field, Values: list(f.Values), Not: f.Not, Min: f.Min, Max: f.Max, Label: f.Label, FromQuery: f.FromQuery, Relaxed: f.Relaxed,
		})
	}
	return out
}

func wireFacets(values []estate.FacetValue) []FacetValue {
	out := []FacetValue{}
	for _, v := range values {
		out = append(out, FacetValue(v))
	}
	return out
}

// wireField is wireFacets of a field, with accounts called by their names.
func wireField(field string, values []estate.FacetValue, accounts map[string]string) []FacetValue {
	out := wireFacets(values)
	if field != "account" && field != "account_id" {
		return out
	}
	for i, v := range out {
		if name := accounts[v.Value]; name != "" {
			out[i].Label = name
		}
	}
	return out
}

func wireResource(item estate.Item, score float64, why []string, accounts map[string]string) Resource {
	r := Resource{
		ARN: item.ARN, Type: item.Type, TypeLabel: item.TypeLabel, Service: item.Service, Name: item.Name, Region: item.Region,
		AccountID: item.AccountID, AccountName: accounts[item.AccountID], Env: item.Env, State: item.State, FirstSeen: stamp(item.FirstSeen),
		Facts: []Tag{}, Tags: []Tag{}, Score: score, Why: list(why),
	}
	for _, f := range item.Facts {
		r.Facts = append(r.Facts, Tag{Key: f.Field, Value: f.Value})
	}
	for k, v := range item.Tags {
		r.Tags = append(r.Tags, Tag{Key: k, Value: v})
	}
	slices.SortFunc(r.Tags, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	return r
}

func wireChanges(changes []estate.Change, accounts map[string]string) ([]EstateChange, error) {
	out := []EstateChange{}
	for _, c := range changes {
		change := EstateChange{
			ID: c.ID, At: stamp(c.At), Kind: string(c.Kind), ARN: c.ARN, Type: c.Type, TypeLabel: estate.TypeLabel(c.Type), Service: estate.ServiceOf(c.Type),
			Name: c.Name, Region: c.Region, AccountID: c.AccountID, AccountName: accounts[c.AccountID], Env: c.Env, Fields: []FieldChange{},
		}
		for _, d := range c.Fields {
			before, err := jsonOf(d.Before)
			if err != nil {
				return nil, err
			}
			after, err := jsonOf(d.After)
			if err != nil {
				return nil, err
			}
			change.Fields = append(change.Fields, FieldChange{Field: d.Field, Before: before, After: after})
		}
		out = append(out, change)
	}
	return out, nil
}

// jsonOf is a value as JSON, indented; nil is nothing.
func jsonOf(value any) (string, error) {
	if value == nil {
		return "", nil
	}
	raw, err := json.MarshalIndent(value, "", "  ")
	return string(raw), err
}

func wireFreshness(all []estate.Freshness, accounts map[string]string) []Freshness {
	out := []Freshness{}
	for _, f := range all {
		fresh := Freshness{
			AccountID: f.AccountID, AccountName: accounts[f.AccountID], Region: f.Region, Services: f.Services, Oldest: stamp(f.Oldest), Newest: stamp(f.Newest),
			Unread: []UnreadCell{},
		}
		for _, c := range f.Unread {
			fresh.Unread = append(fresh.Unread, UnreadCell{Service: c.Service, Complete: stamp(c.Complete)})
		}
		out = append(out, fresh)
	}
	return out
}

func wireSaved(s estate.SavedSearch) SavedSearch {
	return SavedSearch{
		ID: s.ID, Name: s.Name, Text: s.Text, Filters: wireFilters(s.Filters), IgnoreUnderstood: list(s.Ignore), Columns: list(s.Columns), SortBy: s.SortBy, Desc: s.Desc,
	}
}

// moment reads an RFC 3339 time of the window in the zone of this machine; empty is the zero time.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usageError{text + " is no time", "Give it as RFC 3339: 2026-11-17T00:00:00Z."}
	}
	return t.Local(), nil
}
