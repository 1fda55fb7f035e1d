package backup

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/ledger"
)

// stepTest is the process that a swap is killed in: it ends itself, without a word, at the step that it is told.
func stepTest() bool {
	step := os.Getenv("BACKUP_TEST_STEP")
	if step == "" {
		return false
	}
	stop, err := strconv.Atoi(step)
	if err != nil {
		panic(err)
	}
	n := 0
	atStep = func(name string) {
		if n++; n == stop {
			fmt.Println("step", name)
			p, _ := os.FindProcess(os.Getpid())
			_ = p.Kill()
			select {}
		}
	}
	dir := os.Getenv("BACKUP_TEST_DIR")
	m := &machine{dir: dir}
	scratch := filepath.Join(m.dir, scratchPrefix+"1")
	if _, err := swap(m.dir, scratch, fixedTime, true); err != nil {
		panic(err)
	}
	fmt.Println("done")
	return true
}

// TestASwapIsWholeWhereverItIsKilled kills it after each of its steps: the next start has the new state, and the old one aside.
func TestASwapIsWholeWhereverItIsKilled(t *testing.T) {
	for step := 1; ; step++ {
		parent := t.TempDir()
		dir := filepath.Join(parent, "data")
		for path, content := range map[string]string{
			"ledger.db": "old", "ledger.db-wal": "old wal", "keys.json": "old keys", "keys.json.bak": "old keys", "settings.json": "own", "qdrant/x": "index", "cloudops.lock": "",
			"restoring-1/ledger.db": "new", "restoring-1/keys.json": "new keys", "restoring-1/keys.json.bak": "new keys",
		} {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(content), 0o600))
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BACKUP_TEST_STEP="+strconv.Itoa(step), "BACKUP_TEST_DIR="+dir)
		out, _ := cmd.CombinedOutput() // it was killed
		finished, err := FinishRestore(dir)
		require.NoError(t, err, "%s", out)
		read := func(path string) string {
			data, err := os.ReadFile(filepath.Join(parent, path))
			if err != nil {
				return ""
			}
			return string(data)
		}
		require.Equal(t, []string{"new", "new keys", "new keys", "own", "", ""}, []string{read("data/ledger.db"), read("data/keys.json"), read("data/keys.json.bak"), read("data/settings.json"), read("data/ledger.db-wal"), read("data/qdrant/x")}, "%s", out)
		aside := "data.before-restore-" + fixedTime.Format(idTime) + "/"
		require.Equal(t, []string{"old", "old keys", "old keys", "own", "old wal", "index"}, []string{read(aside + "ledger.db"), read(aside + "keys.json"), read(aside + "keys.json.bak"), read(aside + "settings.json"), read(aside + "ledger.db-wal"), read(aside + "qdrant/x")}, "%s", out)
		for _, dir := range []string{dir, filepath.Join(parent, aside)} {
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			for _, e := range entries {
				require.False(t, strings.HasPrefix(e.Name(), scratchPrefix) || e.Name() == journalName || strings.HasSuffix(e.Name(), copied), e.Name())
			}
		}
		again, err := FinishRestore(dir)
		require.NoError(t, err)
		require.False(t, again)
		if strings.Contains(string(out), "done") {
			require.False(t, finished)
			require.Greater(t, step, 8)
			return
		}
		require.True(t, finished, "%s", out)
	}
}

// TestAScratchFolderThatIsLeftIsRemoved: a restore that was killed before its swap has changed nothing.
func TestAScratchFolderThatIsLeftIsRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [folder]*")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "restoring-x"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "restoring-x", "ledger.db"), []byte("half"), 0o600))
	finished, err := FinishRestore(dir)
	require.NoError(t, err)
	require.False(t, finished)
	require.NoDirExists(t, filepath.Join(dir, "restoring-x"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, journalName), []byte(`{"format":1,"scratch":"../../etc"}`), 0o600))
	_, err = FinishRestore(dir)
	require.ErrorIs(t, err, ErrDamaged)
}

// openLedger opens the ledger of a folder for reading it.
func openLedger(t *testing.T, dir string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(context.Background(), dir, ledger.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}
