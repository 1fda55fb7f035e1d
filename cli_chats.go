package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudops/backend/assistant"
	"cloudops/backend/chat"
	"cloudops/backend/crypto"
	"cloudops/backend/host"
)

var errNobodyToAsk = fmt.Errorf("%w, and there is no terminal to ask at", crypto.ErrNeedPassphrase)

// conversationLine is a conversation as the command line shows it.
type conversationLine struct {
	ConversationID string `json:"conversation_id"`
	Title          string `json:"title"`
	CreatedAt      string `json:"created_at"`
	LastActivity   string `json:"last_activity"`
	MessageCount   int    `json:"message_count"`
	Status         string `json:"status"`
	Pinned         bool   `json:"pinned"`
	UserID         string `json:"user_id"`
	// What follows is left out where a conversation has none of it.
	FolderID     string   `json:"folder_id,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	PromptTokens int64    `json:"prompt_tokens,omitempty"`
	AnswerTokens int64    `json:"answer_tokens,omitempty"`
}

type messageLine struct {
	MessageID string        `json:"message_id"`
	Seq       int64         `json:"seq"`
	Role      string        `json:"role"`
	Timestamp string        `json:"timestamp"`
	Content   string        `json:"content"`
	Model     string        `json:"model,omitempty"`
	Partial   bool          `json:"partial,omitempty"`
	Sources   []chat.Source `json:"sources,omitempty"`
}

func (c *cli) chatsCommand() *cobra.Command {
	return group("chats", "Conversations: create, append, list, show, export, import, delete",
		c.chatsCreate(), c.chatsAppend(), c.chatsList(), c.chatsShow(), c.chatsExport(), c.chatsImport(), c.chatsDelete())
}

func (c *cli) chatsCreate() *cobra.Command {
	var title string
	cmd := &cobra.Command{Use: "create", Short: "Make an empty conversation", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				conv, err := h.Chat.Create(cmd.Context(), title)
				if err != nil {
					return err
				}
				return c.result(map[string]string{"conversation_id": conv.ID}, func(w io.Writer) { fmt.Fprintln(w, conv.ID) })
			})
		}}
	cmd.Flags().StringVar(&title, "title", "", "its title")
	return cmd
}

func (c *cli) chatsAppend() *cobra.Command {
	return &cobra.Command{Use: "append ID", Short: "Append messages from stdin, a JSON line each", Args: args(1, 1, "the id of a conversation"),
		Long: "Reads {\"role\",\"content\"} lines until the input ends, and answers each with {\"message_id\",\"seq\"} as soon as the\nmessage is on disk. A line that cannot be used is answered with an error; the lines after it go on.",
		RunE: func(cmd *cobra.Command, argv []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error { return c.appendLines(cmd.Context(), h, argv[0]) })
		}}
}

// appendLines answers in JSON with or without --json: its answers are for programs.
func (c *cli) appendLines(ctx context.Context, h *host.Host, id string) error {
	if _, err := h.Chat.Get(ctx, id); err != nil {
		return err
	}
	in := bufio.NewReaderSize(c.in, 1<<20)
	bad := 0
	for number := 1; ; number++ {
		line, readErr := in.ReadBytes('\n')
		if text := strings.TrimSpace(string(line)); text != "" {
			if err := c.appendLine(ctx, h, id, text); err != nil {
				if !errors.Is(err, chat.ErrInvalid) {
					return fmt.Errorf("line %d: %w", number, err)
				}
				bad++
				e := appError(fmt.Errorf("line %d: %w", number, err))
				if err := c.print(map[string]any{"error": map[string]string{"code": e.Code, "message": e.Message, "hint": e.Hint}}); err != nil {
					return err
				}
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return fmt.Errorf("read line %d: %w", number, readErr)
		}
	}
	if bad > 0 {
		return reportedError{fmt.Errorf("%d lines could not be used", bad)}
	}
	return nil
}

func (c *cli) appendLine(ctx context.Context, h *host.Host, id, text string) error {
	var m struct {
		Role    string
		Content *string
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return fmt.Errorf("%w: it is no JSON object with role and content: %w", chat.ErrInvalid, err)
	}
	if m.Content == nil {
		return fmt.Errorf("%w: it has no content", chat.ErrInvalid)
	}
	a, err := h.Chat.Append(ctx, id, m.Role, *m.Content)
	if err != nil {
		return err
	}
	return c.print(map[string]any{"message_id": a.MessageID, "seq": a.Seq})
}

// listFlags are those of `chats list`.
type listFlags struct {
	status, folder, tag, user, cursor string
	limit                             int
}

func (c *cli) chatsList() *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{Use: "list", Short: "List conversations, pinned ones first, then newest first", Args: args(0, 0, "no arguments"),
		Long: "Lists conversations, pinned ones first, then newest first by their last activity. With --user it lists the sessions of\nthat user newest first, pinned or not. Where --limit cuts the list, stderr says which --cursor the next page begins with.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.limit < 0 {
				return usageError{fmt.Sprintf("--limit is %d", f.limit), "Choose a number from 1, or 0 for all."}
			}
			switch f.status {
			case "", "all", chat.StatusActive, chat.StatusArchived:
			default:
				return usageError{fmt.Sprintf("unknown status %q", f.status), "Use --status active, archived or all."}
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				lines, next, err := listConversations(cmd.Context(), h, f)
				if err != nil {
					return err
				}
				if next != "" {
					fmt.Fprintln(c.err, "more: --cursor", next)
				}
				return c.result(lines, func(w io.Writer) {
					for _, l := range lines {
						fmt.Fprintf(w, "%s  %s  %4d  %s\n", l.ConversationID, l.LastActivity, l.MessageCount, l.Title)
					}
				})
			})
		}}
	cmd.Flags().IntVar(&f.limit, "limit", 0, "at most so many (0: all)")
	cmd.Flags().StringVar(&f.status, "status", "", "active, archived or all")
	cmd.Flags().StringVar(&f.folder, "folder", "", "the name or id of a folder, or \"none\" for those outside folders")
	cmd.Flags().StringVar(&f.tag, "tag", "", "those with this tag")
	cmd.Flags().StringVar(&f.user, "user", "", "the sessions of this user, newest first")
	cmd.Flags().StringVar(&f.cursor, "cursor", "", "where the page before ended")
	return cmd
}

func listConversations(ctx context.Context, h *host.Host, f listFlags) (lines []conversationLine, next string, err error) {
	service := h.Chat
	if f.user != "" {
		service = service.ForUser(f.user)
	}
	q := chat.Query{Tag: f.tag, Flat: f.user != "", Cursor: f.cursor}
	if f.status != "all" {
		q.Status = f.status
	}
	if q.FolderID, err = folderByName(ctx, service, f.folder); err != nil {
		return nil, "", err
	}
	for lines = []conversationLine{}; ; {
		if q.Limit = 1000; f.limit > 0 {
			q.Limit = min(1000, f.limit-len(lines))
		}
		page, err := service.List(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, conv := range page.Conversations {
			lines = append(lines, conversationLine{
				conv.ID, conv.Title, stamp(conv.CreatedAt), stamp(conv.LastActivity), conv.MessageCount, conv.Status, conv.Pinned,
				conv.UserID, conv.FolderID, conv.Tags, conv.PromptTokens, conv.AnswerTokens,
			})
		}
		if q.Cursor = page.Next; q.Cursor == "" || (f.limit > 0 && len(lines) >= f.limit) {
			return lines, q.Cursor, nil
		}
	}
}

// folderByName is the id of a folder that was named by its name or its id.
func folderByName(ctx context.Context, service *chat.Service, name string) (string, error) {
	if name == "" || name == chat.NoFolder {
		return name, nil
	}
	folders, err := service.Folders(ctx, "")
	if err != nil {
		return "", err
	}
	for _, f := range folders {
		if f.ID == name || strings.EqualFold(f.Name, name) {
			return f.ID, nil
		}
	}
	return "", usageError{fmt.Sprintf("there is no folder %q", name), "Name one of the folders of the window's list, or none."}
}

// stamp is a time as the command line and the window get it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func (c *cli) chatsShow() *cobra.Command {
	return &cobra.Command{Use: "show ID", Short: "Show a conversation, oldest message first", Args: args(1, 1, "the id of a conversation"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				conv, err := h.Chat.Get(cmd.Context(), argv[0])
				if err != nil {
					return err
				}
				messages, err := allMessages(cmd.Context(), h, argv[0])
				if err != nil {
					return err
				}
				return c.result(map[string]any{"conversation_id": conv.ID, "title": conv.Title, "created_at": stamp(conv.CreatedAt), "message_count": conv.MessageCount, "messages": messages}, func(w io.Writer) {
					fmt.Fprintf(w, "# %s\n", conv.Title)
					for _, m := range messages {
						fmt.Fprintf(w, "\n[%d] %s  %s\n%s\n", m.Seq, m.Role, m.Timestamp, m.Content)
					}
				})
			})
		}}
}

func allMessages(ctx context.Context, h *host.Host, id string) ([]messageLine, error) {
	out := []messageLine{}
	for before := int64(0); ; {
		page, err := h.Chat.History(ctx, id, before, 500)
		if err != nil {
			return nil, err
		}
		for _, m := range slices.Backward(page.Messages) {
			out = append(out, messageLine{m.ID, m.Seq, m.Role, stamp(m.Timestamp), m.Text, m.Model, m.Partial, m.Sources})
		}
		if !page.HasOlder || len(page.Messages) == 0 {
			slices.Reverse(out)
			return out, nil
		}
		before = page.Messages[0].Seq
	}
}

func (c *cli) chatsExport() *cobra.Command {
	var format string
	cmd := &cobra.Command{Use: "export [ID…]", Short: "Write conversations to stdout, oldest first", Args: args(0, -1, "ids of conversations"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if format != "jsonl" && format != "md" {
				return usageError{fmt.Sprintf("unknown format %q", format), "Use --format jsonl or --format md."}
			}
			if c.json && format == "md" {
				return usageError{"--json and --format md contradict each other", "Leave one of them out."}
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				out := bufio.NewWriter(c.out)
				done, err := h.Chat.Export(cmd.Context(), out, chat.Format(format), ids...)
				if err := errors.Join(err, out.Flush()); err != nil {
					return err
				}
				fmt.Fprintf(c.err, "%d conversations, %d messages\n", done.Conversations, done.Messages)
				if done.Damaged > 0 {
					fmt.Fprintf(c.err, "%d messages do not open and were left out; a backup may still hold them\n", done.Damaged)
					return reportedError{errors.New("messages do not open")}
				}
				return nil
			})
		}}
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl or md")
	return cmd
}

func (c *cli) chatsImport() *cobra.Command {
	var keepUsers bool
	cmd := &cobra.Command{Use: "import FILE|FOLDER", Short: "Import conversations: JSON lines of ours, the earlier module's files, exports of ChatGPT and Claude",
		Args: args(1, 1, "a file or a folder"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			if _, err := os.Stat(argv[0]); err != nil {
				return usageError{err.Error(), "Name a file, a folder or an export archive."}
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error { return c.importChats(cmd.Context(), h, argv[0], keepUsers) })
		}}
	cmd.Flags().BoolVar(&keepUsers, "keep-users", false, "leave chats of the earlier module with the users that its files name, instead of making them this profile's")
	return cmd
}

func (c *cli) importChats(ctx context.Context, h *host.Host, path string, keepUsers bool) error {
	type skipped struct {
		File  string `json:"file"`
		Line  int    `json:"line"`
		Error string `json:"error"`
	}
	report, finish := c.progress("KiB read")
	done, err := h.ImportChats(ctx, path, host.ImportChatsOptions{KeepUsers: keepUsers, Progress: func(read, total int64) { report(int(read>>10), int(total>>10)) }})
	finish()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	bad := []skipped{}
	for _, l := range done.LeftOut {
		bad = append(bad, skipped{l.File, l.Line, l.Reason})
	}
	err = c.result(map[string]any{
		"formats": list(done.Formats), "conversations": done.Conversations, "messages": done.Messages, "unchanged": done.Unchanged,
		"skipped": done.Skipped, "partial": done.Skipped > 0, "skipped_lines": bad, "notes": list(done.Notes),
	}, func(w io.Writer) {
		fmt.Fprintf(w, "%d conversations and %d messages imported, %d were there, %d left out\n", done.Conversations, done.Messages, done.Unchanged, done.Skipped)
		for _, n := range done.Notes {
			fmt.Fprintln(w, "  "+n)
		}
		for _, b := range bad {
			fmt.Fprintf(w, "  %s:%d: %s\n", b.File, b.Line, b.Error)
		}
	})
	if err == nil && done.Skipped > 0 && done.Messages+done.Unchanged == 0 {
		err = reportedError{errors.New("nothing could be imported")}
	}
	return err
}

func (c *cli) chatsDelete() *cobra.Command {
	return &cobra.Command{Use: "delete ID", Short: "Delete a conversation with its messages", Args: args(1, 1, "the id of a conversation"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				if err := h.Chat.Delete(cmd.Context(), argv[0]); err != nil {
					return err
				}
				return c.result(map[string]any{"deleted": argv[0]}, func(w io.Writer) { fmt.Fprintln(w, "deleted", argv[0]) })
			})
		}}
}

func (c *cli) askCommand() *cobra.Command {
	var conversation string
	cmd := &cobra.Command{Use: "ask QUESTION", Short: "Ask about the estate", Args: args(1, -1, "a question"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			if strings.TrimSpace(strings.Join(argv, " ")) == "" {
				return usageError{"the question is empty", "Say what you want to know, as in: cloudops ask \"which databases are public?\"."}
			}
			return c.withIndex(cmd.Context(), func(h *host.Host) error {
				sink := &askSink{w: c.out}
				if c.json {
					sink.w = io.Discard
				}
				answer, err := h.AskAndWait(cmd.Context(), assistant.Request{ConversationID: conversation, Text: strings.Join(argv, " ")}, sink)
				if err != nil {
					return err
				}
				if answer.Notice != nil {
					fmt.Fprintln(c.err, "cloudops:", appError(answer.Notice).Message)
				}
				sources := []string{}
				for _, s := range answer.Sources {
					if s.ARN != "" {
						sources = append(sources, s.ARN)
					}
				}
				return c.result(map[string]any{"conversation_id": answer.ConversationID, "message_id": answer.MessageID, "answer": answer.Text, "sources": sources, "mode": answer.Mode, "partial": answer.Partial}, func(w io.Writer) {
					fmt.Fprintln(w)
					for _, arn := range sources {
						fmt.Fprintln(w, "  "+arn)
					}
				})
			})
		}}
	cmd.Flags().StringVar(&conversation, "conversation", "", "go on in this conversation")
	return cmd
}

// askSink prints the answer as it comes.
type askSink struct {
	assistant.NoSink
	w io.Writer
}

// State implements assistant.Sink.
func (s *askSink) State(assistant.State) {}

// Sources implements assistant.Sink.
func (s *askSink) Sources([]assistant.Source) {}

// Delta implements assistant.Sink.
func (s *askSink) Delta(text string) { fmt.Fprint(s.w, text) }
