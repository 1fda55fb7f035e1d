package store

import (
	"context"
	"fmt"
	"math"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/embedding"
	"cloudops/backend/ledger"
)

// maxChunks bounds the vectors of one point (Qdrant takes a multivector of at most 1 MiB). Chunks beyond it are
// averaged with their neighbours, so that no part of a text goes unrepresented.
const maxChunks = 512

// row is a ledger row beside what it is found by.
type row struct {
	ledger.Record
	fields map[string]any
	doc    Doc
}

// derive opens rows and asks the feature what they are found by.
func (s *Store) derive(ctx context.Context, col *collection, rows []ledger.Record) ([]row, error) {
	out := make([]row, len(rows))
	recs := make([]Record, len(rows))
	for i, r := range rows {
		rec, err := s.openRow(col, r)
		if err != nil {
			return nil, err
		}
		recs[i] = rec
		out[i] = row{Record: r, fields: rec.Fields}
	}
	if !col.Searchable {
		return out, nil
	}
	docs, err := col.Derive(ctx, s, recs)
	if err != nil {
		return nil, fmt.Errorf("derive what %s is found by: %w", col.Collection, err)
	}
	if len(docs) != len(recs) {
		return nil, fmt.Errorf("derive what %s is found by: %d of %d", col.Collection, len(docs), len(recs))
	}
	for i := range out {
		out[i].doc = docs[i]
	}
	return out, nil
}

// point makes the Qdrant point of a row; dense may be nil.
func (s *Store) point(col *collection, r row, dense [][]float32) (*qdrant.PointStruct, error) {
	payload := make(map[string]*qdrant.Value, len(r.fields)+6)
	for name, v := range r.fields {
		val, err := value(v)
		if err != nil {
			return nil, fmt.Errorf("field %s of %s: %w", name, r.ID, err)
		}
		payload[name] = val
	}
	payload[fieldRev] = qdrant.NewValueInt(r.Rev)
	payload[fieldScope] = qdrant.NewValueString(r.Scope)
	payload[fieldSeq] = qdrant.NewValueInt(r.Seq)
	payload[fieldKeyID] = qdrant.NewValueString(sealedKeyID(r.Sealed))
	payload[col.SealedField] = qdrant.NewValueString(r.Sealed)
	vectors := map[string]*qdrant.Vector{}
	if col.Searchable {
		if t := col.terms.Document(r.doc.Terms); len(t.Indices) > 0 {
			vectors[termsVector] = qdrant.NewVectorSparse(t.Indices, t.Values)
		}
	}
	if dense != nil {
		payload[fieldModel] = qdrant.NewValueString(s.model.ID())
		payload[fieldDoc] = qdrant.NewValueString(s.docID(col, r.doc))
		if len(dense) > 0 {
			vectors[denseVector] = col.denseOf(dense)
		}
	}
	return &qdrant.PointStruct{Id: qdrant.NewIDUUID(r.ID), Payload: payload, Vectors: qdrant.NewVectorsMap(vectors)}, nil
}

func (col *collection) denseOf(vectors [][]float32) *qdrant.Vector {
	if !col.Chunked {
		return qdrant.NewVectorDense(vectors[0])
	}
	return qdrant.NewVectorMulti(pool(vectors, maxChunks))
}

// pool averages runs of neighbouring vectors until there are at most n, and normalizes them again.
func pool(vectors [][]float32, n int) [][]float32 {
	if len(vectors) <= n {
		return vectors
	}
	run := (len(vectors) + n - 1) / n
	var out [][]float32
	for start := 0; start < len(vectors); start += run {
		sum := make([]float32, len(vectors[0]))
		for _, v := range vectors[start:min(start+run, len(vectors))] {
			for i, x := range v {
				sum[i] += x
			}
		}
		var norm float64
		for _, x := range sum {
			norm += float64(x) * float64(x)
		}
		if norm = math.Sqrt(norm); norm > 0 {
			for i := range sum {
				sum[i] = float32(float64(sum[i]) / norm)
			}
		}
		out = append(out, sum)
	}
	return out
}

func value(v any) (*qdrant.Value, error) {
	if list, ok := v.([]string); ok {
		items := make([]*qdrant.Value, len(list))
		for i, s := range list {
			items[i] = qdrant.NewValueString(s)
		}
		return qdrant.NewValueFromList(items...), nil
	}
	return qdrant.NewValue(v)
}

// record opens what Qdrant returned, or marks it as damaged.
func (s *Store) record(col *collection, id *qdrant.PointId, payload map[string]*qdrant.Value) Record {
	r := ledger.Record{
		ID: id.GetUuid(), Rev: payload[fieldRev].GetIntegerValue(), Scope: payload[fieldScope].GetStringValue(),
		Seq: payload[fieldSeq].GetIntegerValue(), Sealed: payload[col.SealedField].GetStringValue(),
	}
	fields := make(map[string]any, len(payload))
	for name, v := range payload {
		switch name {
		case fieldRev, fieldScope, fieldSeq, fieldKeyID, fieldModel, fieldDoc, col.SealedField:
		default:
			fields[name] = goValue(col.Fields[name], v)
		}
	}
	rec := Record{ID: r.ID, Rev: r.Rev, Scope: r.Scope, Seq: r.Seq, Fields: fields}
	var err error
	if rec.Content, err = s.sealer.Open(col.binding(r.ID, r.Scope, r.Seq, fields), r.Sealed); err != nil {
		s.log.Debug("a record does not open", "collection", col.Collection, "id", r.ID, "error", err)
		rec.Damaged = true
	}
	return rec
}

func goValue(kind FieldKind, v *qdrant.Value) any {
	switch k := v.GetKind().(type) {
	case *qdrant.Value_IntegerValue:
		if kind == Float {
			return float64(k.IntegerValue)
		}
		return k.IntegerValue
	case *qdrant.Value_DoubleValue:
		return k.DoubleValue
	case *qdrant.Value_BoolValue:
		return k.BoolValue
	case *qdrant.Value_StringValue:
		return k.StringValue
	case *qdrant.Value_ListValue:
		list := make([]string, 0, len(k.ListValue.GetValues()))
		for _, item := range k.ListValue.GetValues() {
			list = append(list, item.GetStringValue())
		}
		return list
	}
	return nil
}

// embed makes the dense vectors of rows, one batch for all chunks; an empty, non-nil list for a row without text. Those that
// are known are not made again.
func (s *Store) embed(ctx context.Context, col *collection, rows []row) ([][][]float32, error) {
	var texts []string
	counts := make([]int, len(rows))
	out := s.known(ctx, col, rows)
	for i, r := range rows {
		if out[i] != nil {
			continue
		}
		chunks := s.model.Chunks(r.doc.Dense)
		if !col.Chunked && len(chunks) > 1 {
			chunks = chunks[:1]
		}
		if col.Chunked && len(chunks) > 0 {
			chunks = append(chunks, s.model.Chunks(r.doc.Context)...)
		}
		counts[i] = len(chunks)
		texts = append(texts, chunks...)
	}
	var vectors [][]float32
	if len(texts) > 0 {
		var err error
		if vectors, err = s.model.Embed(ctx, texts, embedding.Passage); err != nil {
			return nil, fmt.Errorf("embed: %w", err)
		}
	}
	for i, n := range counts {
		if out[i] == nil {
			out[i] = append([][]float32{}, vectors[:n]...)
			vectors = vectors[n:]
		}
	}
	return out, nil
}
