package archive

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// claudeOf are conversations of n messages each, named by their letters.
func claudeOf(letters string, n int) []string {
	var out []string
	for _, l := range letters {
		var msgs []m
		for i := range n {
			msgs = append(msgs, m{"uuid": fmt.Sprintf("%c-%d", l, i), "sender": []string{"human", "assistant"}[i%2], "text": fmt.Sprintf("message %d of %c, in so many words", i, l)})
		}
		out = append(out, encode(m{"uuid": string(l), "name": string(l), "chat_messages": msgs}))
	}
	return out
}

func array(elements ...string) string { return "[" + strings.Join(elements, ",\n") + "]" }

func names(convs []Conversation) (out string) {
	for _, c := range convs {
		out += c.Title
	}
	return out
}

func TestDamagedJSON(t *testing.T) {
	t.Parallel()
	abc := claudeOf("abc", 2)
	whole := array(abc...)
	third := int64(strings.LastIndex(whole, abc[2]))
	for _, c := range []struct {
		what, text, got string
		offset          int64
		reason          string
	}{
		{"cut in the third conversation", whole[:len(whole)-20], "ab", third, "cut off"},
		{"cut behind the third", whole[:len(whole)-1], "abc", int64(len(whole) - 1), "cut off"},
		{"broken within the second", array(abc[0], strings.Replace(abc[1], `"name":`, `"name"`, 1), abc[2]), "ac", int64(len(abc[0]) + 3), "not valid JSON"},
		{"not conversations between", array(abc[0], `"text"`, "17", "null", "{}", abc[1]), "ab", int64(len(abc[0]) + 3), "not a conversation"},
		{"garbage behind", whole + " <html>", "abc", int64(len(whole) + 1), "after the end"},
		{"garbage between", "[" + abc[0] + ", <b>" + abc[1] + "]", "a", int64(len(abc[0]) + 3), "not JSON from here on"},
		{"nested too deeply", array(abc[0], `{"x":`+strings.Repeat("[", 1_000_000)+strings.Repeat("]", 1_000_000)+`}`, abc[1]), "ab", int64(len(abc[0]) + 3), "nested"},
		{"too large", array(abc[0], encode(m{"uuid": "x", "chat_messages": []m{{"text": strings.Repeat("x", 1<<20)}}}), abc[1]), "ab", int64(len(abc[0]) + 3), "larger than 1 MiB"},
	} {
		got, report := read(t, folder(t, file{"conversations.json", c.text}), Options{MaxConversation: 1 << 20})
		require.Equal(t, c.got, names(got), c.what)
		require.NotEmpty(t, report.Skipped, c.what)
		require.Equal(t, "conversations.json", report.Skipped[0].Where, c.what)
		require.Equal(t, c.offset, report.Skipped[0].Offset, c.what)
		require.Contains(t, report.Skipped[0].Reason, c.reason, c.what)
	}
}

