package backup_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"cloudops/backend/backup"
)

// TestAnotherProgramReadsABackup follows docs/backup-format.md with age, gzip and JSON alone.
func TestAnotherProgramReadsABackup(t *testing.T) {
	dir, recovery, want := backup.SampleForAnotherProgram(t)

	ids, err := age.ParseIdentities(bytes.NewReader(recovery))
	require.NoError(t, err)
	open := func(path string) []byte {
		f, err := os.Open(path)
		require.NoError(t, err)
		defer f.Close()
		plain, err := age.Decrypt(f, ids...)
		require.NoError(t, err)
		z, err := gzip.NewReader(plain)
		require.NoError(t, err)
		content, err := io.ReadAll(z)
		require.NoError(t, err)
		return content
	}
	secret := ids[0].(*age.X25519Identity).String()
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "cloudops backup names v1", 32)
	require.NoError(t, err)
	mac := func(kind string, content []byte) string {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(kind + "\x00"))
		h.Write(content)
		return hex.EncodeToString(h.Sum(nil))
	}
	glob := func(pattern string) []string {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		require.NoError(t, err)
		sort.Strings(found)
		return found
	}

	// The newest backup.
	manifests := glob("*/backups/*.age")
	newest := manifests[len(manifests)-1]
	vault := filepath.Dir(filepath.Dir(newest))
	id := strings.TrimSuffix(filepath.Base(newest), ".age")
	content := open(newest)
	require.True(t, strings.HasSuffix(id, "-"+mac("manifest", content)[:32]))
	type ref struct {
		Name, SHA256, Collection, File string
		Size                           int
	}
	var m struct {
		Format, Entries, Records int
		LastRev                  int64 `json:"last_rev"`
		Objects, Files           []ref
		Vectors                  []struct {
			Model   string
			Points  int
			Objects []ref
		}
	}
	require.NoError(t, json.Unmarshal(content, &m))
	require.Equal(t, 2, m.Format)

	// Its objects, in order; then the log that was shipped after it.
	type entry struct {
		Rev            int64
		Collection, ID string
		Deleted        bool
		Sealed         string
	}
	records, entries := map[string]entry{}, 0
	apply := func(lines []byte) {
		for scan := bufio.NewScanner(bytes.NewReader(lines)); scan.Scan(); entries++ {
			var e entry
			require.NoError(t, json.Unmarshal(scan.Bytes(), &e))
			if e.Deleted {
				delete(records, e.Collection+" "+e.ID)
			} else {
				records[e.Collection+" "+e.ID] = e
			}
		}
	}
	object := func(r ref) []byte {
		content := open(filepath.Join(vault, "objects", r.Name[:2], r.Name+".age"))
		require.Equal(t, r.Name, mac("object", content))
		sum := sha256.Sum256(content)
		require.Equal(t, r.SHA256, hex.EncodeToString(sum[:]))
		return content
	}
	for _, r := range m.Objects {
		apply(object(r))
	}
	require.Equal(t, m.Entries, entries)
	require.Len(t, records, m.Records)
	for _, path := range glob("*/log/" + id + "/*.age") {
		first, body, _ := bytes.Cut(open(path), []byte("\n"))
		require.Equal(t, string(first), mac("segment", body))
		_, lines, _ := bytes.Cut(body, []byte("\n"))
		apply(lines)
	}
	require.Len(t, records, len(want))
	for key, sealed := range want {
		require.Equal(t, sealed, records[key].Sealed)
	}
	for _, set := range m.Vectors {
		points := 0
		for _, r := range set.Objects {
			for line := range bytes.Lines(object(r)) {
				var v struct {
					ID, Doc string
					Rev     int64
					Dense   []byte
				}
				require.NoError(t, json.Unmarshal(line, &v))
				require.Len(t, v.Dense, 4*96)
				points++
			}
		}
		require.Equal(t, set.Points, points)
		require.Equal(t, "a model", set.Model)
	}
	require.Len(t, m.Vectors, 2)
	require.Equal(t, "keys.json", m.Files[0].File)
	require.Contains(t, string(object(m.Files[0])), `"vault_id"`)
}
