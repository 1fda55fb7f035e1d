//go:build window

package window

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	soon    = 30 * time.Second
	patient = 2 * time.Minute
)

// TestMainJob is the main job, in the window that users get: load an estate, find something by meaning, open it, ask
// about it, quit, start again, and everything is still there.
func TestMainJob(t *testing.T) {
	s, a := newScreen(t), newApp(t, "")
	a.start(s, "1280x800")
	// The recovery key comes first; nobody gets past it without a word. The keys go through the question: its box, then its buttons.
	s.wait(patient, "Keep your recovery key")
	s.shoot("recovery-key")
	s.click(s.wait(soon, "Go on without"))
	s.wait(soon, "do not want it")
	s.key("space", "Tab", "Tab", "Return")
	s.click(s.buttonBelow(s.wait(patient, "Load the sample")))
	s.wait(patient, "Name Type", "Type Region", "Overview")
	require.NotEmpty(t, a.servers(), "Qdrant works in the data folder")
	require.Greater(t, colours(t, s.shoot("estate")), 50)

	s.key("slash")
	s.typeText("production database")
	s.key("Return")
	s.wait(patient, "production")
	s.wait(soon, "RDS instance", "RDS cluster", "DynamoDB table")
	s.key("Down", "Return")
	s.wait(soon, "Open in console")
	s.shoot("drawer")
	s.key("Escape")

	s.key("ctrl+n")
	s.wait(soon, "Ask")
	const question = "which databases are in production heliotrope"
	s.typeText(question)
	s.key("Return")
	s.wait(patient, "no model connected", "no model")
	s.shoot("chat")
	a.stop()
	requireNowhere(t, a.home, "heliotrope")

	a.start(s, "1280x800")
	s.wait(patient, "Overview")
	s.key("1")
	s.click(s.wait(soon, "which databases"))
	s.wait(soon, "From your estate")
	s.shoot("after-restart")
	a.stop()
}

// requireNowhere looks for a typed word in every file of the home folder, the webview's storage and the logs among them.
func requireNowhere(t *testing.T, dir, text string) {
	t.Helper()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NotContains(t, string(data), text, path)
		require.NotContains(t, strings.ReplaceAll(string(data), "\x00", ""), text, "%s, as UTF-16", path)
		return nil
	}))
	require.Greater(t, files, 10)
}
