//go:build linux

package cli_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// forms are the ways in which a text could stand in a file.
func forms(text string) map[string][]byte {
	units := utf16.Encode([]rune(text))
	little, big := make([]byte, 2*len(units)), make([]byte, 2*len(units))
	for i, u := range units {
		binary.LittleEndian.PutUint16(little[2*i:], u)
		binary.BigEndian.PutUint16(big[2*i:], u)
	}
	out := map[string][]byte{
		"as it is": []byte(text), "in lower case": []byte(strings.ToLower(text)), "in upper case": []byte(strings.ToUpper(text)),
		"in UTF-16": little, "in UTF-16, the other way": big, "in hex": []byte(hex.EncodeToString([]byte(text))),
	}
	// In base64 a text looks different at each of three offsets; its first and last characters depend on what is around it.
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), text...))
		encoded = strings.TrimRight(encoded, "=")
		out[fmt.Sprintf("in base64 at %d", shift)] = []byte(encoded[(shift*8+5)/6 : len(encoded)-1])
	}
	return out
}

// leaks are the files below dir that hold one of the texts, in any form.
func leaks(t *testing.T, dir string, texts ...string) []string {
	t.Helper()
	var out []string
	needles := map[string][]byte{}
	for _, text := range texts {
		for form, needle := range forms(text) {
			needles[text+", "+form] = needle
		}
	}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // removed while we look
		}
		if err != nil {
			return err
		}
		for what, needle := range needles {
			if bytes.Contains([]byte(path), needle) {
				out = append(out, path+" is named for "+what)
			}
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := content(path)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		for what, needle := range needles {
			if bytes.Contains(data, needle) {
				out = append(out, path+" holds "+what)
			}
		}
		return nil
	}))
	return out
}

// TestTypedTextIsNowhere: what was typed into a chat is in no file below the data folder, HOME and the temporary folder, in
// no log and on no stream, while it is written and afterwards; search finds it.
func TestTypedTextIsNowhere(t *testing.T) {
	t.Parallel()
	began := time.Now()
	a := newApp(t)
	a.args = []string{"-v"}
	texts := map[string]string{
		"title": "Gorgonzolabandit heading", "message": "the vermilionwalrus password is tangerinequartz", "answer": "periwinklecactus is what came back",
		"question": "is marzipanobelisk in production?", "attribute": "umbrellaproton is kept with the resource",
	}
	a.importing(strings.Replace(small, `"attributes":{}`, `"attributes":{"Description":"`+texts["attribute"]+`"}`, 1))
	require.NoError(t, os.Remove(filepath.Join(a.home, "import.json")))
	require.Contains(t, fmt.Sprint(a.shown("arn:aws:s3:::quarterly-figures")), texts["attribute"])

	id := a.create(texts["title"])
	b := a.start("chats", "append", id)
	acks := bufio.NewReader(b.out)
	for i := range 30 {
		text := []string{texts["message"], texts["answer"]}[i%2]
		_, err := b.in.Write([]byte(line([]string{"user", "assistant"}[i%2], text)))
		require.NoError(t, err)
		_, err = acks.ReadString('\n')
		require.NoError(t, err, b.err)
	}
	secrets := []string{"Gorgonzolabandit", "vermilionwalrus", "tangerinequartz", "periwinklecactus", "marzipanobelisk", "umbrellaproton"}
	require.Empty(t, leaks(t, a.home, secrets...), "while the app runs")
	require.NoError(t, b.in.Close())
	require.Zero(t, b.end())
	for _, secret := range secrets {
		require.NotContains(t, b.err.String(), secret)
	}
	asked := a.run("ask", texts["question"], "--json")
	require.Zero(t, asked.code, "%s", asked)
	require.NotContains(t, asked.err, "marzipanobelisk")

	hits := a.search("tangerinequartz", "--in", "chats").Chats
	require.NotEmpty(t, hits)
	require.Contains(t, hits[0].Snippet, "tangerinequartz")
	require.Equal(t, id, a.search("periwinklecactus", "--in", "chats").Chats[0].ConversationID)
	require.NotEmpty(t, a.search("marzipanobelisk", "--in", "chats").Chats)
	require.Equal(t, texts["title"], a.conversation(id).Title)
	require.Empty(t, leaks(t, a.home, secrets...), "at rest")

	// Neither are the keys.
	master := strings.TrimSpace(desk.lookup(t, a.keys().Entry))
	key := master[strings.LastIndexByte(master, ':')+1:]
	raw, err := base64.StdEncoding.DecodeString(key)
	require.NoError(t, err)
	require.Empty(t, leaks(t, a.home, key, string(raw), "AGE-SECRET-KEY"))

	// Outside the data folder nothing is left at all: no cache, no database of a library's, no temporary file.
	require.NoError(t, filepath.WalkDir(a.home, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path == a.dir {
			return filepath.SkipDir
		}
		if err == nil && !d.IsDir() {
			t.Errorf("%s was left in HOME", path)
		}
		return err
	}))
	// The library of the model writes to /tmp by name where its telemetry runs.
	info, err := os.Stat(fmt.Sprintf("/tmp/mat-debug-%d.log", b.Process.Pid))
	require.True(t, os.IsNotExist(err) || info.ModTime().Before(began), "its telemetry ran")

	// The search above would have found a text in any of its forms.
	for form, bytes := range forms("tangerinequartz") {
		planted := a.file("planted", "before"+string(bytes)+"after")
		require.NotEmpty(t, leaks(t, a.home, "tangerinequartz"), form)
		require.NoError(t, os.Remove(planted))
	}
	encoded := a.file("planted", base64.StdEncoding.EncodeToString([]byte("x "+texts["message"])))
	require.NotEmpty(t, leaks(t, a.home, "tangerinequartz"))
	require.NoError(t, os.Remove(encoded))
}
