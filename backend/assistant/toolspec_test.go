package assistant

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/assistant/model"
)

type (
	everyTool struct{ EstateTools }
	anyChat   struct{ HistorySearcher }
	window    struct {
		Provider
		tokens int
	}
)

func (w window) Window() int          { return w.tokens }
func (w window) Host() (string, bool) { return "localhost", false }
func (w window) Label() string        { return "tiny" }

// What Ollama gives a model unless told otherwise holds the tools, with room for a question and what they find.
func TestToolsFitASmallWindow(t *testing.T) {
	s := New(Deps{Tools: everyTool{}, Chats: anyChat{}}, Options{})
	r := &run{Service: s}
	specs := r.specs(&connected{Provider: window{tokens: 4096}})
	require.Len(t, specs, 6)
	require.Less(t, model.PromptTokens(model.Prompt{Tools: specs}), 1433, "35 % of it")
	require.Empty(t, r.notes.all())
	require.Empty(t, r.specs(&connected{Provider: window{tokens: 2048}}))
	require.NotEmpty(t, r.notes.all())
}

func TestArgumentsAreHeldAgainstTheSchema(t *testing.T) {
	s := New(Deps{Tools: everyTool{}, Chats: anyChat{}}, Options{})
	search := s.tools[0]
	require.Equal(t, "search_estate", search.Spec.Name)
	for sent, want := range map[string]string{
		`{"query":"db"}`: `{"query":"db"}`, ` {"limit": 3, "query": "db", "filters": {"type": "", "env": null}} `: `{"limit":3,"query":"db"}`,
		`{"query":"db","filters":{"env":"prod"}}`: `{"filters":{"env":"prod"},"query":"db"}`,
	} {
		got, err := search.Arguments(sent)
		require.NoError(t, err, sent)
		require.JSONEq(t, want, string(got))
	}
	for _, bad := range []string{"", "null", "[]", `"query"`, `{"query":1}`, `{"query":"db"} {}`, `{"query":"db","more":1}`, `{"query":"db","filters":{"url":"x"}}`, `{"query":"db","limit":"many"}`, `{"quer`} {
		_, err := search.Arguments(bad)
		require.Error(t, err, bad)
		require.Contains(t, toolTrouble(err), "The arguments do not fit")
	}
	_, err := s.toolChanges(context.Background(), changeArgs{Since: "yesterday"})
	require.Contains(t, toolTrouble(err), "since: must be like")
}
