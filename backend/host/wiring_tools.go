package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudops/backend/assistant"
	"cloudops/backend/estate"
	"cloudops/backend/store"
)

// estateTools are what a model may look up in the inventory. All of it only reads.
type estateTools struct{ estate *estate.Service }

// FindResources implements assistant.EstateTools.
func (t estateTools) FindResources(ctx context.Context, q assistant.EstateQuery) (assistant.EstateResult, error) {
	filters, err := t.filters(q.Filters)
	if err != nil {
		return assistant.EstateResult{}, err
	}
	page, err := t.estate.Search(ctx, estate.Query{Text: q.Text, Filters: filters, Limit: q.Limit})
	if err != nil {
		return assistant.EstateResult{}, err
	}
	return estateResult(page), nil
}

// ResourceDetail implements assistant.EstateTools.
func (t estateTools) ResourceDetail(ctx context.Context, arn string) (assistant.ResourceDetail, error) {
	d, err := t.get(ctx, arn)
	if err != nil {
		return assistant.ResourceDetail{}, err
	}
	attributes, err := json.Marshal(d.Attributes)
	if err != nil {
		return assistant.ResourceDetail{}, fmt.Errorf("encode the attributes of %s: %w", arn, err)
	}
	return assistant.ResourceDetail{
		Resource: assistantResource(d.Item, nil), Attributes: string(attributes), LastSeen: d.LastSeen, Relations: assistantRelations(d.Relations, "both"),
	}, nil
}

// RelatedResources implements assistant.EstateTools.
func (t estateTools) RelatedResources(ctx context.Context, arn, direction string) ([]assistant.Relation, error) {
	d, err := t.get(ctx, arn)
	return assistantRelations(d.Relations, direction), err
}

func (t estateTools) get(ctx context.Context, arn string) (estate.Detail, error) {
	d, err := t.estate.Get(ctx, arn)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, estate.ErrInvalid) {
		return d, fmt.Errorf("%w: %w", assistant.ErrNoResource, err)
	}
	return d, err
}

func assistantRelations(edges []estate.Edge, direction string) []assistant.Relation {
	var out []assistant.Relation
	for _, e := range edges {
		if direction == "out" && !e.Outgoing || direction == "in" && e.Outgoing {
			continue
		}
		r := assistant.Relation{Kind: e.Kind, Outgoing: e.Outgoing, Resource: assistant.Resource{ARN: e.ARN}}
		if e.Item != nil {
			r.Resource = assistantResource(*e.Item, nil)
		}
		out = append(out, r)
	}
	return out
}

// ListResources implements assistant.EstateTools.
func (t estateTools) ListResources(ctx context.Context, q assistant.ListQuery) (assistant.ListResult, error) {
	filters, err := t.filters(q.Filters)
	if err != nil {
		return assistant.ListResult{}, err
	}
	var out assistant.ListResult
	if q.GroupBy != "" {
		total, groups, err := t.estate.Group(ctx, filters, q.GroupBy)
		if err != nil {
			return out, err
		}
		out.Total, out.Groups = total, counts(groups)
		if q.Limit <= 0 {
			return out, nil
		}
	}
	page, err := t.estate.Browse(ctx, estate.Query{Filters: filters, Limit: max(1, q.Limit), NoFacets: true})
	if err != nil {
		return out, err
	}
	out.Total = page.Total
	for _, h := range page.Hits[:min(len(page.Hits), q.Limit)] {
		out.Resources = append(out.Resources, assistantResource(h.Item, nil))
	}
	return out, nil
}

// ListChanges implements assistant.EstateTools.
func (t estateTools) ListChanges(ctx context.Context, q assistant.ChangeQuery) (assistant.ChangeResult, error) {
	filters, err := t.filters(q.Filters)
	if err != nil {
		return assistant.ChangeResult{}, err
	}
	page, total, err := t.estate.FindChanges(ctx, estate.ChangeQuery{Since: q.Since, Filters: filters, Limit: q.Limit})
	if err != nil {
		return assistant.ChangeResult{}, err
	}
	out := assistant.ChangeResult{Total: total}
	for _, c := range page.Changes {
		change := assistant.Change{At: c.At, Kind: string(c.Kind), Resource: assistant.Resource{
			ARN: c.ARN, Type: c.Type, TypeLabel: estate.TypeLabel(c.Type), Name: c.Name, Region: c.Region, AccountID: c.AccountID, Env: c.Env,
		}}
		for _, f := range c.Fields {
			change.Fields = append(change.Fields, fmt.Sprintf("%s: %s → %s", f.Field, inWords(f.Before), inWords(f.After)))
		}
		out.Changes = append(out.Changes, change)
	}
	return out, nil
}

// inWords says a value in a line; nil is what was not there.
func inWords(v any) string {
	if v == nil {
		return "nothing"
	}
	if s, ok := v.(string); ok {
		return s
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// filters says a model's filters in the estate's words. What cannot be understood is an error that the model reads.
func (t estateTools) filters(f assistant.Filters) ([]estate.Filter, error) {
	var out []estate.Filter
	for _, plain := range []struct {
		field  string
		values []string
	}{
		{"service", f.Service}, {"region", f.Region}, {"account_id", f.Account}, {"env", f.Env}, {"state", f.State}, {"tag", f.Tag},
	} {
		if len(plain.values) > 0 {
			out = append(out, estate.Filter{Field: plain.field, Values: plain.values})
		}
	}
	var types []string
	for _, word := range f.Type {
		named, err := t.typesNamed(word)
		if err != nil {
			return nil, err
		}
		types = append(types, named...)
	}
	if len(types) > 0 {
		slices.Sort(types)
		out = append(out, estate.Filter{Field: "type", Values: slices.Compact(types)})
	}
	return out, nil
}

// typesNamed are the types that a word stands for: a CloudFormation name, a label, or what the search understands by it.
func (t estateTools) typesNamed(word string) ([]string, error) {
	if strings.Contains(word, "::") {
		return []string{word}, nil
	}
	for cfn, label := range estate.KnownTypes() {
		if strings.EqualFold(label, word) {
			return []string{cfn}, nil
		}
	}
	for _, f := range t.estate.Understand(word) {
		if f.Field == "type" && !f.Not {
			return f.Values, nil
		}
	}
	return nil, fmt.Errorf("%w: %q is no resource type; use a CloudFormation name such as AWS::EC2::Instance, or a word such as database", estate.ErrInvalid, word)
}

// coverage says how old and how whole the inventory is.
type coverage struct{ estate *estate.Service }

// unreadableShown bounds what is said of cells that could not be read.
const unreadableShown = 50

// Coverage implements assistant.CoverageReader.
func (c coverage) Coverage(ctx context.Context) (assistant.Coverage, error) {
	stats, err := c.estate.Stats(ctx)
	if err != nil {
		return assistant.Coverage{}, err
	}
	out := assistant.Coverage{AsOf: stats.OldestScan, Empty: stats.Total == 0}
	cells, err := c.estate.Cells(ctx)
	if err != nil {
		return out, err
	}
	for _, cell := range cells {
		if !cell.Seen.After(cell.Complete) || len(out.Unreadable) == unreadableShown {
			continue
		}
		why := "never read in full"
		if !cell.Complete.IsZero() {
			why = "last read in full on " + cell.Complete.UTC().Format(time.DateOnly)
		}
		out.Unreadable = append(out.Unreadable, assistant.Unreadable{Account: cell.AccountID, Region: cell.Region, Service: cell.Service, Why: why})
	}
	return out, nil
}
