package storetest

import (
	"os"
	"path/filepath"
	"strings"

	"cloudops/backend/ledger"
	"cloudops/backend/store"
)

// Damage changes what is sealed of a record behind the store's back.
func (e *Env) Damage(c store.Collection, id string) {
	e.T.Helper()
	ctx := Context(e.T)
	rows, err := e.Ledger.Get(ctx, string(c), id)
	if err != nil || len(rows) == 0 {
		e.T.Fatalf("read %s: %v", id, err)
	}
	rows[0].Sealed = rows[0].Sealed[:len(rows[0].Sealed)-8] + "AAAAAAAA"
	if _, err := e.Ledger.Apply(ctx, []ledger.Change{{Record: rows[0]}}); err != nil {
		e.T.Fatal(err)
	}
}

// LedgerBytes is all that stands in the ledger's files now.
func (e *Env) LedgerBytes() string {
	e.T.Helper()
	var all strings.Builder
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(filepath.Join(e.Dir, ledger.FileName+suffix))
		if err != nil {
			e.T.Fatal(err)
		}
		all.Write(raw)
	}
	return all.String()
}

// AfterKill opens a store over the files as a process that was killed now would leave them: nothing is closed.
func (e *Env) AfterKill() *store.Store {
	e.T.Helper()
	left := e.T.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(filepath.Join(e.Dir, ledger.FileName+suffix))
		if err != nil {
			e.T.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(left, ledger.FileName+suffix), raw, 0o600); err != nil {
			e.T.Fatal(err)
		}
	}
	l, err := ledger.Open(Context(e.T), left, ledger.Options{})
	if err != nil {
		e.T.Fatal(err)
	}
	s, err := store.New(store.Deps{Ledger: l, Sealer: e.Vault}, store.Options{Schemas: e.Schemas})
	if err != nil {
		e.T.Fatal(err)
	}
	e.T.Cleanup(func() {
		s.Close()
		l.Close()
	})
	return s
}
