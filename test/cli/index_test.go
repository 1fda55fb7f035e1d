//go:build linux

package cli_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// withQdrant puts another program in the place of Qdrant.
func (a *app) withQdrant(put func(path string)) {
	dir, err := os.MkdirTemp(a.home, "resources")
	require.NoError(a.t, err)
	a.env["CLOUDOPS_RESOURCES_DIR"] = dir
	if put != nil {
		put(filepath.Join(dir, "qdrant"))
	}
}

func (a *app) restoreQdrant() {
	a.withQdrant(func(path string) { require.NoError(a.t, os.Symlink(filepath.Join(resources(), "qdrant"), path)) })
}

// TestWithoutQdrant: what was kept can be read, what is new is kept, and what cannot be done says why, at once.
func TestWithoutQdrant(t *testing.T) {
	t.Parallel()
	a, conversation := filled(t)
	script := func(text string) func(string) {
		return func(path string) { require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700)) }
	}
	n := 2
	for _, broken := range []struct {
		name, code string
		put        func(path string)
	}{
		{"missing", "missing_part", nil},
		{"not executable", "missing_part", func(path string) { require.NoError(t, os.WriteFile(path, []byte("\x7fELF"), 0o600)) }},
		{"no program", "missing_part", func(path string) { require.NoError(t, os.WriteFile(path, []byte("not a program"), 0o700)) }},
		{"a folder", "missing_part", func(path string) { require.NoError(t, os.Mkdir(path, 0o700)) }},
		{"crashing at once", "index_down", script("echo 'a reason to crash' >&2; exit 3")},
		{"killed at once", "index_down", script("kill -9 $$")},
	} {
		a.env["PATH"] = "/usr/bin:/bin"
		a.withQdrant(broken.put)
		a.append(conversation, fmt.Sprintf("written while Qdrant was %s", broken.name))
		n++
		require.Len(t, a.conversation(conversation).Messages, n, broken.name)
		require.Contains(t, a.ok("chats", "list"), "Held", broken.name)
		require.Len(t, a.exported(), 5, broken.name)
		require.Contains(t, a.ok("estate", "stats"), "5 resources", broken.name)
		for _, words := range []string{"search giraffe", "ask giraffe?"} {
			refused := a.refused(1, strings.Fields(words)...)
			require.Equal(t, broken.code, refused.Error.Code, "%s: %+v", broken.name, refused)
			require.NotEmpty(t, refused.Error.Hint, broken.name)
		}
		doctor := a.run("doctor")
		require.Equal(t, 1, doctor.code, "%s", doctor)
		require.Contains(t, doctor.out, "FAIL  qdrant", broken.name)
		require.Contains(t, doctor.out, "ok    ledger", broken.name)
		noOrphans(t, a.dir)
	}
	a.restoreQdrant()
	a.whole(conversation)
	require.NotEmpty(t, a.batch("chats", "killed at once")[0], "what was written meanwhile is found")
}

// TestQdrantThatStartsAndDies: a Qdrant that comes up and crashes again and again is given up, and the command says so.
func TestQdrantThatStartsAndDies(t *testing.T) {
	t.Parallel()
	a, conversation := filled(t)
	a.withQdrant(func(path string) {
		real := filepath.Join(resources(), "qdrant")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "#!/bin/sh\n(sleep 0.5; kill -9 $$) &\nexec %q\n", real), 0o700))
	})
	r := a.run("search", "giraffe", "--json")
	if r.code != 0 { // it may be quick enough
		require.Equal(t, "index_down", r.refused(1).Error.Code)
	}
	a.append(conversation, "written in between")
	noOrphans(t, a.dir)
	a.restoreQdrant()
	a.whole(conversation)
}

