package estate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/store/storetest"
)

func TestSearch(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	for _, c := range []struct {
		query string
		all   []string // the whole result, in any order
		first string   // the first hit, where the order is asked for
	}{
		{query: "production database", all: []string{"warehouse-orders", "prod-carts"}},
		{query: "databases not in production", all: []string{"returns", "catalog"}},
		{query: "publicly accessible databases", all: []string{"returns"}},
		{query: "unencrypted databases", all: []string{"returns"}},
		{query: "postgres", all: []string{"warehouse-orders", "catalog"}},
		{query: "postgres 15", all: []string{"warehouse-orders"}},
		{query: "mysql 8", all: []string{"returns"}},
		{query: "databases over 500 GB", all: []string{"warehouse-orders"}},
		{query: "multi-az databases", all: []string{"warehouse-orders"}},
		{query: "running servers in ireland", all: []string{"warehouse-web-1"}},
		{query: "stopped instances", all: []string{"warehouse-web-2"}},
		{query: "t3 instances", all: []string{"warehouse-web-2"}},
		{query: "graviton instances", all: []string{"warehouse-web-1"}},
		{query: "instances older than 2 years", all: []string{"warehouse-web-1"}},
		{query: "servers with a public ip", all: []string{"warehouse-web-2"}},
		{query: "public buckets", all: []string{"warehouse-labels"}},
		{query: "live buckets", all: []string{"warehouse-labels"}},
		{query: "buckets without versioning", all: []string{"warehouse-labels"}},
		{query: "unattached volumes larger than 500 GB", all: []string{"old-data"}},
		{query: "gp2 disks", all: []string{"old-data"}},
		{query: "python 3.9 lambdas", all: []string{"live-chat-notify-dev"}},
		{query: "lambdas with more than 1 GB memory", all: []string{"live-chat-notify-dev"}},
		{query: "node functions", all: []string{"label-printer"}},
		{query: "fifo queues", all: []string{"parcel-events.fifo"}},
		{query: "secrets without rotation", all: []string{"carrier-token"}},
		{query: "security groups open to the world", all: []string{"warehouse-web"}},
		{query: "certificates expiring in December 2026", all: []string{"shop.example.com"}},
		{query: "certs expiring within 30 days", all: []string{"shop.example.com"}},
		{query: "log groups without retention", all: []string{"/aws/lambda/label-printer"}},
		{query: "kubernetes 1.29", all: []string{"fleet"}},
		{query: "instances owned by logistics", all: []string{"warehouse-web-1", "warehouse-web-2"}},
		{query: "logistics team databases", all: []string{"warehouse-orders"}},
		{query: "team:messaging", all: []string{"live-chat-notify-dev"}},
		{query: "tag:Team=Logistics in production", all: []string{"warehouse-web-1", "label-printer"}},
		{query: "untagged volumes", all: []string{"old-data", "boot"}},
		{query: "servers in account " + accountB, all: []string{"warehouse-web-2"}},
		{query: "lambdas in us-east-1", all: []string{"live-chat-notify-dev"}},
		{query: "staging databases", all: []string{"returns", "catalog"}, first: "returns"}, // acceptance comes next best
		{query: "uat databases", all: []string{"catalog", "returns"}, first: "catalog"},
		{query: "dynamodb tables on demand", all: []string{"prod-carts"}},
		{query: "label lambdas", first: "label-printer"},
		{query: "warehouse databases", all: []string{"warehouse-orders"}},

		{query: "i-0f1e2d3c4b5a69788", all: []string{"warehouse-web-1", "boot"}, first: "warehouse-web-1"},
		{query: "10.20.30.40", all: []string{"warehouse-web-1", "boot"}, first: "warehouse-web-1"},
		{query: "ARN:aws:s3:::warehouse-labels", all: []string{"warehouse-labels"}},
		{query: "what uses sg-0123456789abcdef0", all: []string{"warehouse-web", "warehouse-web-1"}, first: "warehouse-web"},
		{query: "warehouse-orders.abc123.eu-west-1.rds.amazonaws.com", first: "warehouse-orders"},
		{query: "shop.example.com", first: "shop.example.com"},
		{query: "live-chat", first: "live-chat"},
		{query: "live chat", first: "live-chat"},
		{query: "Live-Chat", first: "live-chat"},
		{query: "prod-carts", first: "prod-carts"},
	} {
		page, err := s.Search(ctx, estate.Query{Text: c.query})
		require.NoError(t, err, c.query)
		if c.all != nil {
			assert.ElementsMatch(t, c.all, names(page.Hits), c.query)
			assert.Equal(t, len(c.all), page.Total, c.query)
		}
		if c.first != "" && assert.NotEmpty(t, page.Hits, c.query) {
			assert.Equal(t, c.first, page.Hits[0].Name, c.query)
		}
		for _, h := range page.Hits {
			assert.NotEmpty(t, h.Why, "%s: %s", c.query, h.Name)
			assert.NotEmpty(t, h.ARN)
		}
	}
	t.Run("a name whose words mean something else is found", func(t *testing.T) {
		page, err := s.Search(ctx, estate.Query{Text: "live chat"})
		require.NoError(t, err)
		assert.Contains(t, names(page.Hits), "live-chat-notify-dev")
	})
	t.Run("reasons", func(t *testing.T) {
		page, err := s.Search(ctx, estate.Query{Text: "production postgres"})
		require.NoError(t, err)
		require.Len(t, page.Hits, 1)
		assert.Contains(t, page.Hits[0].Why, "environment: production (tag Environment)")
	})
	t.Run("nothing is lost where filters meet nothing", func(t *testing.T) {
		page, err := s.Search(ctx, estate.Query{Text: "oracle databases in production in tokyo"})
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"prod-carts", "warehouse-orders"}, names(page.Hits))
		require.NotEmpty(t, page.Notes)
		var relaxed []string
		for _, f := range page.Understood {
			if f.Relaxed {
				relaxed = append(relaxed, f.Field)
			}
		}
		assert.ElementsMatch(t, []string{"engine", "region"}, relaxed)
		assert.Contains(t, strings.Join(page.Hits[0].Why, "\n"), "left out: ")
	})
	t.Run("understood filters can be ignored", func(t *testing.T) {
		page, err := s.Search(ctx, estate.Query{Text: "production databases", IgnoreUnderstood: []string{"env"}})
		require.NoError(t, err)
		assert.Len(t, page.Hits, 4)
		require.Len(t, page.Understood, 1)
		assert.Equal(t, "type", page.Understood[0].Field)
	})
	t.Run("the user's own filters always hold", func(t *testing.T) {
		page, err := s.Search(ctx, estate.Query{Text: "live-chat", Filters: []estate.Filter{{Field: "type", Values: []string{"AWS::Lambda::Function"}}}})
		require.NoError(t, err)
		assert.Equal(t, []string{"live-chat-notify-dev", "label-printer"}[:1], names(page.Hits)[:1])
		page, err = s.Search(ctx, estate.Query{Filters: []estate.Filter{{Field: "tag", Values: []string{"Team=Logistics"}}, {Field: "env", Values: []string{"prod"}}}})
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"warehouse-web-1", "label-printer"}, names(page.Hits))
		_, err = s.Search(ctx, estate.Query{Filters: []estate.Filter{{Field: "colour", Values: []string{"red"}}}})
		assert.ErrorIs(t, err, estate.ErrInvalid)
		_, err = s.Search(ctx, estate.Query{SortBy: "colour"})
		assert.ErrorIs(t, err, estate.ErrInvalid)
		_, err = s.Search(ctx, estate.Query{Cursor: "???"})
		assert.ErrorIs(t, err, estate.ErrInvalid)
	})
}

