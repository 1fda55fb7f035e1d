package backup

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"cloudops/backend/config"
	"cloudops/backend/ledger"
)

// Vector is what a record was embedded as.
type Vector struct {
	ID    string
	Rev   int64 // of the record when it was embedded
	Model string
	Doc   string // says which text it was, without saying what stands in it
	Dense []byte // 32-bit floats, little-endian, of all parts of the text in order
}

// VectorSource hands over all vectors of the index, by collection and id, and returns the version of Qdrant. Without an index it
// hands over nothing.
type VectorSource func(ctx context.Context, each func(collection string, v Vector) error) (version string, err error)

// VectorSet is the vectors of a collection that one model made.
type VectorSet struct {
	Collection string `json:"collection"`
	Model      string `json:"model"`
	Points     int64  `json:"points"`
	Sum        string `json:"sha256_sum"` // of the lines, as in Count
	// FirstRev and LastRev are the ledger's newest revisions when the reading began and ended.
	FirstRev int64       `json:"rev_start"`
	LastRev  int64       `json:"rev_end"`
	Objects  []ObjectRef `json:"objects"` // in no order
}

// VectorPoints is how many texts a restore of the backup need not embed again.
func (m Manifest) VectorPoints() int64 {
	var n int64
	for _, set := range m.Vectors {
		n += set.Points
	}
	return n
}

// vectorLine is a line of an object of vectors.
type vectorLine struct {
	ID    string `json:"id"`
	Rev   int64  `json:"rev"`
	Doc   string `json:"doc"`
	Dense []byte `json:"dense"`
}

// vectorSizes are smaller than those of the log: a message that is answered is embedded anew with its answer, so that new messages
// change a few lines anywhere, and each of them has its object sent again.
var vectorSizes = chunkSizes{min: 64 << 10, spread: 64 << 10, max: 1 << 20}

// errSource marks an error of reading the index: it keeps vectors out of a backup, and nothing else.
var errSource = errors.New("the vectors are not in this backup: a restore embeds its texts again")

// writeVectors adds the vectors of the index to a manifest.
func (s *Service) writeVectors(ctx context.Context, w *writer, m *Manifest) error {
	if s.Vectors == nil {
		return nil
	}
	p := &vectorPass{s: s, w: w, rev: s.Ledger.LastRev(), sets: map[[2]string]*vectorStream{}}
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(s.o.Parallel)
	p.send = func(c chunk, done func(ObjectRef)) { g.Go(func() error { return w.putChunk(working, c, done) }) }
	version, err := s.Vectors(working, func(collection string, v Vector) error {
		if err := p.add(collection, v); err != nil {
			return err
		}
		if p.points++; p.points%1000 == 0 {
			s.o.Progress(Progress{Phase: "sending", Entries: m.Entries, Total: m.Entries, Sent: w.sentBytes.Load(), Objects: int(w.sentObjects.Load())})
		}
		return working.Err()
	})
	if err == nil {
		p.rest()
	}
	// The first error of a worker is the cause; the source then only saw its context end.
	if workErr := g.Wait(); workErr != nil {
		return workErr
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w (%w)", errSource, err)
	}
	if m.Vectors = p.settle(s.Ledger.LastRev()); len(m.Vectors) > 0 {
		m.Format, m.Qdrant = Format, version
	}
	return nil
}

// vectorPass is one reading of the index.
type vectorPass struct {
	s      *Service
	w      *writer
	rev    int64
	points int64
	sets   map[[2]string]*vectorStream // by collection and model
	send   func(c chunk, done func(ObjectRef))
}

type vectorStream struct {
	VectorSet
	chunker
	refs refList
	sum  *big.Int
}

