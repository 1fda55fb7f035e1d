package chat

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// Imported counts what Import did.
type Imported struct {
	Conversations int // made
	Messages      int // added
	Unchanged     int // were there already
	Bad           int // lines that could not be used; the rest was imported
	BadLines      []BadLine
}

// BadLine is a line that could not be used. At most 100 are kept.
type BadLine struct {
	Line int // from 1
	Err  error
}

// importNamespace is the namespace of the ids of lines that carry none (UUID v5).
var importNamespace = uuid.MustParse("6f0d5f0e-8f0b-5c39-9d0a-3c1f9d1a7b52")

const (
	// A line holds one message, of which JSON may escape every byte, and its sources.
	maxLine        = 6*MaxMessage + 1<<20
	importMessages = 500
	maxBadLines    = 100
)

// Import reads the JSONL format of Export. It is idempotent: a message whose id is there already is left as it is. A
// conversation that the vault does not have is made; messages keep their order, and where the conversation went
// on meanwhile, what is new goes to its end. A line without a message id gets one from its conversation, its number
// among the conversation's lines and its content, so that the same file can be read again. What is imported belongs to
// this user. An error is one of reading or writing; lines that cannot be used are counted.
func (s *Service) Import(ctx context.Context, r io.Reader) (Imported, error) {
	imp := importer{s: s, held: make(map[string]*heldConversation)}
	in := bufio.NewReaderSize(r, 1<<20)
	for number := 1; ; number++ {
		line, tooLong, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return imp.out, fmt.Errorf("import chats: line %d: %w", number, err)
		}
		if tooLong {
			imp.bad(number, fmt.Errorf("%w: the line is longer than %d bytes", ErrTooLong, maxLine))
		} else if len(line) > 0 {
			if bad := imp.take(number, line); bad != nil {
				imp.bad(number, bad)
			}
		}
		if imp.messages >= importMessages || imp.bytes >= batchBytes || errors.Is(err, io.EOF) {
			if err := imp.flush(ctx); err != nil {
				return imp.out, fmt.Errorf("import chats: %w", err)
			}
		}
		if errors.Is(err, io.EOF) {
			if err := imp.activate(ctx); err != nil {
				return imp.out, fmt.Errorf("import chats: %w", err)
			}
			return imp.out, nil
		}
	}
}

// activate shows the branches that were shown where the conversations were exported; of those that this import made.
func (imp *importer) activate(ctx context.Context) error {
	for _, id := range imp.order {
		held := imp.held[id]
		if !held.made || held.head == nil {
			continue
		}
		if err := imp.s.showBranch(ctx, id, held.head.ActiveBranch); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) showBranch(ctx context.Context, conversationID string, branch int64) error {
	defer s.locks.lock(conversationID)()
	sess, err := s.session(ctx, conversationID)
	if err != nil {
		return err
	}
	if branch == sess.ActiveBranch || branch < 0 || branch >= int64(len(sess.branches)) {
		return nil
	}
	if err := s.activate(ctx, &sess, branch); err != nil {
		return err
	}
	rec, err := sess.record()
	if err != nil {
		return err
	}
	_, err = s.rw.Put(ctx, store.ChatSessions, rec)
	return err
}

// readLine returns the next line without the white space around it; of one that is too long it reads on to the end.
func readLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
		}
		if len(line) > maxLine {
			line, tooLong = nil, true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return trimSpace(line), tooLong, err
		}
	}
}

func trimSpace(b []byte) []byte { return []byte(strings.TrimSpace(string(b))) }

// heldConversation is what was read of a conversation and not yet written.
type heldConversation struct {
	head  *ConversationLine
	msgs  []heldMessage
	read  int  // messages so far, for the ids of those that carry none
	known bool // it is in the store
	made  bool // by this import
}

type heldMessage struct {
	NewMessage
	seq  int64
	line int
}

type importer struct {
	s        *Service
	held     map[string]*heldConversation
	order    []string // conversations as the file names them
	messages int
	bytes    int
	out      Imported
}

func (imp *importer) bad(number int, err error) {
	imp.out.Bad++
	if len(imp.out.BadLines) < maxBadLines {
		imp.out.BadLines = append(imp.out.BadLines, BadLine{Line: number, Err: err})
	}
}

// take checks a line and holds it.
func (imp *importer) take(number int, raw []byte) error {
	var line Line
	if err := json.Unmarshal(raw, &line); err != nil {
		return fmt.Errorf("%w: the line is not JSON of this format: %w", ErrInvalid, err)
	}
	if err := checkID("conversation", line.ConversationID); err != nil {
		return err
	}
	if h := line.Conversation; h != nil {
		if h.Status != "" {
			if err := checkStatus(h.Status); err != nil {
				return err
			}
		}
		if _, err := parseTime(h.CreatedAt); err != nil {
			return err
		}
		if err := checkRecall(h.Recall); err != nil {
			return err
		}
		if _, err := cleanTags(h.Tags); err != nil {
			return err
		}
	}
	msg, err := imp.message(line)
	if err != nil {
		return err
	}
	held := imp.held[line.ConversationID]
	if held == nil {
		held = &heldConversation{}
		imp.held[line.ConversationID] = held
		imp.order = append(imp.order, line.ConversationID)
	}
	if line.Conversation != nil {
		held.head = line.Conversation
	}
	if msg == nil {
		return nil
	}
	held.read++
	if msg.ID == "" {
		name := fmt.Sprintf("%s\x00%d\x00%s\x00%s", line.ConversationID, held.read, line.Role, line.Content)
		msg.ID = uuid.NewSHA1(importNamespace, []byte(name)).String()
	}
	held.msgs = append(held.msgs, heldMessage{NewMessage: *msg, seq: line.Seq, line: number})
	imp.messages++
	imp.bytes += len(msg.Text)
	return nil
}