func TestPagesHoldEverythingOnceInOrder(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	for _, q := range []estate.Query{
		{}, {SortBy: "region"}, {SortBy: "type", Desc: true}, {Text: "staging databases"}, {Text: "warehouse"}, {Text: "search things", SortBy: "name"}, {Text: "production"},
		{SortBy: "size"}, {SortBy: "size", Desc: true}, {Text: fixture()[0].ARN},
	} {
		var paged []string
		for q.Limit = 2; ; {
			page, err := s.Search(ctx, q)
			require.NoError(t, err)
			for _, h := range page.Hits {
				paged = append(paged, h.ARN)
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		q.Limit = 100
		page, err := s.Search(ctx, q)
		require.NoError(t, err)
		var whole []string
		for _, h := range page.Hits {
			whole = append(whole, h.ARN)
		}
		assert.Equal(t, whole, paged, q.Text+q.SortBy)
		// A table begins anywhere.
		for _, skip := range []int{0, 1, len(whole) / 2, len(whole), len(whole) + 1} {
			q.Limit, q.Skip = 3, skip
			page, err := s.Search(ctx, q)
			require.NoError(t, err)
			var part []string
			for _, h := range page.Hits {
				part = append(part, h.ARN)
			}
			assert.Equal(t, append([]string{}, whole[min(skip, len(whole)):min(skip+3, len(whole))]...), append([]string{}, part...), "%s from %d", q.Text+q.SortBy, skip)
			assert.Len(t, whole, page.Total)
		}
		assert.Len(t, whole, page.Total)
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(whole))), len(whole))
	}
	page, err := s.Browse(ctx, estate.Query{Limit: 100})
	require.NoError(t, err)
	assert.True(t, slices.IsSorted(names(page.Hits)), names(page.Hits))
}

