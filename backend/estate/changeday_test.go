package estate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/store/storetest"
)

func TestChangesByDay(t *testing.T) {
	env := storetest.OpenWithoutModel(t, estate.Schemas()...)
	ctx := storetest.Context(t)
	zone := time.FixedZone("east", 9*3600)
	now := time.Date(2026, 11, 20, 23, 30, 0, 0, zone)
	s := estate.New(env.Store, estate.Options{Now: func() time.Time { return now }})
	cell := estate.Cell{AccountID: accountA, Region: "eu-west-1", Service: "ec2"}
	at := func(id string) estate.Resource {
		return estate.Resource{ARN: "arn:aws:ec2:eu-west-1:" + accountA + ":vpc/" + id, Name: id}
	}
	apply := func(complete bool, resources ...estate.Resource) {
		t.Helper()
		_, err := s.ApplyCell(ctx, cell, resources, complete)
		require.NoError(t, err)
	}
	apply(true, at("vpc-1"), at("vpc-2"))
	now = now.Add(time.Hour) // past midnight there, and not in UTC
	changed := at("vpc-1")
	changed.Tags = map[string]string{"Team": "a"}
	apply(true, changed)
	settle(t, env)

	days, err := s.ChangeDays(ctx, now.AddDate(0, 0, -1), time.Time{}, nil)
	require.NoError(t, err)
	require.Len(t, days, 2)
	require.Equal(t, []int{2, 0, 0, 0, 1, 1}, []int{days[0].Added, days[0].Changed, days[0].Removed, days[1].Added, days[1].Changed, days[1].Removed})
	days, err = s.ChangeDays(ctx, now.AddDate(-1, 0, 0), time.Time{}, []estate.Filter{{Field: "change", Values: []string{"removed"}}})
	require.NoError(t, err)
	require.LessOrEqual(t, len(days), 62)
	require.Equal(t, []int{0, 1}, []int{days[len(days)-1].Added, days[len(days)-1].Removed})

	// An end is not in the time, and what is counted is what is listed.
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	days, err = s.ChangeDays(ctx, midnight.AddDate(0, 0, -1), midnight, nil)
	require.NoError(t, err)
	require.Len(t, days, 1)
	require.Equal(t, 2, days[0].Added)
	page, total, err := s.FindChanges(ctx, estate.ChangeQuery{Since: midnight.AddDate(0, 0, -1), Until: midnight})
	require.NoError(t, err)
	require.Equal(t, 2, total)
	require.Len(t, page.Changes, 2)

	// An incomplete look is what freshness tells of.
	now = now.Add(time.Hour)
	apply(false, changed)
	fresh, err := s.Freshness(ctx)
	require.NoError(t, err)
	require.Len(t, fresh, 1)
	require.Equal(t, 1, fresh[0].Services)
	require.True(t, fresh[0].Oldest.Equal(now.Add(-time.Hour)))
	require.Len(t, fresh[0].Unread, 1)
}

func TestChangesAsked(t *testing.T) {
	s, _, _ := open(t)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	for text, want := range map[string]struct {
		since   time.Time
		filters []string
	}{
		"what changed since Tuesday":                     {day(17), nil},
		"What has changed since 2026-11-01 in eu-west-1": {day(1), []string{"region"}},
		"what was removed yesterday":                     {day(22), []string{"change"}},
		"changes":                                        {time.Time{}, nil},
		"what's new since last week in production?":      {day(16), []string{"change", "env"}},
	} {
		asked, ok := s.ChangesAsked(text)
		require.True(t, ok, text)
		require.True(t, asked.Since.Equal(want.since), "%s: %s", text, asked.Since)
		var fields []string
		for _, f := range asked.Filters {
			fields = append(fields, f.Field)
		}
		require.Equal(t, want.filters, fields, text)
	}
	for _, text := range []string{"production database", "exchange queue", "new relic", ""} {
		_, ok := s.ChangesAsked(text)
		require.False(t, ok, text)
	}
}
