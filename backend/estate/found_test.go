package estate_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

// TestGroupFound: what words become narrows a count as it narrows the list, and a text that ranks is counted over what it found.
func TestGroupFound(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	total, groups, err := s.GroupFound(ctx, estate.Query{Text: "production", Filters: []estate.Filter{{Field: "service", Values: []string{"ec2"}}}}, "type")
	require.NoError(t, err)
	require.Equal(t, 3, total)
	require.Len(t, groups, 3)

	page, err := s.Search(ctx, estate.Query{Text: "warehouse"})
	require.NoError(t, err)
	total, groups, err = s.GroupFound(ctx, estate.Query{Text: "warehouse"}, "tag:team")
	require.NoError(t, err)
	require.Equal(t, page.Total, total)
	require.Equal(t, []estate.FacetValue{{Value: "Logistics", Label: "Logistics", Count: 1}, {Value: "logistics", Label: "logistics", Count: 1}}, groups)
	_, _, err = s.GroupFound(ctx, estate.Query{Text: "warehouse"}, "colour")
	require.ErrorIs(t, err, estate.ErrInvalid)
}

// TestExportFound: an export with words has what the list has, in its order.
func TestExportFound(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	var out bytes.Buffer
	require.NoError(t, s.ExportFound(ctx, "csv", &out, estate.Query{Text: "warehouse web", SortBy: "name"}))
	page, err := s.Search(ctx, estate.Query{Text: "warehouse web", SortBy: "name"})
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")[1:]
	require.Len(t, lines, len(page.Hits))
	for i, hit := range page.Hits {
		require.True(t, strings.HasPrefix(lines[i], hit.ARN+","), lines[i])
	}
}

// TestSortedByWhatSomeHave: an order by a number has every resource, those without one at the end, over several pages.
func TestSortedByWhatSomeHave(t *testing.T) {
	s, _, ctx := openWith(t, fixture())
	for _, desc := range []bool{false, true} {
		var got []string
		q := estate.Query{SortBy: "size", Desc: desc, Limit: 3}
		for {
			page, err := s.Search(ctx, q)
			require.NoError(t, err)
			got = append(got, names(page.Hits)...)
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		require.Len(t, got, len(fixture()))
		want := []string{"boot", "returns", "warehouse-orders", "old-data"}
		if desc {
			want = []string{"old-data", "warehouse-orders", "returns", "boot"}
		}
		require.Equal(t, want, got[:4])
	}
}
