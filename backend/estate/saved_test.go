package estate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/store"
)

func TestSavedSearches(t *testing.T) {
	s, env, ctx := open(t)
	low := 100.0
	big, err := s.SaveSearch(ctx, estate.SavedSearch{
		Name: "  Big  old volumes ", Text: "zanzibar volumes", SortBy: "size", Desc: true, Columns: []string{"name", "size", "tag:Team"}, Ignore: []string{"env"},
		Filters: []estate.Filter{{Field: "size", Min: &low, Label: "over 100 GB"}, {Field: "env", Values: []string{"production"}, Not: true, Label: "Environment"}},
	})
	require.NoError(t, err)
	require.Equal(t, "Big old volumes", big.Name)
	_, err = s.SaveSearch(ctx, estate.SavedSearch{Name: "big OLD volumes"})
	require.ErrorIs(t, err, estate.ErrInvalid)
	_, err = s.SaveSearch(ctx, estate.SavedSearch{Name: " "})
	require.ErrorIs(t, err, estate.ErrInvalid)
	_, err = s.SaveSearch(ctx, estate.SavedSearch{Name: "x", Filters: []estate.Filter{{Field: "colour", Values: []string{"red"}}}})
	require.ErrorIs(t, err, estate.ErrInvalid)
	_, err = s.SaveSearch(ctx, estate.SavedSearch{ID: "0b8f3c52-53c2-4a52-8c8f-1d6a1de2f7c4", Name: "y"})
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = s.SaveSearch(ctx, estate.SavedSearch{Name: "Attic"})
	require.NoError(t, err)

	renamed := big
	renamed.Name = "Zanzibar"
	_, err = s.SaveSearch(ctx, renamed)
	require.NoError(t, err)
	require.NoError(t, s.SaveColumns(ctx, []string{"name", "tag:Quagga"}))
	all, err := s.SavedSearches(ctx)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "Attic", all[0].Name)
	require.Equal(t, renamed.Filters, all[1].Filters)
	require.Equal(t, []any{"zanzibar volumes", "size", true, []string{"name", "size", "tag:Team"}, []string{"env"}},
		[]any{all[1].Text, all[1].SortBy, all[1].Desc, all[1].Columns, all[1].Ignore})
	columns, err := s.Columns(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"name", "tag:Quagga"}, columns)

	require.NoError(t, s.DeleteSavedSearch(ctx, all[0].ID))
	require.ErrorIs(t, s.DeleteSavedSearch(ctx, all[0].ID), store.ErrNotFound)
	require.ErrorIs(t, s.DeleteSavedSearch(ctx, "x"), store.ErrNotFound)

	// What was typed is in no file in the clear.
	require.NoError(t, filepath.Walk(env.Dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, typed := range []string{"zanzibar", "Zanzibar", "Quagga"} {
			require.False(t, strings.Contains(string(raw), typed), "%s in %s", typed, path)
		}
		return nil
	}))
}