func TestWrongTypesCostAMessageAtMost(t *testing.T) {
	t.Parallel()
	claude := encode(m{"uuid": "c", "name": 7, "created_at": []int{1}, "chat_messages": []any{
		"text", 5, nil, m{"uuid": "1", "sender": "human", "text": 5}, m{"uuid": "2", "sender": "martian", "text": "x"}, m{"uuid": 3, "sender": "assistant", "text": "kept", "content": "kept too", "created_at": true, "attachments": 7},
		m{"uuid": "4", "sender": "human", "text": "long " + strings.Repeat("x", MaxText)}, m{"uuid": "5", "sender": "human", "text": "bad \xff\xfe bytes"}, m{"uuid": "5", "sender": "human", "text": "again"}}})
	claude = strings.Replace(claude, `\ufffd`, "\xff", 1)
	gpt := gptConversation("g")
	gpt["title"] = m{}
	nodes := gpt["mapping"].(m)
	nodes["a1c"] = []int{1}
	nodes["u1b"].(m)["message"].(m)["content"] = m{"content_type": "new thing", "parts": 7}
	nodes["a1b"].(m)["message"] = "text"
	nodes["loop1"], nodes["loop2"] = gptNode("loop2", "user", "round"), gptNode("loop1", "user", "and round")
	nodes["orphan"] = gptNode("gone", "user", "without a parent")
	raw := rawFile("u", "c", m{"role": "user", "content": m{}}, m{"role": 3, "content": "x"}, m{"role": "user", "content": "kept"})
	got, report := read(t, folder(t, file{"claude/conversations.json", array(claude)}, file{"gpt/conversations.json", array(encode(gpt), `{"mapping":[]}`)},
		file{"raw/u.json", raw}, file{"raw/v.json", `{"userId":"v","contextId":"c","messages":{}}`}, file{"contexts/w_1.json", encode(m{"final_conversation_context": m{"m": []m{{"r": 2, "c": "x"}, {"r": 0, "c": 5}, {"r": 1, "c": "kept"}}}})}), Options{})
	text := map[string]string{}
	for _, c := range got {
		for _, msg := range c.Messages {
			text[c.Origin] += msg.Text + "|"
		}
	}
	require.Equal(t, "kept too|bad \uFFFD bytes|", strings.Replace(text["claude/conversations.json"], "\uFFFD\uFFFD", "\uFFFD", 1))
	require.Contains(t, text["gpt/conversations.json"], "It is 2.")
	require.Contains(t, text["gpt/conversations.json"], "without a parent")
	require.Equal(t, "kept|", text["raw/u.json"])
	require.Equal(t, "kept|", text["contexts/w_1.json"])
	require.Equal(t, 1, report.Repaired)
	for _, reason := range []string{"claude/conversations.json, message 1, byte 1: the message is not an object", "message 4, byte 1: its text is not text", "not human or assistant",
		"at most 4 MiB are kept", "another message's", "2 messages are their own ancestors", "message u1b", `"mapping" is not an object`, `"messages" is not a list`,
		"raw/u.json, message 1, byte 0: its content is not text", "its r is not 0"} {
		require.Contains(t, reasons(report), reason)
	}
}

func TestDamagedZip(t *testing.T) {
	t.Parallel()
	one, two := array(claudeOf("abc", 40)...), array(claudeOf("xyz", 400)...)
	path := zipped(t, file{"in/conversations-000.json", one}, file{"in/users.json", "[]"}, file{"in/conversations-001.json", two})
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	last := bytes.LastIndex(b, []byte("PK\x03\x04"))
	directory := bytes.Index(b, []byte("PK\x01\x02"))

	// Broken off in the middle of the last file: what stands before comes whole, the rest is told.
	require.NoError(t, os.WriteFile(path, b[:last+(directory-last)*6/10], 0o600))
	got, report := read(t, path, Options{})
	require.Equal(t, "abcx", names(got)[:4])
	require.NotContains(t, names(got), "z")
	require.Contains(t, reasons(report), "no table of contents")
	require.Regexp(t, `in/conversations-001.json, byte \d+: .*cut off`, reasons(report))

	// Only the table of contents is lost.
	require.NoError(t, os.WriteFile(path, b[:directory], 0o600))
	got, _ = read(t, path, Options{})
	require.Equal(t, "abcxyz", names(got))

	// Without data descriptors, as other programs write them.
	require.NoError(t, os.WriteFile(path, measured(t, file{"conversations.json", one}, file{"b/conversations.json", two})[:4000], 0o600))
	got, _ = read(t, path, Options{})
	require.Equal(t, "abc", names(got)[:3])

	// A changed byte in the data.
	bad := bytes.Clone(b)
	bad[last+(directory-last)/2] ^= 0xff
	require.NoError(t, os.WriteFile(path, bad, 0o600))
	got, report = read(t, path, Options{})
	require.Contains(t, names(got), "abc")
	require.Contains(t, reasons(report), "in/conversations-001.json, byte ")

	// Nothing of it is left.
	require.NoError(t, os.WriteFile(path, []byte("PK\x03\x04 and nothing else"), 0o600))
	_, err = Open(t.Context(), path, Options{})
	require.ErrorIs(t, err, ErrDamaged)
}

