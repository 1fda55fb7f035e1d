package chat_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store/storetest"
)

func ask(t *testing.T, s *chat.Service, prompt, answer string) chat.Conversation {
	t.Helper()
	c := create(t, s, "")
	say(t, s, c.ID, chat.RoleUser, prompt)
	say(t, s, c.ID, chat.RoleAssistant, answer, chat.WithMetadata(chat.Metadata{Model: "m"}))
	return c
}

func prompts(pairs []chat.Pair) []string {
	var out []string
	for _, p := range pairs {
		out = append(out, p.Prompt)
	}
	return out
}

func TestSearchAndRecallByMeaning(t *testing.T) {
	e := storetest.Open(t, chat.Schemas()...)
	c := newClock()
	s := chat.New(e.Store, chat.Options{Now: c.now, ModelID: e.Model.ID()})
	volumes := ask(t, s, "Which volumes are unattached?", "There are 14 unattached gp2 volumes, mostly from old build agents.")
	ask(t, s, "When does the certificate for shop.example.com expire?", "On 14 March; it is imported and does not renew by itself.")
	vpc := ask(t, s, "What is vpc-0aa11bb22cc33dd44 for?", "It is the shared services network with the resolvers.")
	theirs := ask(t, s.ForUser("other"), "Which volumes are not attached to any instance?", "None at all.")
	open := create(t, s, "")
	say(t, s, open.ID, chat.RoleUser, "Are there disks that are not attached?") // without an answer
	// A long message is found by what stands at its end.
	long := create(t, s, "long")
	say(t, s, long.ID, chat.RoleUser, strings.Repeat("We talked about the weather in the mountains for a while. ", 120)+
		"Then we found that the replica of the ledger database lags behind by nine minutes.")
	e.Embedded()

	t.Run("recall", func(t *testing.T) {
		pairs, err := s.Recall(t.Context(), "which EBS volumes are attached to no instance", "", 0)
		require.NoError(t, err)
		require.Equal(t, []string{"Which volumes are unattached?"}, prompts(pairs))
		require.Equal(t, volumes.ID, pairs[0].ConversationID)
		require.Equal(t, "m", pairs[0].Model)
		require.NotEmpty(t, pairs[0].AnswerID)
		require.Contains(t, pairs[0].Answer, "14 unattached")
	})
	t.Run("recall leaves out the conversation itself", func(t *testing.T) {
		pairs, err := s.Recall(t.Context(), "which EBS volumes are attached to no instance", volumes.ID, 5)
		require.NoError(t, err)
		require.Empty(t, pairs)
	})
	t.Run("recall never crosses users", func(t *testing.T) {
		pairs, err := s.ForUser("other").Recall(t.Context(), "which EBS volumes are attached to no instance", "", 5)
		require.NoError(t, err)
		require.Len(t, pairs, 1)
		require.Equal(t, theirs.ID, pairs[0].ConversationID)
		pairs, err = s.ForUser("third").Recall(t.Context(), "which EBS volumes are attached to no instance", "", 5)
		require.NoError(t, err)
		require.Empty(t, pairs)
	})
	t.Run("recall by id", func(t *testing.T) {
		pairs, err := s.Recall(t.Context(), "is VPC-0aa11bb22cc33dd44 still in use, and who would miss it if it went away", "", 5)
		require.NoError(t, err)
		require.NotEmpty(t, pairs)
		require.Equal(t, vpc.ID, pairs[0].ConversationID)
	})
	t.Run("recall has a floor", func(t *testing.T) {
		for _, prompt := range []string{"hello", "thanks a lot!", "write a poem about autumn", "why?", "list all Kinesis streams"} {
			pairs, err := s.Recall(t.Context(), prompt, "", 5)
			require.NoError(t, err)
			require.Empty(t, pairs, prompt)
		}
	})
	t.Run("search", func(t *testing.T) {
		found, err := s.Search(t.Context(), "replica lagging behind", chat.Filter{}, 3)
		require.NoError(t, err)
		require.True(t, found.Dense)
		hit := found.Hits[0]
		require.Equal(t, long.ID, hit.ConversationID)
		require.Equal(t, "long", hit.Title)
		require.Contains(t, hit.Snippet, "replica of the ledger database lags behind")
		require.LessOrEqual(t, utf8.RuneCountInString(hit.Snippet), chat.SnippetRunes)
	})
	t.Run("search by filters", func(t *testing.T) {
		found, err := s.Search(t.Context(), "volumes", chat.Filter{Role: chat.RoleAssistant}, 50)
		require.NoError(t, err)
		require.Equal(t, volumes.ID, found.Hits[0].ConversationID)
		for _, h := range found.Hits {
			require.Equal(t, chat.RoleAssistant, h.Role)
		}
		found, err = s.Search(t.Context(), "volumes", chat.Filter{ConversationID: vpc.ID}, 50)
		require.NoError(t, err)
		require.Len(t, found.Hits, 2)
		found, err = s.Search(t.Context(), "volumes", chat.Filter{From: c.now().Add(time.Hour)}, 50)
		require.NoError(t, err)
		require.Empty(t, found.Hits)
		found, err = s.Search(t.Context(), "volumes", chat.Filter{To: c.now(), ExcludeConversation: volumes.ID, SessionID: s.SessionID()}, 50)
		require.NoError(t, err)
		for _, h := range found.Hits {
			require.NotEqual(t, volumes.ID, h.ConversationID)
		}
	})
	t.Run("the next turn is found with the one before", func(t *testing.T) {
		say(t, s, open.ID, chat.RoleAssistant, "No, the last ones went with the quokka project.")
		e.Embedded()
		found, err := s.Search(t.Context(), "quokka", chat.Filter{ConversationID: open.ID}, 10)
		require.NoError(t, err)
		require.Equal(t, int64(2), found.Hits[0].Seq)
		require.Len(t, found.Hits, 2)
	})
}

func TestRecallWithoutAModelGoesByWords(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	ask(t, s, "Which volumes are unattached?", "There are 14 unattached gp2 volumes.")
	for _, same := range []string{"which volumes are unattached ?", "WHICH volumes are unattached?"} {
		ask(t, s, same, "There are 14 unattached gp2 volumes.")
	}
	pairs, err := s.Recall(t.Context(), "list the unattached volumes", "", 5)
	require.NoError(t, err)
	require.Len(t, pairs, 2) // what was asked in the same words comes once
	pairs, err = s.Recall(t.Context(), "list the detached disks", "", 5)
	require.NoError(t, err)
	require.Empty(t, pairs)
}
