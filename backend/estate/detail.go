package estate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudops/backend/estate/query"
	"cloudops/backend/store"
)

// maxIncoming relations are shown of one resource.
const maxIncoming = 1000

// Edge is a relation at a resource.
type Edge struct {
	Kind     string
	Outgoing bool
	ARN      string // of the other end
	Item     *Item  // nil: the other end is not in the inventory
}

// Detail is everything about a resource.
type Detail struct {
	Item
	Relations  []Edge    // outgoing first; of the incoming those of the first 1,000 resources
	Incoming   int64     // how many resources refer to it: over 1,000, not all are in Relations
	LastSeen   time.Time // when its cell was last looked at in full; zero for what was imported
	ConsoleURL string
}

// Get returns a resource with its relations in both directions. store.ErrNotFound: it is not in the inventory.
// ErrInvalid: arn is none.
func (s *Service) Get(ctx context.Context, arn string) (Detail, error) {
	canonical, err := CanonicalARN(arn)
	if err != nil {
		return Detail{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	recs, err := s.store.Get(ctx, store.Estate, RecordID(canonical))
	if err != nil {
		return Detail{}, fmt.Errorf("read %s: %w", canonical, err)
	}
	if len(recs) == 0 {
		return Detail{}, fmt.Errorf("resource %s: %w", canonical, store.ErrNotFound)
	}
	item, err := itemOf(&recs[0])
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Item: item, ConsoleURL: consoleURL(canonical)}
	if d.LastSeen, err = s.lastSeen(ctx, str(&recs[0], fieldCell)); err != nil {
		return Detail{}, err
	}
	d.Relations, d.Incoming, err = s.edges(ctx, &item.Resource)
	return d, err
}

// ByARN returns the resources that are there, in the order of arns. What is no ARN is left out.
func (s *Service) ByARN(ctx context.Context, arns ...string) ([]Item, error) {
	ids := make([]string, 0, len(arns))
	for _, arn := range arns {
		if canonical, err := CanonicalARN(arn); err == nil {
			ids = append(ids, RecordID(canonical))
		}
	}
	recs, err := s.store.Get(ctx, store.Estate, ids...)
	if err != nil {
		return nil, fmt.Errorf("read resources: %w", err)
	}
	items := make([]Item, len(recs))
	for i := range recs {
		if items[i], err = itemOf(&recs[i]); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (s *Service) lastSeen(ctx context.Context, cell string) (time.Time, error) {
	if cell == "" {
		return time.Time{}, nil
	}
	recs, err := s.store.Get(ctx, store.Changes, cellID(cell))
	if err != nil || len(recs) == 0 {
		return time.Time{}, err
	}
	return momentOf(&recs[0], fieldComplete), nil
}

// edges are the relations at a resource, and how many resources refer to it.
func (s *Service) edges(ctx context.Context, r *Resource) ([]Edge, int64, error) {
	var out []Edge
	others, err := s.ByARN(ctx, targets(r.Related)...)
	if err != nil {
		return nil, 0, err
	}
	for _, rel := range r.Related {
		edge := Edge{Kind: rel.Kind, Outgoing: true, ARN: rel.Target}
		if i := slices.IndexFunc(others, func(o Item) bool { return o.ARN == rel.Target }); i >= 0 {
			edge.Item = &others[i]
		}
		out = append(out, edge)
	}
	filter := store.Filter{All: []store.Condition{{Field: fieldRelated, Op: store.Eq, Values: []any{r.ARN}}}}
	res, err := s.store.Scroll(ctx, store.Estate, store.Page{Filter: filter, Limit: maxIncoming})
	if err != nil {
		return nil, 0, fmt.Errorf("find what refers to %s: %w", r.ARN, err)
	}
	total := int64(len(res.Records))
	if res.Next != "" {
		if total, err = s.store.Count(ctx, store.Estate, filter); err != nil {
			return nil, 0, fmt.Errorf("count what refers to %s: %w", r.ARN, err)
		}
	}
	var incoming []Edge
	for i := range res.Records {
		item, err := itemOf(&res.Records[i])
		if err != nil {
			return nil, 0, err
		}
		for _, rel := range item.Related {
			if rel.Target == r.ARN {
				incoming = append(incoming, Edge{Kind: rel.Kind, ARN: item.ARN, Item: &item})
			}
		}
	}
	slices.SortFunc(incoming, func(a, b Edge) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Item.Name, b.Item.Name)) })
	return append(out, incoming...), total, nil
}

// consoleURL opens a resource in the AWS console, which has one address for every ARN.
func consoleURL(arn string) string {
	a, err := ParseARN(arn)
	if err != nil || strings.Contains(a.Resource, "::") {
		return ""
	}
	host := map[string]string{"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}[a.Partition]
	if host == "" {
		host = "console.aws.amazon.com"
	}
	return "https://" + host + "/go/view?arn=" + url.QueryEscape(arn)
}

// knownServices are the service names of known types.
var knownServices = sync.OnceValue(func() map[string]bool {
	services := map[string]bool{}
	for t := range maps.Keys(KnownTypes()) {
		services[ServiceOf(t)] = true
	}
	return services
})

// knownLabels are the types by their labels, of two words or more: one word alone may mean anything.
var knownLabels = sync.OnceValue(func() map[string]string {
	labels := map[string]string{}
	for t, label := range KnownTypes() {
		if key := query.Normal(label); strings.Contains(key, " ") {
			labels[key] = t
		}
	}
	return labels
})

// Stats is the overview of the estate.
type Stats struct {
	Total                                         int
	ByType, ByService, ByRegion, ByAccount, ByEnv []FacetValue
	LastScan                                      time.Time // the newest look at a cell; zero: never scanned
	OldestScan                                    time.Time // the oldest of the cells' last complete looks
}

// maxStats values of each field.
const maxStats = 1000

// Stats counts the estate.
func (s *Service) Stats(ctx context.Context) (Stats, error) {
	var out Stats
	n, err := s.store.Count(ctx, store.Estate, store.Filter{})
	if err != nil {
		return out, fmt.Errorf("count the estate: %w", err)
	}
	out.Total = int(n)
	for field, into := range map[string]*[]FacetValue{
		fieldType: &out.ByType, fieldService: &out.ByService, fieldRegion: &out.ByRegion, fieldAccount: &out.ByAccount, fieldEnv: &out.ByEnv,
	} {
		counts, err := s.store.Facets(ctx, store.Estate, field, store.Filter{}, maxStats)
		if err != nil {
			return out, fmt.Errorf("count the estate by %s: %w", field, err)
		}
		*into = facetGroup(field, "", counts).Values
	}
	cells, err := s.Cells(ctx)
	for _, c := range cells {
		if c.Seen.After(out.LastScan) {
			out.LastScan = c.Seen
		}
		if !c.Complete.IsZero() && (out.OldestScan.IsZero() || c.Complete.Before(out.OldestScan)) {
			out.OldestScan = c.Complete
		}
	}
	return out, err
}
