package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudops/backend/chat"
	"cloudops/backend/estate"
	"cloudops/backend/host"
	"cloudops/backend/store"
)

// Where a search looks.
const (
	inEstate = "estate"
	inChats  = "chats"
	inAll    = "all"
)

type searchFlags struct {
	in                                  string
	types, regions, accounts, tags, env []string
	limit                               int
	batch                               string
}

func (c *cli) searchCommand() *cobra.Command {
	var o searchFlags
	cmd := &cobra.Command{Use: "search QUERY", Short: "Find resources and messages by meaning", Args: args(0, -1, "a query"),
		RunE: func(cmd *cobra.Command, argv []string) error {
			if err := o.check(argv); err != nil {
				return err
			}
			return c.withIndex(cmd.Context(), func(h *host.Host) error {
				if o.batch != "" {
					return c.searchBatch(cmd.Context(), h, o)
				}
				return c.searchOnce(cmd.Context(), h, strings.Join(argv, " "), o)
			})
		}}
	f := cmd.Flags()
	f.StringVar(&o.in, "in", inAll, "estate, chats or all")
	f.StringArrayVar(&o.types, "type", nil, "a CloudFormation type; may be repeated")
	f.StringArrayVar(&o.regions, "region", nil, "a region; may be repeated")
	f.StringArrayVar(&o.accounts, "account", nil, "an account id; may be repeated")
	f.StringArrayVar(&o.tags, "tag", nil, "k or k=v; may be repeated, all must fit")
	f.StringArrayVar(&o.env, "env", nil, "an environment; may be repeated")
	f.IntVar(&o.limit, "limit", 10, "at most so many hits of each kind, 1 to 1000")
	f.StringVar(&o.batch, "batch", "", `a file of {"id","query","in"} lines; answers {"id","hits"} lines`)
	return cmd
}

