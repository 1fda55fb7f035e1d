//go:build linux

package cli_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// conversation is what `chats show` prints.
type conversation struct {
	ConversationID string `json:"conversation_id"`
	Title          string
	MessageCount   int `json:"message_count"`
	Messages       []struct {
		MessageID     string `json:"message_id"`
		Seq           int
		Role, Content string
	}
}

// ack is a line of `chats append`.
type ack struct {
	MessageID string `json:"message_id"`
	Seq       int
	Error     *struct{ Code, Message string }
}

func (a *app) create(title string) string {
	a.t.Helper()
	var v struct {
		ConversationID string `json:"conversation_id"`
	}
	a.json(&v, "chats", "create", "--title", title)
	require.NotEmpty(a.t, v.ConversationID)
	return v.ConversationID
}

func (a *app) conversation(id string) conversation {
	a.t.Helper()
	var c conversation
	a.json(&c, "chats", "show", id)
	require.Equal(a.t, id, c.ConversationID)
	require.Len(a.t, c.Messages, c.MessageCount)
	for i, m := range c.Messages {
		require.Equal(a.t, i+1, m.Seq, "no gaps, oldest first")
	}
	return c
}

func line(role, content string) string {
	raw, err := json.Marshal(map[string]string{"role": role, "content": content})
	if err != nil {
		panic(err)
	}
	return string(raw) + "\n"
}

func (a *app) append(id string, contents ...string) []ack {
	a.t.Helper()
	var text strings.Builder
	for i, c := range contents {
		text.WriteString(line([]string{"user", "assistant"}[i%2], c))
	}
	r := a.feed(strings.NewReader(text.String()), "chats", "append", id)
	require.Zero(a.t, r.code, "%s", r)
	acks := lines[ack](r)
	require.Len(a.t, acks, len(contents))
	return acks
}

func TestConversation(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	id := a.create("")
	texts := []string{
		"Which of our queues grew last night? 🚀 שלום \u202eabc\u202c", "The one of the post office.", "a\x00b\tc\r\nd\u2028e", strings.Repeat("word ", 200_000),
		"", "  spaces stay  ", "`code` **bold** <script>alert(1)</script>",
	}
	acks := a.append(id, texts...)
	c := a.conversation(id)
	require.Equal(t, "Which of our queues grew last night? 🚀 שלום abc", strings.Join(strings.Fields(strings.NewReplacer("\u202e", "", "\u202c", "").Replace(c.Title)), " "))
	for i, m := range c.Messages {
		require.Equal(t, acks[i].MessageID, m.MessageID)
		require.Equal(t, acks[i].Seq, m.Seq)
		require.Equal(t, texts[i], m.Content)
	}
	require.Equal(t, id, a.search("which queue grew", "--in", "chats").Chats[0].ConversationID)

	// Lines that cannot be used are answered with an error in their place; those around them are kept.
	r := a.feed(strings.NewReader(strings.Join([]string{
		`{"role":"user","content":"before"}`, ``, `not JSON`, `{"role":"nobody","content":"x"}`, `{"role":"user"}`, `{"content":"x"}`, `{"role":"user","content":5}`, `[]`,
		strings.TrimSpace(line("user", strings.Repeat("x", 5<<20))), `{"role":"assistant","content":"after, with bad bytes ` + "\xff\xfe" + `"}`, `{"role":"user","content":"cut of`,
	}, "\n")), "chats", "append", id)
	require.Equal(t, 1, r.code, "%s", r)
	var kept, refused int
	for _, answer := range lines[ack](r) {
		if answer.Error == nil {
			kept++
			continue
		}
		refused++
		require.Contains(t, []string{"invalid", "too_long"}, answer.Error.Code)
		require.Contains(t, answer.Error.Message, "line ")
	}
	require.Equal(t, 2, kept)
	require.Equal(t, 8, refused)
	c = a.conversation(id)
	require.Len(t, c.Messages, len(texts)+2)
	require.Equal(t, "before", c.Messages[len(texts)].Content)
	require.Equal(t, "after, with bad bytes \ufffd\ufffd", strings.ReplaceAll(c.Messages[len(texts)+1].Content+"\ufffd", "\ufffd\ufffd\ufffd", "\ufffd\ufffd"))
}