func (p *vectorPass) add(collection string, v Vector) error {
	line, err := json.Marshal(vectorLine{ID: v.ID, Rev: v.Rev, Doc: v.Doc, Dense: v.Dense})
	if err != nil {
		return fmt.Errorf("encode vector: %w", err)
	}
	line = append(line, '\n')
	key := [2]string{collection, v.Model}
	st, ok := p.sets[key]
	if !ok {
		st = &vectorStream{VectorSet: VectorSet{Collection: collection, Model: v.Model, FirstRev: p.rev},
			chunker: chunker{sizes: p.s.o.vectorChunk, collection: collection}, sum: new(big.Int)}
		p.sets[key] = st
	}
	sum := sha256.Sum256(line)
	st.Points++
	addSum(st.sum, sum)
	for _, c := range st.add(0, line, sum) {
		p.send(c, st.refs.add())
	}
	return nil
}

func (p *vectorPass) rest() {
	for _, st := range p.sets {
		if c, ok := st.rest(); ok {
			p.send(c, st.refs.add())
		}
	}
}

func (p *vectorPass) settle(rev int64) []VectorSet {
	var out []VectorSet
	for _, st := range p.sets {
		st.LastRev, st.Sum, st.Objects = rev, hexSum(st.sum), st.refs.sorted()
		out = append(out, st.VectorSet)
	}
	slices.SortFunc(out, func(a, b VectorSet) int {
		return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.Model, b.Model))
	})
	return out
}

func addSum(total *big.Int, sum [sha256.Size]byte) {
	total.Add(total, new(big.Int).SetBytes(sum[:]))
	total.Mod(total, sumModulus)
}

func hexSum(total *big.Int) string {
	return hex.EncodeToString(total.FillBytes(make([]byte, sha256.Size)))
}

// fetchVectors brings the vectors of a backup into a file in dir, each object held to its name and all of them to count and sum.
func (s *Service) fetchVectors(ctx context.Context, dir string, m Manifest, r *Restored) (err error) {
	if len(m.Vectors) == 0 {
		return nil
	}
	into, err := ledger.CreateVectors(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, into.Close(), syncFile(filepath.Join(dir, ledger.VectorFileName)), config.SyncDir(dir))
	}()
	for _, set := range m.Vectors {
		if err := s.fetchSet(ctx, into, set, r); err != nil {
			return err
		}
	}
	return into.Index(ctx)
}

func (s *Service) fetchSet(ctx context.Context, into *ledger.Vectors, set VectorSet, r *Restored) error {
	sum, points := new(big.Int), int64(0)
	err := s.eachObject(ctx, set.Objects, func(ref ObjectRef, content []byte) error {
		batch, err := parseVectors(content, set.Model, sum)
		if err == nil {
			err = into.Add(ctx, batch)
		}
		if err != nil || len(batch) != ref.Entries {
			return vectorDamage(s.unreadable(ref.Name, len(batch), ref.Entries, err))
		}
		points += int64(len(batch))
		r.Bytes += ref.SealedSize
		s.o.Progress(Progress{Phase: "fetching", Entries: points, Total: set.Points, Sent: r.Bytes})
		return nil
	})
	if err != nil {
		return vectorDamage(err)
	}
	if points != set.Points || hexSum(sum) != set.Sum {
		return vectorDamage(&Error{Err: ErrDamaged, Cause: fmt.Errorf("the %d vectors of %s are not the %d that were saved", points, set.Collection, set.Points), Advice: damagedAdvice})
	}
	r.Vectors += points
	return nil
}

func parseVectors(content []byte, model string, sum *big.Int) ([]ledger.Vector, error) {
	var batch []ledger.Vector
	for line := range bytes.Lines(content) {
		var l vectorLine
		if err := json.Unmarshal(line, &l); err != nil {
			return batch, err
		}
		if l.Doc == "" || len(l.Dense) == 0 {
			return batch, errors.New("a vector is empty")
		}
		batch = append(batch, ledger.Vector{Model: model, Doc: l.Doc, Dense: l.Dense})
		addSum(sum, sha256.Sum256(line))
	}
	return batch, nil
}

// vectorDamage says that the records can come back all the same.
func vectorDamage(err error) error {
	var known *Error
	if errors.As(err, &known) && (errors.Is(known, ErrDamaged) || errors.Is(known, ErrMissing)) {
		return &Error{Err: known.Err, Cause: known.Cause, Advice: "Nothing was changed here. Only vectors are damaged: with --without-vectors everything comes back, and the texts are embedded again."}
	}
	return err
}