func TestFacetsCountTheWholeResult(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	for _, text := range []string{"", "databases", "warehouse", "staging databases"} {
		page, err := s.Search(ctx, estate.Query{Text: text, Limit: 1})
		require.NoError(t, err)
		groups := map[string]map[string]int{}
		for _, g := range page.Facets {
			groups[g.Field] = map[string]int{}
			for _, v := range g.Values {
				groups[g.Field][v.Value] = v.Count
				assert.NotEmpty(t, v.Label)
			}
		}
		sum := 0
		for _, n := range groups["type"] {
			sum += n
		}
		assert.Equal(t, page.Total, sum, text)
		if text == "databases" {
			assert.Equal(t, map[string]int{"true": 1, "false": 1}, groups["public"])
			assert.Equal(t, 2, groups["env"]["production"])
		}
	}
}

func TestQueriesOfEveryShape(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	for _, text := range []string{"\x00", "\xff\xfe", "   ", "!!!", "😀", "שרת בענן", "خادم", "\u202e abc", "a", `"`, "()", "*", "' OR 1=1 --", strings.Repeat("z", 100_000)} {
		_, err := s.Search(ctx, estate.Query{Text: text})
		assert.NoError(t, err, "%.20q", text)
	}
	page, err := s.Search(ctx, estate.Query{Text: strings.Repeat("production databases ", 5000)})
	require.NoError(t, err)
	assert.Contains(t, page.Notes[0], "longer than 1000 characters")
	assert.ElementsMatch(t, []string{"warehouse-orders", "prod-carts"}, names(page.Hits))
}

func TestSearchWithoutIndex(t *testing.T) {
	s, env, ctx := openWith(t, fixture())
	env.KillQdrant()
	require.Eventually(t, func() bool {
		page, err := s.Search(ctx, estate.Query{Text: "warehouse servers"})
		return err == nil && page.FromLedger && slices.Equal(names(page.Hits), []string{"warehouse-web-1", "warehouse-web-2"})
	}, 20*time.Second, 50*time.Millisecond)
	page, err := s.Search(ctx, estate.Query{Text: "production database"})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"warehouse-orders", "prod-carts"}, names(page.Hits))
	page, err = s.Search(ctx, estate.Query{Text: "i-0f1e2d3c4b5a69788"})
	require.NoError(t, err)
	assert.Equal(t, "warehouse-web-1", page.Hits[0].Name)
}

// Meaning takes part: a word that no resource has leads to those it is near to.
func TestSearchByMeaning(t *testing.T) {
	env := storetest.Open(t, estate.Schemas()...)
	s, ctx := estate.New(env.Store, estate.Options{Now: clock}), storetest.Context(t)
	_, err := s.Upsert(ctx, fixture())
	require.NoError(t, err)
	settle(t, env)
	page, err := s.Search(ctx, estate.Query{Text: "shipping parcels"})
	require.NoError(t, err)
	assert.True(t, page.Dense)
	require.NotEmpty(t, page.Hits)
	assert.Contains(t, names(page.Hits)[:5], "parcel-events.fifo")
}
