//go:build linux

package cli_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// small is an estate of one resource of each kind that the tests ask for.
const small = `{"resources":[
 {"arn":"arn:aws:rds:eu-central-1:111111111111:db:ledger-prod","type":"AWS::RDS::DBInstance","name":"ledger-prod","region":"eu-central-1","account_id":"111111111111","tags":{"Environment":"production","Team":"payments"},"attributes":{"Engine":"postgres","EngineVersion":"16.3","DBInstanceStatus":"available"}},
 {"arn":"arn:aws:rds:eu-central-1:222222222222:db:ledger-dev","type":"AWS::RDS::DBInstance","name":"ledger-dev","region":"eu-central-1","account_id":"222222222222","tags":{"Environment":"dev","Team":"payments"},"attributes":{"Engine":"mysql"}},
 {"arn":"arn:aws:ec2:us-west-1:111111111111:instance/i-0aa11bb22cc33dd44","type":"AWS::EC2::Instance","name":"bastion","region":"us-west-1","account_id":"111111111111","tags":{"Environment":"production"},"attributes":{"InstanceId":"i-0aa11bb22cc33dd44","PrivateIpAddress":"10.9.8.7","PublicIpAddress":"198.51.100.23","State":"running"}},
 {"arn":"arn:aws:s3:::quarterly-figures","type":"AWS::S3::Bucket","name":"quarterly-figures","region":"us-west-1","account_id":"111111111111","tags":{"Team":"finance"},"attributes":{}},
 {"arn":"arn:aws:lambda:us-west-1:222222222222:function:resize-pictures","type":"AWS::Lambda::Function","name":"resize-pictures","region":"us-west-1","account_id":"222222222222","tags":{},"attributes":{"Runtime":"python3.12"}}
]}`

func keysOf(t *testing.T, raw string) []string {
	t.Helper()
	var v map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(raw), &v), raw)
	return slices.Sorted(maps.Keys(v))
}

// requireKeys holds an object to its keys. A new key is a new promise: say it here and in the documentation.
func requireKeys(t *testing.T, keys string, raw string) {
	t.Helper()
	want := strings.Fields(keys)
	slices.Sort(want)
	require.Equal(t, want, keysOf(t, raw), clip(raw, 2000))
}

func member(t *testing.T, raw, name string) string {
	t.Helper()
	var v map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(raw), &v), raw)
	return string(v[name])
}

func first(t *testing.T, raw string) string {
	t.Helper()
	var v []json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(raw), &v), raw)
	require.NotEmpty(t, v)
	return string(v[0])
}

// oneValue is the whole of stdout, which must be a JSON value.
func oneValue(t *testing.T, r result) string {
	t.Helper()
	require.Zero(t, r.code, "%s", r)
	var v any
	r.value(&v)
	return r.out
}

