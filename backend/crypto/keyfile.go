package crypto

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cloudops/backend/config"
)

// The key file and what stands beside it in the data folder. Nothing in them is a key in the clear.
const (
	keysName     = "keys.json"
	bakName      = "keys.json.bak"      // the same content, written first: it is never older
	creatingName = "keys.json.creating" // a first start that has not ended
	keysFormat   = 1
)

// Where the master key comes from.
const (
	BackendKeychain   = "keychain"
	BackendPassphrase = "passphrase"
)

// keyFile is the envelope. The sum tells a damaged file from a wrong key; it is no protection against an
// attacker, the authenticated wrapping inside is.
type keyFile struct {
	Format int             `json:"format"`
	Sum    string          `json:"sha256"` // of Keys without white space
	Keys   json.RawMessage `json:"keys"`
}

// keyRing is the content.
type keyRing struct {
	VaultID   string     `json:"vault_id"`
	CreatedAt time.Time  `json:"created_at"`
	Master    masterInfo `json:"master"`
	// Next is the id of a master key that a rotation is about to put under the entry's pending name.
	Next string `json:"next_master_id,omitempty"`
	// Promote: Master is under the pending name and has to be moved to its own.
	Promote bool `json:"promote,omitempty"`
	// Leave is an entry of the keychain that holds the master key and no longer should: a passphrase guards it now.
	Leave    string       `json:"leave_entry,omitempty"`
	Active   string       `json:"active_data_key"`
	DataKeys []dataKey    `json:"data_keys"`
	Secret   string       `json:"secret"` // the root of SubKey, wrapped
	Recovery recoveryInfo `json:"recovery"`
}

type masterInfo struct {
	ID        string     `json:"id"`
	CreatedAt time.Time  `json:"created_at"`
	Backend   string     `json:"backend"`
	Entry     string     `json:"entry,omitempty"`   // of the keychain
	KDF       *kdfParams `json:"kdf,omitempty"`     // of the passphrase
	Wrapped   string     `json:"wrapped,omitempty"` // the master key under the key of the passphrase
}

type dataKey struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Wrapped   string    `json:"wrapped"`
	// Reserved is how many seals may have been made with it: an upper bound while the app runs or after a
	// crash, the count after an orderly end.
	Reserved int64 `json:"reserved"`
}

type recoveryInfo struct {
	Recipient string    `json:"recipient"` // age1…
	Master    string    `json:"master"`    // the master key, encrypted to the recipient (age, base64)
	Identity  string    `json:"identity"`  // the identity, wrapped by the master key
	SavedAt   time.Time `json:"saved_at,omitzero"`
}

func (r keyRing) clone() keyRing {
	r.DataKeys = slices.Clone(r.DataKeys)
	return r
}

func (r *keyRing) active() *dataKey {
	for i := range r.DataKeys {
		if r.DataKeys[i].ID == r.Active {
			return &r.DataKeys[i]
		}
	}
	return nil
}

func encodeRing(r keyRing) ([]byte, error) {
	keys, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(keys)
	data, err := json.MarshalIndent(keyFile{Format: keysFormat, Sum: hex.EncodeToString(sum[:]), Keys: keys}, "", "  ")
	return append(data, '\n'), err
}

// decodeRing reads a key file. ErrKeysCorrupt or ErrNewerFormat.
func decodeRing(data []byte) (keyRing, error) {
	var f keyFile
	if err := json.Unmarshal(data, &f); err != nil {
		return keyRing{}, fmt.Errorf("%w: %w", ErrKeysCorrupt, err)
	}
	if f.Format > keysFormat {
		return keyRing{}, &Error{Err: ErrNewerFormat, Advice: "Install the newer CloudOps again."}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, f.Keys); err != nil {
		return keyRing{}, fmt.Errorf("%w: %w", ErrKeysCorrupt, err)
	}
	if sum := sha256.Sum256(compact.Bytes()); f.Format != keysFormat || hex.EncodeToString(sum[:]) != f.Sum {
		return keyRing{}, fmt.Errorf("%w: its checksum differs", ErrKeysCorrupt)
	}
	var r keyRing
	if err := json.Unmarshal(compact.Bytes(), &r); err != nil {
		return keyRing{}, fmt.Errorf("%w: %w", ErrKeysCorrupt, err)
	}
	if r.VaultID == "" || r.active() == nil {
		return keyRing{}, fmt.Errorf("%w: it names no vault or no data key", ErrKeysCorrupt)
	}
	return r, nil
}

// readRing reads keys.json, or its copy where keys.json is gone or damaged; fromCopy says so and why. It
// returns fs.ErrNotExist where neither is there, and changes nothing.
func readRing(dir string) (r keyRing, fromCopy error, err error) {
	main, mainErr := os.ReadFile(filepath.Join(dir, keysName))
	if mainErr == nil {
		if r, mainErr = decodeRing(main); mainErr == nil || errors.Is(mainErr, ErrNewerFormat) {
			return r, nil, mainErr
		}
	} else if !errors.Is(mainErr, fs.ErrNotExist) {
		return keyRing{}, nil, fmt.Errorf("read keys: %w", mainErr)
	}
	bak, bakErr := os.ReadFile(filepath.Join(dir, bakName))
	if bakErr == nil {
		if r, bakErr = decodeRing(bak); bakErr == nil || errors.Is(bakErr, ErrNewerFormat) {
			return r, mainErr, bakErr
		}
	}
	if errors.Is(mainErr, fs.ErrNotExist) && errors.Is(bakErr, fs.ErrNotExist) {
		return keyRing{}, nil, fs.ErrNotExist
	}
	// The cause is told and not wrapped: a copy that is missing beside a damaged file is not a first start.
	return keyRing{}, nil, &Error{Err: ErrKeysCorrupt, Cause: errors.New(errors.Join(mainErr, bakErr).Error()),
		Advice: "Restore " + keysName + " from a backup; nothing was changed."}
}

// writeRing replaces the copy, then keys.json. The copy goes first so that it is never older than what it
// stands in for: a data key in use is always in both.
func writeRing(dir string, r keyRing) error {
	data, err := encodeRing(r)
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	for _, name := range []string{bakName, keysName} {
		if err := config.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return fmt.Errorf("write keys: %w", err)
		}
		atStep(name + " written")
	}
	return nil
}

// repair makes keys.json and its copy the same again after a crash between the two, or damage. A damaged
// file is kept under another name.
func repair(dir string, r keyRing) error {
	data, err := encodeRing(r)
	if err != nil {
		return err
	}
	for _, name := range []string{bakName, keysName} {
		path := filepath.Join(dir, name)
		have, err := os.ReadFile(path)
		if err == nil && bytes.Equal(have, data) {
			continue
		}
		if err == nil {
			if _, err := decodeRing(have); err != nil {
				if err := os.Rename(path, path+".damaged-"+time.Now().UTC().Format("20060102T150405Z")); err != nil {
					return err
				}
			}
		}
		if err := config.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
