package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"time"
	"unicode/utf16"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"cloudops/backend/assistant"
	"cloudops/backend/chat"
	"cloudops/backend/config"
	"cloudops/backend/host"
	"cloudops/backend/secret"
	"cloudops/backend/store"
)

// ListConversations returns a page of conversations: pinned ones first, then newest first.
func (a *App) ListConversations(q ConversationQuery) (ConversationPage, error) {
	h, err := a.ready()
	if err != nil {
		return ConversationPage{}, err
	}
	list, err := h.Chat.List(a.ctx, chat.Query{
		Status: q.Status, FolderID: folderFilter(q.FolderID), Tag: q.Tag, Pinned: q.Pinned, Cursor: q.Cursor, Limit: q.Limit,
	})
	if err != nil {
		return ConversationPage{}, err
	}
	return ConversationPage{Conversations: wireConversations(list.Conversations, h), Next: list.Next, FromLedger: list.FromLedger}, nil
}

func folderFilter(id string) string {
	if id == "none" {
		return chat.NoFolder
	}
	return id
}

// CreateConversation makes an empty conversation.
func (a *App) CreateConversation(title string) (Conversation, error) {
	h, err := a.ready()
	if err != nil {
		return Conversation{}, err
	}
	c, err := h.Chat.Create(a.ctx, title)
	return wireConversation(c, h), err
}

// GetConversation returns one conversation.
func (a *App) GetConversation(id string) (Conversation, error) {
	h, err := a.ready()
	if err != nil {
		return Conversation{}, err
	}
	c, err := h.Chat.Get(a.ctx, id)
	return wireConversation(c, h), err
}

// RenameConversation gives a conversation another title.
func (a *App) RenameConversation(id, title string) (Conversation, error) {
	return a.changeOne(id, func(h *host.Host) error { return h.Chat.Rename(a.ctx, id, title) })
}

// SetRecall says whether earlier answers are recalled in a conversation: on, off, plain, or empty for what the settings say.
func (a *App) SetRecall(id, mode string) (Conversation, error) {
	return a.changeOne(id, func(h *host.Host) error { return h.Chat.SetRecall(a.ctx, id, mode) })
}

func (a *App) changeOne(id string, change func(*host.Host) error) (Conversation, error) {
	h, err := a.ready()
	if err != nil {
		return Conversation{}, err
	}
	if err := change(h); err != nil {
		return Conversation{}, err
	}
	c, err := h.Chat.Get(a.ctx, id)
	return wireConversation(c, h), err
}

// PinConversations keeps conversations at the top of the list, or lets them go.
func (a *App) PinConversations(ids []string, pinned bool) (Changed, error) {
	return a.changeMany(func(h *host.Host) (chat.Changed, error) { return h.Chat.PinAll(a.ctx, ids, pinned) })
}

// ArchiveConversations moves conversations out of the list, or back.
func (a *App) ArchiveConversations(ids []string, archived bool) (Changed, error) {
	return a.changeMany(func(h *host.Host) (chat.Changed, error) { return h.Chat.ArchiveAll(a.ctx, ids, archived) })
}

// MoveConversations puts conversations into a folder; an empty id takes them out of theirs.
func (a *App) MoveConversations(ids []string, folderID string) (Changed, error) {
	return a.changeMany(func(h *host.Host) (chat.Changed, error) { return h.Chat.MoveAll(a.ctx, ids, folderID) })
}

// TagConversations adds and removes tags.
func (a *App) TagConversations(ids, add, remove []string) (Changed, error) {
	return a.changeMany(func(h *host.Host) (chat.Changed, error) { return h.Chat.TagAll(a.ctx, ids, add, remove) })
}

func (a *App) changeMany(change func(*host.Host) (chat.Changed, error)) (Changed, error) {
	h, err := a.ready()
	if err != nil {
		return Changed{}, err
	}
	done, err := change(h)
	return Changed{Count: done.Count, Missing: list(done.Missing)}, err
}

// ListFolders returns the folders by name.
func (a *App) ListFolders() ([]Folder, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	found, err := h.Chat.Folders(a.ctx, chat.StatusActive)
	folders := []Folder{}
	for _, f := range found {
		folders = append(folders, wireFolder(f))
	}
	return folders, err
}

// SaveFolder makes a folder, where the id is empty, or renames one.
func (a *App) SaveFolder(id, name string) (Folder, error) {
	h, err := a.ready()
	if err != nil {
		return Folder{}, err
	}
	f, err := h.Chat.SaveFolder(a.ctx, id, name)
	return wireFolder(f), err
}

