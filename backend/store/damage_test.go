package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"cloudops/backend/ledger"
)

// damage changes the sealed content of a record behind the ledger's back.
func damage(t *testing.T, dir, id string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(dir, ledger.FileName))
	require.NoError(t, err)
	defer db.Close()
	res, err := db.Exec("UPDATE records SET rev = rev + 1000, sealed = substr(sealed, 1, length(sealed) - 8) || 'AAAAAAAA' WHERE id = ?", id)
	require.NoError(t, err)
	n, err := res.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}
