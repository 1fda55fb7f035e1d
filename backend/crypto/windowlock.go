package crypto

import (
	"fmt"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"
)

// HashWindowLock makes what the passphrase of the window's lock is checked against, in the PHC format. It opens no data:
// it only lets the window ask. ErrWeakPassphrase where it is shorter than minWindowLock.
func HashWindowLock(passphrase string) (string, error) {
	p := norm.NFKC.String(passphrase)
	if len([]rune(p)) < minWindowLock {
		return "", &Error{Err: ErrWeakPassphrase, Advice: fmt.Sprintf("Use at least %d characters.", minWindowLock)}
	}
	hash, err := argon2id.CreateHash(p, &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 4, SaltLength: 16, KeyLength: keySize})
	if err != nil {
		return "", fmt.Errorf("hash the passphrase of the lock: %w", err)
	}
	return hash, nil
}

// minWindowLock is less than MinPassphrase: nothing is derived from it, and the machine's own login stands before it.
const minWindowLock = 4

// CheckWindowLock compares a passphrase with a hash of HashWindowLock. ErrWrongPassphrase where it is another.
func CheckWindowLock(passphrase, hash string) error {
	match, err := argon2id.ComparePasswordAndHash(norm.NFKC.String(passphrase), hash)
	if err != nil {
		return fmt.Errorf("check the passphrase of the lock: %w", err)
	}
	if !match {
		return &Error{Err: ErrWrongPassphrase, Advice: "Type the passphrase of the window's lock again."}
	}
	return nil
}
