package crypto

import (
	"fmt"
	"time"
)

// A data key is retired before maxSeals: with random 96-bit nonces NIST SP 800-38D, 8.3, allows 2^32 under one
// key, and a quarter of it leaves room for copies of a folder that go on with the same key. Seals are reserved
// on disk in blocks, so that a crash loses count of at most one block, to the safe side.
const (
	maxSeals  int64 = 1 << 30
	sealBlock int64 = 1 << 20
)

// Seal encrypts plaintext for the place that ad names: "c1.<key id>.<base64 of nonce‖ciphertext‖tag>". An error is
// one of the disk, where a new block of the seal counter is due, or ErrClosed.
func (v *Vault) Seal(ad AD, plaintext []byte) (string, error) {
	keyID, key, err := v.take()
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return format(recordFormat, keyID, sealRaw(key.aead, plaintext, ad.bytes(keyID))), nil
}

// Open is the inverse of Seal. ErrMalformed, ErrNewerFormat, ErrUnknownKey, ErrNotAuthentic or ErrClosed.
func (v *Vault) Open(ad AD, sealed string) ([]byte, error) {
	keyID, raw, err := parse(recordFormat, sealed)
	if err != nil {
		return nil, fmt.Errorf("open sealed value: %w", err)
	}
	return v.openWith(keyID, raw, ad.bytes(keyID))
}

// SealSecret seals a named secret of the settings, such as a model's API key. The value stays good over rotations;
// like every other it opens only in this vault, and under its own name.
func (v *Vault) SealSecret(name string, secret []byte) (string, error) {
	keyID, key, err := v.take()
	if err != nil {
		return "", fmt.Errorf("seal secret: %w", err)
	}
	return format(secretFormat, keyID, sealRaw(key.aead, secret, v.secretAD(name, keyID))), nil
}

// OpenSecret is the inverse of SealSecret; its errors are those of Open.
func (v *Vault) OpenSecret(name, sealed string) ([]byte, error) {
	keyID, raw, err := parse(secretFormat, sealed)
	if err != nil {
		return nil, fmt.Errorf("open secret: %w", err)
	}
	return v.openWith(keyID, raw, v.secretAD(name, keyID))
}

func (v *Vault) secretAD(name, keyID string) []byte {
	return appendTexts(nil, "cloudops secret v1", v.ID(), keyID, name)
}

func (v *Vault) openWith(keyID string, raw, ad []byte) ([]byte, error) {
	v.mu.RLock()
	key, ok := v.open.keys[keyID]
	closed := v.closed
	v.mu.RUnlock()
	if closed {
		return nil, ErrClosed
	}
	if !ok {
		return nil, fmt.Errorf("open sealed value: %w (%s)", ErrUnknownKey, keyID)
	}
	plaintext, err := openRaw(key.aead, raw, ad)
	if err != nil {
		return nil, fmt.Errorf("open sealed value: %w", err)
	}
	return plaintext, nil
}

// take counts one seal and returns the key for it.
func (v *Vault) take() (string, openKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return "", openKey{}, ErrClosed
	}
	if v.used >= v.ring.active().Reserved {
		if err := v.reserve(); err != nil {
			return "", openKey{}, err
		}
	}
	v.used++
	return v.ring.Active, v.open.keys[v.ring.Active], nil
}

// reserve makes room for another block of seals, with a new data key where the active one has had its share. The
// caller holds v.mu.
func (v *Vault) reserve() error {
	if v.used >= maxSeals {
		return v.addDataKey(sealBlock)
	}
	return v.update(func(r *keyRing) error {
		r.active().Reserved = min(v.used+sealBlock, maxSeals)
		return nil
	})
}

// addDataKey makes a new data key the active one. The caller holds v.mu.
func (v *Vault) addDataKey(reserved int64) error {
	id, raw := newKeyID(), newKey()
	aead, err := newAEAD(raw)
	if err != nil {
		return err
	}
	err = v.update(func(r *keyRing) error {
		r.add(id, wrap(v.open.masterAEAD, r.VaultID, r.Master.ID, forDataKey(id), raw))
		r.active().Reserved = reserved
		return nil
	})
	if err != nil {
		return err
	}
	v.open.keys[id] = openKey{raw: raw, aead: aead}
	v.used = 0
	return nil
}

func (r *keyRing) add(id, wrapped string) {
	r.DataKeys = append(r.DataKeys, dataKey{ID: id, CreatedAt: time.Now().UTC(), Wrapped: wrapped})
	r.Active = id
}
