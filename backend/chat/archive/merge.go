package archive

import (
	"slices"
	"strings"
)

// said is what makes two messages without ids the same.
type said struct{ role, text string }

func (p plain) said() said { return said{p.role, strings.TrimSpace(p.text)} }

// merge joins two files of one conversation. Messages of b that a has, in the order a has them, are a's; the others go before
// the next one that both have, and after the last such to its end. doubles counts those that both have.
func merge(a, b chat) (out chat, doubles int) {
	places := map[said][]int{}
	for i, m := range a.messages {
		places[m.said()] = append(places[m.said()], i)
	}
	before := make(map[int][]plain) // index in a → what goes in front of it
	var waiting []plain
	next := 0 // of a; everything before it is passed
	met := false
	for _, m := range b.messages {
		at := places[m.said()]
		i, _ := slices.BinarySearch(at, next)
		if i == len(at) {
			waiting = append(waiting, m)
			continue
		}
		before[at[i]] = append(before[at[i]], waiting...)
		waiting, next, met = nil, at[i]+1, true
		doubles++
		if old := &a.messages[at[i]]; old.at.IsZero() {
			old.at = m.at
		}
	}
	if !met {
		next = len(a.messages)
	}
	before[next] = append(before[next], waiting...)
	out = a
	out.messages = nil
	for i := 0; i <= len(a.messages); i++ {
		out.messages = append(out.messages, before[i]...)
		if i < len(a.messages) {
			out.messages = append(out.messages, a.messages[i])
		}
	}
	out.describe(b)
	return out, doubles
}

// describe takes over what another file knows better of the conversation. Times that the module wrote are better than
// those of a file.
func (c *chat) describe(b chat) {
	if c.title == "" {
		c.title = b.title
	}
	c.archived = c.archived || b.archived
	switch {
	case c.fromFile && !b.fromFile:
		c.created, c.updated, c.fromFile = b.created, b.updated, false
	case c.fromFile == b.fromFile:
		if b.created.Before(c.created) {
			c.created = b.created
		}
		if b.updated.After(c.updated) {
			c.updated = b.updated
		}
	}
}

// conversation gives a chat of the Node.js module its ids. Its messages follow each other.
func (c chat) conversation(profile string, files []string) Conversation {
	out := Conversation{
		ID: conversationID(profile, program, c.key.user, c.key.context), UserID: c.key.user, OriginalID: c.key.context, Title: c.title,
		CreatedAt: c.created, UpdatedAt: c.updated, Archived: c.archived, Format: c.format, Origin: c.file, Files: files,
	}
	nth := map[said]int{}
	for _, m := range c.messages {
		s := m.said()
		id := textID(out.ID, s.role, s.text, nth[s])
		nth[s]++
		out.Messages = append(out.Messages, Message{ID: id, ParentID: out.ActiveLeaf, Role: m.role, Text: m.text, At: m.at, Model: m.model})
		out.ActiveLeaf = id
	}
	return out
}