// TestIndexLost: whatever happens to the folder of Qdrant between two starts, it is made again from the ledger.
func TestIndexLost(t *testing.T) {
	t.Parallel()
	a, conversation := filled(t)
	storage := filepath.Join(a.dir, "qdrant", "storage")
	each := func(match func(path string) bool, do func(path string) error) int {
		n := 0
		require.NoError(t, filepath.WalkDir(storage, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && match(path) {
				n++
				return do(path)
			}
			return err
		}))
		return n
	}
	all := func(string) bool { return true }
	for _, damage := range []struct {
		name string
		do   func()
	}{
		{"the whole folder deleted", func() { require.NoError(t, os.RemoveAll(filepath.Join(a.dir, "qdrant"))) }},
		{"collections deleted", func() { require.NoError(t, os.RemoveAll(filepath.Join(storage, "collections"))) }},
		{"aliases deleted", func() { require.NoError(t, os.RemoveAll(filepath.Join(storage, "aliases"))) }},
		{"every file emptied", func() { require.Positive(t, each(all, func(path string) error { return os.Truncate(path, 0) })) }},
		{"every file filled with noise", func() {
			noise := []byte(strings.Repeat("\xde\xad\xbe\xef", 1000))
			require.Positive(t, each(all, func(path string) error { return os.WriteFile(path, noise, 0o600) }))
		}},
		{"segments cut in half", func() {
			require.Positive(t, each(func(p string) bool { return strings.Contains(p, "/segments/") }, func(path string) error {
				info, err := os.Stat(path)
				if err != nil {
					return err
				}
				return os.Truncate(path, info.Size()/2)
			}))
		}},
		{"configuration of collections damaged", func() {
			require.Positive(t, each(func(p string) bool { return strings.HasSuffix(p, "/config.json") }, func(path string) error { return os.WriteFile(path, []byte("{}"), 0o600) }))
		}},
		{"a file in its place", func() {
			require.NoError(t, os.RemoveAll(filepath.Join(a.dir, "qdrant")))
			require.NoError(t, os.WriteFile(filepath.Join(a.dir, "qdrant"), []byte("x"), 0o600))
		}},
	} {
		t.Log(damage.name)
		damage.do()
		if damage.name == "a file in its place" {
			refused := a.refused(1, "search", "giraffe")
			require.NotEmpty(t, refused.Error.Message)
			require.NoError(t, os.Remove(filepath.Join(a.dir, "qdrant")))
		}
		a.searchable()
	}
	a.whole(conversation)
}

// TestQdrantKilledWhileInUse: the running app loses Qdrant alone; it goes on, and what is written meanwhile is found.
func TestQdrantKilledWhileInUse(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	id := a.create("Without Qdrant for a moment")
	b := a.start("chats", "append", id)
	acks := bufio.NewReader(b.out)
	for i := range 60 {
		if i%20 == 10 {
			require.NoError(t, syscall.Kill(qdrantOf(t, a.dir), syscall.SIGKILL))
		}
		_, err := b.in.Write([]byte(line("user", fmt.Sprintf("sentence number %d of many", i))))
		require.NoError(t, err)
		ack, err := acks.ReadString('\n')
		require.NoError(t, err, b.err)
		require.Contains(t, ack, "message_id")
	}
	require.NoError(t, b.in.Close())
	require.Zero(t, b.end(), b.err)
	c := a.conversation(id)
	require.Len(t, c.Messages, 60)
	var queries []string
	for i := range 60 {
		queries = append(queries, fmt.Sprintf("sentence number %d of many", i))
	}
	for i, hits := range a.batch("chats", queries...) {
		require.Contains(t, hits, c.Messages[i].MessageID)
	}
	doctor := a.run("doctor", "--json")
	require.Contains(t, doctor.out, "in step with the ledger")
}

// TestForeignQdrant: the port of a Qdrant of somebody else, and a process that only looks like ours, are left alone.
func TestForeignQdrant(t *testing.T) {
	t.Parallel()
	a, conversation := filled(t)
	b := newApp(t).wordsOnly()
	id := b.create("The neighbour")
	holder := b.start("chats", "append", id)
	pid := qdrantOf(t, b.dir)
	// The pid file of a crash of long ago names a process that is now somebody else's.
	require.NoError(t, os.WriteFile(filepath.Join(a.dir, "qdrant", "qdrant.pid"), fmt.Appendf(nil, `{"PID":%d,"Exe":"/usr/bin/other","Started":"x 1"}`, pid), 0o600))
	a.whole(conversation)
	require.True(t, alive(pid))
	require.NoError(t, holder.in.Close())
	require.Zero(t, holder.end())
}
