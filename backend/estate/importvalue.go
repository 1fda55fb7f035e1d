package estate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// parseResource reads one resource of any of the formats and normalises it. The notes say what was wrong and left out.
func parseResource(raw []byte) (Resource, []string, error) {
	var notes []string
	if !utf8.Valid(raw) {
		notes = append(notes, "it is not valid UTF-8; the bytes in question were replaced")
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil || object == nil {
		return Resource{}, nil, fmt.Errorf("%w: it is not a JSON object%s", ErrInvalid, why(err))
	}
	p := &valueParser{fields: map[string]json.RawMessage{}, notes: notes}
	for _, k := range sortedKeys(object) {
		p.fields[squeeze(k)] = object[k]
	}
	r := Resource{
		ARN: p.text("arn", "resourcearn", "resourcearns"), Type: p.text("type", "resourcetype"), Name: p.text("name", "resourcename"),
		Region: p.text("region", "awsregion"), AccountID: account(p.text("accountid", "account", "awsaccountid", "ownerid")),
		Tags: p.tags(), Attributes: p.object("attributes", "configuration", "properties"), Related: p.relations(),
	}
	if r.ARN == "" {
		return r, nil, fmt.Errorf("%w: it has no ARN%s", ErrInvalid, joined(p.notes))
	}
	clean, more, err := normalise(r)
	if err != nil {
		return r, nil, err
	}
	return clean, append(p.notes, more...), nil
}

func why(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

func joined(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return " (" + strings.Join(notes, "; ") + ")"
}

// account gives an id that was written as a number its leading zeros back.
func account(id string) string {
	if id != "" && len(id) < 12 && strings.Trim(id, "0123456789") == "" {
		return strings.Repeat("0", 12-len(id)) + id
	}
	return id
}

// valueParser reads the fields of one resource, tolerant of null and of what has the wrong type.
type valueParser struct {
	fields map[string]json.RawMessage
	notes  []string
}

func (p *valueParser) note(name, want string) {
	p.notes = append(p.notes, fmt.Sprintf("%s is not %s and was left out", name, want))
}

// raw is the first of the names that is there and not null.
func (p *valueParser) raw(names ...string) (json.RawMessage, string) {
	for _, n := range names {
		if v, ok := p.fields[n]; ok && string(bytes.TrimSpace(v)) != "null" {
			return v, n
		}
	}
	return nil, ""
}

func (p *valueParser) text(names ...string) string {
	raw, name := p.raw(names...)
	if raw == nil {
		return ""
	}
	s, ok := scalarOf(raw)
	if !ok {
		p.note(name, "a text")
	}
	return s
}

// scalarOf is a JSON string, number or truth value as text.
func scalarOf(raw json.RawMessage) (string, bool) {
	v, err := decode(raw)
	if err != nil {
		return "", false
	}
	switch v.(type) {
	case string, json.Number, bool:
		return scalar(v), true
	case nil:
		return "", true
	}
	return "", false
}

func decode(raw json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // ids of 64 bits keep their digits
	var v any
	err := dec.Decode(&v)
	return v, err
}

func (p *valueParser) object(names ...string) map[string]any {
	raw, name := p.raw(names...)
	if raw == nil {
		return nil
	}
	v, err := decode(raw)
	m, ok := v.(map[string]any)
	if err != nil || !ok {
		p.note(name, "an object")
		return nil
	}
	return m
}

// tags are {"k": "v"} or [{"Key": "k", "Value": "v"}].
func (p *valueParser) tags() map[string]string {
	raw, _ := p.raw("tags", "taglist", "tagset")
	if raw == nil {
		return nil
	}
	out := map[string]string{}
	var object map[string]json.RawMessage
	var list []json.RawMessage
	switch {
	case json.Unmarshal(raw, &object) == nil:
		for _, k := range sortedKeys(object) {
			v, ok := scalarOf(object[k])
			if !ok {
				p.note("tag "+clip(k), "a text")
				continue
			}
			out[k] = v
		}
	case json.Unmarshal(raw, &list) == nil:
		for i, item := range list {
			var pair struct{ Key, Value json.RawMessage }
			if json.Unmarshal(item, &pair) != nil {
				p.note(fmt.Sprintf("tag %d", i+1), "a pair of Key and Value")
				continue
			}
			k, okKey := scalarOf(orNull(pair.Key))
			v, okValue := scalarOf(orNull(pair.Value))
			if !okKey || !okValue || k == "" {
				p.note(fmt.Sprintf("tag %d", i+1), "a pair of Key and Value")
				continue
			}
			out[k] = v
		}
	default:
		p.note("tags", "an object or a list")
		return nil
	}
	return out
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

func (p *valueParser) relations() []Relation {
	raw, name := p.raw("related", "relations")
	if raw == nil {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		p.note(name, "a list")
		return nil
	}
	out := make([]Relation, 0, len(list))
	for i, item := range list {
		var rel Relation
		if json.Unmarshal(item, &rel) != nil || rel.Target == "" {
			p.note(fmt.Sprintf("relation %d", i+1), "an object with kind and target")
			continue
		}
		out = append(out, rel)
	}
	return out
}
