package archive

import (
	"path"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"
)

// program is the name of the Node.js module in ids: its two shapes hold the same conversations.
const program = "node"

// nodeKey is what makes two files of the Node.js module the same conversation.
type nodeKey struct{ user, context string }

// plain is a message of the Node.js module, which has no id.
type plain struct {
	role, text string
	at         time.Time
	model      string
}

// chat is a conversation of the Node.js module as one file has it.
type chat struct {
	key              nodeKey
	format           Format
	file             string
	title            string
	created, updated time.Time
	fromFile         bool // the times are those of the file
	archived         bool
	messages         []plain
}

// nodeKeyOf reads whose conversation a file of the Node.js module holds, and which; named: it says which.
func nodeKeyOf(v gjson.Result, format Format, e entry) (k nodeKey, named bool) {
	fields := []string{"context_id", "final_conversation_context.i"}
	if format == FormatNodeRaw {
		fields = []string{"contextId", "id"}
	}
	for _, field := range fields {
		if k.context = valid(word(v.Get(field))); k.context != "" {
			break
		}
	}
	if format == FormatNodeRaw {
		k.user = valid(word(v.Get("userId")))
	} else {
		k.user = userOf(e.stem(), k.context, nil)
	}
	if k.context == "" {
		k.context = e.stem()
		return k, false
	}
	return k, true
}

// userOf is the user in the name of a contexts file. A user whom a raw file of the same conversation names, and with whom the
// name begins, comes first; then what stands before the context id; then what stands before the first underscore, or, where
// there is none, before the first hyphen. Empty: the name has no such part, or is a UUID as a whole.
func userOf(stem, context string, known []string) string {
	for _, u := range known {
		if rest, ok := strings.CutPrefix(stem, u); ok && u != "" && (rest == "" || strings.ContainsAny(rest[:1], "_-")) {
			return u
		}
	}
	if context != "" && stem == context || uuid.Validate(stem) == nil {
		if len(known) == 1 {
			return known[0]
		}
		return ""
	}
	for _, sep := range []string{"_", "-"} {
		if i := strings.Index(stem, sep+context); context != "" && i > 0 {
			return stem[:i]
		}
	}
	for _, sep := range []string{"_", "-"} {
		if i := strings.Index(stem, sep); i > 0 {
			return stem[:i]
		}
	}
	if len(known) == 1 {
		return known[0]
	}
	return ""
}

// nodeChat reads a file of the Node.js module.
func (r *reading) nodeChat(v gjson.Result, format Format, at spot, e entry, key nodeKey) (chat, bool) {
	c := chat{key: key, format: format, file: e.name}
	ok := false
	if format == FormatNodeRaw {
		c, ok = r.nodeRaw(v, at, c)
	} else {
		c, ok = r.nodeContext(v, at, c)
	}
	for _, m := range c.messages {
		if c.created.IsZero() || !m.at.IsZero() && m.at.Before(c.created) {
			c.created = m.at
		}
		if m.at.After(c.updated) {
			c.updated = m.at
		}
	}
	if c.created.IsZero() {
		c.created = c.updated
	}
	if c.created.IsZero() {
		c.created, c.fromFile = e.modified.UTC().Truncate(time.Millisecond), true
	}
	if c.updated.Before(c.created) {
		c.updated = c.created
	}
	return c, ok
}

func (r *reading) nodeRaw(v gjson.Result, at spot, c chat) (chat, bool) {
	c.title = valid(str(v, "chatTitle"))
	c.created, c.updated = timeOf(v.Get("createdAt")), timeOf(v.Get("lastActivity"))
	c.archived = str(v, "status") == "archived"
	list := v.Get("messages")
	if !list.IsArray() {
		r.skip(at, `its "messages" is not a list`)
		return c, false
	}
	for i, m := range items(list) {
		at := at.at("message " + decimal(i+1))
		if !m.IsObject() {
			r.skip(at, "the message is not an object")
			continue
		}
		role := roleOf(m.Get("role"))
		if role == "" {
			r.skip(at, "its role is not user, assistant, system or tool")
			continue
		}
		p := plain{role: role, model: valid(str(m, "model"))}
		for _, field := range []string{"timestamp", "createdAt", "created_at", "time"} {
			if p.at = timeOf(m.Get(field)); !p.at.IsZero() {
				break
			}
		}
		r.addText(&c, at, p, m.Get("content"))
	}
	return c, true
}

func (r *reading) nodeContext(v gjson.Result, at spot, c chat) (chat, bool) {
	c.title = valid(str(v, "chat_title"))
	final := v.Get("final_conversation_context")
	// t and l are when the conversation was begun and last used, where they are times at all.
	c.created, c.updated = timeOf(final.Get("t")), timeOf(final.Get("l"))
	if c.created.IsZero() || !c.updated.IsZero() && c.updated.Before(c.created) {
		c.created, c.updated = c.updated, c.created
	}
	list := final.Get("m")
	if list.Exists() && list.Type != gjson.Null && !list.IsArray() {
		r.skip(at, `its "m" is not a list`)
	}
	for i, m := range items(list) {
		at := at.at("message " + decimal(i+1))
		role := map[string]string{"0": roleUser, "1": roleAssistant}[m.Get("r").Raw]
		if role == "" {
			role = roleOf(m.Get("r"))
		}
		if role == "" {
			r.skip(at, "its r is not 0 (the user) or 1 (the assistant)")
			continue
		}
		r.addText(&c, at, plain{role: role}, m.Get("c"))
	}
	answer := v.Get("processing_results.clean_response")
	if answer.Type == gjson.String && strings.TrimSpace(answer.Str) != "" && !c.endsWith(answer.Str) {
		r.addText(&c, at.at("clean_response"), plain{role: roleAssistant}, answer)
	}
	return c, list.IsArray() || len(c.messages) > 0
}

// endsWith says whether the last message is this answer, whatever the white space.
func (c chat) endsWith(answer string) bool {
	if len(c.messages) == 0 {
		return false
	}
	last := c.messages[len(c.messages)-1]
	same := func(s string) string { return strings.Join(strings.Fields(valid(s)), " ") }
	return last.role == roleAssistant && same(last.text) == same(answer)
}

// addText adds a message whose text is a string, or a list of parts with texts.
func (r *reading) addText(c *chat, at spot, p plain, content gjson.Result) {
	switch {
	case content.Type == gjson.String:
		p.text = content.Str
	case content.IsArray():
		var parts []string
		for _, part := range items(content) {
			if part.Type == gjson.String {
				parts = append(parts, part.Str)
			} else {
				parts = append(parts, str(part, "text"))
			}
		}
		p.text = paragraphs(parts...)
	case !content.Exists() || content.Type == gjson.Null:
	default:
		r.skip(at, "its content is not text")
		return
	}
	text, ok := r.usable(at, p.text)
	if !ok {
		return
	}
	if strings.TrimSpace(text) == "" {
		r.report.Hidden++
		return
	}
	p.text = text
	c.messages = append(c.messages, p)
}

// word is an id: text, or a number as it is written.
func word(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return v.Str
	case gjson.Number:
		return v.Raw
	}
	return ""
}

// base is the name of the file without its folders: to move a file does not change what it is.
func (e entry) base() string { return valid(path.Base(e.name)) }

// stem is base without the extension.
func (e entry) stem() string { return strings.TrimSuffix(e.base(), path.Ext(e.base())) }