// measured is a zip archive whose headers say how long each file is.
func measured(t *testing.T, files ...file) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		var packed bytes.Buffer
		fw, err := flate.NewWriter(&packed, 6)
		require.NoError(t, err)
		_, err = io.WriteString(fw, f.text)
		require.NoError(t, err)
		require.NoError(t, fw.Close())
		e, err := w.CreateRaw(&zip.FileHeader{Name: f.name, Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(f.text))})
		require.NoError(t, err)
		_, err = e.Write(packed.Bytes())
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// bomb is a zip archive with two chats, and a file of some MB of one letter, packed to a thousandth: the same packed megabyte
// again and again. stated is what the archive says that it unpacks to.
func bomb(t *testing.T, megabytes int, stated uint64) string {
	t.Helper()
	var packed bytes.Buffer
	fw, err := flate.NewWriter(&packed, 6)
	require.NoError(t, err)
	piece := func(s string) []byte {
		packed.Reset()
		_, err := io.WriteString(fw, s)
		require.NoError(t, err)
		require.NoError(t, fw.Flush())
		return bytes.Clone(packed.Bytes())
	}
	all := piece(`[{"uuid":"`)
	fw.Reset(&packed)
	all = append(all, bytes.Repeat(piece(strings.Repeat("x", 1<<20)), megabytes)...)
	path := zipped(t, file{"good/conversations.json", array(claudeOf("ab", 2)...)})
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	zr, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	require.NoError(t, w.Copy(zr.File[0]))
	e, err := w.CreateRaw(&zip.FileHeader{Name: "bomb/conversations.json", Method: zip.Deflate, CompressedSize64: uint64(len(all)), UncompressedSize64: stated})
	require.NoError(t, err)
	_, err = e.Write(all)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

func TestHostileArchives(t *testing.T) {
	t.Parallel()
	good := array(claudeOf("ab", 2)...)
	got, report := read(t, bomb(t, 101, 101<<20+10), Options{MaxConversation: 200 << 20})
	require.Equal(t, "ab", names(got))
	require.Contains(t, reasons(report), "bomb/conversations.json, byte 1: too large: it unpacks to more than 200 times")
	got, report = read(t, bomb(t, 2, 1000), Options{})
	require.Equal(t, "ab", names(got))
	require.Contains(t, reasons(report), "bomb/conversations.json, byte 1: it does not have the size")

	got, report = read(t, zipped(t, file{"good/conversations.json", good}, file{"../conversations.json", good}, file{`..\x.json`, good},
		file{"/etc/conversations.json", good}, file{"nested.zip", "PK"}, file{"__MACOSX/good/._conversations.json", "\x00\x05"}), Options{})
	require.Equal(t, "ab", names(got))
	for _, reason := range []string{"../conversations.json: its name leads out",
		`..\x.json: its name leads out`, "/etc/conversations.json: its name leads out", "nested.zip: an archive within"} {
		require.Contains(t, reasons(report), reason)
	}

	// The bound on all files together.
	got, report = read(t, zipped(t, file{"1/conversations.json", good}, file{"2/conversations.json", good}, file{"3/conversations.json", good}), Options{MaxBytes: int64(len(good)*2 - 10)})
	require.Equal(t, "aba", names(got))
	require.Contains(t, reasons(report), "were read in all")
	got, report = read(t, zipped(t, file{"1/conversations.json", good}, file{"2/conversations.json", good}), Options{MaxBytes: int64(len(good) * 2)})
	require.Equal(t, "abab", names(got))
	require.Empty(t, report.Skipped, "exactly as much as is allowed")
	require.Equal(t, 2, report.Repeated)

	for _, p := range []string{zipped(t, file{"1.json", good}, file{"2.json", good}, file{"3.json", good}), folder(t, file{"1.json", good}, file{"2.json", good})} {
		_, err := Open(t.Context(), p, Options{MaxFiles: 2})
		require.ErrorIs(t, err, ErrTooLarge)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	outside := folder(t, file{"conversations.json", array(claudeOf("s", 2)...)})
	dir := folder(t, file{"conversations.json", array(claudeOf("a", 2)...)})
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "folder")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "conversations.json"), filepath.Join(dir, "linked.json")))
	got, report := read(t, dir, Options{})
	require.Equal(t, "a", names(got))
	require.Equal(t, "folder: links are not followed\nlinked.json: links are not followed", reasons(report))
}