// message is the message of a line; nil where it only describes a conversation.
func (imp *importer) message(line Line) (*NewMessage, error) {
	if line.Role == "" && line.MessageID == "" && line.Conversation != nil {
		return nil, nil
	}
	at, err := parseTime(line.Timestamp)
	if err != nil {
		return nil, err
	}
	msg := NewMessage{
		ID: line.MessageID, Role: line.Role, Text: line.Content, PairID: line.PairID, Timestamp: at,
		SessionID: line.SessionID, Partial: line.Partial, Sources: line.Sources, Detail: line.Detail,
		Metadata: Metadata{
			Model: line.Model, PromptTokens: line.PromptTokens, AnswerTokens: line.AnswerTokens,
			ContextTokens: line.ContextTokens, WindowTokens: line.WindowTokens, CostMicroUSD: line.CostMicroUSD,
		},
	}
	switch line.ParentID {
	case "":
	case noParent:
		msg.Parent = new(string)
	default:
		msg.Parent = &line.ParentID
	}
	if _, _, err := imp.s.prepare(msg); err != nil {
		return nil, err
	}
	return &msg, nil
}

func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: the time %q is not RFC 3339", ErrInvalid, cut(s, 40))
	}
	return t, nil
}

// flush writes what is held, conversation by conversation.
func (imp *importer) flush(ctx context.Context) error {
	for _, id := range imp.order {
		held := imp.held[id]
		if err := imp.ensure(ctx, id, held); err != nil {
			return err
		}
		inOrder(held.msgs)
		if err := imp.append(ctx, id, held.msgs); err != nil {
			return err
		}
		held.msgs = nil
	}
	imp.messages, imp.bytes = 0, 0
	return nil
}

// append adds messages; where one of them has no place here, the others are added one by one.
func (imp *importer) append(ctx context.Context, id string, msgs []heldMessage) error {
	batch := make([]NewMessage, len(msgs))
	for i, m := range msgs {
		batch[i] = m.NewMessage
	}
	added, err := imp.s.AppendBatch(ctx, id, batch)
	for _, a := range added {
		if a.Existed {
			imp.out.Unchanged++
		} else {
			imp.out.Messages++
		}
	}
	rest := msgs[len(added):]
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNoParent) && len(rest) == 1:
		// The line with the message that it followed could not be used: it goes to the end rather than nowhere.
		rest[0].Parent = nil
		return imp.append(ctx, id, rest)
	case !errors.Is(err, ErrExists) && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrInvalid):
		return err // of reading or writing
	case len(rest) == 1:
		imp.bad(rest[0].line, err)
		return nil
	}
	for i := range rest {
		if err := imp.append(ctx, id, rest[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// ensure makes the conversation where it is not there.
func (imp *importer) ensure(ctx context.Context, id string, held *heldConversation) error {
	if held.known {
		return nil
	}
	n := NewConversation{ID: id}
	if h := held.head; h != nil {
		n.Title, n.Status, n.Pinned, n.Tags, n.Recall = h.Title, h.Status, h.Pinned, h.Tags, h.Recall
		n.CreatedAt, _ = parseTime(h.CreatedAt)
	}
	for _, m := range held.msgs {
		if !m.Timestamp.IsZero() && (n.CreatedAt.IsZero() || m.Timestamp.Before(n.CreatedAt)) {
			n.CreatedAt = m.Timestamp
		}
	}
	there, err := imp.s.rw.Get(ctx, store.ChatSessions, id)
	if err != nil {
		return err
	}
	if h := held.head; h != nil && h.Folder != "" && len(there) == 0 {
		if n.FolderID, err = imp.s.folderNamed(ctx, h.Folder); err != nil {
			return err
		}
	}
	_, err = imp.s.CreateWith(ctx, n)
	switch {
	case err == nil:
		imp.out.Conversations++
		held.made = true
	case !errors.Is(err, ErrExists):
		return err
	}
	held.known = true
	return nil
}

// inOrder sorts by seq; where one has none, they stay as they are in the file.
func inOrder(msgs []heldMessage) {
	for _, m := range msgs {
		if m.seq == 0 {
			return
		}
	}
	slices.SortStableFunc(msgs, func(a, b heldMessage) int { return cmp.Compare(a.seq, b.seq) })
}

func sortByCreation(convs []Conversation) {
	slices.SortStableFunc(convs, func(a, b Conversation) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}
