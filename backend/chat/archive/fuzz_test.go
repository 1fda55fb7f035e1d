package archive

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// FuzzRead feeds any bytes under names that formats know. Whatever they are, what comes out holds together, comes again the same,
// and nothing takes the program down.
func FuzzRead(f *testing.F) {
	claude := array(claudeOf("ab", 3)...)
	gpt := array(encode(gptConversation(uuid.Nil.String())))
	dir := f.TempDir()
	for i, text := range []string{
		claude, gpt, rawFile("u", "c", m{"role": "user", "content": "hi"}), contextFile("c", "clean", m{"r": 0, "c": "hi"}, m{"r": 1, "c": "ho"}),
		claude[:len(claude)-9], "\xEF\xBB\xBF" + gpt, "[]", "{}", `[{"mapping":{"":{},"a":{"parent":"a","children":["a","b",1]}}}]`, `[1,"x",null]{}`, `{"a":[}]`,
		`{"messages":[{"role":"user","content":["\ud800"]}],"userId":1e400}`, `{"final_conversation_context":{"t":-1e99,"l":"9","m":[{"r":0.0,"c":"x"}]}}`,
	} {
		f.Add([]byte(text), byte(i))
	}
	names := []string{"conversations.json", "u_c.json", "raw/u-c.json", "x.zip"}
	f.Fuzz(func(t *testing.T, data []byte, kind byte) {
		name := filepath.Join(dir, "fuzz", filepath.FromSlash(names[int(kind)%len(names)]))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, data, 0o600))
		defer os.Remove(name)
		for _, path := range []string{name, filepath.Join(dir, "fuzz")} {
			first, ok := attempt(t, path)
			if !ok {
				continue
			}
			second, _ := attempt(t, path)
			require.Equal(t, first, second)
		}
	})
}

func attempt(t *testing.T, path string) ([]Conversation, bool) {
	a, err := Open(t.Context(), path, Options{MaxConversation: 1 << 20, MaxBytes: 4 << 20})
	if err != nil {
		return nil, false
	}
	defer a.Close()
	var out []Conversation
	_, err = a.Read(t.Context(), func(c Conversation) error {
		sound(t, c)
		out = append(out, c)
		return nil
	})
	require.NoError(t, err)
	return out, true
}

// FuzzSplit holds that elements are pieces of the file at their offsets, however the file comes in pieces.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{`[{"a":"]\"}"},1,"x"]`, "{}\n{}", `[[1],{"b":[{}]}] `, "[1 2", `{"x`, "]", "tru", "[\"\\"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, one := newSplitter(bytes.NewReader(data), 1<<10), newSplitter(iotest.OneByteReader(bytes.NewReader(data)), 1<<10)
		for {
			a, errA := whole.next()
			b, errB := one.next()
			require.Equal(t, errA, errB)
			require.Equal(t, a, b)
			if errA != nil {
				require.Equal(t, whole.offset, one.offset)
				return
			}
			if a.refuse == "" {
				require.Equal(t, data[a.offset:int(a.offset)+len(a.raw)], a.raw)
			}
		}
	})
}
