package backup

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"cloudops/backend/ledger"
)

// Format is the version of what stands in a target. A higher one is refused.
const Format = 2

// formatWithoutVectors is what a backup without vectors is written as: programs from before them read it, and those that do not know
// vectors refuse a backup with them instead of taking its objects for orphans.
const formatWithoutVectors = 1

// ledgerSchema is the version of the entries.
const ledgerSchema = 1

// Limits on what is read, so that a target cannot fill the memory.
const (
	maxManifest = 256 << 20
	maxSegment  = 64 << 20
)

// Manifest says what a backup consists of. It is sealed; its name in the target proves that it was made with the recovery key.
type Manifest struct {
	Format       int       `json:"format"`
	ID           string    `json:"-"` // from the name
	VaultID      string    `json:"vault_id"`
	CreatedAt    time.Time `json:"created_at"`
	Machine      string    `json:"machine"`
	Version      string    `json:"version"` // of the program
	LedgerSchema int       `json:"ledger_schema"`
	// FirstRev and LastRev are of the log; LastAt is the time of its newest entry (zero in an empty one), and
	// WindowFrom the earliest moment that it can be restored to.
	FirstRev   int64     `json:"first_rev"`
	LastRev    int64     `json:"last_rev"`
	LastAt     time.Time `json:"last_at"`
	WindowFrom time.Time `json:"window_from"`
	Entries    int64     `json:"entries"` // of the log
	Records    int64     `json:"records"` // that live at LastRev
	// Collections has the records that live, by collection.
	Collections map[string]Count `json:"collections"`
	Files       []FileRef        `json:"files"`
	Objects     []ObjectRef      `json:"objects"` // by collection and revision
	// Vectors are by collection and model, and Qdrant is the version that they were read from; both since format 2.
	Vectors []VectorSet `json:"vectors,omitempty"`
	Qdrant  string      `json:"qdrant_version,omitempty"`

	sealed int64               // size in the target
	sums   map[string]*big.Int // while counting
}

// Count is how many records of a collection live, and the sum of the SHA-256 of their lines modulo 2^256, in hex: it does
// not depend on an order, so that it can be made while the log goes by.
type Count struct {
	Records int64  `json:"records"`
	Sum     string `json:"sha256_sum"`
}

// ObjectRef names an object.
type ObjectRef struct {
	Name       string `json:"name"`        // HMAC of the content, hex
	SHA256     string `json:"sha256"`      // of the content, hex
	Size       int64  `json:"size"`        // of the content
	SealedSize int64  `json:"sealed_size"` // in the target
	Collection string `json:"collection,omitempty"`
	FirstRev   int64  `json:"first_rev,omitempty"`
	LastRev    int64  `json:"last_rev,omitempty"`
	Entries    int    `json:"entries,omitempty"`
}

// FileRef is a small file of the backup.
type FileRef struct {
	Name string `json:"file"`
	ObjectRef
}

// all are the objects of a backup, each once.
func (m Manifest) all() []ObjectRef {
	seen := map[string]bool{}
	var out []ObjectRef
	add := func(o ObjectRef) {
		if !seen[o.Name] {
			seen[o.Name] = true
			out = append(out, o)
		}
	}
	for _, o := range m.Objects {
		add(o)
	}
	for _, f := range m.Files {
		add(f.ObjectRef)
	}
	for _, set := range m.Vectors {
		for _, o := range set.Objects {
			add(o)
		}
	}
	return out
}

// Bytes are what the objects of the backup take in the target.
func (m Manifest) Bytes() int64 {
	n := m.sealed
	for _, o := range m.all() {
		n += o.SealedSize
	}
	return n
}

// count takes an entry into the counts.
func (m *Manifest) count(e ledger.Entry, sum [sha256.Size]byte) {
	m.Entries++
	if !e.Last || e.Deleted {
		return
	}
	m.Records++
	c := m.Collections[e.Collection]
	c.Records++
	m.Collections[e.Collection] = c
	if m.sums == nil {
		m.sums = map[string]*big.Int{}
	}
	total, ok := m.sums[e.Collection]
	if !ok {
		total = new(big.Int)
		m.sums[e.Collection] = total
	}
	addSum(total, sum)
}

// settle writes the sums down when everything is counted.
func (m *Manifest) settle() {
	for name, total := range m.sums {
		c := m.Collections[name]
		c.Sum = hexSum(total)
		m.Collections[name] = c
	}
}

var sumModulus = new(big.Int).Lsh(big.NewInt(1), 256)

func (m Manifest) encode() ([]byte, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	return data, nil
}

