package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cloudops/backend/chat"
	"cloudops/backend/chat/archive"
)

// ImportChatsOptions say how chats are taken in.
type ImportChatsOptions struct {
	// KeepUsers leaves chats of another program with the user that its files name; without it all become this profile's.
	KeepUsers bool
	// Progress is told how many bytes of total were read. May be nil.
	Progress func(done, total int64)
}

// ImportedChats is what became of an import. What could not be used is in LeftOut, the first 1000 of it; the rest was imported.
type ImportedChats struct {
	Formats       []string
	Conversations int // made
	Messages      int // added
	Unchanged     int // messages that were there already
	Skipped       int // conversations, messages or lines that could not be used
	LeftOut       []LeftOut
	Notes         []string // what was changed or left behind on the way, for people
}

// LeftOut is something that could not be imported.
type LeftOut struct {
	File   string
	Line   int // of our own format, from 1; 0: Reason says where
	Reason string
}

// maxLeftOut bounds what a report lists; the counts are whole.
const maxLeftOut = 1000

// ImportChats reads a file, a folder or a zip archive: our own JSON lines, the files of the Node.js module, the exports of
// ChatGPT and of Claude. It is idempotent. archive.ErrUnknown, archive.ErrTooLarge, archive.ErrDamaged, or an error of
// reading or writing; with one, what came before it is imported.
func (h *Host) ImportChats(ctx context.Context, name string, o ImportChatsOptions) (ImportedChats, error) {
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".jsonl" || ext == ".ndjson" {
		return h.importLines(ctx, name)
	}
	a, err := archive.Open(ctx, name, archive.Options{UserID: h.Settings().UserID, Progress: o.Progress})
	if err != nil {
		return ImportedChats{}, err
	}
	defer a.Close()
	imp := &chatImport{chat: h.Chat, keepUsers: o.KeepUsers}
	for _, f := range a.Formats() {
		imp.out.Formats = append(imp.out.Formats, string(f))
	}
	for _, f := range a.Own() {
		if err := imp.own(ctx, f); err != nil {
			return imp.out, fmt.Errorf("import %s: %w", f.Name, err)
		}
	}
	report, err := a.Read(ctx, func(c archive.Conversation) error { return imp.conversation(ctx, c) })
	imp.report(report)
	return imp.out, err
}

// importLines reads a file that calls itself JSON lines, whatever its lines are: each is reported by its number.
func (h *Host) importLines(ctx context.Context, name string) (ImportedChats, error) {
	imp := &chatImport{chat: h.Chat, out: ImportedChats{Formats: []string{string(archive.FormatOwn)}}}
	err := imp.own(ctx, archive.File{Name: name, Open: func(context.Context) (io.ReadCloser, error) { return os.Open(name) }})
	return imp.out, err
}

// StartImportChats imports in a run of kind "import-chats".
func (h *Host) StartImportChats(name string) string {
	return h.Runs.Start("import-chats", "Importing "+filepath.Base(name), func(ctx context.Context, run *RunHandle) error {
		done, err := h.ImportChats(ctx, name, ImportChatsOptions{Progress: func(read, total int64) {
			run.Progress(int(read>>10), int(total>>10), "KiB")
		}})
		for _, l := range done.LeftOut {
			run.Find(l.finding())
		}
		run.Progress(1, 1, done.summary())
		return err
	})
}

func (l LeftOut) finding() Finding {
	where := l.File
	if l.Line > 0 {
		where = fmt.Sprintf("%s:%d", l.File, l.Line)
	}
	return Finding{Code: "skipped", Where: where, Message: l.Reason, Hint: "It was left out; the rest was imported."}
}

func (i ImportedChats) summary() string {
	text := fmt.Sprintf("%s and %s imported, %d were there already, %d left out", plural(i.Conversations, "conversation"), plural(i.Messages, "message"), i.Unchanged, i.Skipped)
	for _, n := range i.Notes {
		text += "; " + n
	}
	return text
}

// chatImport takes conversations in, one after the other.
type chatImport struct {
	chat      *chat.Service
	keepUsers bool
	out       ImportedChats
}

func (imp *chatImport) skip(l LeftOut) {
	imp.out.Skipped++
	if len(imp.out.LeftOut) < maxLeftOut {
		imp.out.LeftOut = append(imp.out.LeftOut, l)
	}
}

