package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// Sizes of the sealing, in bytes: AES-256-GCM with a 96-bit nonce and a 128-bit tag (NIST SP 800-38D).
const (
	keySize   = 32
	nonceSize = 12
	tagSize   = 16
)

// Sealed values read "<format>.<key id>.<base64 of nonce‖ciphertext‖tag>". The format also picks the domain of the
// additional data, so that a value of one kind never opens as another.
const (
	recordFormat = "c1" // records
	secretFormat = "s1" // named secrets of the settings
)

// encoding is strict, so that a value has one spelling and a changed one does not open.
var encoding = base64.RawStdEncoding.Strict()

// AD is what a sealed value is bound to: where it stands. Every field is part of the additional data, and a
// value opens only with the same ones.
type AD struct {
	Schema     string // version of the record's schema
	Collection string
	ID         string // record id
	Scope      string // conversation
	Seq        int64
	Role       string
	Field      string // payload name of the sealed field
}

// bytes is injective: each text comes with its length. keyID is of the key that seals.
func (a AD) bytes(keyID string) []byte {
	return appendTexts(binary.BigEndian.AppendUint64(appendTexts(nil, "cloudops record v1"), uint64(a.Seq)),
		keyID, a.Schema, a.Collection, a.ID, a.Scope, a.Role, a.Field)
}

func appendTexts(b []byte, texts ...string) []byte {
	for _, t := range texts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(t)))
		b = append(b, t...)
	}
	return b
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("a key has %d bytes, not %d", keySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealRaw returns nonce‖ciphertext‖tag under a fresh random nonce.
func sealRaw(aead cipher.AEAD, plaintext, ad []byte) []byte {
	out := make([]byte, nonceSize, nonceSize+len(plaintext)+tagSize)
	_, _ = rand.Read(out) // never fails: it ends the program rather than return weak bytes
	return sealWithNonce(aead, out, plaintext, ad)
}

// sealWithNonce appends ciphertext‖tag to the nonce. Only sealRaw and the test vectors choose one.
func sealWithNonce(aead cipher.AEAD, nonce, plaintext, ad []byte) []byte {
	return aead.Seal(nonce, nonce[:nonceSize], plaintext, ad)
}

// openRaw is the inverse of sealRaw. ErrMalformed where raw is too short, ErrNotAuthentic where it does not open.
func openRaw(aead cipher.AEAD, raw, ad []byte) ([]byte, error) {
	if len(raw) < nonceSize+tagSize {
		return nil, ErrMalformed
	}
	plaintext, err := aead.Open(nil, raw[:nonceSize], raw[nonceSize:], ad)
	if err != nil {
		return nil, ErrNotAuthentic
	}
	return plaintext, nil
}

func format(kind, keyID string, raw []byte) string {
	b := make([]byte, 0, len(kind)+len(keyID)+2+encoding.EncodedLen(len(raw)))
	b = append(append(append(append(b, kind...), '.'), keyID...), '.')
	return string(encoding.AppendEncode(b, raw))
}

// parse splits a sealed value. ErrNewerFormat where the kind is right and its number is not ours.
func parse(kind, sealed string) (keyID string, raw []byte, err error) {
	got, rest, ok := strings.Cut(sealed, ".")
	keyID, text, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || !isKeyID(keyID) {
		return "", nil, ErrMalformed
	}
	if got != kind {
		if len(got) == 2 && got[0] == kind[0] && got[1] > kind[1] && got[1] <= '9' {
			return "", nil, ErrNewerFormat
		}
		return "", nil, ErrMalformed
	}
	// The decoder skips line ends, which would give a value a second spelling.
	if strings.ContainsAny(text, "\r\n") {
		return "", nil, ErrMalformed
	}
	raw, err = encoding.DecodeString(text)
	if err != nil {
		return "", nil, ErrMalformed
	}
	return keyID, raw, nil
}

// KeyIDOf reads the id of the data key that a record was sealed with. ErrMalformed where it is no sealed record.
func KeyIDOf(sealed string) (string, error) {
	keyID, _, err := parse(recordFormat, sealed)
	return keyID, err
}

// newKeyID is 64 random bits in hex.
func newKeyID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return fmt.Sprintf("%x", b)
}

func isKeyID(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

func newKey() []byte {
	b := make([]byte, keySize)
	_, _ = rand.Read(b)
	return b
}
