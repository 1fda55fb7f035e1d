package ledger_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/ledger"
)

func open(t *testing.T, dir string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(context.Background(), dir, ledger.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func record(i int) ledger.Record {
	return ledger.Record{Collection: "c", ID: fmt.Sprintf("%08d", i), Scope: "s", Seq: int64(i), Fields: []byte(`{"n":1}`), Sealed: strings.Repeat("x", 300)}
}

func put(t *testing.T, l *ledger.Ledger, i int) {
	t.Helper()
	_, err := l.Apply(context.Background(), []ledger.Change{{Record: record(i)}})
	require.NoError(t, err)
}

func count(t *testing.T, l *ledger.Ledger) int {
	t.Helper()
	n, err := l.Count(context.Background(), "c")
	require.NoError(t, err)
	return int(n)
}

func TestRevisionsRiseAcrossReopening(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	l := open(t, dir)
	revs, err := l.Apply(ctx, []ledger.Change{{Record: record(1)}, {Record: record(2)}, {Record: record(2), Delete: true}, {Record: record(3), Delete: true}})
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3, 0}, revs)
	require.NoError(t, l.Close())
	l = open(t, dir)
	revs, err = l.Apply(ctx, []ledger.Change{{Record: record(1), Expect: 1}})
	require.NoError(t, err)
	require.Equal(t, []int64{4}, revs)
	require.Equal(t, 1, count(t, l))
}

func TestAFailedChangeLeavesNothing(t *testing.T) {
	l := open(t, t.TempDir())
	put(t, l, 1)
	_, err := l.Apply(context.Background(), []ledger.Change{{Record: record(2)}, {Record: record(1), Expect: 77}})
	require.ErrorIs(t, err, ledger.ErrConflict)
	require.Equal(t, 1, count(t, l))
	put(t, l, 3)
	got, err := l.Get(context.Background(), "c", record(3).ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, got[0].Rev, "the revisions of what failed are used again")
}

func TestTimeNeverRunsBackwards(t *testing.T) {
	now := time.UnixMilli(5000)
	l, err := ledger.Open(context.Background(), t.TempDir(), ledger.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	defer l.Close()
	put(t, l, 1)
	now = time.UnixMilli(2000) // the clock is set back
	put(t, l, 2)
	got, err := l.Get(context.Background(), "c", record(2).ID)
	require.NoError(t, err)
	require.EqualValues(t, 5000, got[0].UpdatedAt)
}

func TestPagesByScopeAndByID(t *testing.T) {
	l, ctx := open(t, t.TempDir()), context.Background()
	for i := range 25 {
		put(t, l, i)
	}
	recs, err := l.ByScope(ctx, "c", "s", 0, 20, 5, true)
	require.NoError(t, err)
	require.EqualValues(t, []int64{20, 19, 18, 17, 16}, seqs(recs))
	n := 0
	for r, err := range l.All(ctx, "c") {
		require.NoError(t, err)
		require.EqualValues(t, n, r.Seq)
		n++
	}
	require.Equal(t, 25, n)
}

func seqs(recs []ledger.Record) []int64 {
	out := make([]int64, len(recs))
	for i, r := range recs {
		out[i] = r.Seq
	}
	return out
}

// TestATornWriteAheadLogLosesNoCommit cuts and overwrites the end of the log as a crash in the middle of a write
// would: everything acknowledged before the torn commit is there, and the file can be written on.
func TestATornWriteAheadLogLosesNoCommit(t *testing.T) {
	for name, tear := range map[string]func([]byte) []byte{
		"cut in a page":     func(wal []byte) []byte { return wal[:len(wal)-2000] },
		"zeroes at the end": func(wal []byte) []byte { copy(wal[len(wal)-3000:], make([]byte, 3000)); return wal },
		"rubbish appended":  func(wal []byte) []byte { return append(wal, []byte(strings.Repeat("rubbish", 900))...) },
	} {
		t.Run(name, func(t *testing.T) {
			live := t.TempDir()
			l := open(t, live)
			for i := range 20 {
				put(t, l, i)
			}
			before := count(t, l)
			put(t, l, 20) // the one that is torn
			torn := t.TempDir()
			for _, file := range []string{ledger.FileName, ledger.FileName + "-wal"} {
				data, err := os.ReadFile(filepath.Join(live, file))
				require.NoError(t, err)
				if strings.HasSuffix(file, "-wal") {
					data = tear(data)
				}
				require.NoError(t, os.WriteFile(filepath.Join(torn, file), data, 0o600))
			}
			l = open(t, torn)
			require.NoError(t, l.Check(context.Background()))
			require.GreaterOrEqual(t, count(t, l), before)
			put(t, l, 99)
		})
	}
}

func TestDamageIsSaidAndNotWrittenOver(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ledger.FileName), []byte(strings.Repeat("not a database ", 1000)), 0o600))
	_, err := ledger.Open(context.Background(), dir, ledger.Options{})
	require.ErrorIs(t, err, ledger.ErrCorrupt)
	data, err := os.ReadFile(filepath.Join(dir, ledger.FileName))
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("not a database ", 1000), string(data))
}

func TestANewerFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	require.NoError(t, l.Close())
	setVersion(t, dir, 99)
	_, err := ledger.Open(context.Background(), dir, ledger.Options{})
	require.ErrorIs(t, err, ledger.ErrNewer)
}

// TestAFullDiskKeepsWhatWasAcknowledged fills a file system of 2 MB.
func TestAFullDiskKeepsWhatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dir).CombinedOutput(); err != nil {
		// Only root may mount; SQLite's own page limit gives the same answer, SQLITE_FULL, without it.
		t.Logf("mount a small file system: %v %s", err, out)
		limitedDisk(t, dir)
		return
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	l := open(t, dir)
	fill(t, l)
	require.NoError(t, l.Close())
}

func fill(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	acknowledged := 0
	var err error
	for i := 0; i < 100_000 && err == nil; i++ {
		if _, err = l.Apply(context.Background(), []ledger.Change{{Record: record(i)}}); err == nil {
			acknowledged++
		}
	}
	require.ErrorIs(t, err, ledger.ErrDiskFull)
	require.Greater(t, acknowledged, 10)
	require.Equal(t, acknowledged, count(t, l))
}

// TestKill ends a writing process with SIGKILL again and again: every commit that it had reported is there.
func TestKill(t *testing.T) {
	if dir := os.Getenv("LEDGER_TEST_WRITER"); dir != "" {
		write(dir)
		return
	}
	dir := t.TempDir()
	acknowledged := 0
	for range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), "LEDGER_TEST_WRITER="+dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		acknowledged = readUntilKilled(t, cmd, out, acknowledged)
	}
	l := open(t, dir)
	require.NoError(t, l.Check(context.Background()))
	recs, err := l.ByScope(context.Background(), "c", "s", 0, 1<<40, 1<<20, false)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(recs), acknowledged)
	for i, r := range recs {
		require.EqualValues(t, i, r.Seq, "in order, without gaps, once")
	}
}

func write(dir string) {
	l, err := ledger.Open(context.Background(), dir, ledger.Options{})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	n, _ := l.Count(context.Background(), "c")
	for i := int(n); ; i++ {
		if _, err := l.Apply(context.Background(), []ledger.Change{{Record: record(i)}}); err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println("ack " + strconv.Itoa(i))
	}
}