// TestEveryCommandInJSON calls every command of the contract and holds what it prints to the contract.
func TestEveryCommandInJSON(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	js := func(args ...string) string { t.Helper(); return oneValue(t, a.run(append(args, "--json")...)) }

	doctor := js("doctor")
	requireKeys(t, "ok checks", doctor)
	require.Equal(t, "true", member(t, doctor, "ok"), doctor)
	requireKeys(t, "name ok detail hint", first(t, member(t, doctor, "checks")))

	requireKeys(t, "added changed unchanged removed total", js("estate", "sample", "--count", "30", "--seed", "3"))
	imported := js("estate", "import", a.file("small.json", small))
	requireKeys(t, "added changed unchanged removed total read duplicates skipped partial problems", imported)
	require.Equal(t, "5", member(t, imported, "added"))
	require.Equal(t, "35", member(t, imported, "total"))

	export := a.run("estate", "export", "--format", "json", "--json")
	require.Zero(t, export.code, "%s", export)
	require.Len(t, lines[map[string]any](export), 35, "one resource a line")
	for line := range strings.Lines(export.out) {
		require.Subset(t, keysOf(t, line), []string{"arn", "type", "name", "region", "account_id"})
	}
	show := js("estate", "show", "arn:aws:rds:eu-central-1:111111111111:db:ledger-prod")
	requireKeys(t, "arn type name region account_id env state tags attributes relations first_seen last_seen console_url", show)
	changes := a.run("estate", "changes", "--json")
	require.Zero(t, changes.code, "%s", changes)
	require.Len(t, lines[map[string]any](changes), 35)
	line, _, _ := strings.Cut(changes.out, "\n")
	requireKeys(t, "id at kind arn type name region account_id env fields", line)
	require.Equal(t, "[]", member(t, line, "fields"), "an empty list is a list")
	requireKeys(t, "total by_type by_service by_region by_account by_env last_scan", js("estate", "stats"))

	created := js("chats", "create", "--title", "Storage")
	requireKeys(t, "conversation_id", created)
	var id struct {
		ConversationID string `json:"conversation_id"`
	}
	require.NoError(t, json.Unmarshal([]byte(created), &id))
	appended := a.feed(strings.NewReader(`{"role":"user","content":"where do the quarterly figures live?"}`+"\n"), "chats", "append", id.ConversationID, "--json")
	requireKeys(t, "message_id seq", oneValue(t, appended))

	search := js("search", "quarterly", "figures")
	requireKeys(t, "query took_ms pending understood total estate chats", search)
	require.Equal(t, `"quarterly figures"`, member(t, search, "query"))
	requireKeys(t, "arn type name region account_id tags score why", first(t, member(t, search, "estate")))
	requireKeys(t, "message_id conversation_id title role timestamp snippet score", first(t, member(t, search, "chats")))
	batch := oneValue(t, a.run("search", "--batch", a.file("q.jsonl", `{"id":"7","query":"quarterly-figures","in":"estate"}`), "--json"))
	requireKeys(t, "id hits", batch)

	answer := js("ask", "--conversation", id.ConversationID, "which database is in production?")
	requireKeys(t, "conversation_id message_id answer sources mode partial", answer)
	require.Contains(t, answer, "ledger-prod")

	list := js("chats", "list")
	requireKeys(t, "conversation_id title created_at last_activity message_count status pinned user_id", first(t, list))
	shown := js("chats", "show", id.ConversationID)
	requireKeys(t, "conversation_id title created_at message_count messages", shown)
	message := first(t, member(t, shown, "messages"))
	requireKeys(t, "message_id seq role timestamp content", message)
	_, err := time.Parse(time.RFC3339, strings.Trim(member(t, message, "timestamp"), `"`))
	require.NoError(t, err)
	exported := a.run("chats", "export", "--json")
	require.Zero(t, exported.code, "%s", exported)
	require.Len(t, lines[map[string]any](exported), 3)
	requireKeys(t, "formats conversations messages unchanged skipped partial skipped_lines notes", js("chats", "import", a.file("c.jsonl", exported.out)))
	requireKeys(t, "deleted", js("chats", "delete", id.ConversationID))
	require.Equal(t, "[]\n", js("chats", "list"))

	status := "backend entry vault_id master_key_id data_key_id data_keys recovery_recipient recovery_key_saved recovery_key_saved_at created_at"
	requireKeys(t, status, js("key", "status"))
	requireKeys(t, "out recovery_recipient", js("key", "export", "--out", filepath.Join(a.home, "recovery.txt")))
	requireKeys(t, status, js("key", "rotate"))
	requireKeys(t, status, js("key", "import", "--in", filepath.Join(a.home, "recovery.txt")))
}

// TestEveryCommandForPeople: the same without --json says something that a person can read, and no JSON.
func TestEveryCommandForPeople(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	require.Regexp(t, `^5 added, 0 changed, 0 removed, 0 unchanged; 5 in all; 0 duplicates, 0 skipped\n$`, a.ok("estate", "import", a.file("small.json", small)))
	require.Regexp(t, `^3 added, .*; 8 in all\n$`, a.ok("estate", "sample", "--count", "3"))
	require.Contains(t, a.ok("estate", "stats"), "8 resources\n")
	require.Contains(t, a.ok("estate", "show", "arn:aws:s3:::quarterly-figures"), "quarterly-figures")
	require.Len(t, strings.Split(strings.TrimSpace(a.ok("estate", "changes", "--since", "1h")), "\n"), 8)
	require.Empty(t, a.ok("estate", "changes", "--since", "2100-01-01"))
	csv := a.ok("estate", "export", "--format", "csv")
	require.True(t, strings.HasPrefix(csv, "arn,type,name,"), csv)
	require.Equal(t, 9, strings.Count(csv, "\n"))

	id := strings.TrimSpace(a.ok("chats", "create", "--title", "Größe & Preis"))
	a.feed(strings.NewReader(`{"role":"user","content":"what does the bastion cost?"}`), "chats", "append", id)
	require.Contains(t, a.ok("chats", "list"), "Größe & Preis")
	require.Contains(t, a.ok("chats", "show", id), "what does the bastion cost?")
	require.Contains(t, a.ok("chats", "export", "--format", "md"), "# Größe & Preis")
	found := a.ok("search", "bastion")
	require.Contains(t, found, "arn:aws:ec2:us-west-1:111111111111:instance/i-0aa11bb22cc33dd44")
	require.Contains(t, found, "what does the bastion cost?")
	require.Contains(t, a.ok("ask", "where is the bastion?"), "bastion")
	require.Contains(t, a.ok("key", "status"), "from the keychain")
	require.Contains(t, a.ok("chats", "delete", id), id)

	// Without the model, the doctor says what is missing and how to get it, and the command fails.
	r := a.run("doctor")
	require.Equal(t, 1, r.code, "%s", r)
	require.Contains(t, r.out, "FAIL  embedding model")
	require.Contains(t, r.out, "make setup")
	require.Contains(t, r.out, "ok    qdrant")

	require.Contains(t, a.ok("--help"), "search")
	require.Contains(t, a.ok("--version"), "cloudops")
	require.Contains(t, a.ok("chats", "append", "--help"), `"message_id"`)
}

