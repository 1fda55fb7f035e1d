package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/ledger"
)

// Vector is what a point of the index was embedded as.
type Vector struct {
	ID    string // of the record
	Rev   int64  // of the record when it was embedded
	Model string // id of the embedding model
	// Doc says which text was embedded, without saying what stands in it: keyed by the vault, and the same after a restore.
	Doc string
	// Dense are the vectors of all parts of the text, one after the other.
	Dense []float32
}

// vectorPage is how many points are read at once, and vectorPageSmall where they are large: a point may have maxChunks vectors, 0.75 MiB
// at 384 dimensions.
const (
	vectorPage      = 256
	vectorPageSmall = 64
	// vectorsSmall is how many numbers a page of small points has at most: 8 MiB.
	vectorsSmall = 2 << 20
)

// ReadVectors reads all dense vectors of a local server, by collection and id. It works beside a store that is connected to it, and
// without one: collections are taken as they are, whatever model and layout they were made for.
func ReadVectors(ctx context.Context, a Address, each func(Collection, Vector) error) error {
	client, err := dial(a)
	if err != nil {
		return fmt.Errorf("read vectors: %w", err)
	}
	defer client.Close()
	aliases, err := client.ListAliases(ctx)
	if err != nil {
		return down("read vectors", err)
	}
	slices.SortFunc(aliases, func(a, b *qdrant.AliasDescription) int { return strings.Compare(a.GetAliasName(), b.GetAliasName()) })
	for _, alias := range aliases {
		if !strings.HasPrefix(alias.GetCollectionName(), alias.GetAliasName()+"__") {
			continue // not one of ours
		}
		if err := readVectors(ctx, client, Collection(alias.GetAliasName()), each); err != nil {
			return down("read vectors of "+alias.GetAliasName(), err)
		}
	}
	return nil
}

func readVectors(ctx context.Context, client *qdrant.Client, c Collection, each func(Collection, Vector) error) error {
	info, err := client.GetCollectionInfo(ctx, string(c))
	if err != nil {
		return err
	}
	if _, ok := info.GetConfig().GetParams().GetVectorsConfig().GetParamsMap().GetMap()[denseVector]; !ok {
		return nil
	}
	limit := vectorPageSmall
	for offset := (*qdrant.PointId)(nil); ; {
		points, next, err := client.ScrollAndOffset(ctx, &qdrant.ScrollPoints{
			CollectionName: string(c), Limit: qdrant.PtrOf(uint32(limit)), Offset: offset,
			WithPayload: qdrant.NewWithPayloadInclude(fieldRev, fieldModel, fieldDoc), WithVectors: qdrant.NewWithVectorsInclude(denseVector),
		})
		if err != nil {
			return err
		}
		numbers := 0
		for _, p := range points {
			payload := p.GetPayload()
			v := Vector{ID: p.GetId().GetUuid(), Rev: payload[fieldRev].GetIntegerValue(), Model: payload[fieldModel].GetStringValue(),
				Doc: payload[fieldDoc].GetStringValue(), Dense: floats(p.GetVectors().GetVectors().GetVectors()[denseVector])}
			numbers += len(v.Dense)
			if v.Model == "" || v.Doc == "" || len(v.Dense) == 0 {
				continue // not embedded yet, or without a text
			}
			if err := each(c, v); err != nil {
				return err
			}
		}
		if next == nil {
			return nil
		}
		offset = next
		if limit = vectorPageSmall; numbers < vectorsSmall*len(points)/vectorPage {
			limit = vectorPage
		}
	}
}

// floats takes the numbers out of a vector of one or several parts.
func floats(v *qdrant.VectorOutput) []float32 {
	if multi := v.GetMultiDense(); multi != nil {
		var out []float32
		for _, one := range multi.GetVectors() {
			out = append(out, one.GetData()...)
		}
		return out
	}
	if one := v.GetDense(); one != nil {
		return one.GetData()
	}
	return v.GetData() //nolint:staticcheck // what servers before 1.16 fill
}

// docID names the text that a dense vector is made of. Whoever has not the vault cannot find it by trying.
func (s *Store) docID(col *collection, d Doc) string {
	mac := hmac.New(sha256.New, s.docKey)
	fmt.Fprintf(mac, "%t\x00%d\x00%s\x00", col.Chunked, len(d.Dense), d.Dense)
	if col.Chunked {
		mac.Write([]byte(d.Context))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:15])
}

// known returns the dense vectors of rows that need no embedding, nil for the others: those that are in memory, and those that a
// restore brought back.
func (s *Store) known(ctx context.Context, col *collection, rows []row) [][][]float32 {
	out := make([][][]float32, len(rows))
	if s.model == nil || !col.Searchable {
		return out
	}
	restored := s.restored.Load()
	var docs []string
	for i, r := range rows {
		if out[i] = s.keptVectors(col, r); out[i] == nil && restored != nil {
			docs = append(docs, s.docID(col, r.doc))
		}
	}
	if len(docs) == 0 {
		return out
	}
	found, err := restored.Find(ctx, s.model.ID(), docs)
	if err != nil {
		s.log.Warn("read the vectors that were restored", "error", err)
		return out
	}
	for i, r := range rows {
		if out[i] == nil {
			out[i] = parts(found[s.docID(col, r.doc)], s.model.Dimensions())
		}
	}
	return out
}

// parts cuts the bytes of a ledger.Vector into vectors; nil where they are none of this size.
func parts(dense []byte, dimensions int) [][]float32 {
	size := 4 * dimensions
	if len(dense) == 0 || len(dense)%size != 0 {
		return nil
	}
	var out [][]float32
	for one := range slices.Chunk(dense, size) {
		v := make([]float32, dimensions)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(one[4*i:]))
		}
		out = append(out, v)
	}
	return out
}

// UseVectors spares what is embedded from now on where its vector is among those that a restore brought back.
func (s *Store) UseVectors(v *ledger.Vectors) { s.restored.Store(v) }
