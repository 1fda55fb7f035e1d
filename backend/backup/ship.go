package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudops/backend/ledger"
)

// segmentBytes is the content of a segment of the log at most, but for a single entry that is larger.
const segmentBytes = 8 << 20

// segmentFormat is the version of a segment. A higher one is refused.
const segmentFormat = 1

// segmentHead is the second line of a segment; the first is the HMAC of all after it, and the entries follow.
type segmentHead struct {
	Format  int    `json:"format"`
	Backup  string `json:"backup"` // that it goes on from
	From    int64  `json:"from"`   // entries have from < rev ≤ to
	To      int64  `json:"to"`
	ToAt    int64  `json:"to_at"` // unix milliseconds of the last entry
	Entries int    `json:"entries"`
}

// segment is one, opened.
type segment struct {
	segmentHead
	lines []byte
}

func (k *Keys) encodeSegment(g segment) ([]byte, error) {
	head, err := json.Marshal(g.segmentHead)
	if err != nil {
		return nil, fmt.Errorf("encode segment: %w", err)
	}
	body := append(append(head, '\n'), g.lines...)
	return append([]byte(k.mac(kindSegment, body)+"\n"), body...), nil
}

func (k *Keys) parseSegment(data []byte, backup string, from int64) (segment, error) {
	mac, body, _ := bytes.Cut(data, []byte("\n"))
	head, lines, _ := bytes.Cut(body, []byte("\n"))
	var g segment
	err := json.Unmarshal(head, &g.segmentHead)
	switch {
	case string(mac) != k.mac(kindSegment, body):
		err = errors.New("it was not made with this recovery key")
	case err != nil:
	case g.Format > segmentFormat:
		return segment{}, &Error{Err: ErrNewer, Advice: "Install the newer CloudOps. Nothing was changed."}
	case g.Backup != backup || g.From != from || g.To <= g.From:
		err = errors.New("it stands in the place of another")
	}
	if err != nil {
		return segment{}, &Error{Err: ErrDamaged, Cause: fmt.Errorf("log of backup %s after revision %d: %w", backup, from, err), Advice: damagedAdvice}
	}
	g.lines = lines
	return g, nil
}

func (s *Service) segmentKey(backup string, from int64) string {
	return fmt.Sprintf("%s%016d.age", s.logPrefix(backup), from)
}

// segmentBackup reads the backup out of a segment's key.
func segmentBackup(key string) (string, bool) {
	id := path.Base(path.Dir(key))
	return id, idShape.MatchString(id)
}

// Shipped is what Ship did.
type Shipped struct {
	Backup   string // that the log goes on from
	Segments int
	Bytes    int64 // sealed
	Entries  int64
	Through  time.Time // of the last entry that the target has; zero where nothing was ever shipped
	// NeedsBackup: there is no backup to go on from, and nothing was sent. Reason says why.
	NeedsBackup bool
	Reason      string
}

// Ship sends what the log gained since the last backup or call, so that a restore reaches to this moment. Where nothing changed
// it does not ask the target. ErrForked: another machine has gone on from the same backup; a backup settles it.
func (s *Service) Ship(ctx context.Context) (Shipped, error) {
	r, err := s.ship(ctx)
	if err != nil {
		return r, fmt.Errorf("ship the log to %s: %w", s.Target, err)
	}
	return r, nil
}