// DeleteFolder removes a folder; its conversations stay.
func (a *App) DeleteFolder(id string) error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	return h.Chat.DeleteFolder(a.ctx, id)
}

// ListTags returns the tags of the conversations, most frequent first.
func (a *App) ListTags() ([]FacetValue, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	found, err := h.Chat.Tags(a.ctx, chat.StatusActive)
	tags := []FacetValue{}
	for _, t := range found {
		tags = append(tags, FacetValue{Value: t.Name, Label: t.Name, Count: int(t.Count)})
	}
	return tags, err
}

// DeleteConversations deletes conversations with their messages, and says what of them remains where.
func (a *App) DeleteConversations(ids []string) (Deletion, error) {
	h, err := a.ready()
	if err != nil {
		return Deletion{}, err
	}
	done, err := h.Chat.DeleteAll(a.ctx, ids)
	return wireDeletion(done), err
}

// UndoDelete brings deleted conversations back and returns how many.
func (a *App) UndoDelete(ids []string) (int, error) {
	h, err := a.ready()
	if err != nil {
		return 0, err
	}
	return h.Chat.UndoDelete(a.ctx, ids)
}

// PurgeDeleted removes what the log keeps of deleted conversations, for good.
func (a *App) PurgeDeleted(ids []string) (Deletion, error) {
	h, err := a.ready()
	if err != nil {
		return Deletion{}, err
	}
	done, err := h.Chat.PurgeDeleted(a.ctx, ids)
	return wireDeletion(done), err
}

// ListDeleted returns the conversations that can still be brought back, newest deletion first.
func (a *App) ListDeleted() ([]Conversation, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	found, err := h.Chat.ListDeleted(a.ctx)
	return wireConversations(found, h), err
}

// ForkConversation copies the path up to and including a message into a new conversation.
func (a *App) ForkConversation(messageID, title string) (Conversation, error) {
	h, err := a.ready()
	if err != nil {
		return Conversation{}, err
	}
	c, err := h.Chat.Fork(a.ctx, messageID, title)
	return wireConversation(c, h), err
}

// SelectBranch shows the path through a message.
func (a *App) SelectBranch(conversationID, messageID string) error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	return h.Chat.SelectBranch(a.ctx, conversationID, messageID)
}

// GetDraft returns what was typed in a conversation and not sent; the empty id is that of a new one.
func (a *App) GetDraft(conversationID string) (Draft, error) {
	h, err := a.ready()
	if err != nil {
		return Draft{}, err
	}
	d, err := h.Chat.Draft(a.ctx, conversationID)
	return Draft{Text: d.Text, AttachARNs: list(d.AttachARNs)}, err
}

// SaveDraft keeps what was typed; an empty draft is removed.
func (a *App) SaveDraft(conversationID, text string, attachARNs []string) error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	return h.Chat.SaveDraft(a.ctx, conversationID, chat.Draft{Text: text, AttachARNs: attachARNs})
}

// GetMessages returns up to limit messages of the path that is shown, before a seq (0: the newest), oldest first.
func (a *App) GetMessages(conversationID string, beforeSeq, limit int) (MessagePage, error) {
	h, err := a.ready()
	if err != nil {
		return MessagePage{}, err
	}
	history, err := h.Chat.History(a.ctx, conversationID, int64(beforeSeq), limit)
	if err != nil {
		return MessagePage{}, err
	}
	page := MessagePage{Messages: []Message{}, HasOlder: history.HasOlder, FromLedger: history.FromLedger}
	for _, m := range history.Messages {
		page.Messages = append(page.Messages, wireMessage(m))
	}
	return page, nil
}

// Ask keeps a prompt and starts its answer.
func (a *App) Ask(req AskRequest) (AskStarted, error) {
	h, err := a.ready()
	if err != nil {
		return AskStarted{}, err
	}
	asked, err := h.Ask(a.ctx, assistant.Request{
		ConversationID: req.ConversationID, FolderID: req.FolderID, PromptID: req.PromptID, Text: req.Text, AttachARNs: req.AttachARNs,
		EditOf: req.EditOf, Regenerate: req.Regenerate, RecallChosen: req.RecallChosen, RecallIDs: req.RecallIDs, SecretsAllowed: req.SecretsAllowed,
	})
	return AskStarted(asked), err
}

