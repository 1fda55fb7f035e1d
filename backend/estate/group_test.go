package estate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

func counts(values []estate.FacetValue) map[string]int {
	out := map[string]int{}
	for _, v := range values {
		out[v.Value] = v.Count
	}
	return out
}

func TestGroupCountsByAnyField(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	production := []estate.Filter{{Field: "env", Values: []string{"production"}}}

	total, byType, err := s.Group(ctx, production, "type")
	require.NoError(t, err)
	require.Positive(t, total)
	require.Equal(t, 1, counts(byType)["AWS::RDS::DBInstance"])

	_, byTeam, err := s.Group(ctx, nil, "tag:team")
	require.NoError(t, err)
	require.Equal(t, map[string]int{"Logistics": 1, "logistics": 2, "messaging": 1}, counts(byTeam), "the key is compared without case, the values are as written")

	_, public, err := s.Group(ctx, []estate.Filter{{Field: "type", Values: []string{"AWS::RDS::DBInstance"}}}, "public")
	require.NoError(t, err)
	require.Equal(t, map[string]int{"true": 1, "false": 1}, counts(public))

	_, _, err = s.Group(ctx, nil, "colour")
	require.ErrorIs(t, err, estate.ErrInvalid)
	require.ErrorContains(t, err, "tag:KEY")
}

func TestOtherValuesOfAChosenFacetStayInSight(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	page, err := s.Browse(ctx, estate.Query{Filters: []estate.Filter{{Field: "region", Values: []string{"us-east-1"}}, {Field: "env", Values: []string{"production"}}}})
	require.NoError(t, err)
	facets := map[string]map[string]int{}
	for _, g := range page.Facets {
		facets[g.Field] = counts(g.Values)
	}
	require.Zero(t, page.Total)
	require.Positive(t, facets["region"]["eu-west-1"], "production resources are there")
	require.Positive(t, facets["env"]["staging"], "us-east-1 has staging")
	require.NotContains(t, facets["region"], "us-east-1", "nothing in production is there")
}

func TestUnderstand(t *testing.T) {
	s, _, _ := openWith(t, fixture()[:1])
	fields := map[string]bool{}
	for _, f := range s.Understand("unencrypted production databases") {
		fields[f.Field] = true
	}
	require.Equal(t, map[string]bool{"type": true, "env": true, "encrypted": true}, fields)
}

func TestChangesAreNarrowed(t *testing.T) {
	s, env, ctx := openWith(t, fixture())
	all, total, err := s.FindChanges(ctx, estate.ChangeQuery{Limit: 3})
	require.NoError(t, err)
	require.Equal(t, len(fixture()), total)
	require.Len(t, all.Changes, 3)
	settle(t, env)
	found, total, err := s.FindChanges(ctx, estate.ChangeQuery{
		Since:   clock().Add(-time.Hour),
		Filters: []estate.Filter{{Field: "type", Values: []string{"AWS::RDS::DBInstance"}}, {Field: "env", Values: []string{"prod"}}, {Field: "change", Values: []string{"added"}}},
	})
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, "warehouse-orders", found.Changes[0].Name)
	_, _, err = s.FindChanges(ctx, estate.ChangeQuery{Filters: []estate.Filter{{Field: "public"}}})
	require.ErrorIs(t, err, estate.ErrInvalid)
}
