package archive

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLargeArchiveTakesLittleMemory reads 200 MB in 200 conversations of 1 MB, and one of 40 MB that is too large.
func TestLargeArchiveTakesLittleMemory(t *testing.T) {
	const conversations, messages, limit = 200, 100, 8 << 20
	name := filepath.Join(t.TempDir(), "export.zip")
	f, err := os.Create(name)
	require.NoError(t, err)
	w := zip.NewWriter(f)
	e, err := w.CreateHeader(&zip.FileHeader{Name: "conversations.json", Method: zip.Store}) // packed, it would be a bomb
	require.NoError(t, err)
	out := bufio.NewWriterSize(e, 1<<20)
	text := strings.Repeat("Which volumes are not attached? ", 300)
	for i := range conversations {
		io.WriteString(out, map[bool]string{true: "[", false: ","}[i == 0])
		fmt.Fprintf(out, `{"uuid":"c%d","name":"%d","chat_messages":[`, i, i)
		for j := range messages {
			fmt.Fprintf(out, `%s{"uuid":"%d","sender":"human","text":"%s"}`, map[bool]string{false: ","}[j == 0], j, text)
		}
		io.WriteString(out, "]}")
	}
	io.WriteString(out, `,{"uuid":"giant","chat_messages":[`)
	for range 40 {
		fmt.Fprintf(out, `{"text":"%s"},`, strings.Repeat("x", 1<<20))
	}
	io.WriteString(out, "{}]}]")
	require.NoError(t, out.Flush())
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())

	a, err := Open(t.Context(), name, Options{MaxConversation: limit, Progress: func(done, total int64) {
		require.LessOrEqual(t, done, total)
	}})
	require.NoError(t, err)
	defer a.Close()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak uint64
	report, err := a.Read(t.Context(), func(Conversation) error {
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapInuse)
		return nil
	})
	require.NoError(t, err)
	runtime.ReadMemStats(&now)
	peak = max(peak, now.HeapInuse)
	require.Equal(t, conversations, report.Conversations)
	require.Equal(t, conversations*messages, report.Messages)
	require.Equal(t, 1, report.SkippedCount)
	require.Contains(t, reasons(report), "larger than 8 MiB")
	t.Logf("heap: %d MB before, at most %d MB", before.HeapInuse>>20, peak>>20)
	require.Less(t, peak-min(peak, before.HeapInuse), uint64(64<<20), "memory grows with the file")
}
