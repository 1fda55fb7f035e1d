package host

import (
	"context"
	"fmt"
	"sort"

	"cloudops/backend/assistant"
	"cloudops/backend/estate"
)

// estateSearch gives the assistant the inventory in the words that it asks in.
type estateSearch struct{ estate *estate.Service }

// SearchEstate implements assistant.EstateSearcher.
func (e estateSearch) SearchEstate(ctx context.Context, text string, limit int) (assistant.EstateResult, error) {
	page, err := e.estate.Search(ctx, estate.Query{Text: text, Limit: limit})
	if err != nil {
		return assistant.EstateResult{}, err
	}
	out := assistant.EstateResult{Total: page.Total, Pending: page.Pending}
	for _, h := range page.Hits {
		out.Resources = append(out.Resources, assistantResource(h.Item, h.Why))
	}
	for _, f := range page.Understood {
		if f.Label != "" && !f.Relaxed {
			out.Understood = append(out.Understood, f.Label)
		}
	}
	for _, g := range page.Facets {
		switch g.Field {
		case "type":
			out.ByType = counts(g.Values)
		case "env":
			out.ByEnv = counts(g.Values)
		}
	}
	stats, err := e.estate.Stats(ctx)
	if err != nil {
		return out, err
	}
	out.Empty, out.AsOf = stats.Total == 0, stats.OldestScan
	return out, nil
}

func counts(values []estate.FacetValue) []assistant.Count {
	out := make([]assistant.Count, len(values))
	for i, v := range values {
		out[i] = assistant.Count{Label: v.Label, N: v.Count}
	}
	return out
}

// ResourcesByARN implements assistant.EstateSearcher.
func (e estateSearch) ResourcesByARN(ctx context.Context, arns []string) ([]assistant.Resource, error) {
	items, err := e.estate.ByARN(ctx, arns...)
	out := make([]assistant.Resource, len(items))
	for i, item := range items {
		out[i] = assistantResource(item, nil)
	}
	return out, err
}

// factNames are the attributes that are worth telling a model, in this order; others are in the drawer.
var factNames = []string{
	"InstanceType", "DBInstanceClass", "NodeType", "CacheNodeType", "Engine", "EngineVersion", "Version", "Runtime", "PrivateIpAddress", "PublicIpAddress",
	"Size", "AllocatedStorage", "MemorySize", "Encrypted", "StorageEncrypted", "PubliclyAccessible", "PublicAccessBlock", "IngressFromAnywhere", "MultiAZ",
	"Scheme", "RotationEnabled", "RetentionInDays", "NotAfter", "CreateTime", "LaunchTime",
}

func assistantResource(item estate.Item, why []string) assistant.Resource {
	r := assistant.Resource{
		ARN: item.ARN, Type: item.Type, TypeLabel: item.TypeLabel, Name: item.Name, Region: item.Region,
		AccountID: item.AccountID, Env: item.Env, State: item.State, Why: why,
	}
	keys := make([]string, 0, len(item.Tags))
	for k := range item.Tags {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		r.Tags = append(r.Tags, assistant.Tag{Key: k, Value: item.Tags[k]})
	}
	for _, name := range factNames {
		switch v := item.Attributes[name].(type) {
		case string, bool, float64, int64, int:
			r.Facts = append(r.Facts, assistant.Tag{Key: name, Value: fmt.Sprint(v)})
		}
	}
	return r
}
