package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/chat"
	"cloudops/backend/host"
)

// conversation is two people talking, over several sittings.
type conversation struct {
	ID    string `json:"id"`
	Turns []struct {
		ID      string `json:"id"`
		Session int    `json:"session"`
		Date    string `json:"date"` // of the session: "1:56 pm on 8 May, 2023"
		Speaker string `json:"speaker"`
		Text    string `json:"text"`
		Caption string `json:"image_caption"`
	} `json:"turns"`
	Queries []struct {
		ID    string `json:"id"`
		Query string `json:"query"`
	} `json:"queries"`
}

type chats struct {
	conversations []conversation
	captions      bool
}

// namespace of the ids that are made of the file's own.
var namespace = uuid.MustParse("2f6b3c53-4f0a-5b0e-8a52-0d2f7d6e7c11")

func idOf(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(fmt.Sprintf("%q", parts))).String()
}

// sessionDate is how the file writes times.
const sessionDate = "3:04 pm on 2 January, 2006"

// load writes the conversations in the app's own format of export and imports that. The one who speaks first is the
// user; who speaks stands before the text, as in any chat that is copied.
func (c chats) load(ctx context.Context, h *host.Host) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, conv := range c.conversations {
		for i, turn := range conv.Turns {
			at, err := time.Parse(sessionDate, turn.Date)
			if err != nil {
				return fmt.Errorf("conversation %s, turn %s: %w", conv.ID, turn.ID, err)
			}
			line := chat.Line{
				ConversationID: idOf(conv.ID), MessageID: idOf(conv.ID, turn.ID), Seq: int64(i + 1), Role: chat.RoleAssistant,
				SessionID: idOf(conv.ID, fmt.Sprint(turn.Session)), Timestamp: at.Format(time.RFC3339),
				Content: turn.Speaker + ": " + turn.Text,
			}
			if turn.Speaker == conv.Turns[0].Speaker {
				line.Role = chat.RoleUser
			}
			if turn.Caption != "" && c.captions {
				line.Content += "\n![" + turn.Caption + "]()"
			}
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
	}
	done, err := h.Chat.Import(ctx, &lines)
	if err != nil {
		return err
	}
	if done.Bad > 0 {
		return fmt.Errorf("import: %d lines could not be used, the first: %w", done.Bad, done.BadLines[0].Err)
	}
	return nil
}

func (c chats) queries() []query {
	var out []query
	for _, conv := range c.conversations {
		turns := make(map[string]string, len(conv.Turns))
		for _, turn := range conv.Turns {
			turns[idOf(conv.ID, turn.ID)] = turn.ID
		}
		for _, q := range conv.Queries {
			out = append(out, query{q.ID, func(ctx context.Context, h *host.Host) ([]string, error) {
				found, err := h.Chat.Search(ctx, q.Query, chat.Filter{ConversationID: idOf(conv.ID)}, hitsWanted)
				var hits []string
				for _, hit := range found.Hits {
					hits = append(hits, turns[hit.MessageID])
				}
				return hits, err
			}})
		}
	}
	return out
}
