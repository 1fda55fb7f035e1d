//go:build linux

package cli_test

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// frozen is a copy of a data folder as the first program with these formats left it, under a passphrase. It is never made anew.
func frozen(t *testing.T) *app {
	t.Helper()
	a := newApp(t).wordsOnly().withPassphrase()
	copyFolder(t, filepath.Join(root, "test", "cli", "testdata", "folder-1", "data"), a.dir)
	require.NoError(t, os.Chmod(a.dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(a.dir, "cloudops.lock"), nil, 0o600))
	return a
}

// TestAFolderOfTheFirstFormat is opened with all that is in it: keys, settings, chats, estate, index.
func TestAFolderOfTheFirstFormat(t *testing.T) {
	t.Parallel()
	a := frozen(t)
	golden := func(name string) string {
		data, err := os.ReadFile(filepath.Join(root, "test", "cli", "testdata", "folder-1", name))
		require.NoError(t, err)
		return string(data)
	}
	same := func(want, got string) {
		wanted, found := strings.Split(strings.TrimSpace(want), "\n"), strings.Split(strings.TrimSpace(got), "\n")
		require.Len(t, found, len(wanted))
		for i := range wanted {
			var w, g map[string]any
			require.NoError(t, json.Unmarshal([]byte(wanted[i]), &w))
			require.NoError(t, json.Unmarshal([]byte(found[i]), &g))
			require.Subset(t, g, w, "later programs may tell more, and nothing else")
		}
	}
	same(golden("estate.json"), a.ok("estate", "export", "--format", "json"))
	same(golden("export.jsonl"), a.ok("chats", "export"))
	var schedule struct {
		Target string
		Every  int `json:"every_hours"`
	}
	a.json(&schedule, "backup", "schedule")
	require.Equal(t, "s3://example-backups", strings.TrimSuffix(schedule.Target, "/"))
	require.Equal(t, 12, schedule.Every)
	require.NotEmpty(t, a.search("giraffe").Chats)
	require.Contains(t, a.run("doctor").out, "in step with the ledger")
}

// TestANewerFolderIsRefused, whichever part of it a newer program wrote, and is not touched.
func TestANewerFolderIsRefused(t *testing.T) {
	t.Parallel()
	replace := func(name, old, next string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Contains(t, string(data), old)
			require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(data), old, next, 1)), 0o600))
		}
	}
	for name, change := range map[string]func(t *testing.T, dir string){
		"settings": replace("settings.json", `"version": 1`, `"version": 99`),
		"keys":     replace("keys.json", `"format": 1`, `"format": 99`),
		"ledger": func(t *testing.T, dir string) {
			f, err := os.OpenFile(filepath.Join(dir, "ledger.db"), os.O_RDWR, 0)
			require.NoError(t, err)
			_, err = f.WriteAt(binary.BigEndian.AppendUint32(nil, 99), 60) // SQLite's user_version
			require.NoError(t, err)
			require.NoError(t, f.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := frozen(t)
			change(t, a.dir)
			for _, words := range []string{"chats list", "estate stats", "backup list --dir .", "key rotate"} {
				a.refusedUnchanged("newer", strings.Fields(words)...)
			}
			require.Equal(t, 1, a.run("doctor").code)
		})
	}
}
