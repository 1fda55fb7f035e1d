package crypto

import (
	"bytes"
	"strings"
	"testing"
)

// fixedVault has the same key in every run, so that a found input goes on meaning the same.
func fixedVault(t testing.TB) (v *Vault, sealed string) {
	key, id := bytes.Repeat([]byte{7}, keySize), "0123456789abcdef"
	aead, err := newAEAD(key)
	if err != nil {
		t.Fatal(err)
	}
	v = &Vault{open: opened{keys: map[string]openKey{id: {raw: key, aead: aead}}}}
	nonce := make([]byte, nonceSize, 64)
	return v, format(recordFormat, id, sealWithNonce(aead, nonce, []byte("the production database"), someAD.bytes(id)))
}

func FuzzOpen(f *testing.F) {
	v, sealed := fixedVault(f)
	add := func(text string, a AD) { f.Add(text, a.Schema, a.Collection, a.ID, a.Scope, a.Seq, a.Role, a.Field) }
	add(sealed, someAD)
	for _, ad := range moved() {
		add(sealed, ad)
	}
	for _, text := range []string{"", "c1", "c1..", sealed + "=", sealed + "\n", sealed[:len(sealed)-1], "s1" + sealed[2:], "c2" + sealed[2:],
		strings.Replace(sealed, "0123", "3210", 1), strings.ToUpper(sealed), sealed[:20] + "." + sealed[20:]} {
		add(text, someAD)
	}
	f.Fuzz(func(t *testing.T, text, schema, collection, id, scope string, seq int64, role, field string) {
		ad := AD{Schema: schema, Collection: collection, ID: id, Scope: scope, Seq: seq, Role: role, Field: field}
		plain, err := v.Open(ad, text)
		if (err == nil) != (text == sealed && ad == someAD) {
			t.Fatalf("opened to %q, %v", plain, err)
		}
		_, _ = KeyIDOf(text)
		if _, err := v.OpenSecret(id, text); err == nil {
			t.Fatal("opened as a secret")
		}
	})
}

func FuzzFlippedByte(f *testing.F) {
	v, sealed := fixedVault(f)
	for i := range sealed {
		f.Add(i, byte(1))
		f.Add(i, byte(0x20))
	}
	f.Fuzz(func(t *testing.T, at int, flip byte) {
		if at < 0 || at >= len(sealed) || flip == 0 {
			return
		}
		changed := []byte(sealed)
		changed[at] ^= flip
		if plain, err := v.Open(someAD, string(changed)); err == nil {
			t.Fatalf("%q opened to %q", changed, plain)
		}
	})
}

func FuzzADIsInjective(f *testing.F) {
	f.Add("a", "b", "", "ab")
	f.Add("chat", "history", "chath", "istory")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		x, y := AD{Role: a, Field: b}, AD{Role: c, Field: d}
		if bytes.Equal(x.bytes("k"), y.bytes("k")) != (x == y) {
			t.Fatalf("%+v and %+v are taken for each other", x, y)
		}
	})
}

func FuzzKeyFile(f *testing.F) {
	v := testVault(f, f.TempDir(), &MemoryKeychain{})
	data, err := v.KeyFile()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1,"sha256":"","keys":{}}`))
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ring, err := decodeRing(data)
		if err == nil && ring.active() == nil {
			t.Fatal("a ring without a data key was taken")
		}
	})
}
