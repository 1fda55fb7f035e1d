package host

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

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
	out := estateResult(relevant(page, text))
	stats, err := e.estate.Stats(ctx)
	if err != nil {
		return out, err
	}
	out.Empty, out.AsOf = stats.Total == 0, stats.OldestScan
	return out, nil
}

func estateResult(page estate.Page) assistant.EstateResult {
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
	return out
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

// The bounds of what is taken for an answer though no word speaks for it: a search always finds something nearest, also
// for "hello".
const (
	leastWords    = 3
	mostByMeaning = 5
)

// relevant leaves out hits that are only the nearest of what there is.
func relevant(page estate.Page, text string) estate.Page {
	if len(page.Understood) > 0 || slices.ContainsFunc(page.Hits, func(h estate.Hit) bool { return !onlyByMeaning(h) }) {
		return page
	}
	n := min(mostByMeaning, len(page.Hits))
	if len(strings.Fields(text)) < leastWords {
		n = 0
	}
	page.Hits, page.Total, page.Facets = page.Hits[:n], n, nil
	return page
}

func onlyByMeaning(h estate.Hit) bool { return len(h.Why) == 1 && h.Why[0] == estate.WhyMeaning }