func (s *Service) ship(ctx context.Context) (Shipped, error) {
	state := s.loadState(ctx)
	r := Shipped{Backup: state.Backup}
	if state.Backup == "" {
		r.NeedsBackup, r.Reason = true, "this machine has made no backup here yet"
		return r, nil
	}
	extent, err := s.Ledger.Extent(ctx, 0)
	if err != nil {
		return r, err
	}
	r.Through = stamp(extent.LastAt)
	if extent.LastRev <= state.Rev {
		return r, nil
	}
	there, err := s.isThere(ctx, s.manifestKey(Manifest{ID: state.Backup}))
	if err != nil {
		return r, err
	}
	if !there {
		r.NeedsBackup, r.Reason = true, "the backup that the log goes on from was removed"
		return r, nil
	}
	for state.Rev < extent.LastRev {
		g, err := s.nextSegment(ctx, state, extent.LastRev)
		if err != nil {
			return r, err
		}
		if g.Entries == 0 {
			break // all of it was purged
		}
		if state.Rev, err = s.putSegment(ctx, g, &r); err != nil {
			return r, err
		}
		if err := s.saveState(ctx, state); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (s *Service) isThere(ctx context.Context, key string) (bool, error) {
	there := false
	err := s.Target.List(ctx, key, func(o Stored) error {
		there = there || o.Key == key
		return nil
	})
	return there, err
}

// nextSegment takes entries from the ledger until a segment is full.
func (s *Service) nextSegment(ctx context.Context, state targetState, through int64) (segment, error) {
	g := segment{segmentHead: segmentHead{Format: segmentFormat, Backup: state.Backup, From: state.Rev, To: state.Rev}}
	err := s.collect(ctx, &g, through)
	return g, err
}

func (s *Service) collect(ctx context.Context, g *segment, through int64) error {
	for {
		batch, err := s.Ledger.Entries(ctx, g.To, through, 500)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, e := range batch {
			line := appendEntry(nil, e)
			if g.Entries > 0 && len(g.lines)+len(line) > segmentBytes {
				return nil
			}
			g.lines = append(g.lines, line...)
			g.To, g.ToAt = e.Rev, e.UpdatedAt
			g.Entries++
		}
	}
}

// putSegment sends a segment. One that is there already is ours where it has the same entries: a crash came before it was
// remembered. It returns up to where the target has the log.
func (s *Service) putSegment(ctx context.Context, g segment, r *Shipped) (int64, error) {
	content, err := s.Keys.encodeSegment(g)
	if err != nil {
		return 0, err
	}
	sealed, err := s.Keys.seal(content)
	if err != nil {
		return 0, err
	}
	key := s.segmentKey(g.Backup, g.From)
	err = s.Target.Put(ctx, key, sealed, true)
	if errors.Is(err, errExists) {
		return s.adoptSegment(ctx, key, g)
	}
	if err != nil {
		return 0, err
	}
	r.Segments++
	r.Bytes += int64(len(sealed))
	r.Entries += int64(g.Entries)
	return g.To, nil
}

func (s *Service) adoptSegment(ctx context.Context, key string, g segment) (int64, error) {
	content, _, err := s.fetch(ctx, key, maxSegment)
	if err != nil {
		return 0, err
	}
	other, err := s.Keys.parseSegment(content, g.Backup, g.From)
	if err != nil {
		return 0, err
	}
	ours := segment{segmentHead: segmentHead{To: g.From}}
	if err := s.collect(ctx, &ours, other.To); err != nil {
		return 0, err
	}
	if !bytes.Equal(ours.lines, other.lines) {
		return 0, &Error{Err: ErrForked, Cause: fmt.Errorf("after revision %d of backup %s", g.From, g.Backup),
			Advice: "Make a backup (`cloudops backup now`): this machine's log goes on from it. Both states are kept; two machines must not use copies of one data folder at the same time."}
	}
	return other.To, nil
}

// segmentsOf lists the shipped log by backup, in order.
func (s *Service) segmentsOf(ctx context.Context) (map[string][]Stored, error) {
	found := map[string][]Stored{}
	err := s.Target.List(ctx, s.VaultID+"/log/", func(o Stored) error {
		if id, ok := segmentBackup(o.Key); ok {
			found[id] = append(found[id], o)
		}
		return nil
	})
	for _, list := range found {
		slices.SortFunc(list, func(a, b Stored) int { return strings.Compare(a.Key, b.Key) })
	}
	return found, err
}

// segment reads one by its key.
func (s *Service) segment(ctx context.Context, key string) (segment, error) {
	id, _ := segmentBackup(key)
	from, err := strconv.ParseInt(objectName(key), 10, 64)
	if err != nil {
		return segment{}, &Error{Err: ErrDamaged, Cause: fmt.Errorf("%s has no name of a segment", key), Advice: damagedAdvice}
	}
	content, _, err := s.fetch(ctx, key, maxSegment)
	if err != nil {
		return segment{}, err
	}
	return s.Keys.parseSegment(content, id, from)
}

// eachLine calls each for the entries of an object or a segment.
func eachLine(content []byte, each func(ledger.Entry) error) (n int, err error) {
	for line := range bytes.Lines(content) {
		e, err := parseEntry(line)
		if err != nil {
			return n, err
		}
		n++
		if err := each(e); err != nil {
			return n, err
		}
	}
	return n, nil
}