func TestWhatIsNoArchive(t *testing.T) {
	t.Parallel()
	dir := folder(t, file{"empty.json", ""}, file{"settings.json", `{"theme":"dark"}`}, file{"list.json", `[1,2]`}, file{"x.txt", "hello"}, file{"page.json", "<html>"})
	for _, name := range []string{"empty.json", "settings.json", "list.json", "x.txt", "page.json", "."} {
		_, err := Open(t.Context(), filepath.Join(dir, name), Options{})
		require.ErrorIs(t, err, ErrUnknown, name)
	}
	_, err := Open(t.Context(), filepath.Join(dir, "absent"), Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Open(t.Context(), zipped(t, file{"photo.png", "x"}), Options{})
	require.ErrorIs(t, err, ErrUnknown)
}

func TestReadStopsWhenTold(t *testing.T) {
	t.Parallel()
	a, err := Open(t.Context(), folder(t, file{"conversations.json", array(claudeOf("abcdef", 2)...)}), Options{})
	require.NoError(t, err)
	defer a.Close()
	ctx, cancel := context.WithCancel(t.Context())
	report, err := a.Read(ctx, func(c Conversation) error {
		if c.Title == "b" {
			cancel()
		}
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, report.Conversations)
	full := errors.New("the disk is full")
	report, err = a.Read(t.Context(), func(c Conversation) error {
		if c.Title == "c" {
			return full
		}
		return nil
	})
	require.ErrorIs(t, err, full)
	require.Equal(t, 2, report.Conversations)
	_, err = a.Read(ctx, func(Conversation) error { return nil })
	require.ErrorIs(t, err, context.Canceled)
}

// Small files that would cost much time or memory if each piece were copied for each other.
func TestNothingGrowsWithTheSquare(t *testing.T) {
	t.Parallel()
	const n = 20_000
	nodes := m{"root": m{"parent": nil}}
	parent := "root"
	for i := range n {
		id := fmt.Sprint("t", i)
		nodes[id] = m{"parent": parent, "message": m{"author": m{"role": "assistant"}, "content": m{"content_type": "thoughts", "thoughts": []m{{"content": "a thought that is not short at all"}}}}}
		parent = id
	}
	for i := range 1000 {
		nodes[fmt.Sprint("a", i)] = gptNode(parent, "assistant", fmt.Sprint("answer ", i))
	}
	code := gptNode("root", "assistant", "")
	code["message"].(m)["content"] = m{"content_type": "code", "text": strings.Repeat("`", 1<<18)}
	nodes["code"] = code
	got, _ := read(t, folder(t, file{"conversations.json", array(encode(m{"id": "x", "mapping": nodes}))}), Options{})
	require.Len(t, got[0].Messages, 1001)
	total := 0
	for _, msg := range got[0].Messages {
		total += len(msg.Reasoning)
	}
	require.LessOrEqual(t, total, MaxText)
	require.Positive(t, total)

	blocks := []m{{"type": "tool_use", "id": "1", "name": "search", "input": m{}}}
	for range n {
		blocks = append(blocks, m{"type": "tool_result", "tool_use_id": "1", "content": "found some more"})
	}
	got, _ = read(t, folder(t, file{"conversations.json", array(encode(m{"uuid": "x", "chat_messages": []m{{"uuid": "1", "sender": "assistant", "content": blocks}}}), `{"uuid":"y","chat_messages":[]}`)}), Options{})
	require.Len(t, got, 1, "an empty conversation is not handed over")
	require.Len(t, got[0].Messages[0].ToolCalls[0].Output, n*len("found some more")+2*(n-1))
}
