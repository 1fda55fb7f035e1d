package ledger_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"cloudops/backend/ledger"
)

func setVersion(t *testing.T, dir string, version int) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(dir, ledger.FileName))
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(fmt.Sprintf("PRAGMA user_version = %d", version))
	require.NoError(t, err)
}

// limitedDisk gives the ledger no more pages than a disk of 2 MB would have.
func limitedDisk(t *testing.T, dir string) {
	t.Helper()
	l, err := ledger.Open(context.Background(), dir, ledger.Options{MaxPages: 500})
	require.NoError(t, err)
	defer l.Close()
	fill(t, l)
}

// readUntilKilled reads acknowledgements, kills the writer in the middle of them, and returns how many there were in all.
func readUntilKilled(t *testing.T, cmd *exec.Cmd, out io.Reader, before int) int {
	t.Helper()
	lines := bufio.NewScanner(out)
	last := before
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "ack ")
		if !ok {
			require.NotContains(t, lines.Text(), "error")
			continue
		}
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		last = n + 1
		if last == before+137 {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	cmd.Wait() // it was killed
	require.Greater(t, last, before)
	return last
}
