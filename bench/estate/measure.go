package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/embedding"
	"cloudops/backend/estate"
	"cloudops/backend/estate/sample"
	"cloudops/backend/store"
	"cloudops/bench/rig"
)

// operation is one thing that is measured, and the raw call that bounds it.
type operation struct {
	name  string
	cold  bool // a resource changes before each round, so that nothing that was counted before may be used
	do    func(i int) error
	raw   func(i int) error // nil: there is none
	bound string
}

const warmUp = 5

func searches(ctx context.Context, o options) error {
	model, err := embedding.New(embedding.Options{})
	if err != nil {
		return err
	}
	return with(ctx, o, directions{model}, func(b *bench) error {
		if _, err := b.fill(ctx, o.resources, "filling"); err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, "waiting until everything is in the index, with a vector")
		if err := b.Store.WaitEmbedded(ctx); err != nil {
			return err
		}
		client, err := b.Raw(ctx)
		if err != nil {
			return err
		}
		defer client.Close()
		fmt.Fprintln(os.Stderr, "waiting until Qdrant has built its graph")
		if err := rig.Settled(ctx, client, store.Estate, store.Changes); err != nil {
			return err
		}
		fmt.Printf("memory when all is indexed: app %s; Qdrant %s\n", resident(os.Getpid()), resident(b.Server.PID()))
		fmt.Printf("\n| %-46s | %8s | %8s | %-24s | %8s | %8s |\n|---|--:|--:|---|--:|--:|\n", "at "+strconv.Itoa(o.resources)+" resources", "p50 ms", "p95 ms", "raw Qdrant call", "p50 ms", "p95 ms")
		for _, op := range b.operations(ctx, client) {
			if err := b.measure(ctx, op); err != nil {
				return fmt.Errorf("%s: %w", op.name, err)
			}
		}
		fmt.Printf("\nmemory after the searches: app %s; Qdrant %s\n", resident(os.Getpid()), resident(b.Server.PID()))
		return b.afterStart(ctx)
	})
}

// afterStart is what a day begins with: Qdrant started over what is there, and a few searches.
func (b *bench) afterStart(ctx context.Context) error {
	if err := b.Server.Restart(ctx); err != nil {
		return err
	}
	if err := b.Server.Ready(ctx); err != nil {
		return err
	}
	if err := b.Connect(ctx); err != nil {
		return err
	}
	if err := b.Store.WaitEmbedded(ctx); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(uint64(b.o.seed), 5))
	for i := range 2 * b.o.rounds {
		from := attributes
		if i%2 == 1 {
			from = meanings
		}
		if _, err := b.estate.Search(ctx, estate.Query{Text: words(from, r)}); err != nil {
			return err
		}
	}
	fmt.Printf("memory after a start of Qdrant and %d searches: app %s; Qdrant %s\n", 2*b.o.rounds, resident(os.Getpid()), resident(b.Server.PID()))
	return nil
}

func (b *bench) measure(ctx context.Context, op operation) error {
	var ours, raw []time.Duration
	for i := range b.o.rounds + warmUp {
		if op.cold {
			if err := b.touch(ctx, i); err != nil {
				return err
			}
		}
		took, err := rig.Timed(op.do, i)
		if err != nil {
			return err
		}
		if i < warmUp {
			continue
		}
		ours = append(ours, took)
		if op.raw == nil {
			continue
		}
		if took, err = rig.Timed(op.raw, i); err != nil {
			return err
		}
		raw = append(raw, took)
	}
	bound := fmt.Sprintf("| %-24s | %8s | %8s |", "", "", "")
	if op.raw != nil {
		bound = fmt.Sprintf("| %-24s | %8.1f | %8.1f |", op.bound, rig.Percentile(raw, 50), rig.Percentile(raw, 95))
	}
	fmt.Printf("| %-46s | %8.1f | %8.1f %s\n", op.name, rig.Percentile(ours, 50), rig.Percentile(ours, 95), bound)
	return nil
}

// touch changes one resource, as a scan does, and waits until the index has it.
func (b *bench) touch(ctx context.Context, i int) error {
	for r := range sample.Generate(1, b.o.seed) {
		r.Tags = map[string]string{"touched": strconv.Itoa(i)}
		if _, err := b.estate.Upsert(ctx, []estate.Resource{r}); err != nil {
			return err
		}
	}
	return b.Store.WaitEmbedded(ctx)
}

// What people ask, with what differs from one to the next filled in.
var (
	attributes = []string{"production database", "%s staging lambda functions", "unencrypted volumes in %s", "public buckets", "%s prod load balancers", "stopped instances in %s", "unattached volumes",
		"dev kubernetes clusters", "queues in %s", "secrets without rotation", "%s postgres", "log groups without retention in %s", "redis in production", "certificates that expire within 30 days", "old snapshots in %s"}
	meanings = []string{"where do we keep customer invoices", "the thing that sends password reset mails in %s", "fraud detection", "what handles payments in %s", "data warehouse for reporting",
		"image thumbnails", "checkout outage suspects in %s", "who stores session state", "search engine of the shop", "machine learning training in %s"}
	places = []string{"eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2", "us-west-2"}
)

