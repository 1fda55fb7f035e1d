package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"cloudops/backend/crypto"
	"cloudops/backend/ledger"
)

// sealSchema is the version of what sealed content is bound to.
const sealSchema = "1"

// seal checks a record and makes the ledger's row of it.
func (s *Store) seal(col *collection, rec Record) (ledger.Record, error) {
	if id, err := uuid.Parse(rec.ID); err != nil || id.String() != rec.ID {
		return ledger.Record{}, fmt.Errorf("store: %q is not a UUID in canonical form", rec.ID)
	}
	fields := rec.Fields
	if fields == nil {
		fields = map[string]any{}
	}
	plain, err := json.Marshal(fields)
	if err != nil {
		return ledger.Record{}, fmt.Errorf("store: fields of %s: %w", rec.ID, err)
	}
	sealed, err := s.sealer.Seal(col.binding(rec.ID, rec.Scope, rec.Seq, fields), rec.Content)
	if err != nil {
		return ledger.Record{}, fmt.Errorf("seal %s: %w", rec.ID, err)
	}
	return ledger.Record{Collection: string(col.Collection), ID: rec.ID, Scope: rec.Scope, Seq: rec.Seq, Fields: plain, Sealed: sealed}, nil
}

// binding is the additional data: a sealed value opens only where it was put.
func (col *collection) binding(id, scope string, seq int64, fields map[string]any) crypto.AD {
	role, _ := fields["role"].(string)
	return crypto.AD{Schema: sealSchema, Collection: string(col.Collection), ID: id, Scope: scope, Seq: seq, Role: role, Field: col.SealedField}
}

func (s *Store) openRows(c Collection, rows []ledger.Record) ([]Record, error) {
	col, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	recs := make([]Record, len(rows))
	for i, row := range rows {
		if recs[i], err = s.openRow(col, row); err != nil {
			return nil, err
		}
	}
	return recs, nil
}

func (s *Store) openRow(col *collection, row ledger.Record) (Record, error) {
	fields, err := decodeFields(col, row.Fields)
	if err != nil {
		return Record{}, fmt.Errorf("store: fields of %s: %w", row.ID, err)
	}
	content, err := s.sealer.Open(col.binding(row.ID, row.Scope, row.Seq, fields), row.Sealed)
	if err != nil {
		return Record{}, fmt.Errorf("open %s %s: %w", col.Collection, row.ID, err)
	}
	return Record{ID: row.ID, Rev: row.Rev, Scope: row.Scope, Seq: row.Seq, Fields: fields, Content: content}, nil
}

// openMarked opens a row, or says that it is damaged.
func (s *Store) openMarked(col *collection, row ledger.Record) Record {
	rec, err := s.openRow(col, row)
	if err == nil {
		return rec
	}
	s.log.Debug("a record does not open", "collection", col.Collection, "id", row.ID, "error", err)
	fields, err := decodeFields(col, row.Fields)
	if err != nil {
		fields = nil
	}
	return Record{ID: row.ID, Rev: row.Rev, Scope: row.Scope, Seq: row.Seq, Fields: fields, Damaged: true}
}

// openAll opens rows on all processors: on a page of hundreds, opening them takes longer than reading them.
func (s *Store) openAll(col *collection, rows []ledger.Record) []Record {
	recs := make([]Record, len(rows))
	share := max(openShare, (len(rows)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for start := 0; start < len(rows); start += share {
		group.Go(func() {
			for i := start; i < min(start+share, len(rows)); i++ {
				recs[i] = s.openMarked(col, rows[i])
			}
		})
	}
	group.Wait()
	return recs
}

// openShare is how many records are worth a goroutine.
const openShare = 25

// add puts an opened record where it belongs in a page.
func (r *Result) add(rec Record) {
	if rec.Damaged {
		r.Damaged = append(r.Damaged, rec)
		return
	}
	r.Records = append(r.Records, rec)
}

// decodeFields gives back the Go types that Record.Fields promises.
func decodeFields(col *collection, plain []byte) (map[string]any, error) {
	if !gjson.ValidBytes(plain) {
		return nil, errors.New("they are not JSON")
	}
	object := gjson.ParseBytes(plain)
	if !object.IsObject() {
		return nil, errors.New("they are not a JSON object")
	}
	fields := map[string]any{}
	object.ForEach(func(name, v gjson.Result) bool {
		fields[name.Str] = typed(col.Fields[name.Str], v)
		return true
	})
	return fields, nil
}

func typed(kind FieldKind, v gjson.Result) any {
	switch {
	case v.Type == gjson.Number && kind != Float:
		if i, err := strconv.ParseInt(v.Raw, 10, 64); err == nil {
			return i
		}
	case v.IsArray():
		items := v.Array()
		list := make([]string, 0, len(items))
		for _, item := range items {
			if item.Type == gjson.String {
				list = append(list, item.Str)
			}
		}
		return list
	}
	return v.Value()
}

// sealedKeyID is the id of the data key that sealed a value: the part between its first two dots.
func sealedKeyID(sealed string) string {
	_, rest, _ := strings.Cut(sealed, ".")
	id, _, _ := strings.Cut(rest, ".")
	return id
}
