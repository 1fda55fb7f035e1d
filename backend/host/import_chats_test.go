package host

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/chat/archive"
	"cloudops/backend/store/storetest"
)

func TestChatsOfTheEarlierModuleComeOnce(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	h := &Host{Chat: chat.New(e.Store, chat.Options{})}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"raw/s1.json": `{"id":"s1","userId":"alice","contextId":"c1","chatTitle":"Idle volumes","createdAt":"2025-03-04T10:00:00Z",` +
			`"messages":[{"role":"user","content":"Which volumes are idle?"},{"role":"assistant","content":"vol-1."}]}`,
		"contexts/alice_c1.json": `{"agent_type":"aws","chat_title":"Idle volumes","context_id":"c1","final_conversation_context":{"i":"c1",` +
			`"m":[{"r":0,"c":"Which volumes are idle?"},{"r":1,"c":"vol-1."},{"r":0,"c":"And snapshots?"}],"t":1741082400000,"l":1741082400000},` +
			`"processing_results":{"clean_response":"snap-9 is."}}`,
		"contexts/alice_broken.json": `{"context_id":"c2","final_conversation_context":{"m":[{"r":0,`,
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	first, err := h.ImportChats(t.Context(), dir, ImportChatsOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, first.Conversations)
	require.Equal(t, 4, first.Messages)
	require.Equal(t, 1, first.Skipped)
	require.Contains(t, first.LeftOut[0].File, "broken")
	require.Contains(t, first.Notes, "1 conversation was in several files and was joined")

	again, err := h.ImportChats(t.Context(), dir, ImportChatsOptions{})
	require.NoError(t, err)
	require.Zero(t, again.Conversations+again.Messages)
	require.Equal(t, 4, again.Unchanged)

	list, err := h.Chat.List(t.Context(), chat.Query{})
	require.NoError(t, err)
	require.Len(t, list.Conversations, 1)
	require.Equal(t, "Idle volumes", list.Conversations[0].Title)
	history, err := h.Chat.History(t.Context(), list.Conversations[0].ID, 0, 10)
	require.NoError(t, err)
	require.Equal(t, "snap-9 is.", history.Messages[3].Text)
	require.Equal(t, chat.RoleAssistant, history.Messages[3].Role)

	_, err = h.ImportChats(t.Context(), filepath.Join(dir, "raw", "none.zip"), ImportChatsOptions{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("words"), 0o600))
	_, err = h.ImportChats(t.Context(), filepath.Join(dir, "notes.txt"), ImportChatsOptions{})
	require.ErrorIs(t, err, archive.ErrUnknown)
}

func TestBranchesOfAnotherProgramComeAlong(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	h := &Host{Chat: chat.New(e.Store, chat.Options{})}
	file := filepath.Join(t.TempDir(), "conversations.json")
	require.NoError(t, os.WriteFile(file, []byte(`[{"title":"Tree","create_time":1700000000,"conversation_id":"x","current_node":"d","mapping":{
		"root":{"id":"root","parent":null,"children":["a"]},
		"a":{"id":"a","parent":"root","children":["b","d"],"message":{"id":"a","author":{"role":"user"},"create_time":1700000001,"content":{"content_type":"text","parts":["Why?"]}}},
		"b":{"id":"b","parent":"a","children":[],"message":{"id":"b","author":{"role":"assistant"},"create_time":1700000002,"content":{"content_type":"text","parts":["Because."]}}},
		"d":{"id":"d","parent":"a","children":[],"message":{"id":"d","author":{"role":"assistant"},"create_time":1700000003,"content":{"content_type":"text","parts":["For a reason."]}}}}}]`), 0o600))
	done, err := h.ImportChats(t.Context(), file, ImportChatsOptions{})
	require.NoError(t, err)
	require.Equal(t, 3, done.Messages)
	list, err := h.Chat.List(t.Context(), chat.Query{})
	require.NoError(t, err)
	open := func() []chat.Message {
		history, err := h.Chat.History(t.Context(), list.Conversations[0].ID, 0, 10)
		require.NoError(t, err)
		return history.Messages
	}
	msgs := open()
	require.Len(t, msgs, 2)
	require.Equal(t, "For a reason.", msgs[1].Text, "the branch that was open there is open here")
	require.Len(t, msgs[1].Siblings, 2)

	// Chosen here meanwhile, the other branch stays chosen when the same file is read again.
	require.NoError(t, h.Chat.SelectBranch(t.Context(), list.Conversations[0].ID, msgs[1].Siblings[0]))
	_, err = h.ImportChats(t.Context(), file, ImportChatsOptions{})
	require.NoError(t, err)
	require.Equal(t, "Because.", open()[1].Text)
}
