package archive

import (
	"strings"

	"github.com/tidwall/gjson"
)

// chatGPT reads a conversation of ChatGPT's export: a tree of nodes under "mapping", of which those below current_node's
// root are shown.
func (r *reading) chatGPT(v gjson.Result, at spot, e entry, ordinal int) (Conversation, bool) {
	original := valid(str(v, "conversation_id"))
	if original == "" {
		original = valid(str(v, "id"))
	}
	name := original
	if name == "" {
		name = r.unnamed(v.Get("create_time"), e, ordinal)
	}
	c := Conversation{
		ID: conversationID(r.opt.UserID, string(FormatChatGPT), "", name), OriginalID: original, Title: valid(str(v, "title")),
		CreatedAt: timeOf(v.Get("create_time")), UpdatedAt: timeOf(v.Get("update_time")),
		Archived: v.Get("is_archived").Type == gjson.True, Pinned: v.Get("is_starred").Type == gjson.True,
		Format: FormatChatGPT, Origin: e.name, Files: []string{e.name},
	}
	mapping := v.Get("mapping")
	if !mapping.IsObject() {
		r.skip(at, `the conversation's "mapping" is not an object, so that it has no messages`)
		return c, false
	}
	model := valid(str(v, "default_model_slug"))
	var nodes []node
	order, listedBy, seen := map[string]int{}, map[string]string{}, map[string]bool{}
	mapping.ForEach(func(key, n gjson.Result) bool {
		id := key.String()
		if id == "" || seen[id] {
			r.skip(at.at("a message"), "its id is empty or another message's")
			return true
		}
		seen[id] = true
		nodes = append(nodes, r.chatGPTNode(id, n, at.at("message "+short(valid(id))), c.ID, model))
		for i, child := range items(n.Get("children")) {
			if child.Type == gjson.String {
				order[child.Str], listedBy[child.Str] = i, id
			}
		}
		return true
	})
	for i, n := range nodes {
		if !seen[n.parent] {
			nodes[i].parent = listedBy[n.id] // where a node does not name its parent, its parent may name it
		}
	}
	return r.grow(c, at, nodes, order, str(v, "current_node"))
}

// unnamed is the name of a conversation without an id: when it was made, or else its place in the file.
func (r *reading) unnamed(created gjson.Result, e entry, ordinal int) string {
	if !timeOf(created).IsZero() {
		return "created " + created.Raw
	}
	return e.base() + "#" + decimal(ordinal)
}

// grow makes the messages of a conversation of its nodes.
func (r *reading) grow(c Conversation, at spot, nodes []node, order map[string]int, leaf string) (Conversation, bool) {
	lost := 0
	c.Messages, c.ActiveLeaf, lost = newTree(nodes, order).flatten(leaf)
	if lost > 0 {
		r.skip(at, decimal(lost)+" messages are their own ancestors, so that they have no place")
	}
	for _, n := range nodes {
		if n.hidden && !n.refused {
			r.report.Hidden++
		}
	}
	return c, true
}