func (imp *chatImport) own(ctx context.Context, f archive.File) error {
	in, err := f.Open(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	done, err := imp.chat.Import(ctx, in)
	imp.out.Conversations += done.Conversations
	imp.out.Messages += done.Messages
	imp.out.Unchanged += done.Unchanged
	for _, b := range done.BadLines {
		imp.skip(LeftOut{File: f.Name, Line: b.Line, Reason: b.Err.Error()})
	}
	imp.out.Skipped += done.Bad - len(done.BadLines)
	return err
}

// conversation makes a conversation, or goes on with the one that an earlier import made, and adds what it lacks.
func (imp *chatImport) conversation(ctx context.Context, c archive.Conversation) error {
	service := imp.chat
	if imp.keepUsers && c.UserID != "" {
		service = service.ForUser(c.UserID)
	}
	status := chat.StatusActive
	if c.Archived {
		status = chat.StatusArchived
	}
	_, err := service.CreateWith(ctx, chat.NewConversation{ID: c.ID, Title: c.Title, CreatedAt: c.CreatedAt, Status: status, Pinned: c.Pinned})
	switch {
	case err == nil:
		imp.out.Conversations++
	case !errors.Is(err, chat.ErrExists):
		return err
	}
	c.FillTimes()
	added, err := imp.append(ctx, service, c)
	fresh := 0
	for _, a := range added {
		if a.Existed {
			imp.out.Unchanged++
		} else {
			imp.out.Messages++
			fresh++
		}
	}
	if errors.Is(err, chat.ErrExists) || errors.Is(err, chat.ErrInvalid) || errors.Is(err, chat.ErrNotFound) {
		imp.skip(LeftOut{File: c.Origin, Reason: err.Error()})
		return nil
	}
	// Where nothing new came, the branch that the user chose meanwhile stays in sight.
	if err != nil || c.ActiveLeaf == "" || fresh == 0 {
		return err
	}
	if err := service.SelectBranch(ctx, c.ID, c.ActiveLeaf); err != nil && !errors.Is(err, chat.ErrNotFound) {
		return err
	}
	return nil
}

// append adds what a conversation lacks. What belongs to its answers besides their text is left behind where it is too
// much, and all but the path that was open where there are too many branches.
func (imp *chatImport) append(ctx context.Context, service *chat.Service, c archive.Conversation) ([]chat.Appended, error) {
	msgs := messagesOf(c)
	added, err := service.AppendBatch(ctx, c.ID, msgs)
	if errors.Is(err, chat.ErrTooLong) {
		imp.skip(LeftOut{File: c.Origin, Reason: "what the model thought and looked up is too long to be kept; the texts were imported"})
		for i := range msgs {
			msgs[i].Detail = chat.Detail{}
		}
		added, err = service.AppendBatch(ctx, c.ID, msgs)
	}
	if errors.Is(err, chat.ErrInvalid) && len(added) < len(msgs) {
		imp.skip(LeftOut{File: c.Origin, Reason: "some of its branches could not be kept: " + err.Error()})
		added, err = service.AppendBatch(ctx, c.ID, openPath(msgs, c.ActiveLeaf))
	}
	return added, err
}

// openPath is the part of msgs that leads to leaf; all where the leaf is not among them.
func openPath(msgs []chat.NewMessage, leaf string) []chat.NewMessage {
	at := make(map[string]int, len(msgs))
	for i, m := range msgs {
		at[m.ID] = i
	}
	var path []chat.NewMessage
	for i, ok := at[leaf]; ok; i, ok = at[*msgs[i].Parent] {
		path = append(path, msgs[i])
		delete(at, msgs[i].ID) // a circle ends here
	}
	if len(path) == 0 {
		return msgs
	}
	slices.Reverse(path)
	return path
}

// messagesOf are the messages of a foreign conversation as ours.
func messagesOf(c archive.Conversation) []chat.NewMessage {
	out := make([]chat.NewMessage, len(c.Messages))
	for i, m := range c.Messages {
		parent := m.ParentID
		out[i] = chat.NewMessage{ID: m.ID, Role: m.Role, Text: m.Text, Parent: &parent, Timestamp: m.At}
		out[i].Model, out[i].Reasoning = m.Model, m.Reasoning
		for n, call := range m.ToolCalls {
			state := chat.ToolDone
			if call.Failed {
				state = chat.ToolFailed
			}
			out[i].ToolCalls = append(out[i].ToolCalls, chat.ToolCall{ID: fmt.Sprintf("%s-%d", m.ID, n), Name: call.Name, Label: call.Name, Input: call.Input, Output: call.Output, State: state})
		}
	}
	return out
}

func (imp *chatImport) report(r archive.Report) {
	for _, s := range r.Skipped {
		imp.skip(LeftOut{File: s.Where, Reason: s.String()})
	}
	imp.out.Skipped += r.SkippedCount - len(r.Skipped)
	note := func(n int, one, many string) {
		switch {
		case n == 1:
			imp.out.Notes = append(imp.out.Notes, "1 "+one)
		case n > 1:
			imp.out.Notes = append(imp.out.Notes, fmt.Sprintf("%d %s", n, many))
		}
	}
	note(r.MergedCount, "conversation was in several files and was joined", "conversations were in several files and were joined")
	note(r.Repeated, "conversation came more than once", "conversations came more than once")
	note(r.WithoutUser, "conversation of the earlier module does not say whose it is", "conversations of the earlier module do not say whose they are")
	if len(r.Users) > 1 || len(r.Users) == 1 && !imp.keepUsers {
		imp.out.Notes = append(imp.out.Notes, "the files name the users "+strings.Join(r.Users, ", "))
	}
	note(r.Attachments, "picture or file stayed behind, the text names it", "pictures and files stayed behind, the text names them")
	note(r.Hidden, "hidden or empty message was left out", "hidden or empty messages were left out")
	note(r.Empty, "conversation had no messages", "conversations had no messages")
	note(r.Repaired, "message had bytes that are not text, which were replaced", "messages had bytes that are not text, which were replaced")
	note(r.TimesFromFiles, "conversation had no time of its own and got that of its file", "conversations had no time of their own and got that of their file")
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
