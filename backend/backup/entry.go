package backup

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"cloudops/backend/ledger"
)

// entryLine is a log entry as a line of an object. Fields and sealed stand as they are in the ledger; where they are damaged
// there, so that JSON could not carry them, their bytes are in the raw ones.
type entryLine struct {
	Rev        int64           `json:"rev"`
	At         int64           `json:"at"` // unix milliseconds
	Collection string          `json:"collection"`
	ID         string          `json:"id"`
	Deleted    bool            `json:"deleted,omitempty"`
	Scope      string          `json:"scope"`
	Seq        int64           `json:"seq"`
	Fields     json.RawMessage `json:"fields,omitempty"`
	Sealed     string          `json:"sealed"`
	FieldsRaw  []byte          `json:"fields_raw,omitempty"`
	SealedRaw  []byte          `json:"sealed_raw,omitempty"`
}

// appendEntry writes a line. It is written by hand since the fields must stay byte for byte, and since every entry goes
// through here with every backup.
func appendEntry(b []byte, e ledger.Entry) []byte {
	b = strconv.AppendInt(append(b, `{"rev":`...), e.Rev, 10)
	b = strconv.AppendInt(append(b, `,"at":`...), e.UpdatedAt, 10)
	b = appendText(append(b, `,"collection":`...), e.Collection)
	b = appendText(append(b, `,"id":`...), e.ID)
	if e.Deleted {
		b = append(b, `,"deleted":true`...)
	}
	b = appendText(append(b, `,"scope":`...), e.Scope)
	b = strconv.AppendInt(append(b, `,"seq":`...), e.Seq, 10)
	raw := entryLine{}
	if carries(e.Fields) {
		b = append(append(b, `,"fields":`...), e.Fields...)
	} else {
		raw.FieldsRaw = e.Fields
	}
	if utf8.ValidString(e.Sealed) {
		b = appendText(append(b, `,"sealed":`...), e.Sealed)
	} else {
		b, raw.SealedRaw = append(b, `,"sealed":""`...), []byte(e.Sealed)
	}
	b = appendRaw(b, `,"fields_raw":`, raw.FieldsRaw)
	b = appendRaw(b, `,"sealed_raw":`, raw.SealedRaw)
	return append(b, "}\n"...)
}

// carries tells whether fields can stand in a line as they are.
func carries(fields []byte) bool {
	for _, c := range fields {
		if c < ' ' {
			return false
		}
	}
	return utf8.Valid(fields) && json.Valid(fields)
}

func appendRaw(b []byte, name string, raw []byte) []byte {
	if len(raw) == 0 {
		return b
	}
	text, err := json.Marshal(raw)
	if err != nil {
		return b // bytes always have a JSON form
	}
	return append(append(b, name...), text...)
}

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			text, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...) // text always has a JSON form
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func parseEntry(line []byte) (ledger.Entry, error) {
	var l entryLine
	if err := json.Unmarshal(line, &l); err != nil {
		return ledger.Entry{}, err
	}
	if l.Rev <= 0 || l.Collection == "" || l.ID == "" {
		return ledger.Entry{}, fmt.Errorf("an entry has no revision, collection or id")
	}
	e := ledger.Entry{Deleted: l.Deleted, Record: ledger.Record{Collection: l.Collection, ID: l.ID, Rev: l.Rev, Scope: l.Scope, Seq: l.Seq,
		UpdatedAt: l.At, Fields: l.Fields, Sealed: l.Sealed}}
	if len(l.FieldsRaw) > 0 {
		e.Fields = l.FieldsRaw
	}
	if e.Fields == nil {
		e.Fields = []byte{}
	}
	if len(l.SealedRaw) > 0 {
		e.Sealed = string(l.SealedRaw)
	}
	return e, nil
}