// chatGPTNode reads one node. One without a message, and one that ChatGPT does not show, is hidden.
func (r *reading) chatGPTNode(id string, n gjson.Result, at spot, conversation, model string) node {
	out := node{id: id, parent: str(n, "parent"), hidden: true}
	m := n.Get("message")
	if !m.IsObject() {
		if m.Exists() && m.Type != gjson.Null {
			out.refused = true
			r.skip(at, "the message is not an object")
		}
		return out
	}
	role := roleOf(m.Get("author.role"))
	meta, content := m.Get("metadata"), m.Get("content")
	switch kind := str(content, "content_type"); {
	case meta.Get("is_visually_hidden_from_conversation").Type == gjson.True,
		role == roleSystem && m.Get("weight").Type == gjson.Number && m.Get("weight").Num == 0,
		kind == "user_editable_context", kind == "model_editable_context", kind == "reasoning_recap":
		return out
	case kind == "thoughts":
		out.reasoning = r.optional(at, "what was thought", thoughts(content))
		return out
	case role == "":
		out.refused = true
		r.skip(at, "its role is not user, assistant, system or tool")
		return out
	}
	text, ok := r.chatGPTText(content, meta)
	if !ok {
		out.refused = true
		r.skip(at, "its content is of a type that is not known")
		return out
	}
	if to := str(m, "recipient"); role == roleAssistant && to != "" && to != "all" {
		role = roleTool // what the model asked a tool for, which ChatGPT does not show as an answer
		text = paragraphs("[Call of "+valid(to)+"]", text)
	}
	if strings.TrimSpace(text) == "" {
		return out
	}
	if text, ok = r.usable(at, text); !ok {
		out.refused = true
		return out
	}
	out.hidden = false
	out.msg = Message{ID: messageID(conversation, id), OriginalID: valid(id), Role: role, Text: text, At: timeOf(m.Get("create_time"))}
	if role == roleAssistant {
		if out.msg.Model = valid(str(meta, "model_slug")); out.msg.Model == "" {
			out.msg.Model = model
		}
	}
	return out
}

// thoughts is the reasoning of a model: a list of summaries and what they sum up.
func thoughts(content gjson.Result) string {
	var parts []string
	for _, t := range items(content.Get("thoughts")) {
		head := str(t, "summary")
		if head != "" {
			head = "**" + head + "**"
		}
		parts = append(parts, head, str(t, "content"))
	}
	return paragraphs(parts...)
}

// chatGPTText makes one text of a content of any type; false when nothing of it can be read.
func (r *reading) chatGPTText(content, meta gjson.Result) (string, bool) {
	var text string
	switch kind := str(content, "content_type"); kind {
	case "code":
		language := str(content, "language")
		if language == "unknown" {
			language = ""
		}
		text = fenced(oneWord(language), str(content, "text"))
	case "execution_output":
		text = fenced("", str(content, "text"))
	case "tether_quote":
		text = paragraphs(strings.TrimSpace(str(content, "title")+" "+str(content, "url")), str(content, "text"))
	case "tether_browsing_display":
		text = paragraphs(str(content, "summary"), str(content, "result"))
	default:
		parts := content.Get("parts")
		whole := content.Get("text")
		switch {
		case content.Type == gjson.String:
			text = content.Str
		case parts.IsArray():
			text = r.chatGPTParts(parts)
		case whole.Type == gjson.String:
			text = whole.Str
		case !content.Exists() || content.Type == gjson.Null || kind != "" && !parts.Exists():
		default:
			return "", false
		}
	}
	var files []string
	for _, a := range items(meta.Get("attachments")) {
		r.report.Attachments++
		files = append(files, "[File: "+label(str(a, "name"), "without a name")+"]")
	}
	return paragraphs(text, strings.Join(files, "\n")), true
}

// chatGPTParts joins the parts of a message: texts, and notes in place of what is no text.
func (r *reading) chatGPTParts(parts gjson.Result) string {
	var out []string
	parts.ForEach(func(_, p gjson.Result) bool {
		if p.Type == gjson.String {
			out = append(out, p.Str)
			return true
		}
		if !p.IsObject() {
			return true
		}
		switch kind := str(p, "content_type"); {
		case str(p, "text") != "": // a transcript of speech among others
			out = append(out, str(p, "text"))
		case kind == "image_asset_pointer":
			r.report.Attachments++
			out = append(out, "["+label(strings.TrimSpace("Picture: "+str(p, "metadata.dalle.prompt")), "")+"]")
		case strings.Contains(kind, "audio") || strings.Contains(kind, "video"):
			r.report.Attachments++
			out = append(out, "[Recording]")
		default:
			r.report.Attachments++
			out = append(out, "["+label(kind, "Something that is no text")+"]")
		}
		return true
	})
	return paragraphs(out...)
}