// FindSecrets returns what in a text looks like a credential.
func (a *App) FindSecrets(text string) []SecretFinding {
	found := []SecretFinding{}
	at := utf16Offsets(text)
	for _, f := range secret.Find(text) {
		found = append(found, SecretFinding{
			Rule: f.Rule, Description: f.Description, Start: at(f.Start), End: at(f.End), Preview: cut(text[f.Start:f.End], 6),
		})
	}
	return found
}

// RedactSecrets returns a text without what looks like a credential.
func (a *App) RedactSecrets(text string) string { return secret.Redact(text) }

// utf16Offsets turns rising byte offsets into those of the window.
func utf16Offsets(text string) func(int) int {
	bytesDone, units := 0, 0
	return func(offset int) int {
		if offset < bytesDone {
			bytesDone, units = 0, 0
		}
		for _, r := range text[bytesDone:offset] {
			units += utf16.RuneLen(r)
		}
		bytesDone = offset
		return units
	}
}

// Recall returns the pairs of other conversations that would be sent along with a prompt.
func (a *App) Recall(text, conversationID string) ([]RecalledPair, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	pairs, err := h.Recall(a.ctx, text, conversationID)
	if err != nil {
		return nil, err
	}
	out := []RecalledPair{}
	for _, p := range pairs {
		out = append(out, wirePair(p))
	}
	return out, nil
}

// SearchChats finds messages and titles by meaning and by words, in groups of conversations.
func (a *App) SearchChats(q ChatQuery) (ChatResults, error) {
	h, err := a.ready()
	if err != nil {
		return ChatResults{}, err
	}
	from, err := dayOrTime(q.From, false)
	if err != nil {
		return ChatResults{}, err
	}
	to, err := dayOrTime(q.To, true)
	if err != nil {
		return ChatResults{}, err
	}
	start := time.Now()
	found, err := h.Chat.Find(a.ctx, q.Text, chat.Filter{
		Roles: q.Roles, FolderID: folderFilter(q.FolderID), ConversationID: q.ConversationID, From: from, To: to, IncludeArchived: true,
	}, q.Limit)
	if err != nil {
		return ChatResults{}, err
	}
	out := ChatResults{Groups: []ChatGroup{}, TookMS: milliseconds(start), Pending: h.Store.Pending(store.ChatHistory), Dense: found.Dense}
	for _, g := range found.Groups {
		out.Groups = append(out.Groups, wireGroup(g))
	}
	return out, nil
}

// dayOrTime reads RFC 3339 or a date; a date means its beginning, or its end.
func dayOrTime(text string, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return t, usageError{fmt.Sprintf("%q is no date", cut(text, 40)), "Use a date such as 2026-11-23, or a time such as 2026-11-23T12:00:00Z."}
	}
	if end {
		t = t.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	return t, nil
}

// ExportChats asks where to, and writes conversations (none: all) as jsonl or md. It returns the path, or "".
func (a *App) ExportChats(ids []string, format string) (string, error) {
	h, err := a.ready()
	if err != nil {
		return "", err
	}
	path, err := a.saveDialog(runtime.SaveDialogOptions{Title: "Export conversations", DefaultFilename: "conversations." + format, CanCreateDirectories: true})
	if err != nil || path == "" {
		return "", err
	}
	return path, exportChats(a, h, path, format, ids)
}

func exportChats(a *App, h *host.Host, path, format string, ids []string) error {
	var out bytes.Buffer
	if _, err := h.Chat.Export(a.ctx, &out, chat.Format(format), ids...); err != nil {
		return err
	}
	return config.WriteFile(path, out.Bytes(), 0o600)
}

// ImportChats asks for a file, or a folder, and imports the chats in it; the run id is empty where the user cancelled.
func (a *App) ImportChats(folder bool) (RunRef, error) {
	h, err := a.ready()
	if err != nil {
		return RunRef{}, err
	}
	path := ""
	if folder {
		path, err = a.folderDialog(runtime.OpenDialogOptions{Title: "Import the chats of a folder"})
	} else {
		path, err = a.openDialog(runtime.OpenDialogOptions{
			Title: "Import chats", Filters: []runtime.FileFilter{{DisplayName: "JSON, JSON lines, export archives", Pattern: "*.json;*.jsonl;*.zip"}},
		})
	}
	if err != nil || path == "" {
		return RunRef{}, err
	}
	return RunRef{h.StartImportChats(filepath.Clean(path))}, nil
}
