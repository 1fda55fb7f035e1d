package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowed says which packages of ours each package may import: imports point one way, from the window and the command
// line over host and the features to store and what it stands on. A package that is not listed is a new room: say here
// where it stands.
var allowed = map[string][]string{
	".":                           {"backend/assistant", "backend/backup", "backend/assistant/model", "backend/secret", "backend/chat", "backend/chat/archive", "backend/config", "backend/crypto", "backend/embedding", "backend/estate", "backend/estate/aws", "backend/host", "backend/ledger", "backend/qdrant", "backend/store"},
	"backend/host":                {"backend/assistant", "backend/backup", "backend/assistant/model", "backend/secret", "backend/chat", "backend/chat/archive", "backend/config", "backend/crypto", "backend/embedding", "backend/estate", "backend/estate/aws", "backend/estate/sample", "backend/ledger", "backend/qdrant", "backend/store"},
	"backend/chat":                {"backend/store"},
	"backend/chat/archive":        {},
	"backend/assistant":           {"backend/assistant/anthropic", "backend/assistant/bedrock", "backend/assistant/model", "backend/assistant/openai", "backend/assistant/tool", "backend/secret"},
	"backend/assistant/model":     {},
	"backend/assistant/openai":    {"backend/assistant/model"},
	"backend/assistant/bedrock":   {"backend/assistant/model"},
	"backend/assistant/anthropic": {"backend/assistant/model"},
	"backend/assistant/tool":      {"backend/assistant/model"},
	"backend/assistant/scripted":  {},
	"backend/secret":              {},
	"backend/secret/secrettest":   {},
	"test/scripted":               {"backend/assistant/scripted"},
	"backend/estate":              {"backend/estate/query", "backend/store"},
	"backend/estate/query":        {},
	"backend/estate/aws":          {"backend/estate"},
	"backend/estate/aws/awstest":  {"backend/estate"},
	"backend/estate/sample":       {"backend/estate"},
	"backend/store":               {"backend/crypto", "backend/embedding", "backend/ledger", "backend/store/table"},
	"backend/store/table":         {},
	"backend/store/storetest":     {"backend/config", "backend/crypto", "backend/embedding", "backend/ledger", "backend/store"},
	"backend/backup":              {"backend/config", "backend/crypto", "backend/ledger"},
	"backend/ledger":              {},
	"backend/qdrant":              {"backend/config"},
	"backend/embedding":           {"backend/config"},
	"backend/crypto":              {"backend/config"},
	"backend/config":              {},
	"bench/bigimport":             {},
	"bench/estate":                {"backend/embedding", "backend/estate", "backend/estate/sample", "backend/store", "bench/rig"},
	"bench/history":               {"backend/chat", "backend/embedding", "backend/secret", "backend/store", "bench/rig"},
	"bench/kill":                  {"backend/chat", "backend/estate", "backend/host", "backend/store", "test/kill"},
	"bench/rig":                   {"backend/crypto", "backend/embedding", "backend/ledger", "backend/qdrant", "backend/store"},
	"bench/scan":                  {"backend/config", "backend/estate", "backend/estate/aws", "backend/estate/aws/awstest", "backend/host"},
	"bench/retrieval":             {"backend/host", "backend/chat", "backend/embedding", "backend/estate", "backend/store"},
	"build/fetch":                 {},
	"test/kill":                   {},
	"test/window":                 {},
}

// owners are the only packages that may import what another module brings.
var owners = map[string][]string{
	"github.com/wailsapp/":            {"."},
	"github.com/qdrant/go-client":     {"backend/store", "bench/estate", "bench/history", "bench/rig"},
	"github.com/aws/":                 {"backend/estate/aws", "backend/estate/aws/awstest", "backend/assistant/bedrock", "backend/assistant/scripted", "backend/embedding", "backend/backup", "backend/host"},
	"github.com/mattn/go-sqlite3":     {"backend/ledger"},
	"github.com/zalando/go-keyring":   {"backend/crypto"},
	"github.com/yalue/onnxruntime_go": {"backend/embedding"},
}

func TestImportsPointOneWay(t *testing.T) {
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (slices.Contains([]string{"frontend", ".git", "bin", "cache"}, d.Name())) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(d.Name(), "zz_") {
			return nil
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		seen[dir] = true
		checkImports(t, dir, path)
		return nil
	}))
	require.Greater(t, len(seen), 10)
}

func checkImports(t *testing.T, dir, path string) {
	t.Helper()
	ours, listed := allowed[dir]
	require.True(t, listed, "%s is not in the list of arch_test.go", dir)
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if rest, ok := strings.CutPrefix(name, "cloudops/"); ok {
			require.Contains(t, ours, rest, "%s imports %s", path, name)
		}
		for prefix, who := range owners {
			if strings.HasPrefix(name, prefix) {
				require.Contains(t, who, dir, "%s imports %s", path, name)
			}
		}
	}
}