// parseManifest reads a manifest and checks all that others rely on. id is what the name says; empty: it is being made.
func (s *Service) parseManifest(data []byte, id string) (Manifest, error) {
	mac := s.Keys.mac(kindManifest, data)[:idDigits]
	damaged := func(why string, args ...any) (Manifest, error) {
		return Manifest{}, &Error{Err: ErrDamaged, Cause: fmt.Errorf("manifest %s: "+why, append([]any{id}, args...)...), Advice: damagedAdvice}
	}
	if id != "" && !strings.HasSuffix(id, "-"+mac) {
		return damaged("it was not made with this recovery key, or stands under another name")
	}
	var head struct {
		Format  int    `json:"format"`
		VaultID string `json:"vault_id"`
		Schema  int    `json:"ledger_schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return damaged("%w", err)
	}
	if head.Format > Format || head.Schema > ledgerSchema {
		return Manifest{}, &Error{Err: ErrNewer, Cause: fmt.Errorf("backup %s has format %d and ledger %d, this program knows %d and %d", id, head.Format, head.Schema, Format, ledgerSchema),
			Advice: "Install the newer CloudOps. Nothing was changed."}
	}
	if s.VaultID != "" && head.VaultID != s.VaultID {
		return Manifest{}, &Error{Err: ErrOtherVault, Cause: fmt.Errorf("backup %s is of the vault %s, this is %s", id, head.VaultID, s.VaultID), Advice: "Nothing was changed. Restore it into a folder of its own (--data-dir)."}
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return damaged("%w", err)
	}
	if m.Format < 1 || m.LastRev < 0 || m.Entries < 0 {
		return damaged("its numbers make no sense")
	}
	for _, o := range m.all() {
		if !isObjectName(o.Name) || o.Size < 0 || o.Entries < 0 {
			return damaged("it names an object %q", o.Name)
		}
	}
	m.ID = id
	if id == "" {
		m.ID = m.CreatedAt.UTC().Format(idTime) + "-" + mac
	}
	return m, nil
}

// idTime and idDigits make the name of a backup: when it was made, and a part of its HMAC.
const (
	idTime   = "20060102T150405Z"
	idDigits = 32
)

var (
	objectShape = regexp.MustCompile(`^[0-9a-f]{64}$`)
	idShape     = regexp.MustCompile(`^\d{8}T\d{6}Z-[0-9a-f]{32}$`)
	vaultShape  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

func isObjectName(name string) bool { return objectShape.MatchString(name) }

// The keys in a target, below its prefix.
func (s *Service) objectsPrefix() string   { return s.VaultID + "/objects/" }
func (s *Service) manifestsPrefix() string { return s.VaultID + "/backups/" }
func (s *Service) logPrefix(id string) string {
	return s.VaultID + "/log/" + id + "/"
}
func (s *Service) objectKey(name string) string {
	return s.objectsPrefix() + name[:2] + "/" + name + ".age"
}
func (s *Service) manifestKey(m Manifest) string { return s.manifestsPrefix() + m.ID + ".age" }

func objectName(key string) string { return strings.TrimSuffix(path.Base(key), ".age") }

// manifestSet is what stands in a target: the backups that can be read, oldest first, and why others cannot.
type manifestSet struct {
	good []Manifest
	bad  []error
}

func (k manifestSet) sizes() map[string]int64 {
	out := map[string]int64{}
	for _, m := range k.good {
		for _, o := range m.all() {
			out[o.Name] = o.SealedSize
		}
	}
	return out
}

// manifests reads all backups of the vault.
func (s *Service) manifests(ctx context.Context) (manifestSet, error) {
	var set manifestSet
	found, err := s.manifestKeys(ctx)
	if err != nil {
		return set, err
	}
	for i, o := range found {
		s.o.Progress(Progress{Phase: "listing", Entries: int64(i), Total: int64(len(found))})
		m, err := s.manifest(ctx, objectName(o.Key))
		var known *Error
		switch {
		case err == nil:
			set.good = append(set.good, m)
		case errors.As(err, &known) && isUnusable(err):
			set.bad = append(set.bad, err)
		case errors.Is(err, errNotFound): // another machine pruned it just now
		default:
			return set, err
		}
	}
	return set, nil
}

// isUnusable tells what is wrong with one backup from what is wrong with the target.
func isUnusable(err error) bool {
	return errors.Is(err, ErrDamaged) || errors.Is(err, ErrNewer) || errors.Is(err, ErrOtherVault) || errors.Is(err, ErrWrongKey)
}

func (s *Service) manifestKeys(ctx context.Context) ([]Stored, error) {
	var found []Stored
	err := s.Target.List(ctx, s.manifestsPrefix(), func(o Stored) error {
		if idShape.MatchString(objectName(o.Key)) {
			found = append(found, o)
		}
		return nil
	})
	slices.SortFunc(found, func(a, b Stored) int { return strings.Compare(a.Key, b.Key) })
	return found, err
}

func (s *Service) manifest(ctx context.Context, id string) (Manifest, error) {
	key := s.manifestKey(Manifest{ID: id})
	data, size, err := s.fetch(ctx, key, maxManifest)
	if err != nil {
		return Manifest{}, fmt.Errorf("read backup %s: %w", id, err)
	}
	m, err := s.parseManifest(data, id)
	m.sealed = size
	return m, err
}

// fetch reads and opens an object; size is its size in the target.
func (s *Service) fetch(ctx context.Context, key string, most int64) (content []byte, size int64, err error) {
	body, err := s.Target.Get(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	defer body.Close()
	counted := &countingReader{r: body}
	content, err = s.Keys.open(counted, most)
	if err != nil && isUnusable(err) {
		err = fmt.Errorf("%s: %w", key, err)
	}
	return content, counted.n, err
}
