package crypto

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// kdfParams are stored with the vault, so that a later version can raise them for new ones.
type kdfParams struct {
	Name    string `json:"name"` // argon2id
	Salt    []byte `json:"salt"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// MinPassphrase is the least length of a new passphrase, in characters (NIST SP 800-63B, 5.1.1.2).
const MinPassphrase = 8

// newKDF is the second recommended option of RFC 9106, section 4: 3 passes over 64 MiB in 4 lanes, a 128-bit salt.
func newKDF() *kdfParams {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return &kdfParams{Name: "argon2id", Salt: salt, Time: 3, Memory: 64 * 1024, Threads: 4}
}

// key derives the 32-byte key. Parameters out of bounds come from a damaged or forged file: they would take the
// machine's memory or hours.
func (p *kdfParams) key(passphrase []byte) ([]byte, error) {
	if p == nil || p.Name != "argon2id" {
		return nil, fmt.Errorf("%w: it names no known way to derive a key", ErrKeysCorrupt)
	}
	if p.Time < 1 || p.Time > 64 || p.Memory < 8*1024 || p.Memory > 4*1024*1024 || p.Threads < 1 || p.Threads > 64 || len(p.Salt) < 16 {
		return nil, fmt.Errorf("%w: the parameters of the passphrase are out of bounds", ErrKeysCorrupt)
	}
	return argon2.IDKey(passphrase, p.Salt, p.Time, p.Memory, p.Threads, keySize), nil
}

// ask gets a passphrase and brings it into one form: without the line end of a file, and in NFKC, so that the
// same characters typed on another system are the same bytes (RFC 8265 asks for a normal form for that reason).
func ask(ctx context.Context, o Options, create bool, cause error) ([]byte, error) {
	if o.Passphrase == nil {
		return nil, &Error{Err: ErrNeedPassphrase, Cause: cause,
			Advice: "Start CloudOps in a desktop session with a keychain, or give a passphrase with --passphrase-file."}
	}
	p, err := o.Passphrase(ctx, create)
	if err != nil {
		return nil, &Error{Err: ErrNeedPassphrase, Cause: err, Advice: "Enter the passphrase, or give it with --passphrase-file."}
	}
	return normal(p, create)
}

// normal is the one form of a passphrase. A new one must be long enough.
func normal(p []byte, create bool) ([]byte, error) {
	p = bytes.TrimRight(p, "\r\n")
	if utf8.Valid(p) {
		p = norm.NFKC.Bytes(p)
	}
	if create && utf8.RuneCount(p) < MinPassphrase {
		return nil, &Error{Err: ErrWeakPassphrase, Advice: fmt.Sprintf("Choose one of at least %d characters.", MinPassphrase)}
	}
	return p, nil
}
