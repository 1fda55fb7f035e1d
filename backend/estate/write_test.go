package estate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

func TestUpsertWritesOnlyWhatChanged(t *testing.T) {
	s, env, ctx := openWith(t, fixture())
	counts, err := s.Upsert(ctx, fixture())
	require.NoError(t, err)
	assert.Equal(t, estate.Counts{Unchanged: len(fixture())}, counts)

	changed := fixture()[3]
	changed.Attributes["State"] = "running"
	changed.Tags = map[string]string{"env": "dev", "cost-center": "42"}
	counts, err = s.Upsert(ctx, []estate.Resource{changed})
	require.NoError(t, err)
	assert.Equal(t, estate.Counts{Changed: 1}, counts)
	settle(t, env)

	history, err := s.History(ctx, changed.ARN, 10)
	require.NoError(t, err)
	require.Len(t, history, 2)
	byKind := map[estate.ChangeKind]estate.Change{history[0].Kind: history[0], history[1].Kind: history[1]}
	assert.Equal(t, []estate.Difference{
		{Field: "tags.cost-center", After: "42"}, {Field: "tags.team", Before: "logistics"},
		{Field: "attributes.State", Before: "stopped", After: "running"},
	}, byKind[estate.ChangeChanged].Fields)
	assert.Contains(t, byKind, estate.ChangeAdded)

	// What is not known stays: tags alone do not take the attributes away.
	counts, err = s.Upsert(ctx, []estate.Resource{{ARN: changed.ARN, Tags: changed.Tags}})
	require.NoError(t, err)
	assert.Equal(t, 1, counts.Unchanged+counts.Changed)
	d, err := s.Get(ctx, changed.ARN)
	require.NoError(t, err)
	assert.Equal(t, "t3.medium", d.Attributes["InstanceType"])
}

func TestUpsertRefusesWhatHasNoARN(t *testing.T) {
	s, _, ctx := open(t)
	_, err := s.Upsert(ctx, []estate.Resource{{ARN: "arn:aws:s3:::fine"}, {Name: "nameless"}})
	require.ErrorIs(t, err, estate.ErrInvalid)
	_, err = s.Get(ctx, "arn:aws:s3:::fine")
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = s.Get(ctx, "no arn")
	assert.ErrorIs(t, err, estate.ErrInvalid)
}

func TestRelationsInBothDirections(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	d, err := s.Get(ctx, "arn:aws:ec2:eu-west-1:"+accountA+":instance/i-0f1e2d3c4b5a69788")
	require.NoError(t, err)
	var edges []string
	for _, e := range d.Relations {
		require.NotNil(t, e.Item)
		edges = append(edges, map[bool]string{true: "→ ", false: "← "}[e.Outgoing]+e.Kind+" "+e.Item.Name)
	}
	assert.Equal(t, []string{"→ vpc core-network", "→ security-group warehouse-web", "← attached-to boot"}, edges)
	assert.Equal(t, "production", d.Env)
	assert.Equal(t, "running", d.State)
	assert.Contains(t, d.ConsoleURL, "https://console.aws.amazon.com/go/view?arn=arn%3Aaws%3Aec2")
	assert.Equal(t, clock(), d.FirstSeen)
}

func TestCells(t *testing.T) {
	s, env, ctx := open(t)
	ec2 := estate.Cell{AccountID: accountA, Region: "eu-west-1", Service: "ec2"}
	tagging := estate.Cell{AccountID: accountA, Region: "eu-west-1", Service: "tagging"}
	instance := func(id string) estate.Resource {
		return estate.Resource{ARN: "arn:aws:ec2:eu-west-1:" + accountA + ":instance/i-" + id, Tags: map[string]string{}, Attributes: map[string]any{"State": "running"}}
	}
	topic := estate.Resource{ARN: "arn:aws:sns:eu-west-1:" + accountA + ":alerts", Tags: map[string]string{"a": "b"}}
	apply := func(c estate.Cell, complete bool, rs ...estate.Resource) estate.Counts {
		t.Helper()
		counts, err := s.ApplyCell(ctx, c, rs, complete)
		require.NoError(t, err)
		settle(t, env)
		return counts
	}
	one, two := instance("00000001"), instance("00000002")
	assert.Equal(t, estate.Counts{Added: 2}, apply(ec2, true, one, two))

	// The tagging cell knows less of an instance: it neither changes nor owns it.
	bare := estate.Resource{ARN: one.ARN, Tags: map[string]string{"x": "y"}}
	assert.Equal(t, estate.Counts{Added: 1, Unchanged: 1}, apply(tagging, true, bare, topic))
	d, err := s.Get(ctx, one.ARN)
	require.NoError(t, err)
	assert.Equal(t, "running", d.State)
	assert.Empty(t, d.Tags)
	assert.Equal(t, clock(), d.LastSeen)

	// An incomplete look removes nothing, a complete one what is not there any more, and only its own.
	assert.Equal(t, estate.Counts{Unchanged: 1}, apply(ec2, false, one))
	assert.Equal(t, estate.Counts{Unchanged: 1, Removed: 1}, apply(ec2, true, one))
	_, err = s.Get(ctx, two.ARN)
	require.ErrorIs(t, err, store.ErrNotFound)
	assert.Equal(t, estate.Counts{Removed: 1}, apply(tagging, true))
	_, err = s.Get(ctx, one.ARN)
	require.NoError(t, err)

	// What was imported is no scan's to remove until a scan has seen it.
	imported := instance("00000003")
	_, err = s.Upsert(ctx, []estate.Resource{imported})
	require.NoError(t, err)
	assert.Equal(t, estate.Counts{Unchanged: 1}, apply(ec2, true, one))
	assert.Equal(t, estate.Counts{Unchanged: 2}, apply(ec2, true, one, imported))
	assert.Equal(t, estate.Counts{Unchanged: 1, Removed: 1}, apply(ec2, true, one))

	cells, err := s.Cells(ctx)
	require.NoError(t, err)
	require.Len(t, cells, 2)
	assert.Equal(t, ec2, cells[0].Cell)
	assert.Equal(t, clock(), cells[0].Complete)

	page, err := s.Changes(ctx, time.Time{}, 100, "")
	require.NoError(t, err)
	kinds := map[estate.ChangeKind]int{}
	for _, c := range page.Changes {
		kinds[c.Kind]++
	}
	assert.Equal(t, map[estate.ChangeKind]int{estate.ChangeAdded: 4, estate.ChangeRemoved: 3}, kinds)
	page, err = s.Changes(ctx, clock().Add(time.Second), 100, "")
	require.NoError(t, err)
	assert.Empty(t, page.Changes)
}

