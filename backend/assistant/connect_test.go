package assistant

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/assistant/model"
)

func TestModelsAreDetected(t *testing.T) {
	list := func(body string) Endpoint {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.Equal(t, "/v1/models", r.URL.Path)
			require.Empty(t, r.Header.Get("Authorization"))
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return Endpoint{Name: "x", BaseURL: s.URL + "/v1"}
	}
	gone := list("")
	u, err := url.Parse(gone.BaseURL)
	require.NoError(t, err)
	u.Host = "127.0.0.1:1"
	gone.BaseURL = u.String()
	found := detect(t.Context(), []Endpoint{
		list(`{"object":"list","data":[{"id":"b"},{"id":"a"}]}`), list(`{"object":"list","data":null}`), list(`<html>`), gone,
	})
	require.Len(t, found, 2)
	require.Equal(t, []string{"a", "b"}, found[0].Models)
	require.True(t, found[0].OK)
	require.Equal(t, model.CodeNoModel, found[1].Code)
	for _, e := range usual {
		u, err := url.Parse(e.BaseURL)
		require.NoError(t, err)
		require.True(t, model.IsLoopback(u.Hostname()))
	}
}
