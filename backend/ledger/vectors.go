package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// VectorFileName is a file beside the ledger with the vectors that a restore brought back. It is there until the index
// has taken what it needs, and can be removed at any time: what it lacks is embedded again.
const VectorFileName = "vectors.db"

// vectorVersion is kept in SQLite's user_version; a file of another version is not used.
const vectorVersion = 1

// Vector is what a text was embedded as.
type Vector struct {
	Model string // id of the embedding model
	Doc   string // says which text it is, without saying what stands in it
	Dense []byte // 32-bit floats, little-endian, of all parts of the text in order
}

// Vectors is an open VectorFileName. It is safe for concurrent use.
type Vectors struct {
	db   *sql.DB
	path string
}

// CreateVectors makes the file in a folder that is being restored: fast and forgetful, until Close.
func CreateVectors(ctx context.Context, dir string) (*Vectors, error) {
	v, err := openVectors(dir, "_journal_mode=OFF", "_synchronous=OFF")
	if err != nil {
		return nil, err
	}
	for _, s := range []string{
		"CREATE TABLE vectors (doc TEXT NOT NULL, model TEXT NOT NULL, dense BLOB NOT NULL)",
		fmt.Sprintf("PRAGMA user_version = %d", vectorVersion),
	} {
		if _, err := v.db.ExecContext(ctx, s); err != nil {
			return nil, errors.Join(fmt.Errorf("make %s: %w", v.path, classify(err)), v.db.Close())
		}
	}
	return v, nil
}

// OpenVectors opens the file of a data folder; nil where there is none, or none of this version.
func OpenVectors(ctx context.Context, dir string) (*Vectors, error) {
	if _, err := os.Stat(filepath.Join(dir, VectorFileName)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	v, err := openVectors(dir, "_query_only=on")
	if err != nil {
		return nil, err
	}
	var version int
	if err := v.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", v.path, classify(err)), v.db.Close())
	}
	if version != vectorVersion {
		return nil, v.db.Close()
	}
	return v, nil
}

func openVectors(dir string, pragmas ...string) (*Vectors, error) {
	path := filepath.Join(dir, VectorFileName)
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, classify(err))
	}
	db, err := sql.Open("sqlite3", dsn(path, pragmas...))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return &Vectors{db: db, path: path}, nil
}

// Add keeps vectors, all in one transaction.
func (v *Vectors) Add(ctx context.Context, vectors []Vector) error {
	tx, err := v.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep vectors: %w", classify(err))
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	put, err := tx.PrepareContext(ctx, "INSERT INTO vectors (doc, model, dense) VALUES (?, ?, ?)")
	if err != nil {
		return fmt.Errorf("keep vectors: %w", classify(err))
	}
	defer put.Close()
	for _, one := range vectors {
		if _, err := put.ExecContext(ctx, one.Doc, one.Model, one.Dense); err != nil {
			return fmt.Errorf("keep vectors: %w", classify(err))
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep vectors: %w", classify(err))
	}
	return nil
}

// Index is called when everything was added: Find is slow without.
func (v *Vectors) Index(ctx context.Context) error {
	if _, err := v.db.ExecContext(ctx, "CREATE INDEX vectors_by_doc ON vectors (doc)"); err != nil {
		return fmt.Errorf("keep vectors: %w", classify(err))
	}
	return nil
}

// Find returns what texts were embedded as by a model, by Doc; those that it does not know are left out.
func (v *Vectors) Find(ctx context.Context, model string, docs []string) (map[string][]byte, error) {
	out := make(map[string][]byte, len(docs))
	for batch := range slices.Chunk(docs, getBatch) {
		args := []any{model}
		for _, doc := range batch {
			args = append(args, doc)
		}
		if err := v.find(ctx, args, out); err != nil {
			return nil, fmt.Errorf("read %s: %w", v.path, classify(err))
		}
	}
	return out, nil
}

func (v *Vectors) find(ctx context.Context, args []any, out map[string][]byte) error {
	rows, err := v.db.QueryContext(ctx, "SELECT doc, dense FROM vectors WHERE model = ? AND doc IN (?"+strings.Repeat(",?", len(args)-2)+")", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var doc string
		var dense []byte
		if err := rows.Scan(&doc, &dense); err != nil {
			return err
		}
		out[doc] = dense
	}
	return rows.Err()
}

// Close closes the file.
func (v *Vectors) Close() error { return v.db.Close() }

// Remove closes the file and removes it.
func (v *Vectors) Remove() error { return errors.Join(v.db.Close(), os.Remove(v.path)) }
