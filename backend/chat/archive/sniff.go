package archive

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
)

// headSize is how much of a file is looked at to tell its format.
const headSize = 64 << 10

// keys are the names of the fields of a value; single: it does not stand in an array.
type keys struct {
	seen   map[string]bool
	single bool
}

// format tells a conversation by its fields, in whatever order they come. Empty: by these, it is none.
func (k keys) format() Format {
	has := func(name string) bool { return k.seen[name] }
	switch {
	case has("mapping"):
		return FormatChatGPT
	case has("chat_messages"):
		return FormatClaude
	case has("final_conversation_context"):
		return FormatNodeContext
	case has("messages") && (has("contextId") || has("userId") || has("chatTitle")):
		return FormatNodeRaw
	case k.single && has("conversation_id") && (has("role") || has("message_id") || has("conversation")):
		return FormatOwn
	}
	return ""
}

// formatOf tells the format of a whole element.
func formatOf(v gjson.Result, single bool) Format {
	k := keys{seen: map[string]bool{}, single: single}
	if !v.IsObject() {
		return ""
	}
	v.ForEach(func(key, _ gjson.Result) bool {
		k.seen[key.Str] = true
		return true
	})
	return k.format()
}

// sniff tells the format of a file by its beginning. single: the file is not an array. Our own format is known by any of its
// lines, so that chat.Import can say which one is damaged.
func sniff(head []byte) (format Format, single bool) {
	if format, single = sniffFirst(head); format != formatCompanion && format != formatMaybe {
		return format, single
	}
	for line := range bytes.Lines(head) {
		k := keys{seen: map[string]bool{}, single: true}
		if bytes.HasPrefix(line, []byte("{")) && k.read(line) && k.format() == FormatOwn {
			return FormatOwn, true
		}
	}
	return format, single
}

// sniffFirst tells the format by the first value.
func sniffFirst(head []byte) (format Format, single bool) {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	if len(head) == 0 {
		return formatCompanion, true
	}
	k := keys{seen: map[string]bool{}, single: head[0] == '{'}
	if head[0] == '[' {
		head = bytes.TrimLeft(head[1:], " \t\r\n")
	}
	if len(head) == 0 || head[0] == ']' {
		return formatMaybe, false
	}
	if head[0] != '{' {
		return formatCompanion, k.single
	}
	closed := k.read(head)
	if f := k.format(); f != "" {
		return f, k.single
	}
	if closed {
		return formatCompanion, k.single
	}
	// Cut off, or its telling field comes later: reading it will say.
	return formatMaybe, k.single
}

// read notes the fields of the object that head begins with, and says whether it saw the object's end.
func (k keys) read(head []byte) (closed bool) {
	dec := json.NewDecoder(bytes.NewReader(head))
	depth, name := 0, true
	for {
		t, err := dec.Token()
		if err != nil {
			return false
		}
		switch t := t.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
				name = depth == 1
			}
			if depth == 0 {
				return true
			}
			if depth == 1 && t == '{' {
				name = true
			}
			continue
		case string:
			if depth == 1 && name {
				k.seen[t] = true
				name = false
				continue
			}
		}
		if depth == 1 {
			name = true
		}
	}
}