func TestChatsListExportImportDelete(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	var ids []string
	for i := range 3 {
		ids = append(ids, a.create(fmt.Sprintf("Conversation %d", i)))
		a.append(ids[i], fmt.Sprintf("question %d about the aardvark", i), fmt.Sprintf("answer %d", i))
	}
	empty := a.create("An empty one")
	a.append(ids[0], "and one more")
	var list []struct {
		ConversationID string `json:"conversation_id"`
		Title          string
		MessageCount   int `json:"message_count"`
	}
	a.json(&list, "chats", "list")
	require.Equal(t, []string{ids[0], empty, ids[2], ids[1]}, []string{list[0].ConversationID, list[1].ConversationID, list[2].ConversationID, list[3].ConversationID}, "newest first")
	require.Equal(t, 3, list[0].MessageCount)
	a.json(&list, "chats", "list", "--limit", "2")
	require.Len(t, list, 2)

	export := a.ok("chats", "export", "--format", "jsonl")
	require.Equal(t, 8, strings.Count(export, "\n"), "seven messages, and the conversation that has none")
	one := a.ok("chats", "export", ids[1])
	require.Equal(t, 2, strings.Count(one, "\n"))
	require.True(t, strings.HasPrefix(export, strings.SplitN(a.ok("chats", "export", ids[0]), "\n", 2)[0]), "oldest first")

	b := newApp(t).wordsOnly()
	var done struct{ Conversations, Messages, Unchanged, Skipped int }
	b.json(&done, "chats", "import", b.file("all.jsonl", export))
	require.Equal(t, 4, done.Conversations)
	require.Equal(t, 7, done.Messages)
	b.json(&done, "chats", "import", b.file("all.jsonl", export))
	require.Zero(t, done.Conversations+done.Messages)
	require.Equal(t, 7, done.Unchanged)
	require.Equal(t, withoutSessions(t, export), withoutSessions(t, b.ok("chats", "export")))
	hits := b.search("aardvark", "--in", "chats").Chats
	require.Greater(t, len(hits), 3)
	for _, hit := range hits[:3] {
		require.Contains(t, hit.Snippet, "aardvark", "what says it comes before what stands beside it")
	}

	// A folder of files; a bad line is counted and the rest imported.
	c := newApp(t).wordsOnly()
	folder := filepath.Join(c.home, "folder")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "1.jsonl"), []byte(one+"not JSON\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "2.jsonl"), []byte(a.ok("chats", "export", ids[2])), 0o600))
	c.json(&done, "chats", "import", folder)
	require.Equal(t, 4, done.Messages)
	require.Equal(t, 1, done.Skipped)
	require.Equal(t, 1, c.run("chats", "import", c.file("bad.jsonl", "nonsense\n")).code)

	a.ok("chats", "delete", ids[1])
	require.Equal(t, "not_found", a.refused(1, "chats", "show", ids[1]).Error.Code)
	require.Equal(t, "not_found", a.refused(1, "chats", "delete", ids[1]).Error.Code)
	for _, hit := range a.search("aardvark", "--in", "chats").Chats {
		require.NotEqual(t, ids[1], hit.ConversationID, "what was deleted is found no more")
	}
	require.NotContains(t, a.ok("chats", "export"), ids[1])
	md := a.ok("chats", "export", "--format", "md", ids[2])
	require.Contains(t, md, "# Conversation 2")
	require.Contains(t, md, "question 2 about the aardvark")
}

func withoutSessions(t *testing.T, export string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for l := range strings.Lines(export) {
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(l), &v))
		delete(v, "session_id")
		out = append(out, v)
	}
	return out
}

// TestAppendInterrupted: however it ends, what was acknowledged is kept, and the command ends at once although its
// input does not.
func TestAppendInterrupted(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	id := a.create("Interrupted")
	sent := 0
	for _, end := range []func(b *background){
		func(b *background) { require.NoError(t, b.Process.Signal(os.Interrupt)) },
		func(b *background) { require.NoError(t, b.Process.Signal(syscall.SIGTERM)) },
		func(b *background) {
			require.NoError(t, b.out.Close())
			_, _ = b.in.Write([]byte(line("user", "nobody reads")))
		},
	} {
		b := a.start("chats", "append", id)
		acks := bufio.NewReader(b.out)
		for range 3 {
			sent++
			_, err := b.in.Write([]byte(line("user", fmt.Sprintf("message %d", sent))))
			require.NoError(t, err)
			raw, err := acks.ReadString('\n')
			require.NoError(t, err, b.err)
			require.Contains(t, raw, "message_id")
		}
		end(b)
		require.NotZero(t, b.end(), b.err)
		noOrphans(t, a.dir)
	}
	c := a.conversation(id)
	n := 0
	for _, m := range c.Messages {
		if m.Content == "nobody reads" {
			continue // on disk, and the acknowledgement had nowhere to go
		}
		n++
		require.Equal(t, fmt.Sprintf("message %d", n), m.Content)
	}
	require.Equal(t, sent, n)
}

func TestChatsListFilters(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	ids := []string{"01a208bd-42f5-7d00-af3f-d6b063a2af01", "01a208bd-42f5-7d00-af3f-d6b063a2af02", "01a208bd-42f5-7d00-af3f-d6b063a2af03"}
	lines := ""
	for i, head := range []string{`"status":"active","folder":"Work","tags":["Cost"]`, `"status":"archived","tags":["cost","old"],"pinned":true`, `"status":"active"`} {
		lines += fmt.Sprintf(`{"conversation_id":%q,"conversation":{"title":"c%d","created_at":"2026-05-0%dT00:00:00Z",%s},"content":""}`+"\n", ids[i], i, i+1, head)
	}
	file := filepath.Join(t.TempDir(), "chats.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(lines), 0o600))
	a.ok("chats", "import", file)
	listed := func(args ...string) []string {
		var list []struct {
			ConversationID string `json:"conversation_id"`
			UserID         string `json:"user_id"`
		}
		a.json(&list, append([]string{"chats", "list"}, args...)...)
		got := []string{}
		for _, l := range list {
			got = append(got, l.ConversationID)
			require.Equal(t, "local", l.UserID)
		}
		return got
	}
	require.Equal(t, []string{ids[0]}, listed("--folder", "work"))
	require.Equal(t, []string{ids[1], ids[0]}, listed("--tag", "COST"))
	require.Equal(t, []string{ids[1]}, listed("--status", "archived"))
	require.Equal(t, []string{ids[2], ids[0]}, listed("--status", "active"))
	require.Equal(t, []string{ids[2], ids[1]}, listed("--folder", "none", "--user", "local"))
	require.Empty(t, listed("--user", "somebody else"))
	a.refused(2, "chats", "list", "--folder", "nowhere")
	a.refused(2, "chats", "list", "--status", "lost")
}
