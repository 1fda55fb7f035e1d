package crypto

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// Keychain holds the master key. Get of an entry that is not there is ErrNoEntry; every other error is one of
// ErrKeychainAbsent, ErrKeychainLocked, ErrKeychainTimeout and ErrKeychainUnavailable.
type Keychain interface {
	Get(ctx context.Context, entry string) (string, error)
	Set(ctx context.Context, entry, value string) error
	Delete(ctx context.Context, entry string) error
}

// ErrNoEntry: the keychain works and has no such entry.
var ErrNoEntry = errors.New("no such entry in the keychain")

// The names in the OS keychain.
const (
	Service      = "cloudops"
	DefaultEntry = "encryption_key"
)

// DefaultKeychainTimeout is how long a call may take. It leaves time to type the password of a keychain that
// asks for it.
const DefaultKeychainTimeout = 60 * time.Second

// SystemKeychain is the OS keychain: Keychain on macOS, Credential Manager on Windows, the Secret Service on Linux.
type SystemKeychain struct {
	// Timeout bounds each call; zero is DefaultKeychainTimeout. A keychain that does not even answer a ping
	// is given up earlier.
	Timeout time.Duration
}

// Get reads an entry.
func (k SystemKeychain) Get(ctx context.Context, entry string) (string, error) {
	var value string
	err := k.call(ctx, func() (err error) {
		value, err = keyring.Get(Service, entry)
		return err
	})
	return value, err
}

// Set writes an entry.
func (k SystemKeychain) Set(ctx context.Context, entry, value string) error {
	return k.call(ctx, func() error { return keyring.Set(Service, entry, value) })
}

// Delete removes an entry; one that is not there is no error.
func (k SystemKeychain) Delete(ctx context.Context, entry string) error {
	err := k.call(ctx, func() error { return keyring.Delete(Service, entry) })
	if errors.Is(err, ErrNoEntry) {
		return nil
	}
	return err
}

// call runs op on a goroutine of its own: the libraries below take no context and can wait for ever, for a prompt
// that nobody sees or a service that hangs. Such a goroutine is left behind.
func (k SystemKeychain) call(ctx context.Context, op func() error) error {
	timeout := k.Timeout
	if timeout == 0 {
		timeout = DefaultKeychainTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	locked, err := probeKeychain(ctx)
	if err != nil {
		return keychainError(err)
	}
	done := make(chan error, 1)
	go func() { done <- op() }()
	select {
	case err := <-done:
		if err != nil && locked && !errors.Is(err, keyring.ErrNotFound) {
			return keychainError(&Error{Err: ErrKeychainLocked, Cause: err})
		}
		return keychainError(err)
	case <-ctx.Done():
		if locked {
			return keychainError(&Error{Err: ErrKeychainLocked, Cause: ctx.Err()})
		}
		return keychainError(&Error{Err: ErrKeychainTimeout, Cause: ctx.Err()})
	}
}

// keychainError sorts what the library answers and adds the advice.
func keychainError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, keyring.ErrNotFound) {
		return ErrNoEntry
	}
	if errors.Is(err, keyring.ErrUnsupportedPlatform) {
		err = &Error{Err: ErrKeychainAbsent, Cause: err}
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: ErrKeychainUnavailable, Cause: err}
	}
	switch {
	case errors.Is(e.Err, ErrKeychainAbsent):
		e.Advice = "Start CloudOps in a desktop session with a keychain (on Linux a Secret Service such as gnome-keyring), or use a passphrase."
	case errors.Is(e.Err, ErrKeychainLocked):
		e.Advice = "Unlock the keychain (on Linux: log in with your password, or open Passwords and Keys and unlock the default keyring), then start again."
	case errors.Is(e.Err, ErrKeychainTimeout):
		e.Advice = "Look for a window that asks for the keychain's password. Otherwise restart the keychain service or log in again."
	default:
		e.Advice = "Check that the keychain works and that CloudOps may use it, then start again."
	}
	return e
}

// MemoryKeychain keeps entries in memory: for drills that restore into a scratch folder, and for tests of others.
// The zero value is ready.
type MemoryKeychain struct {
	mu      sync.Mutex
	entries map[string]string
}

// Get reads an entry.
func (k *MemoryKeychain) Get(_ context.Context, entry string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok := k.entries[entry]
	if !ok {
		return "", ErrNoEntry
	}
	return v, nil
}

// Set writes an entry.
func (k *MemoryKeychain) Set(_ context.Context, entry, value string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.entries == nil {
		k.entries = map[string]string{}
	}
	k.entries[entry] = value
	return nil
}

// Delete removes an entry.
func (k *MemoryKeychain) Delete(_ context.Context, entry string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.entries, entry)
	return nil
}

// masterKey is what an entry holds: "cloudops1:<vault id>:<master key id>:<base64 of the key>". The ids tell whose
// key it is before anything is tried with it. Well below the 2,560 bytes that Windows takes.
type masterKey struct {
	VaultID, ID string
	Key         []byte
}

const masterPrefix = "cloudops1"

func (m masterKey) String() string {
	return strings.Join([]string{masterPrefix, m.VaultID, m.ID, base64.StdEncoding.EncodeToString(m.Key)}, ":")
}

func parseMasterKey(value string) (masterKey, error) {
	parts := strings.Split(strings.TrimSpace(value), ":")
	if len(parts) != 4 || parts[0] != masterPrefix {
		return masterKey{}, fmt.Errorf("%w: the keychain's entry is not a master key of CloudOps", ErrWrongMasterKey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil || len(key) != keySize {
		return masterKey{}, fmt.Errorf("%w: the keychain's entry is damaged", ErrWrongMasterKey)
	}
	return masterKey{VaultID: parts[1], ID: parts[2], Key: key}, nil
}
