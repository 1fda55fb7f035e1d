//go:build linux

package cli_test

import (
	"bufio"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// state is every file below a folder, with what is in it, so that one can tell whether anything was changed.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sum := uint64(0)
		if info.Mode().IsRegular() {
			data, err := content(path)
			if err != nil {
				return err
			}
			sum = maphash.Bytes(seed, data)
		}
		out[strings.TrimPrefix(path, dir)] = fmt.Sprintf("%s %d %x", info.Mode(), info.Size()*int64(b2i(info.Mode().IsRegular())), sum)
		return nil
	}))
	return out
}

var seed = maphash.MakeSeed()

// content reads a file without its holes: Qdrant keeps files of 32 MB that are mostly not there. A page of zeros stands
// for each hole.
func content(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []byte
	for at := int64(0); ; {
		start, err := unix.Seek(int(f.Fd()), at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		end, err := unix.Seek(int(f.Fd()), start, unix.SEEK_HOLE)
		if err != nil {
			return nil, err
		}
		part := make([]byte, end-start)
		if _, err := f.ReadAt(part, start); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if start > at {
			out = append(out, make([]byte, 4096)...)
		}
		out, at = append(out, part...), end
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fill makes a data folder with an estate and a conversation in it.
func fill(t *testing.T) (a *app, conversation string) {
	t.Helper()
	a = newApp(t).wordsOnly()
	a.importing(small)
	conversation = a.create("Held")
	a.append(conversation, "the giraffe is in the server room", "noted")
	return a, conversation
}

var template struct {
	sync.Once
	dir, conversation string
}

// filled is a copy of a folder that fill made. All copies have one entry in the keychain: a test that changes that fills
// its own.
func filled(t *testing.T) (a *app, conversation string) {
	t.Helper()
	template.Do(func() {
		a, conversation := fill(t)
		dir := filepath.Join(scratch, "filled")
		copyFolder(t, a.dir, dir)
		template.dir, template.conversation = dir, conversation
	})
	require.NotEmpty(t, template.dir, "the folder could not be filled")
	a = newApp(t).wordsOnly()
	copyFolder(t, template.dir, a.dir)
	return a, template.conversation
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	out, err := exec.Command("cp", "-a", from, to).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// whole checks that a filled folder has lost nothing and can be searched.
func (a *app) whole(conversation string) {
	a.t.Helper()
	require.Len(a.t, a.exported(), 5)
	require.GreaterOrEqual(a.t, len(a.conversation(conversation).Messages), 2)
	a.searchable()
}

// searchable checks that what a filled folder holds is found.
func (a *app) searchable() {
	a.t.Helper()
	r := a.run("search", "--batch", a.file("searchable.jsonl", `{"id":"c","query":"giraffe","in":"chats"}`+"\n"+`{"id":"e","query":"quarterly-figures","in":"estate"}`+"\n"))
	require.Zero(a.t, r.code, "%s", r)
	answers := lines[struct{ Hits []string }](r)
	require.NotEmpty(a.t, answers[0].Hits, "%s", r)
	require.Equal(a.t, "arn:aws:s3:::quarterly-figures", answers[1].Hits[0], "%s", r)
}

func TestFolderInUse(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	id := a.create("Held open")
	holder := a.start("chats", "append", id)
	acks := bufio.NewReader(holder.out)
	say := func(text string) {
		_, err := holder.in.Write([]byte(line("user", text)))
		require.NoError(t, err)
		ack, err := acks.ReadString('\n')
		require.NoError(t, err, holder.err)
		require.Contains(t, ack, "message_id")
	}
	say("one")
	for _, words := range []string{"chats list", "estate stats", "search x", "key rotate", "key status", "chats create"} {
		refused := a.refused(1, strings.Fields(words)...)
		require.Equal(t, "locked", refused.Error.Code)
		require.Contains(t, refused.Error.Message, fmt.Sprintf("process %d", holder.Process.Pid), "it says who")
		require.Contains(t, refused.Error.Hint, "--data-dir")
	}
	doctor := a.run("doctor", "--json")
	require.Equal(t, 1, doctor.code)
	require.Contains(t, doctor.out, fmt.Sprint(holder.Process.Pid))
	say("two")
	require.NoError(t, holder.in.Close())
	require.Zero(t, holder.end())
	require.Len(t, a.conversation(id).Messages, 2)

	// What a killed holder leaves behind holds nobody up.
	holder = a.start("chats", "append", id)
	acks = bufio.NewReader(holder.out)
	say("three")
	require.NoError(t, holder.Process.Kill())
	holder.end()
	require.Len(t, a.conversation(id).Messages, 3)
}

func TestFolderThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	blocked := a.file("file", "this is a file")
	for _, dir := range []string{blocked, filepath.Join(blocked, "below"), "/proc/cloudops", "/dev/null"} {
		refused := a.refused(1, "chats", "create", "--data-dir", dir)
		require.Equal(t, "data_folder", refused.Error.Code, dir)
		require.Contains(t, refused.Error.Hint, "--data-dir", dir)
	}
	content, err := os.ReadFile(blocked)
	require.NoError(t, err)
	require.Equal(t, "this is a file", string(content))
}

// elsewhere runs a test that mounts file systems where that is allowed: here for root, for others in a namespace of their
// own. It returns true where the test has been run there.
func elsewhere(t *testing.T) bool {
	t.Helper()
	if os.Getuid() == 0 {
		return false
	}
	cmd := exec.Command("unshare", "--map-root-user", "--mount", os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "CLOUDOPS_TEST_BINARY="+cloudops)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "this test mounts file systems: run it as root, or on a system that allows user namespaces\n%s", out)
	return true
}

func mount(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.Command("mount", args...).CombinedOutput()
	require.NoError(t, err, "mount %v: %s (this test needs the right to mount)", args, out)
	target := args[len(args)-1]
	t.Cleanup(func() {
		out, err := exec.Command("umount", "-l", target).CombinedOutput()
		if err != nil {
			t.Errorf("umount %s: %s", target, out)
		}
	})
}

func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	a, conversation := filled(t)
	before := state(t, a.dir)
	mount(t, "--bind", a.dir, a.dir)
	out, err := exec.Command("mount", "-o", "remount,ro,bind", a.dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, words := range []string{"chats list", "chats create", "estate stats", "key status"} {
		refused := a.refused(1, strings.Fields(words)...)
		require.Contains(t, []string{"data_folder", "read_only"}, refused.Error.Code)
		require.Contains(t, refused.Error.Message, a.dir)
		require.NotEmpty(t, refused.Error.Hint)
	}
	doctor := a.run("doctor")
	require.Equal(t, 1, doctor.code, "%s", doctor)
	require.Contains(t, doctor.out, "read-only file system")
	require.Equal(t, before, state(t, a.dir))
	out, err = exec.Command("mount", "-o", "remount,rw,bind", a.dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	a.whole(conversation)
}

// TestFullDisk: on a disk of a few MB there is no room for the index; messages are taken as long as the ledger has room. Then it
// is said what is the matter, and everything that was acknowledged is there, before and after space was made.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if elsewhere(t) {
		return
	}
	a := newApp(t).wordsOnly()
	require.NoError(t, os.Mkdir(a.dir, 0o700))
	mount(t, "-t", "tmpfs", "-o", "size=400m,mode=700", "tmpfs", a.dir) // Qdrant wants more free than it takes
	ballast := filepath.Join(a.dir, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 394<<20), 0o600))
	id := a.create("Full")
	var text strings.Builder
	for i := range 60 {
		text.WriteString(line("user", fmt.Sprintf("%d %s", i, strings.Repeat("full ", 20_000))))
	}
	r := a.feed(strings.NewReader(text.String()), "chats", "append", id, "--json")
	require.Equal(t, 1, r.code, "%s", r)
	answers := lines[ack](r)
	last := answers[len(answers)-1]
	require.NotNil(t, last.Error, "%s", r)
	require.Equal(t, "disk_full", last.Error.Code, "%s", r)
	acked := len(answers) - 1
	require.Positive(t, acked)

	require.Len(t, a.conversation(id).Messages, acked, "while the disk is full")
	refused := a.refused(1, "search", "full", "--in", "chats")
	require.Contains(t, []string{"disk_full", "index_down"}, refused.Error.Code, "%+v", refused)
	// Room for the ledger, not for the index.
	require.NoError(t, os.Truncate(ballast, 340<<20))
	a.append(id, "there is a little room")
	acked++
	refused = a.refused(1, "search", "full", "--in", "chats")
	require.Equal(t, "disk_full", refused.Error.Code, "%+v", refused)
	require.Len(t, a.conversation(id).Messages, acked)
	require.NoError(t, os.Remove(ballast))
	c := a.conversation(id)
	require.Len(t, c.Messages, acked)
	for i, m := range c.Messages[:acked-1] {
		require.Equal(t, answers[i].MessageID, m.MessageID)
		require.True(t, strings.HasPrefix(m.Content, fmt.Sprintf("%d full", i)))
	}
	a.append(id, "there is room again for the giraffe")
	require.NotEmpty(t, a.batch("chats", "giraffe")[0])

	// A disk that is full from the start.
	b := newApp(t).wordsOnly()
	require.NoError(t, os.Mkdir(b.dir, 0o700))
	mount(t, "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", b.dir)
	err := os.WriteFile(filepath.Join(b.dir, "ballast"), make([]byte, 1<<20), 0o600)
	require.True(t, errors.Is(err, syscall.ENOSPC), "%v", err)
	refused = b.refused(1, "chats", "create")
	require.Contains(t, []string{"disk_full", "data_folder"}, refused.Error.Code)
	require.Contains(t, refused.Error.Message, "no space left")
}

