//go:build linux

package cli_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tool is a program that build/setup.sh puts beside the linter.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(root, "build", "cache", "bin", name)
	_, err := os.Stat(path)
	require.NoError(t, err, "%s is missing; run build/setup.sh test", name)
	return path
}

// s3 starts a real S3 server with a bucket and gives the flags that lead to it, and the folder that it keeps the bucket in.
func (a *app) s3() (flags []string, bucket string) {
	t := a.t
	t.Helper()
	dir := t.TempDir()
	bucket = filepath.Join(dir, "my-backups")
	require.NoError(t, os.Mkdir(bucket, 0o700))
	a.env["AWS_ACCESS_KEY_ID"], a.env["AWS_SECRET_ACCESS_KEY"] = "testkey", "testsecret"
	for range 5 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := l.Addr().String()
		l.Close()
		cmd := exec.Command(tool(t, "versitygw"), "--quiet", "--port", addr, "--access", "testkey", "--secret", "testsecret", "posix", dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		require.NoError(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		for range 500 {
			if conn, err := net.Dial("tcp", addr); err == nil {
				conn.Close()
				return []string{"--bucket", "my-backups", "--prefix", "laptop", "--endpoint-url", "http://" + addr}, bucket
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	require.Fail(t, "the S3 server did not start")
	return nil, ""
}

func (a *app) backupJSON(keys []string, args ...string) map[string]any {
	a.t.Helper()
	var v map[string]any
	a.json(&v, append([]string{"backup"}, args...)...)
	require.Equal(a.t, keys, slices.Sorted(maps.Keys(v)))
	return v
}

// TestBackupAndANewMachine backs up to S3, loses the machine and its keychain, and has everything back with the recovery key.
func TestBackupAndANewMachine(t *testing.T) {
	t.Parallel()
	a, conversation := fill(t)
	place, bucket := a.s3()
	with := func(args ...string) []string { return append(args, place...) }
	nowKeys := []string{"backup", "bytes", "created_at", "entries", "records", "removed_objects", "sent_bytes", "sent_objects", "took_ms", "vault_id", "vectors", "warnings"}

	require.Equal(t, "no_target", a.refused(1, "backup", "now").Error.Code)
	require.Equal(t, "no_backup", a.refused(1, with("backup", "verify")...).Error.Code)
	a.ok(with("backup", "schedule", "--every", "12")...)
	first := a.backupJSON(nowKeys, "now")
	recovery := filepath.Join(a.home, "recovery.txt")
	a.ok("key", "export", "--out", recovery)
	a.append(conversation, "said after the backup")
	shipped := a.backupJSON([]string{"backup", "bytes", "entries", "needs_backup", "reason", "segments", "through"}, with("ship")...)
	require.Equal(t, first["backup"], shipped["backup"])
	require.EqualValues(t, 1, shipped["segments"])
	listed := a.backupJSON([]string{"backups", "bytes", "damaged", "objects", "target", "vault_id"}, with("list")...)
	require.Len(t, listed["backups"], 1)
	verified := a.backupJSON([]string{"backups", "drill", "objects", "ok", "problems", "read_bytes", "read_objects"}, with("verify", "--all", "--drill")...)
	require.Equal(t, true, verified["ok"])
	a.backupJSON([]string{"dry_run", "held", "kept", "removed", "removed_bytes", "removed_objects", "warnings"}, with("prune", "--keep-last", "1", "--dry-run")...)
	schedule := a.backupJSON([]string{"drilled", "due", "every_hours", "keep", "last", "log_days", "next", "ship_log", "target", "verified"}, "schedule")
	require.Equal(t, "s3://my-backups/laptop", schedule["target"])
	require.Equal(t, false, schedule["due"])
	require.NotEmpty(t, schedule["drilled"])
	before := a.exported()

	// Nothing that was typed is in the bucket, and no name of a resource.
	require.NoError(t, filepath.WalkDir(bucket, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NotContains(t, string(data), "giraffe")
			require.NotContains(t, string(data), "quarterly-figures")
		}
		return nil
	}))

	// Debian's age opens an object.
	objects, err := filepath.Glob(filepath.Join(bucket, "laptop", "*", "backups", "*.age"))
	require.NoError(t, err)
	require.Len(t, objects, 1)
	age, err := exec.LookPath("age")
	require.NoError(t, err, "age is missing; run build/setup.sh test, or install age")
	plain, err := exec.Command(age, "-d", "-i", recovery, objects[0]).Output()
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(plain))
	require.NoError(t, err)
	manifest, err := io.ReadAll(z)
	require.NoError(t, err)
	require.True(t, json.Valid(manifest))

	// Another machine.
	machine := ownSession(t)
	b := newApp(t).wordsOnly()
	b.env["DBUS_SESSION_BUS_ADDRESS"] = machine.address
	b.env["AWS_ACCESS_KEY_ID"], b.env["AWS_SECRET_ACCESS_KEY"] = a.env["AWS_ACCESS_KEY_ID"], a.env["AWS_SECRET_ACCESS_KEY"]
	require.Equal(t, "no_key", b.refused(1, with("backup", "restore")...).Error.Code)
	require.Equal(t, "wrong_key", b.refused(1, with("backup", "restore", "--recovery-key", b.file("other.txt", otherRecovery(t)))...).Error.Code)
	require.NoFileExists(t, filepath.Join(b.dir, "ledger.db"))
	var elsewhere map[string]any
	b.json(&elsewhere, with("backup", "list", "--recovery-key", recovery)...)
	require.Equal(t, listed["backups"], elsewhere["backups"])
	b.ok("chats", "list") // a first start before the restore is in nobody's way
	restored := b.backupJSON([]string{"backup", "before", "changes", "checked", "collections", "dry_run", "entries", "moment", "records", "segments", "vault_id", "vectors"}, with("restore", "--recovery-key", recovery)...)
	require.NotEmpty(t, restored["before"])
	require.EqualValues(t, 1, restored["segments"])
	require.Equal(t, before, b.exported())
	require.Equal(t, a.conversation(conversation), b.conversation(conversation))
	b.whole(conversation)
	require.Equal(t, "keychain", b.keys().Backend)
	b.backupJSON(nowKeys, "now") // the schedule came back with the settings
}

// TestRestoreToAMoment undoes a slip of the hand, keeps the state before, and search follows.
func TestRestoreToAMoment(t *testing.T) {
	t.Parallel()
	a, conversation := fill(t)
	place := []string{"--dir", t.TempDir()}
	kept := a.conversation(conversation)
	time.Sleep(1100 * time.Millisecond) // a moment is a second on the command line
	moment := time.Now().UTC().Add(-time.Second).Format(time.RFC3339)
	a.append(conversation, "an okapi was added")
	a.ok("chats", "delete", conversation)
	a.ok(append([]string{"backup", "now"}, place...)...)

	require.Equal(t, "usage", a.refused(2, append([]string{"backup", "restore", "--at", "yesterday"}, place...)...).Error.Code)
	require.Equal(t, "no_backup", a.refusedUnchanged("no_backup", append([]string{"backup", "restore", "--at", "2020-01-01T00:00:00Z"}, place...)...).Error.Code)
	var dry, done struct {
		Before  string
		DryRun  bool `json:"dry_run"`
		Changes map[string]struct{ Added, Changed, Removed int }
	}
	a.json(&dry, append([]string{"backup", "restore", "--dry-run", "--at", moment}, place...)...)
	require.True(t, dry.DryRun)
	require.Equal(t, 2, dry.Changes["chat_history"].Added)
	require.NotContains(t, a.ok("chats", "list"), conversation)
	a.json(&done, append([]string{"backup", "restore", "--at", moment}, place...)...)
	require.Equal(t, kept, a.conversation(conversation))
	a.whole(conversation)
	require.DirExists(t, done.Before)
	b := newApp(t).wordsOnly()
	b.env["CLOUDOPS_DATA_DIR"], b.dir = done.Before, done.Before
	require.NotContains(t, b.ok("chats", "list"), conversation, "the state before is a data folder of its own")
}

// TestKilledBackups ends backups with SIGKILL: what is listed is whole, and the next backup sends the rest only.
// CLOUDOPS_BACKUP_FAULTS says how many; `make soak` does 200.
func TestKilledBackups(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	a.ok("estate", "sample", "--count", "3000")
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	killed := 0
	a.ok("backup", "schedule", "--dir", dir, "--limit-kb", "600") // slow enough to be hit
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("CLOUDOPS_BACKUP_FAULTS"), "10"))
	require.NoError(t, err)
	for range rounds {
		b := a.start("backup", "now", "--json")
		time.Sleep(time.Duration(100+rng.IntN(1500)) * time.Millisecond)
		_ = b.Process.Kill()
		if b.end() != 0 {
			killed++
		}
		r := a.run("backup", "verify", "--all", "--json")
		if r.code != 0 {
			require.Equal(t, "no_backup", r.refused(1).Error.Code)
		}
	}
	t.Logf("%d of %d were killed", killed, rounds)
	require.Positive(t, killed)
	a.ok("backup", "schedule", "--dir", dir, "--limit-kb", "0")
	a.ok("backup", "now")
	var again struct {
		SentBytes int64 `json:"sent_bytes"`
		Bytes     int64
		Records   int
	}
	a.json(&again, "backup", "now")
	require.Less(t, again.SentBytes, again.Bytes/20)
	require.Equal(t, 6000, again.Records) // each resource, and the note that it was added
	a.ok("backup", "verify", "--all", "--drill")
	var listed struct{ Backups []struct{ Backup string } }
	a.json(&listed, "backup", "list")
	require.NotEmpty(t, listed.Backups)
	left, err := filepath.Glob(filepath.Join(a.dir, "restoring-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestKilledRestores ends restores with SIGKILL: the folder has the state before or the restored one, never another.
func TestKilledRestores(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	a.ok("estate", "sample", "--count", "500")
	dir := t.TempDir()
	a.ok("backup", "now", "--dir", dir)
	a.importing(small)
	resources := func() string {
		var stats map[string]any
		a.json(&stats, "estate", "stats")
		return fmt.Sprint(stats["total"], stats["resources"])
	}
	before := resources()
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	for range 6 {
		b := a.start("backup", "restore", "--dir", dir, "--json")
		time.Sleep(time.Duration(50+rng.IntN(700)) * time.Millisecond)
		_ = b.Process.Kill()
		b.end()
		a.ok("backup", "list", "--dir", dir) // opens the folder, and finishes a swap that was begun
		left, err := filepath.Glob(filepath.Join(a.dir, "restor*"))
		require.NoError(t, err)
		require.Empty(t, left)
	}
	a.ok("backup", "restore", "--dir", dir)
	after := resources()
	require.NotEqual(t, before, after)
	require.True(t, strings.TrimSpace(after) != "")
	require.Contains(t, a.run("doctor").out, "in step with the ledger")
}

// TestRestoreOfAPart brings one conversation, then the estate, back into a folder that goes on: nothing else changes, and each can be taken
// back.
func TestRestoreOfAPart(t *testing.T) {
	t.Parallel()
	a, conversation := fill(t)
	other := a.create("Another one")
	a.append(other, "an okapi")
	place := []string{"--dir", t.TempDir()}
	restore := func(args ...string) map[string]any {
		t.Helper()
		return a.backupJSON([]string{"backup", "changes", "dry_run", "moment", "records", "undo_at", "unreadable"}, append(append([]string{"restore"}, place...), args...)...)
	}
	count := func(v map[string]any, collection, kind string) any {
		c, _ := v["changes"].(map[string]any)[collection].(map[string]any)
		return c[kind]
	}
	kept, resources := a.conversation(conversation), a.exported()
	a.ok(append([]string{"backup", "now"}, place...)...)
	moment := time.Now().UTC().Format(time.RFC3339Nano)

	a.append(conversation, "said after that moment")
	a.append(other, "a second okapi")
	a.ok("chats", "delete", conversation)
	a.importing(strings.Replace(small, `"tags":{"Team":"finance"}`, `"tags":{"Team":"other"}`, 1))
	changed, others := a.exported(), a.conversation(other)
	require.NotEqual(t, resources, changed)

	// Wrong ways to ask.
	require.Equal(t, "invalid", a.refused(1, "backup", "restore", "--estate", "--conversation", conversation, "--at", moment).Error.Code)
	require.Equal(t, "usage", a.refused(2, "backup", "restore", "--estate", "--recovery-key", "x").Error.Code)
	require.Equal(t, "no_target", a.refused(1, "backup", "restore", "--estate").Error.Code)
	require.Equal(t, "no_backup", a.refused(1, "backup", "restore", "--conversation", "0198c1f4-52cb-7e11-b1bc-2f3a9d1c9f10", "--at", moment).Error.Code)

	preview := restore("--conversation", conversation, "--dry-run")
	require.EqualValues(t, len(kept.Messages), count(preview, "chat_history", "added"))
	require.Equal(t, true, preview["dry_run"])
	require.Empty(t, preview["undo_at"])
	require.NotContains(t, a.ok("chats", "list"), conversation, "a preview changes nothing")

	done := restore("--conversation", conversation) // from the backup
	require.NotEmpty(t, done["backup"])
	require.Equal(t, kept, a.conversation(conversation))
	require.Equal(t, others, a.conversation(other))
	require.Equal(t, changed, a.exported())
	require.Empty(t, restore("--conversation", conversation)["changes"], "it is as it was")
	a.whole(conversation)

	// The estate, from the log of this machine, which needs no place at all.
	before := a.backupJSON([]string{"backup", "changes", "dry_run", "moment", "records", "undo_at", "unreadable"}, "restore", "--estate", "--at", moment)
	require.Empty(t, before["backup"])
	require.EqualValues(t, 1, count(before, "aws_estate", "changed"))
	require.Equal(t, resources, a.exported())
	require.Equal(t, kept, a.conversation(conversation))
	require.Equal(t, others, a.conversation(other))

	// Both can be taken back.
	restore("--estate", "--at", before["undo_at"].(string))
	require.Equal(t, changed, a.exported())
	a.refused(1, append([]string{"backup", "restore", "--conversation", conversation, "--at", done["undo_at"].(string)}, place...)...) // it was deleted then
	a.ok("chats", "delete", conversation)
	require.Contains(t, a.run("doctor").out, "in step with the ledger")
}
