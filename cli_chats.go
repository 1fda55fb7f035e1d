package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

func (c *cli) chatsList() *cobra.Command {
	var limit int
	cmd := &cobra.Command{Use: "list", Short: "List conversations, pinned ones first, then newest first", Args: args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return usageError{fmt.Sprintf("--limit is %d", limit), "Choose a number from 1, or 0 for all."}
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error {
				lines, err := listConversations(cmd.Context(), h, limit)
				if err != nil {
					return err
				}
				return c.result(lines, func(w io.Writer) {
					for _, l := range lines {
						fmt.Fprintf(w, "%s  %s  %4d  %s\n", l.ConversationID, l.LastActivity, l.MessageCount, l.Title)
					}
				})
			})
		}}
	cmd.Flags().IntVar(&limit, "limit", 0, "at most so many (0: all)")
	return cmd
}

func listConversations(ctx context.Context, h *host.Host, limit int) ([]conversationLine, error) {
	lines := []conversationLine{}
	for cursor := ""; ; {
		page, err := h.Chat.List(ctx, chat.ListOptions{Cursor: cursor, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for _, conv := range page.Conversations {
			if limit > 0 && len(lines) == limit {
				return lines, nil
			}
			lines = append(lines, conversationLine{conv.ID, conv.Title, stamp(conv.CreatedAt), stamp(conv.LastActivity), conv.MessageCount, conv.Status, conv.Pinned})
		}
		if cursor = page.Next; cursor == "" {
			return lines, nil
		}
	}
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
				return nil
			})
		}}
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl or md")
	return cmd
}

func (c *cli) chatsImport() *cobra.Command {
	return &cobra.Command{Use: "import FILE|FOLDER", Short: "Import conversations that were exported as JSON lines", Args: args(1, 1, "a file or a folder"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			files, err := importFiles(argv[0])
			if err != nil {
				return err
			}
			return c.withHost(cmd.Context(), func(h *host.Host) error { return c.importChats(cmd.Context(), h, files) })
		}}
}

func importFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError{err.Error(), "Name a file, or a folder of .jsonl files."}
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	files, err := filepath.Glob(filepath.Join(path, "*.jsonl"))
	if err == nil && len(files) == 0 {
		err = usageError{"there are no .jsonl files in " + path, "Name a file, or a folder of .jsonl files."}
	}
	return files, err
}

func (c *cli) importChats(ctx context.Context, h *host.Host, files []string) error {
	type skipped struct {
		File  string `json:"file"`
		Line  int    `json:"line"`
		Error string `json:"error"`
	}
	var sum chat.Imported
	bad := []skipped{}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		done, err := h.Chat.Import(ctx, f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		sum.Conversations += done.Conversations
		sum.Messages += done.Messages
		sum.Unchanged += done.Unchanged
		sum.Bad += done.Bad
		for _, b := range done.BadLines {
			bad = append(bad, skipped{path, b.Line, b.Err.Error()})
		}
	}
	err := c.result(map[string]any{"conversations": sum.Conversations, "messages": sum.Messages, "unchanged": sum.Unchanged, "skipped": sum.Bad, "partial": sum.Bad > 0, "skipped_lines": bad}, func(w io.Writer) {
		fmt.Fprintf(w, "%d conversations and %d messages imported, %d were there, %d lines skipped\n", sum.Conversations, sum.Messages, sum.Unchanged, sum.Bad)
		for _, b := range bad {
			fmt.Fprintf(w, "  %s:%d: %s\n", b.File, b.Line, b.Error)
		}
	})
	if err == nil && sum.Bad > 0 && sum.Messages+sum.Unchanged == 0 {
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
				answer, err := h.Assistant.Answer(cmd.Context(), assistant.Request{ConversationID: conversation, Text: strings.Join(argv, " ")}, sink)
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
type askSink struct{ w io.Writer }

// State implements assistant.Sink.
func (s *askSink) State(assistant.State) {}

// Sources implements assistant.Sink.
func (s *askSink) Sources([]assistant.Source) {}

// Delta implements assistant.Sink.
func (s *askSink) Delta(text string) { fmt.Fprint(s.w, text) }