func TestStats(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	stats, err := s.Stats(ctx)
	require.NoError(t, err)
	assert.Equal(t, len(fixture()), stats.Total)
	sum := 0
	for _, v := range stats.ByRegion {
		sum += v.Count
	}
	assert.Equal(t, stats.Total, sum)
	assert.True(t, stats.LastScan.IsZero())
}

// Whatever text a resource has, it is kept as valid UTF-8, found, and exported.
func TestTextOfEveryShape(t *testing.T) {
	s, env, ctx := open(t)
	long := strings.Repeat("long-value-", 23) + "end"
	odd := estate.Resource{
		ARN: "arn:aws:sqs:eu-west-1:" + accountA + ":odd", Name: "שרת-הזמנות 🦊", Tags: map[string]string{
			"nul": "a\x00b", "bad": "a\xffb", "long": long, "عربي": "خادم", "a=b": "c=d", "empty": "", "emoji": "👩‍💻",
		},
		Attributes: map[string]any{"Deep": []any{map[string]any{"x\x00": "\xff"}}, "Big": json.Number("12345678901234567890")},
	}
	_, err := s.Upsert(ctx, []estate.Resource{odd})
	require.NoError(t, err)
	settle(t, env)
	d, err := s.Get(ctx, odd.ARN)
	require.NoError(t, err)
	assert.Equal(t, "ab", d.Tags["nul"])
	assert.Equal(t, "a\uFFFDb", d.Tags["bad"])
	assert.Equal(t, long, d.Tags["long"])
	assert.Equal(t, json.Number("12345678901234567890"), d.Attributes["Big"])
	for _, text := range []string{"שרת-הזמנות", "🦊", "خادم", `tag:a=b=c=d`, "long:" + long} {
		page, err := s.Search(ctx, estate.Query{Text: text})
		require.NoError(t, err)
		if text != "🦊" { // no word
			assert.Equal(t, []string{odd.Name}, names(page.Hits), text)
		}
	}
	counts, err := s.Upsert(ctx, []estate.Resource{odd})
	require.NoError(t, err)
	assert.Equal(t, 1, counts.Unchanged)
}

// Environment variables and passwords never reach the store, sealed or not.
func TestSecretsAreLeftOut(t *testing.T) {
	s, env, ctx := openWith(t, fixture())
	d, err := s.Get(ctx, "arn:aws:lambda:eu-west-1:"+accountA+":function:label-printer")
	require.NoError(t, err)
	assert.NotContains(t, d.Attributes, "Environment")
	recs, err := env.Store.Get(ctx, store.Estate, estate.RecordID(d.ARN))
	require.NoError(t, err)
	assert.NotContains(t, string(recs[0].Content), "hunter2")
	assert.Equal(t, "production", recs[0].Fields["env"])
}

func TestEnvironmentIsReadFromTagsThenName(t *testing.T) {
	env := storetest.OpenWithoutModel(t, estate.Schemas()...)
	s, ctx := estate.New(env.Store, estate.Options{}), storetest.Context(t)
	for name, want := range map[string]string{
		"orders-prod-1": "production", "stg-orders": "staging", "orders": "", "live-chat-web": "", "shop-web-live": "production", "test-runner-prod": "production",
		"orders-pre-prod": "preproduction", "OrdersApiProd": "production", "product-catalog": "", "orders-test": "test", "orders-nonprod-2": "non-production", "stage-orders-db": "staging",
	} {
		arn := "arn:aws:sqs:eu-west-1:" + accountA + ":" + name
		_, err := s.Upsert(ctx, []estate.Resource{{ARN: arn}})
		require.NoError(t, err)
		d, err := s.Get(ctx, arn)
		require.NoError(t, err)
		assert.Equal(t, want, d.Env, name)
	}
	for tag, want := range map[string]string{"Environment=PRD": "production", "app:env=Stage": "staging", "stage=live": "production", "env=blue": "blue", "Environment=prod-eu": "production", "tier=gold": ""} {
		k, v, _ := strings.Cut(tag, "=")
		arn := "arn:aws:sqs:eu-west-1:" + accountA + ":q-" + strings.ReplaceAll(k+v, ":", "-")
		_, err := s.Upsert(ctx, []estate.Resource{{ARN: arn, Name: "queue", Tags: map[string]string{k: v}}})
		require.NoError(t, err)
		d, err := s.Get(ctx, arn)
		require.NoError(t, err)
		assert.Equal(t, want, d.Env, tag)
	}
}
