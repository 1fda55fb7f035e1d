package archive

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

type file struct{ name, text string }

// zipped writes a zip archive.
func zipped(t *testing.T, files ...file) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export.zip")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	w := zip.NewWriter(f)
	for _, one := range files {
		e, err := w.Create(one.name)
		require.NoError(t, err)
		_, err = io.WriteString(e, one.text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return path
}

// folder writes files below a new folder, last changed at a known time.
func folder(t *testing.T, files ...file) string {
	t.Helper()
	dir := t.TempDir()
	for _, one := range files {
		path := filepath.Join(dir, filepath.FromSlash(one.name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(one.text), 0o600))
		require.NoError(t, os.Chtimes(path, fileTime, fileTime))
	}
	return dir
}

var fileTime = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

// read reads everything and checks what holds for every archive.
func read(t *testing.T, path string, opt Options) ([]Conversation, Report) {
	t.Helper()
	a, err := Open(t.Context(), path, opt)
	require.NoError(t, err)
	defer a.Close()
	var out []Conversation
	report, err := a.Read(t.Context(), func(c Conversation) error {
		out = append(out, c)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, len(out), report.Conversations)
	n := 0
	for _, c := range out {
		n += len(c.Messages)
		sound(t, c)
	}
	require.Equal(t, n, report.Messages)
	return out, report
}

func sound(t *testing.T, c Conversation) {
	t.Helper()
	require.NoError(t, uuid.Validate(c.ID))
	seen := map[string]bool{}
	for _, m := range c.Messages {
		require.NoError(t, uuid.Validate(m.ID))
		require.False(t, seen[m.ID], "two messages have one id")
		require.True(t, m.ParentID == "" || seen[m.ParentID], "a child comes before its parent")
		require.Contains(t, []string{roleUser, roleAssistant, roleSystem, roleTool}, m.Role)
		require.LessOrEqual(t, len(m.Text), MaxText)
		require.Equal(t, strings.ToValidUTF8(m.Text, ""), m.Text)
		require.True(t, strings.TrimSpace(m.Text) != "" || m.Reasoning != "" || len(m.ToolCalls) > 0)
		seen[m.ID] = true
	}
	require.True(t, len(c.Messages) == 0 || seen[c.ActiveLeaf])
}

// branch is the text from the root to a message, one message a line.
func branch(c Conversation, leaf string) []string {
	var out []string
	for leaf != "" {
		i := slices.IndexFunc(c.Messages, func(m Message) bool { return m.ID == leaf })
		out = append(out, c.Messages[i].Role+": "+c.Messages[i].Text)
		leaf = c.Messages[i].ParentID
	}
	slices.Reverse(out)
	return out
}

func texts(c Conversation) (out []string) {
	for _, m := range c.Messages {
		out = append(out, m.Text)
	}
	return out
}

func reasons(r Report) string {
	var out []string
	for _, s := range r.Skipped {
		out = append(out, s.String())
	}
	return strings.Join(out, "\n")
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

type m = map[string]any

func rawFile(user, context string, messages ...m) string {
	return encode(m{"id": "s-" + context, "userId": user, "contextId": context, "chatTitle": "Orphaned volumes",
		"createdAt": "2024-02-01T10:00:00.000Z", "lastActivity": 1706781900000, "messageCount": len(messages), "status": "active", "messages": messages})
}

func contextFile(context, clean string, messages ...m) string {
	return encode(m{"agent_type": "aws", "chat_title": "Orphaned volumes", "context_id": context,
		"final_conversation_context": m{"i": context, "m": messages, "t": 4, "l": 2}, "processing_results": m{"clean_response": clean, "tokens": 7}})
}

func TestNodeFilesOfOneConversationAreJoined(t *testing.T) {
	t.Parallel()
	// The name of the user has an underscore; the raw file has what was said before the window of the context begins.
	raw := file{"raw/session.json", rawFile("jane_doe", "ctx-1", m{"role": "user", "content": "Which volumes are orphaned?", "timestamp": "2024-02-01T10:00:01Z"},
		m{"role": "assistant", "content": "Two: vol-1 and vol-2."}, m{"role": "user", "content": "Delete them?"})}
	con := file{"contexts/jane_doe_ctx-1.json", "\xEF\xBB\xBF" + strings.ReplaceAll(contextFile("ctx-1", "Keep vol-1.\r\n",
		m{"r": 1, "c": "Two: vol-1 and vol-2."}, m{"r": 0, "c": "Delete them?"}), ",", ",\r\n")}
	got, report := read(t, folder(t, raw, con), Options{})
	require.Len(t, got, 1)
	c := got[0]
	require.Equal(t, []string{"user: Which volumes are orphaned?", "assistant: Two: vol-1 and vol-2.", "user: Delete them?", "assistant: Keep vol-1.\r\n"}, branch(c, c.ActiveLeaf))
	require.Equal(t, "jane_doe", c.UserID)
	require.Equal(t, "Orphaned volumes", c.Title)
	require.Equal(t, time.Date(2024, 2, 1, 10, 0, 0, 0, time.UTC), c.CreatedAt)
	require.Equal(t, time.Date(2024, 2, 1, 10, 5, 0, 0, time.UTC), c.UpdatedAt)
	require.Equal(t, time.Date(2024, 2, 1, 10, 0, 1, 0, time.UTC), c.Messages[0].At)
	require.True(t, c.Messages[1].At.IsZero())
	c.FillTimes()
	require.Equal(t, c.Messages[0].At.Add(2*time.Millisecond), c.Messages[2].At)
	require.Equal(t, []Format{FormatNodeContext, FormatNodeRaw}, report.Formats)
	require.Equal(t, []Merge{{c.ID, []string{"raw/session.json", "contexts/jane_doe_ctx-1.json"}, 2}}, report.Merged)
	require.Empty(t, report.Skipped)
	require.Zero(t, report.TimesFromFiles)
	require.Equal(t, []string{"jane_doe"}, report.Users)

	// Each read alone, or from an archive, gives messages with the same ids, so that nothing comes twice in the end.
	ids := map[string]bool{}
	for _, msg := range c.Messages {
		ids[msg.ID] = true
	}
	for _, one := range []string{folder(t, raw), folder(t, con), zipped(t, file{"backup/" + raw.name, raw.text}, file{"backup/" + con.name, con.text})} {
		again, _ := read(t, one, Options{})
		require.Len(t, again, 1)
		if again[0].UserID == "jane_doe" {
			require.Equal(t, c.ID, again[0].ID)
		}
		for _, msg := range again[0].Messages {
			require.True(t, ids[msg.ID], "%s", msg.Text)
		}
	}
}

func TestNodeFilesAlone(t *testing.T) {
	t.Parallel()
	turn := []m{{"r": 0, "c": "Hello"}, {"r": 1, "c": "Hi there"}}
	timed := encode(m{"context_id": "c4", "final_conversation_context": m{"m": turn, "t": 1706781600, "l": "2024-02-01T11:00:00Z"}})
	got, report := read(t, folder(t,
		file{"contexts/ann_x.json", contextFile("c1", "Hi  there\n", turn...)},
		file{"contexts/bob-c2.json", contextFile("c2", "", turn...)},
		file{"contexts/" + uuid.Nil.String() + ".json", contextFile("c3", "More", turn...)},
		file{"contexts/dan_c4_1706781600.json", timed},
		file{"raw/eve.json", encode([]m{{"contextId": "c5", "userId": "eve", "messages": []m{{"role": "human", "content": []any{"a", m{"type": "text", "text": "b"}}}}}})},
	), Options{})
	byContext := map[string]Conversation{}
	for _, c := range got {
		byContext[c.OriginalID] = c
	}
	require.Len(t, byContext, 5)
	require.Equal(t, "ann", byContext["c1"].UserID)
	require.Len(t, byContext["c1"].Messages, 2, "the clean answer is the last message already")
	require.Equal(t, "bob", byContext["c2"].UserID)
	require.Empty(t, byContext["c3"].UserID)
	require.Len(t, byContext["c3"].Messages, 3)
	require.Equal(t, "dan", byContext["c4"].UserID)
	require.Equal(t, time.Date(2024, 2, 1, 10, 0, 0, 0, time.UTC), byContext["c4"].CreatedAt)
	require.Equal(t, time.Date(2024, 2, 1, 11, 0, 0, 0, time.UTC), byContext["c4"].UpdatedAt)
	require.Equal(t, fileTime, byContext["c1"].CreatedAt)
	require.Equal(t, "a\n\nb", byContext["c5"].Messages[0].Text)
	require.Equal(t, 1, report.WithoutUser)
	require.Equal(t, 4, report.TimesFromFiles)
	require.Zero(t, report.MergedCount)
	require.Empty(t, report.Skipped)
}

func TestMergeKeepsWhatEachFileHas(t *testing.T) {
	t.Parallel()
	list := func(texts string) (c chat) {
		for _, s := range strings.Fields(texts) {
			c.messages = append(c.messages, plain{role: roleUser, text: s})
		}
		return c
	}
	for _, c := range [][3]string{
		{"a b c", "a b c", "a b c"}, {"a b c", "b c d", "a b c d"}, {"b c", "a b c", "a b c"}, {"a c", "a b c", "a b c"},
		{"a b", "x y", "a b x y"}, {"ok a ok b", "ok b", "ok a ok b"}, {"ok", "ok ok", "ok ok"}, {"", "a", "a"}, {"a", "", "a"},
		{"a b", "b a", "a b a"},
	} {
		joined, _ := merge(list(c[0]), list(c[1]))
		var got []string
		for _, msg := range joined.messages {
			got = append(got, msg.text)
		}
		require.Equal(t, c[2], strings.Join(got, " "), "%q and %q", c[0], c[1])
	}
}

// gptNode is a node of ChatGPT's tree.
func gptNode(parent, role, text string, children ...string) m {
	return m{"parent": parent, "children": children, "message": m{"author": m{"role": role}, "create_time": 1700000000.5,
		"content": m{"content_type": "text", "parts": []any{text}}, "metadata": m{"model_slug": "gpt-4o"}, "recipient": "all"}}
}

func gptConversation(id string) m {
	hidden := gptNode("root", "system", "", "u1", "u1b")
	again := gptNode("u1", "assistant", "Two, I think.")
	again["message"].(m)["create_time"] = 1700000001.0
	code := gptNode("a1", "assistant", "", "t1")
	code["message"].(m)["content"] = m{"content_type": "code", "language": "python", "text": "1+1"}
	code["message"].(m)["recipient"] = "python"
	think := gptNode("t1", "assistant", "", "a2")
	code["message"].(m)["create_time"] = 1700000002.0
	think["message"].(m)["content"] = m{"content_type": "thoughts", "thoughts": []m{{"summary": "Adding", "content": "One and one."}}}
	picture := gptNode("sys", "user", "", "a1b")
	picture["message"].(m)["content"] = m{"content_type": "multimodal_text", "parts": []any{m{"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}, "What is this?"}}
	picture["message"].(m)["create_time"] = 1700000005.0
	picture["message"].(m)["metadata"] = m{"attachments": []m{{"name": "plan.pdf"}}}
	return m{"conversation_id": id, "title": "Sums", "create_time": 1700000000.25, "update_time": 1700000100.0, "current_node": "a2", "is_archived": true,
		"mapping": m{
			"root": m{"parent": nil, "children": []string{"sys"}, "message": nil},
			"sys":  hidden, "u1": gptNode("sys", "user", "What is 1+1?", "a1", "a1c"), "a1": gptNode("u1", "assistant", "I will compute.", "code"),
			"a1c": again, "code": code, "t1": gptNode("code", "tool", "2", "think"),
			"think": think, "a2": gptNode("think", "assistant", "It is 2."), "u1b": picture, "a1b": gptNode("u1b", "assistant", "A plan."),
		}}
}

func TestChatGPT(t *testing.T) {
	t.Parallel()
	id := uuid.NewString()
	all := encode([]m{gptConversation(id)})
	got, report := read(t, zipped(t, file{"chatgpt-2024/conversations.json", all}, file{"chatgpt-2024/user.json", `{"id":"user-1"}`},
		file{"chatgpt-2024/message_feedback.json", `[{"id":"1","conversation_id":"x"}]`}, file{"chatgpt-2024/chat.html", "<html>"}), Options{})
	require.Empty(t, report.Skipped)
	require.Len(t, got, 1)
	c := got[0]
	require.Equal(t, []string{"user: What is 1+1?", "assistant: I will compute.", "tool: [Call of python]\n\n```python\n1+1\n```", "tool: 2", "assistant: It is 2."}, branch(c, c.ActiveLeaf))
	require.Equal(t, time.Date(2023, 11, 14, 22, 13, 20, 500e6, time.UTC), c.Messages[0].At)
	require.Equal(t, time.Date(2023, 11, 14, 22, 13, 20, 250e6, time.UTC), c.CreatedAt)
	require.True(t, c.Archived)
	require.Equal(t, id, c.OriginalID)
	find := func(text string) Message {
		i := slices.IndexFunc(c.Messages, func(m Message) bool { return strings.Contains(m.Text, text) })
		require.GreaterOrEqual(t, i, 0, text)
		return c.Messages[i]
	}
	require.Equal(t, find("What is 1+1?").ID, find("Two, I think.").ParentID)
	require.Equal(t, c.ActiveLeaf, find("It is 2.").ID)
	require.Equal(t, "**Adding**\n\nOne and one.", find("It is 2.").Reasoning)
	require.Equal(t, "gpt-4o", find("It is 2.").Model)
	require.Equal(t, []string{"What is 1+1?", "I will compute.", "Two, I think."}, texts(c)[:3], "the later answer comes later, though its branch is not the open one")
	require.Equal(t, "[Picture:]\n\nWhat is this?\n\n[File: plan.pdf]", find("What is this?").Text)
	require.Empty(t, find("What is this?").ParentID, "its parent is hidden")
	require.Equal(t, 2, report.Attachments)
	require.Equal(t, 3, report.Hidden)
	require.Equal(t, 3, report.Ignored)

	// Unpacked, split in parts, the JSON alone: the same conversations with the same ids.
	dir := folder(t, file{"conversations-000.json", all}, file{"conversations-001.json", encode([]m{gptConversation("not-a-uuid")})}, file{"export_manifest.json", "{}"}, file{"user.json", "{}"})
	two, report := read(t, dir, Options{})
	require.Empty(t, report.Skipped)
	require.Len(t, two, 2)
	require.Equal(t, c.Messages, two[0].Messages)
	require.NotEqual(t, two[0].ID, two[1].ID)
	alone, _ := read(t, filepath.Join(dir, "conversations-000.json"), Options{})
	require.Equal(t, c.Messages, alone[0].Messages)
	other, _ := read(t, dir, Options{UserID: "another"})
	require.NotEqual(t, c.ID, other[0].ID)
	require.NotEqual(t, c.Messages[0].ID, other[0].Messages[0].ID)
}

func TestClaude(t *testing.T) {
	t.Parallel()
	msg := func(id, parent, sender, text string, more m) m {
		out := m{"uuid": id, "sender": sender, "text": text, "created_at": "2024-05-01T10:00:00.123456Z", "attachments": []any{}, "files": []any{}}
		if parent != "" {
			out["parent_message_uuid"] = parent
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	linear := m{"uuid": uuid.NewString(), "name": "Plain", "created_at": "2024-05-01T10:00:00Z", "updated_at": "2024-05-01T10:01:00Z", "account": m{"uuid": "a"},
		"chat_messages": []m{
			msg("1", "", "human", "Sum this up", m{"attachments": []m{{"file_name": "log.txt", "extracted_content": "```\nline"}}, "files": []m{{"file_name": "log.txt"}, {"file_name": "photo.png"}}}),
			msg("2", "", "assistant", "unsupported block", m{"content": []m{
				{"type": "thinking", "thinking": "Let me look."}, {"type": "text", "text": "I look."},
				{"type": "tool_use", "id": "c1", "name": "search", "input": m{"q": "x"}}, {"type": "tool_result", "tool_use_id": "c1", "is_error": true, "content": []m{{"type": "text", "text": "no"}}},
				{"type": "text", "text": "Nothing."}}}),
			msg("3", "", "human", "  ", nil),
		}}
	root := "00000000-0000-4000-8000-000000000000"
	branched := m{"uuid": uuid.NewString(), "name": "Branches", "created_at": "2024-05-02T10:00:00Z", "chat_messages": []m{
		msg("a", root, "human", "first try", nil), msg("b", "a", "assistant", "first answer", nil),
		msg("c", root, "human", "second try", nil), msg("d", "c", "assistant", "second answer", nil),
	}, "current_leaf_message_uuid": "b"}
	got, report := read(t, zipped(t, file{"conversations.json", encode([]m{linear, branched})}, file{"users.json", `[{"uuid":"a"}]`}, file{"projects.json", "[]"}), Options{})
	require.Empty(t, report.Skipped)
	require.Len(t, got, 2)
	c := got[0]
	require.Len(t, c.Messages, 2)
	require.Equal(t, "Sum this up\n\n[File: log.txt]\n\n````\n```\nline\n````\n\n[File: photo.png]", c.Messages[0].Text)
	require.Equal(t, "I look.\n\nNothing.", c.Messages[1].Text)
	require.Equal(t, "Let me look.", c.Messages[1].Reasoning)
	require.Equal(t, []ToolCall{{Name: "search", Input: `{"q":"x"}`, Output: "no", Failed: true}}, c.Messages[1].ToolCalls)
	require.Equal(t, c.Messages[0].ID, c.Messages[1].ParentID)
	require.Equal(t, time.Date(2024, 5, 1, 10, 0, 0, 123e6, time.UTC), c.Messages[0].At)
	require.Equal(t, []string{"user: first try", "assistant: first answer"}, branch(got[1], got[1].ActiveLeaf))
	require.Equal(t, got[1].Messages[1].ID, got[1].ActiveLeaf)
	require.Equal(t, 1, report.Attachments)
	require.Equal(t, 1, report.Hidden)
}

func TestOwnFilesAreLeftToTheirImport(t *testing.T) {
	t.Parallel()
	line := `{"conversation_id":"` + uuid.NewString() + `","conversation":{"title":"x"},"message_id":"` + uuid.NewString() + `","role":"user","content":"hi"}` + "\n"
	damaged, err := Open(t.Context(), filepath.Join(folder(t, file{"chats", "no JSON\r\n" + line}), "chats"), Options{})
	require.NoError(t, err)
	require.NoError(t, damaged.Close())
	require.Equal(t, []Format{FormatOwn}, damaged.Formats())
	a, err := Open(t.Context(), folder(t, file{"chats.jsonl", line + line}, file{"node/ann_c1.json", contextFile("c1", "x")}), Options{})
	require.NoError(t, err)
	defer a.Close()
	require.Equal(t, []Format{FormatOwn, FormatNodeContext}, a.Formats())
	require.Len(t, a.Own(), 1)
	r, err := a.Own()[0].Open(t.Context())
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, line+line, string(b))
	report, err := a.Read(context.Background(), func(c Conversation) error { require.Equal(t, "c1", c.OriginalID); return nil })
	require.NoError(t, err)
	require.Equal(t, 1, report.Conversations)
	require.Empty(t, report.Skipped)
}
