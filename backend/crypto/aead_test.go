package crypto

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type vectors struct {
	TestGroups []struct {
		KeySize, IVSize, TagSize int
		Tests                    []struct {
			TCID                                        int
			Comment, Key, IV, AAD, Msg, CT, Tag, Result string
		}
	}
}

func TestWycheproof(t *testing.T) {
	data, err := os.ReadFile("testdata/wycheproof/aes_gcm_test.json")
	require.NoError(t, err)
	var all vectors
	require.NoError(t, json.Unmarshal(data, &all))
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		return b
	}
	count := 0
	for _, g := range all.TestGroups {
		if g.KeySize != 256 || g.IVSize != 96 || g.TagSize != 128 {
			continue
		}
		for _, c := range g.Tests {
			count++
			aead, err := newAEAD(unhex(c.Key))
			require.NoError(t, err)
			raw := append(append(unhex(c.IV), unhex(c.CT)...), unhex(c.Tag)...)
			plain, err := openRaw(aead, raw, unhex(c.AAD))
			if c.Result == "invalid" {
				require.ErrorIs(t, err, ErrNotAuthentic, "%d %s", c.TCID, c.Comment)
				continue
			}
			require.NoError(t, err, "%d %s", c.TCID, c.Comment)
			require.Equal(t, c.Msg, hex.EncodeToString(plain))
			require.Equal(t, raw, sealWithNonce(aead, unhex(c.IV), plain, unhex(c.AAD)))
		}
	}
	require.Equal(t, 66, count)
}

func TestKeysOfOtherSizesAreRefused(t *testing.T) {
	for _, size := range []int{0, 16, 24, 31, 33} {
		_, err := newAEAD(make([]byte, size))
		require.Error(t, err)
	}
}

// moved are all the places that differ from someAD in one field, and those where text crosses from one field to
// the next.
func moved() map[string]AD {
	out := map[string]AD{}
	for name, change := range map[string]func(*AD){
		"schema": func(a *AD) { a.Schema = "2" }, "collection": func(a *AD) { a.Collection = "chat_sessions" },
		"id": func(a *AD) { a.ID = a.Scope }, "scope": func(a *AD) { a.Scope = a.ID }, "seq": func(a *AD) { a.Seq++ },
		"negative seq": func(a *AD) { a.Seq = -a.Seq }, "role": func(a *AD) { a.Role = "assistant" },
		"field": func(a *AD) { a.Field = "encrypted_title" }, "empty scope": func(a *AD) { a.Scope = "" },
		"role into field":        func(a *AD) { a.Role, a.Field = "", a.Role+a.Field },
		"schema into collection": func(a *AD) { a.Schema, a.Collection = "", a.Schema+a.Collection },
		"id and scope swapped":   func(a *AD) { a.ID, a.Scope = a.Scope, a.ID },
		"nothing":                func(a *AD) { *a = AD{} },
	} {
		ad := someAD
		change(&ad)
		out[name] = ad
	}
	return out
}

func TestAMovedValueDoesNotOpen(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	sealed, err := v.Seal(someAD, []byte("text"))
	require.NoError(t, err)
	for name, ad := range moved() {
		_, err := v.Open(ad, sealed)
		require.ErrorIs(t, err, ErrNotAuthentic, name)
	}
}

func TestTheKeyIDIsBound(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	sealed, err := v.Seal(someAD, []byte("text"))
	require.NoError(t, err)
	// The same key under a second id: only the additional data can tell.
	alias := strings.Repeat("a", 16)
	v.open.keys[alias] = v.open.keys[v.KeyID()]
	_, err = v.Open(someAD, strings.Replace(sealed, v.KeyID(), alias, 1))
	require.ErrorIs(t, err, ErrNotAuthentic)
	_, err = v.Open(someAD, strings.Replace(sealed, v.KeyID(), strings.Repeat("b", 16), 1))
	require.ErrorIs(t, err, ErrUnknownKey)
}

func TestWhatIsNoSealedValue(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	id := v.KeyID()
	for text, want := range map[string]error{
		"": ErrMalformed, "c1": ErrMalformed, "c1." + id: ErrMalformed, "c1." + id + ".": ErrMalformed, "c1..AAAA": ErrMalformed,
		"x1." + id + ".AAAA": ErrMalformed, "c0." + id + ".AAAA": ErrMalformed, "c1." + strings.ToUpper(id) + "x.AAAA": ErrMalformed,
		"c1." + id + ".****": ErrMalformed, "c1." + id + "." + strings.Repeat("A", 37) + "=": ErrMalformed,
		"c1." + id + "." + strings.Repeat("A", 36): ErrMalformed, "c2." + id + ".AAAA": ErrNewerFormat,
		"c1." + id + "." + strings.Repeat("A", 38): ErrNotAuthentic, "hello": ErrMalformed,
	} {
		_, err := v.Open(someAD, text)
		require.ErrorIs(t, err, want, text)
	}
	sealed, err := v.Seal(someAD, []byte("12345"))
	require.NoError(t, err)
	for _, other := range []string{sealed + "\n", "\n" + sealed, sealed + "=", sealed[:30] + "\r\n" + sealed[30:], sealed + " "} {
		_, err := v.Open(someAD, other)
		require.ErrorIs(t, err, ErrMalformed, "%q", other)
	}
}

func TestNoncesDiffer(t *testing.T) {
	v := testVault(t, t.TempDir(), &MemoryKeychain{})
	seen := map[string]bool{}
	for range 10_000 {
		sealed, err := v.Seal(someAD, nil)
		require.NoError(t, err)
		_, raw, err := parse(recordFormat, sealed)
		require.NoError(t, err)
		require.False(t, seen[string(raw[:nonceSize])])
		seen[string(raw[:nonceSize])] = true
	}
}