// TestWrongUsage: exit code 2, on stderr what is wrong and where to look; under --json an error object on stdout, wherever the
// flag stands. Nothing is opened for it: the data folder is not even made.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for _, words := range []string{
		"nonsense", "--nonsense", "estate", "estate nonsense", "chats", "key", "key nonsense",
		"doctor extra", "estate sample --count 0", "estate sample --count many", "estate sample --seed x", "estate sample extra",
		"estate import", "estate import a b", "estate import /no/such/file", "estate import .",
		"estate export --format xml", "estate export extra", "estate show", "estate show a b", "estate changes --since yesterday",
		"estate changes --since -5h", "estate stats extra", "scan extra", "scan --service nonsense", "scan --endpoint-url not-an-address",
		"search", "search x --in nowhere", "search x --limit 0", "search x --limit 1001", "search x --limit many", "search x --nonsense",
		"search x --batch q.jsonl", "search --batch /no/such/file", "ask", "chats create extra", "chats append", "chats append a b",
		"chats list extra", "chats list --limit -1", "chats show", "chats export --format xml", "chats import", "chats import /no/such/file",
		"chats delete", "key status extra", "key export", "key import", "key import --in /no/such/file", "key rotate extra",
		"doctor --data-dir", "doctor --passphrase-file /no/such/file",
		"estate export --format csv --json", "chats export --format md --json",
	} {
		args := strings.Fields(words)
		if !slices.Contains(args, "--json") {
			r := a.run(args...)
			require.Equal(t, 2, r.code, "%s", r)
			require.Empty(t, r.out, "%s", r)
			require.Contains(t, r.err, "cloudops: ", "%s", r)
			require.NotContains(t, r.err, "goroutine", "%s", r)
			args = append(args, "--json")
		}
		if words == "doctor --data-dir" {
			continue // --json would be its value
		}
		refused := a.run(args...).refused(2)
		require.Equal(t, "usage", refused.Error.Code, words)
		require.NotEmpty(t, refused.Error.Hint, words)
	}
	for _, text := range []string{"", " \t\n"} {
		require.Equal(t, "usage", a.refused(2, "search", text).Error.Code)
		require.Equal(t, "usage", a.refused(2, "ask", text).Error.Code)
	}
	require.Equal(t, "usage", a.run("--json", "nonsense").refused(2).Error.Code)
	require.Equal(t, "usage", a.run("--nonsense", "--json").refused(2).Error.Code)
	require.NoDirExists(t, a.dir)
}

// TestRefusals: what is asked for properly and cannot be done is exit code 1, with a code that programs can tell apart.
func TestRefusals(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	nobody := "01890000-0000-7000-8000-000000000000"
	for words, code := range map[string]string{
		"estate show nonsense": "invalid", "estate show arn:aws:s3:::nobody": "not_found",
		"chats show nonsense": "invalid", "chats show " + nobody: "not_found", "chats append " + nobody: "not_found",
		"chats delete " + nobody: "not_found", "chats export " + nobody: "not_found", "ask --conversation " + nobody + " why": "not_found",
	} {
		refused := a.refused(1, strings.Fields(words)...)
		require.Equal(t, code, refused.Error.Code, words)
	}
	out := filepath.Join(a.home, "key.txt")
	a.ok("key", "export", "--out", out)
	before, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, "exists", a.refused(1, "key", "export", "--out", out).Error.Code, "a recovery key is never written over")
	after, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, before, after)
	info, err := os.Stat(out)
	require.NoError(t, err)
	require.Equal(t, "-rw-------", info.Mode().String())
	require.Equal(t, "wrong_key", a.refused(1, "key", "import", "--in", a.file("bad.txt", "nonsense")).Error.Code)
	require.Equal(t, "not_found", a.refused(1, "key", "export", "--out", filepath.Join(a.home, "no", "such", "folder", "key.txt")).Error.Code)
}

// TestDataFolderIsPrivate: nobody else can read what is in it.
func TestDataFolderIsPrivate(t *testing.T) {
	t.Parallel()
	a := newApp(t).wordsOnly()
	require.NoError(t, os.MkdirAll(a.dir, 0o755))
	require.NoError(t, os.Chmod(a.dir, 0o755))
	a.ok("chats", "create")
	info, err := os.Stat(a.dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	entries, err := os.ReadDir(a.dir)
	require.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, fmt.Sprintf("%s is %s", e.Name(), info.Mode()))
	}
	// --data-dir wins over the environment, and a relative one is taken from where the command was given.
	a.ok("chats", "list", "--data-dir", "elsewhere")
	require.DirExists(t, filepath.Join(a.home, "elsewhere"))
}

// TestLostOutput: what cannot be written to stdout is a failure, in words and in JSON.
func TestLostOutput(t *testing.T) {
	t.Parallel()
	a, _ := filled(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	for _, words := range []string{"estate stats", "estate stats --json", "estate export", "estate export --format csv", "chats list", "chats export", "key status", "estate changes", "doctor"} {
		cmd := a.command(t.Context(), strings.Fields(words)...)
		var errOut strings.Builder
		cmd.Stdout, cmd.Stderr = full, &errOut
		require.Error(t, cmd.Run(), words)
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), words)
		require.Contains(t, errOut.String(), "no space left on device", words)
	}
}