// TestTornLedger: a write-ahead log that ends in the middle, as a crash leaves it, costs nothing that was acknowledged
// before; a ledger that is damaged is refused and left as it is.
func TestTornLedger(t *testing.T) {
	t.Parallel()
	a, conversation := filled(t)
	holder := a.start("chats", "append", conversation)
	acks := bufio.NewReader(holder.out)
	for i := range 5 {
		_, err := holder.in.Write([]byte(line("user", fmt.Sprintf("late %d", i))))
		require.NoError(t, err)
		_, err = acks.ReadString('\n')
		require.NoError(t, err, holder.err)
	}
	require.NoError(t, holder.Process.Kill())
	holder.end()
	wal := filepath.Join(a.dir, "ledger.db-wal")
	info, err := os.Stat(wal)
	require.NoError(t, err, "the log of a killed writer")
	f, err := os.OpenFile(wal, os.O_RDWR|os.O_APPEND, 0)
	require.NoError(t, err)
	page := make([]byte, 3000) // the beginning of a frame that was never written whole
	_, err = f.Write(page)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	c := a.conversation(conversation)
	require.Len(t, c.Messages, 7, "the log had %d bytes", info.Size())
	a.whole(conversation)

	ledger := filepath.Join(a.dir, "ledger.db")
	data, err := os.ReadFile(ledger)
	require.NoError(t, err)
	for i := range 4096 {
		data[4096*(len(data)/8192)+i] ^= 0xa5
	}
	copy(data[:100], make([]byte, 100))
	require.NoError(t, os.WriteFile(ledger, data, 0o600))
	refused := a.refused(1, "chats", "list")
	require.Equal(t, "corrupt", refused.Error.Code)
	require.Contains(t, refused.Error.Hint, "backup")
	now, err := os.ReadFile(ledger)
	require.NoError(t, err)
	require.Equal(t, data, now)
	require.Equal(t, 1, a.run("doctor").code)
}
