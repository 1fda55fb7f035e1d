package archive

import (
	"strings"

	"github.com/tidwall/gjson"
)

// claude reads a conversation of Claude's export: a list of messages, which name the message before them where the
// conversation has branches.
func (r *reading) claude(v gjson.Result, at spot, e entry, ordinal int) (Conversation, bool) {
	original := valid(str(v, "uuid"))
	name := original
	if name == "" {
		name = r.unnamed(v.Get("created_at"), e, ordinal)
	}
	c := Conversation{
		ID: conversationID(r.opt.UserID, string(FormatClaude), "", name), OriginalID: original, Title: valid(str(v, "name")),
		CreatedAt: timeOf(v.Get("created_at")), UpdatedAt: timeOf(v.Get("updated_at")),
		Pinned: v.Get("is_starred").Type == gjson.True, Format: FormatClaude, Origin: e.name, Files: []string{e.name},
	}
	list := v.Get("chat_messages")
	if !list.IsArray() {
		r.skip(at, `the conversation's "chat_messages" is not a list, so that it has no messages`)
		return c, false
	}
	model := valid(str(v, "model"))
	nodes := r.claudeNodes(items(list), at, c.ID, model)
	leaf := str(v, "current_leaf_message_uuid")
	if leaf == "" && len(nodes) > 0 {
		leaf = nodes[len(nodes)-1].id
	}
	return r.grow(c, at, nodes, nil, leaf)
}

func (r *reading) claudeNodes(list []gjson.Result, at spot, conversation, model string) []node {
	branches := false
	for _, m := range list {
		branches = branches || str(m, "parent_message_uuid") != ""
	}
	var nodes []node
	seen := map[string]bool{}
	for i, m := range list {
		at := at.at("message " + decimal(i+1))
		n := r.claudeNode(m, at, conversation, i)
		if seen[n.id] {
			r.skip(at, "its id is another message's")
			continue
		}
		seen[n.id] = true
		if n.msg.Role == roleAssistant {
			n.msg.Model = model
		}
		if !branches && len(nodes) > 0 {
			n.parent = nodes[len(nodes)-1].id
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func (r *reading) claudeNode(m gjson.Result, at spot, conversation string, index int) node {
	id := str(m, "uuid")
	n := node{id: id, parent: str(m, "parent_message_uuid"), hidden: true, refused: true}
	if id == "" {
		n.id = "#" + decimal(index)
	}
	role := roleOf(m.Get("sender"))
	switch {
	case !m.IsObject():
		r.skip(at, "the message is not an object")
		return n
	case role == "":
		r.skip(at, "its sender is not human or assistant")
		return n
	}
	n.msg = Message{ID: messageID(conversation, n.id), OriginalID: valid(id), Role: role, At: timeOf(m.Get("created_at"))}
	text, ok := r.claudeText(m, at, &n.msg)
	if !ok {
		r.skip(at, "its text is not text")
		return n
	}
	whole := paragraphs(text, r.claudeFiles(m))
	if len(whole) > MaxText && len(text) <= MaxText {
		r.skip(at, "the text of its attachments, which makes it longer than "+size(MaxText)+", was left out")
		whole = text
	}
	if n.msg.Text, ok = r.usable(at, whole); !ok {
		return n
	}
	n.refused = false
	n.hidden = strings.TrimSpace(n.msg.Text) == "" && n.msg.Reasoning == "" && len(n.msg.ToolCalls) == 0
	return n
}

// claudeText reads the blocks of a message, or its text where it has none.
func (r *reading) claudeText(m gjson.Result, at spot, into *Message) (string, bool) {
	content := m.Get("content")
	whole := m.Get("text")
	if content.Type == gjson.String {
		return content.Str, true
	}
	var texts, thought []string
	calls := map[string]int{}
	outputs := map[int][]string{}
	content.ForEach(func(_, b gjson.Result) bool {
		switch str(b, "type") {
		default: // "text", and others that have one
			texts = append(texts, str(b, "text"))
		case "thinking":
			thought = append(thought, str(b, "thinking"))
		case "tool_use":
			calls[str(b, "id")] = len(into.ToolCalls)
			into.ToolCalls = append(into.ToolCalls, ToolCall{Name: valid(str(b, "name")), Input: b.Get("input").Raw})
		case "tool_result":
			i, ok := calls[str(b, "tool_use_id")]
			if !ok || str(b, "tool_use_id") == "" {
				i = len(into.ToolCalls) - 1 // older exports do not number them: it is the latest call's
			}
			if i < 0 {
				into.ToolCalls = append(into.ToolCalls, ToolCall{Name: valid(str(b, "name"))})
				i = 0
			}
			outputs[i] = append(outputs[i], resultText(b.Get("content")))
			into.ToolCalls[i].Failed = into.ToolCalls[i].Failed || b.Get("is_error").Type == gjson.True
		}
		return true
	})
	into.Reasoning = r.optional(at, "what was thought", paragraphs(thought...))
	left := MaxText - len(into.Reasoning)
	for i := range into.ToolCalls {
		call := &into.ToolCalls[i]
		call.Input = r.within(&left, at, "a tool's input", call.Input)
		call.Output = r.within(&left, at, "a tool's result", paragraphs(outputs[i]...))
	}
	text := paragraphs(texts...)
	switch {
	case text != "":
		return text, true
	case len(into.ToolCalls) > 0 && whole.Type == gjson.String && content.IsArray():
		return "", true // the text says no more than that there is a block which it cannot show
	case whole.Type == gjson.String:
		return whole.Str, true
	}
	return "", !whole.Exists() || whole.Type == gjson.Null || content.IsArray()
}

// within is optional for texts that together have at most left bytes.
func (r *reading) within(left *int, at spot, what, s string) string {
	if len(s) <= MaxText && len(s) > *left {
		r.skip(at.at(at.what+", "+what), "all that goes along with the message has more than "+size(MaxText))
		return ""
	}
	s = r.optional(at, what, s)
	*left -= len(s)
	return s
}

// resultText is what a tool answered: text, blocks of text, or anything else as JSON.
func resultText(content gjson.Result) string {
	switch {
	case content.Type == gjson.String:
		return content.Str
	case !content.IsArray():
		return content.Raw
	}
	var parts []string
	for _, b := range items(content) {
		if text := str(b, "text"); text != "" {
			parts = append(parts, text)
		} else {
			parts = append(parts, b.Raw)
		}
	}
	return paragraphs(parts...)
}

// claudeFiles names what was attached, with the text that Claude took out of it.
func (r *reading) claudeFiles(m gjson.Result) string {
	var out []string
	named := map[string]bool{}
	for _, a := range items(m.Get("attachments")) {
		name := label(str(a, "file_name"), "pasted text")
		named[name] = true
		text := str(a, "extracted_content")
		if text == "" {
			r.report.Attachments++
		}
		out = append(out, paragraphs("[File: "+name+"]", fenced("", text)))
	}
	for _, field := range []string{"files", "files_v2"} {
		for _, f := range items(m.Get(field)) {
			name := label(str(f, "file_name"), "without a name")
			if !named[name] {
				named[name] = true
				r.report.Attachments++
				out = append(out, "[File: "+name+"]")
			}
		}
	}
	return paragraphs(out...)
}