func words(from []string, r *rand.Rand) string {
	text := from[r.IntN(len(from))]
	if strings.Contains(text, "%s") {
		return fmt.Sprintf(text, places[r.IntN(len(places))])
	}
	return text
}

func (b *bench) operations(ctx context.Context, client *qdrant.Client) []operation {
	r := rand.New(rand.NewPCG(uint64(b.o.seed), 3))
	find := func(q func(i int) estate.Query) func(int) error {
		return func(i int) error {
			page, err := b.estate.Search(ctx, q(i))
			if err == nil && page.FromLedger {
				err = fmt.Errorf("the index did not answer")
			}
			return err
		}
	}
	text := func(from []string) func(int) estate.Query {
		return func(int) estate.Query { return estate.Query{Text: words(from, r)} }
	}
	narrowed := func(int) estate.Query {
		return estate.Query{Filters: []estate.Filter{{Field: "region", Values: []string{places[r.IntN(len(places))]}}, {Field: "env", Values: []string{[]string{"prod", "staging", "dev"}[r.IntN(3)]}}}}
	}
	arn := ""
	count := func(int) error {
		_, err := client.Count(ctx, &qdrant.CountPoints{CollectionName: string(store.Estate), Exact: qdrant.PtrOf(true)})
		return err
	}
	facet := func(int) error {
		_, err := client.Facet(ctx, &qdrant.FacetCounts{CollectionName: string(store.Estate), Key: "type", Limit: qdrant.PtrOf(uint64(30)), Exact: qdrant.PtrOf(true)})
		return err
	}
	var vector []float32
	return []operation{
		{name: "search: an ARN", do: find(func(int) estate.Query {
			if arn == "" {
				for res := range sample.Generate(b.o.resources, b.o.seed) {
					if arn = res.ARN; res.Type == "AWS::EC2::Instance" {
						break
					}
				}
			}
			return estate.Query{Text: arn}
		})},
		{name: "search: words that become filters", do: find(text(attributes))},
		{name: "the same, after a resource changed", cold: true, do: find(text(attributes)), raw: count, bound: "count of all"},
		{name: "search: by meaning", do: find(text(meanings)), raw: func(int) error {
			if vector == nil {
				vector = make([]float32, 384)
				vector[0] = 1
			}
			_, err := client.Query(ctx, &qdrant.QueryPoints{CollectionName: string(store.Estate), Query: qdrant.NewQuery(vector...), Using: qdrant.PtrOf("dense"), Limit: qdrant.PtrOf(uint64(100)), WithPayload: qdrant.NewWithPayload(true)})
			return err
		}, bound: "nearest 100, no embedding"},
		{name: "browse all, with facets", do: find(func(int) estate.Query { return estate.Query{} }), raw: facet, bound: "one facet of all"},
		{name: "the same, after a resource changed", cold: true, do: find(func(int) estate.Query { return estate.Query{} }), raw: facet, bound: "one facet of all"},
		{name: "browse an environment of a region, with facets", do: find(narrowed)},
		{name: "the same, after a resource changed", cold: true, do: find(narrowed)},
		{name: "next page of all, by name", do: b.pages(ctx, "")},
		{name: "next page of all, by account", do: b.pages(ctx, "account")},
		{name: "group by a tag", do: func(int) error {
			_, _, err := b.estate.GroupFound(ctx, estate.Query{}, "tag:Team")
			return err
		}},
		{name: "overview", do: func(int) error {
			_, err := b.estate.Stats(ctx)
			return err
		}},
		{name: "overview, after a resource changed", cold: true, do: func(int) error {
			_, err := b.estate.Stats(ctx)
			return err
		}},
	}
}

// pages goes on from page to page.
func (b *bench) pages(ctx context.Context, by string) func(int) error {
	cursor := ""
	return func(int) error {
		page, err := b.estate.Search(ctx, estate.Query{SortBy: by, Cursor: cursor, Limit: 100})
		cursor = page.Next
		return err
	}
}

// resident is what a process holds in memory: its own, and what it has mapped of files, which the system takes back when it needs the room.
func resident(pid int) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err.Error()
	}
	kb := map[string]int{}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[2] == "kB" {
			kb[strings.TrimSuffix(fields[0], ":")], _ = strconv.Atoi(fields[1])
		}
	}
	return fmt.Sprintf("%d MB of its own, %d MB of files", kb["RssAnon"]/1000, kb["RssFile"]/1000)
}
