// Package crypto keeps the keys of a data folder and seals what is stored in it.
//
// A master key, held by the OS keychain or derived from a passphrase, wraps the data keys in keys.json; data keys
// seal records with AES-256-GCM. The master key is also encrypted to an age identity, the recovery key, which
// opens the folder on any machine. docs/security.md describes the whole.
//
// One process at a time may have a folder's vault open: the caller holds config.LockDir.
package crypto

import (
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Options of Open and Import. The zero value uses the OS keychain and has no passphrase.
type Options struct {
	// Keychain; nil is SystemKeychain{}.
	Keychain Keychain
	// Passphrase gets the passphrase where one is needed; create asks for a new one, to be typed twice.
	// Nil: there is nobody to ask.
	Passphrase func(ctx context.Context, create bool) ([]byte, error)
	// ForcePassphrase makes a new vault, or an imported one, use a passphrase where there is a keychain too.
	ForcePassphrase bool
	// DefaultFolder: the folder is the user's default one, and its keychain entry has the plain name.
	DefaultFolder bool
	// DataExists: the folder holds sealed data, so that missing keys are an error and not a first start. A
	// ledger.db in the folder counts as data anyway.
	DataExists bool
}

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	dir      string
	keychain Keychain

	admin sync.Mutex // one rotation or other change of the master key at a time

	mu      sync.RWMutex
	ring    keyRing // what is on disk
	open    opened
	kek     []byte // key of the passphrase; nil with a keychain
	used    int64  // seals made or given up with the active data key
	notices []string
	closed  bool
}

// opened is the key material of a ring.
type opened struct {
	master     []byte
	masterAEAD cipher.AEAD
	secret     []byte
	identity   []byte // AGE-SECRET-KEY-1…
	keys       map[string]openKey
}

type openKey struct {
	raw  []byte
	aead cipher.AEAD
}

// Status says where the keys are, never what they are.
type Status struct {
	Backend           string // BackendKeychain or BackendPassphrase
	Entry             string // of the keychain, below the service "cloudops"; empty with a passphrase
	VaultID           string
	MasterKeyID       string
	DataKeyID         string // the active one
	DataKeys          int
	RecoveryRecipient string    // age1…
	RecoverySavedAt   time.Time // zero until the recovery key was exported
	CreatedAt         time.Time
	Notices           []string // what the user should know about this start
}

// Open opens the vault of a data folder that exists, and creates it on a first start. A vault that cannot be
// opened is left exactly as it is.
func Open(dir string, o Options) (*Vault, error) {
	return OpenContext(context.Background(), dir, o)
}

// OpenContext is Open with a context for the keychain and the passphrase.
func OpenContext(ctx context.Context, dir string, o Options) (*Vault, error) {
	if o.Keychain == nil {
		o.Keychain = SystemKeychain{}
	}
	ring, fromCopy, err := readRing(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return create(ctx, dir, o)
	}
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	master, kek, err := findMaster(ctx, ring, o)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v, err := newVault(dir, o, ring, master, kek)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	if fromCopy != nil {
		v.notice("The key file could not be read (%v); its copy was used and the file made anew.", fromCopy)
	}
	// Only now, with the right key in hand, is anything written.
	if err := repair(dir, v.ring); err != nil {
		return nil, fmt.Errorf("open vault: mend the key file: %w", err)
	}
	_ = os.Remove(filepath.Join(dir, creatingName))
	if err := v.settle(ctx); err != nil {
		v.notice("A change of the master key has not been tidied up (%v); that is tried again at the next start.", err)
	}
	v.leave(ctx)
	return v, nil
}

// newVault opens every key of a ring. ErrWrongMasterKey where the master key does not fit.
func newVault(dir string, o Options, ring keyRing, master, kek []byte) (*Vault, error) {
	open, err := openRing(ring, master)
	if err != nil {
		return nil, wrongMaster(err)
	}
	return &Vault{dir: dir, keychain: o.Keychain, ring: ring, open: open, kek: kek, used: ring.active().Reserved}, nil
}

func openRing(ring keyRing, master []byte) (opened, error) {
	aead, err := newAEAD(master)
	if err != nil {
		return opened{}, err
	}
	o := opened{master: master, masterAEAD: aead, keys: map[string]openKey{}}
	if o.secret, err = unwrap(aead, ring.VaultID, ring.Master.ID, forSecret, ring.Secret); err != nil {
		return opened{}, err
	}
	if o.identity, err = unwrap(aead, ring.VaultID, ring.Master.ID, forIdentity, ring.Recovery.Identity); err != nil {
		return opened{}, err
	}
	for _, k := range ring.DataKeys {
		raw, err := unwrap(aead, ring.VaultID, ring.Master.ID, forDataKey(k.ID), k.Wrapped)
		if err != nil {
			return opened{}, err
		}
		a, err := newAEAD(raw)
		if err != nil {
			return opened{}, err
		}
		o.keys[k.ID] = openKey{raw: raw, aead: a}
	}
	return o, nil
}

// ID is the vault's UUID; it never changes.
func (v *Vault) ID() string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ring.VaultID
}

// KeyID is the id of the data key that seals now. It changes; KeyIDOf tells which one sealed a value.
func (v *Vault) KeyID() string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ring.Active
}

// Status says where the keys are.
func (v *Vault) Status() Status {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return Status{
		Backend: v.ring.Master.Backend, Entry: v.ring.Master.Entry, VaultID: v.ring.VaultID, MasterKeyID: v.ring.Master.ID,
		DataKeyID: v.ring.Active, DataKeys: len(v.ring.DataKeys), RecoveryRecipient: v.ring.Recovery.Recipient,
		RecoverySavedAt: v.ring.Recovery.SavedAt, CreatedAt: v.ring.CreatedAt, Notices: slices.Clone(v.notices),
	}
}

// KeyFile is the content of keys.json, to be kept with a backup: with the recovery key, it opens the backup's
// values. It holds no key in the clear.
func (v *Vault) KeyFile() ([]byte, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return encodeRing(v.ring)
}

// SubKey derives 32 bytes for a purpose, from a secret of the vault that no rotation changes (HKDF-SHA256). Nil
// after Close.
func (v *Vault) SubKey(purpose string) []byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.closed {
		return nil
	}
	key, err := hkdf.Key(sha256.New, v.open.secret, nil, "cloudops subkey v1 "+purpose, keySize)
	if err != nil {
		panic(err) // only for a length that SHA-256 cannot give
	}
	return key
}

// Close writes how many seals were made and forgets the keys. Calls after it return ErrClosed.
func (v *Vault) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil
	}
	var err error
	if v.used < v.ring.active().Reserved {
		err = v.update(func(r *keyRing) error {
			r.active().Reserved = v.used
			return nil
		})
	}
	v.closed = true
	// Best effort: copies that the runtime made are out of reach.
	clear(v.open.master)
	clear(v.open.secret)
	clear(v.open.identity)
	clear(v.kek)
	for _, k := range v.open.keys {
		clear(k.raw)
	}
	v.open = opened{}
	if err != nil {
		return fmt.Errorf("close vault: %w", err)
	}
	return nil
}

// update changes the key file: on disk first, then in memory. The caller holds v.mu.
func (v *Vault) update(change func(r *keyRing) error) error {
	r := v.ring.clone()
	if err := change(&r); err != nil {
		return err
	}
	if err := writeRing(v.dir, r); err != nil {
		return err
	}
	v.ring = r
	return nil
}

func (v *Vault) notice(text string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.notices = append(v.notices, fmt.Sprintf(text, args...))
}