func (o searchFlags) check(argv []string) error {
	switch {
	case !slices.Contains([]string{inEstate, inChats, inAll}, o.in):
		return usageError{fmt.Sprintf("--in is %q", o.in), "Use estate, chats or all."}
	case o.limit < 1 || o.limit > 1000:
		return usageError{fmt.Sprintf("--limit is %d", o.limit), "Choose a number from 1 to 1000."}
	case o.batch == "" && len(argv) == 0:
		return usageError{"search takes a query", "See `cloudops search --help`."}
	case o.batch != "" && len(argv) > 0:
		return usageError{"search takes a query or --batch, not both", "See `cloudops search --help`."}
	case o.batch == "" && strings.TrimSpace(strings.Join(argv, " ")) == "" && len(o.filters()) == 0:
		return usageError{"the query is empty", "Say what you look for, as in: cloudops search \"production database\"."}
	case o.batch != "":
		f, err := openFile(o.batch)
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

func (o searchFlags) filters() []estate.Filter {
	var out []estate.Filter
	add := func(field string, values []string) {
		if len(values) > 0 {
			out = append(out, estate.Filter{Field: field, Values: values})
		}
	}
	add("type", o.types)
	add("region", o.regions)
	add("account_id", o.accounts)
	add("env", o.env)
	for _, tag := range o.tags {
		add("tag", []string{tag})
	}
	return out
}

// searchLine is the answer to one search.
type searchLine struct {
	Query      string       `json:"query"`
	TookMS     float64      `json:"took_ms"` // from the query to the ranked result
	Pending    int          `json:"pending"`
	Understood []string     `json:"understood"`
	Notes      []string     `json:"notes,omitempty"`
	Total      int          `json:"total"` // of the estate
	Estate     []estateLine `json:"estate"`
	Chats      []chatLine   `json:"chats"`
}

type estateLine struct {
	ARN       string            `json:"arn"`
	Type      string            `json:"type"`
	Name      string            `json:"name"`
	Region    string            `json:"region"`
	AccountID string            `json:"account_id"`
	Tags      map[string]string `json:"tags"`
	Score     float64           `json:"score"`
	Why       []string          `json:"why"`
}

type chatLine struct {
	MessageID      string  `json:"message_id"`
	ConversationID string  `json:"conversation_id"`
	Title          string  `json:"title"`
	Role           string  `json:"role"`
	Timestamp      string  `json:"timestamp"`
	Snippet        string  `json:"snippet"`
	Score          float64 `json:"score"`
}

func (c *cli) searchOnce(ctx context.Context, h *host.Host, text string, o searchFlags) error {
	// The first use of the model loads it; the time that is told is that of a search in a running app.
	if err := h.WarmUp(ctx); err != nil {
		return err
	}
	line := searchLine{Query: text, Understood: []string{}, Estate: []estateLine{}, Chats: []chatLine{}}
	start := time.Now()
	if o.in != inChats {
		if err := line.searchEstate(ctx, h, text, o); err != nil {
			return err
		}
	}
	if o.in != inEstate && strings.TrimSpace(text) != "" {
		if err := line.searchChats(ctx, h, text, o); err != nil {
			return err
		}
	}
	line.TookMS = milliseconds(start)
	return c.result(line, line.say)
}

func (l *searchLine) searchEstate(ctx context.Context, h *host.Host, text string, o searchFlags) error {
	page, err := h.Estate.Search(ctx, estate.Query{Text: text, Filters: o.filters(), Limit: o.limit, NoFacets: true})
	if err != nil {
		return err
	}
	l.Pending += page.Pending
	l.Total, l.Notes = page.Total, page.Notes
	for _, f := range page.Understood {
		l.Understood = append(l.Understood, f.Label)
	}
	for _, hit := range page.Hits {
		l.Estate = append(l.Estate, estateLine{hit.ARN, hit.Type, hit.Name, hit.Region, hit.AccountID, hit.Tags, hit.Score, list(hit.Why)})
	}
	return nil
}

func (l *searchLine) searchChats(ctx context.Context, h *host.Host, text string, o searchFlags) error {
	found, err := h.Chat.Search(ctx, text, chat.Filter{}, o.limit)
	if err != nil {
		return err
	}
	l.Pending += found.Pending
	for _, hit := range found.Hits {
		l.Chats = append(l.Chats, chatLine{hit.MessageID, hit.ConversationID, hit.Title, hit.Role, stamp(hit.Timestamp), hit.Snippet, hit.Score})
	}
	return nil
}

func (l *searchLine) say(w io.Writer) {
	if len(l.Understood) > 0 {
		fmt.Fprintln(w, "understood:", strings.Join(l.Understood, " · "))
	}
	for _, e := range l.Estate {
		fmt.Fprintf(w, "%-44s %-34s %-14s %s\n    %s\n", e.Name, e.Type, e.Region, strings.Join(e.Why, "; "), e.ARN)
	}
	for _, m := range l.Chats {
		fmt.Fprintf(w, "%s  %s: %s\n    %s  %s\n", m.Timestamp, m.Role, m.Snippet, m.ConversationID, m.Title)
	}
	fmt.Fprintf(w, "%d resources (of %d), %d messages in %.1f ms", len(l.Estate), l.Total, len(l.Chats), l.TookMS)
	if l.Pending > 0 {
		fmt.Fprintf(w, "; %d records are not yet searchable in full", l.Pending)
	}
	fmt.Fprintln(w)
}

// searchBatch answers each line of a file; a query that fails is answered with its error, and the rest goes on.
func (c *cli) searchBatch(ctx context.Context, h *host.Host, o searchFlags) error {
	if err := h.WaitEmbedded(ctx, func(int, int) {}); err != nil {
		return err
	}
	failed := 0
	err := readLines(o.batch, func(number int, raw []byte) error {
		var q struct{ ID, Query, In string }
		if err := json.Unmarshal(raw, &q); err != nil {
			return usageError{fmt.Sprintf("%s:%d: %v", o.batch, number, err), `Each line is {"id","query","in"}.`}
		}
		hits, err := batchHits(ctx, h, q.Query, q.In, o)
		if ctx.Err() != nil || errors.Is(err, store.ErrIndexDown) {
			return err
		}
		if err != nil {
			failed++
			e := appError(err)
			return c.print(map[string]any{"id": q.ID, "hits": []string{}, "error": map[string]string{"code": e.Code, "message": e.Message, "hint": e.Hint}})
		}
		return c.print(map[string]any{"id": q.ID, "hits": hits})
	})
	if err == nil && failed > 0 {
		err = reportedError{fmt.Errorf("%d queries failed", failed)}
	}
	return err
}

// batchHits are ARNs, or ids of messages; resources first where both are asked for.
func batchHits(ctx context.Context, h *host.Host, text, in string, o searchFlags) ([]string, error) {
	if in == "" {
		in = o.in
	}
	if in == inAll {
		in = inEstate
	}
	limit := max(o.limit, 100)
	hits := []string{}
	switch in {
	case inEstate:
		page, err := h.Estate.Search(ctx, estate.Query{Text: text, Filters: o.filters(), Limit: limit, NoFacets: true})
		if err != nil {
			return nil, err
		}
		for _, hit := range page.Hits {
			hits = append(hits, hit.ARN)
		}
	case inChats:
		found, err := h.Chat.Search(ctx, text, chat.Filter{}, limit)
		if err != nil {
			return nil, err
		}
		for _, hit := range found.Hits {
			hits = append(hits, hit.MessageID)
		}
	default:
		return nil, fmt.Errorf("%w: in is %q, not estate or chats", estate.ErrInvalid, in)
	}
	return hits, nil
}
