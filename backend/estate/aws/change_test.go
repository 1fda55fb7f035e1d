package aws_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// TestChangesAreExactlyThoseThatWereMade: between two scans, boto3 changes, makes and deletes things of fourteen services, in both accounts and all
// regions. The diff names these, field by field, and nothing else.
func TestChangesAreExactlyThoseThatWereMade(t *testing.T) {
	awstest.Env(t)
	server := awstest.Start(t)
	_, err := server.Change("make")
	require.NoError(t, err)
	env := storetest.OpenWithoutModel(t, estate.Schemas()...)
	s := estate.New(env.Store, estate.Options{})
	opts := aws.Options{EndpointURL: server.URL, Regions: awstest.Regions, RoleARNs: []string{awstest.RoleARN}}
	look := func() estate.Counts {
		k, report, err := scanInto(t, s, opts)
		require.NoError(t, err)
		require.Equal(t, aws.StateDone, report.State, report.Findings)
		return k.counts
	}
	first := look()
	require.Greater(t, first.Added, 200)

	before := revisions(t, env)
	require.Equal(t, estate.Counts{Unchanged: first.Added}, look())
	require.Equal(t, before, revisions(t, env), "a second scan writes nothing but when it was")

	began := time.Now()
	expected, err := server.Change("change")
	require.NoError(t, err)
	counts := look()
	page, err := s.Changes(t.Context(), began, 1000, "")
	require.NoError(t, err)
	require.Empty(t, page.Next)
	seen := map[string]estate.Change{}
	for _, c := range page.Changes {
		require.NotContains(t, seen, c.ARN, "one change each")
		seen[c.ARN] = c
	}
	kinds := map[string]int{}
	for _, e := range expected {
		kinds[e.Kind]++
		c, ok := seen[e.ARN]
		if !assert.True(t, ok, "%s was %s, and nobody says so", e.ARN, e.Kind) {
			continue
		}
		delete(seen, e.ARN)
		assert.Equal(t, e.Kind, string(c.Kind), e.ARN)
		checkFields(t, e, c)
	}
	for arn, c := range seen {
		t.Errorf("%s is said to be %s: %+v", arn, c.Kind, c.Fields)
	}
	require.Equal(t, map[string]int{"added": counts.Added, "changed": counts.Changed, "removed": counts.Removed}, kinds)
	t.Log(kinds)
}

func checkFields(t *testing.T, e awstest.Change, c estate.Change) {
	t.Helper()
	is := map[string]estate.Difference{}
	for _, d := range c.Fields {
		is[d.Field] = d
	}
	if e.Kind != "changed" {
		return
	}
	assert.Equal(t, slices.Sorted(maps.Keys(e.Fields)), slices.Sorted(maps.Keys(is)), "%s: %+v", e.ARN, c.Fields)
	for field, want := range e.Fields {
		pair, ok := want.([]any)
		if !ok { // any values
			continue
		}
		for i, value := range []any{is[field].Before, is[field].After} {
			if pair[i] != "?" {
				assert.JSONEq(t, asJSON(t, pair[i]), asJSON(t, value), "%s: %s", e.ARN, field)
			}
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// revisions are those of all resources, and how many changes there are.
func revisions(t *testing.T, env *storetest.Env) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for after := ""; ; {
		page, err := env.Ledger.Revs(t.Context(), string(store.Estate), after, 1000)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			all[r.ID] = r.Rev
			after = r.ID
		}
	}
	n, err := env.Ledger.Count(t.Context(), string(store.Changes))
	require.NoError(t, err)
	all["changes"] = n
	return all
}
