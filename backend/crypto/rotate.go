package crypto

import (
	"context"
	"fmt"
	"time"
)

// Rotate makes a new master key and a new data key. The older data keys are wrapped again and go on opening what
// they sealed; records are not rewritten, and the recovery key stays the same. It can be cut off at any step:
//
//  1. keys.json announces the new key's id,
//  2. the keychain gets the new key under a name of its own, beside the old one,
//  3. keys.json is replaced by one that the new key opens; from here on the rotation is done,
//  4. the keychain's entry gets the new key, the extra one is removed, and keys.json drops the announcement.
//
// Open carries on after 3 and takes back before. An error means that nothing was rotated.
func (v *Vault) Rotate(ctx context.Context) error {
	v.admin.Lock()
	defer v.admin.Unlock()
	// What an earlier rotation left would be written over.
	if err := v.settle(ctx); err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	v.mu.RLock()
	m, entry, closed := masterKey{VaultID: v.ring.VaultID, ID: newKeyID(), Key: newKey()}, v.ring.Master.Entry, v.closed
	v.mu.RUnlock()
	if closed {
		return fmt.Errorf("rotate keys: %w", ErrClosed)
	}
	if entry != "" {
		if err := v.change(func(r *keyRing) error { r.Next = m.ID; return nil }); err != nil {
			return fmt.Errorf("rotate keys: %w", err)
		}
		atStep("rotation announced")
		if err := store(ctx, v.keychain, pending(entry), m); err != nil {
			_ = v.settle(ctx)
			return fmt.Errorf("rotate keys: %w", err)
		}
		atStep("next key stored")
	}
	if err := v.rewrap(m); err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	atStep("keys wrapped again")
	if err := v.settle(ctx); err != nil {
		v.notice("The master key was rotated; its place in the keychain is not tidied up yet (%v). That is tried again at the next start.", err)
	}
	return nil
}

// rewrap replaces keys.json by one that only the new master key opens.
func (v *Vault) rewrap(m masterKey) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return ErrClosed
	}
	aead, err := newAEAD(m.Key)
	if err != nil {
		return err
	}
	id, raw := newKeyID(), newKey()
	fresh, err := newAEAD(raw)
	if err != nil {
		return err
	}
	err = v.update(func(r *keyRing) error {
		r.Master.ID, r.Master.CreatedAt = m.ID, time.Now().UTC()
		r.Next, r.Promote = "", r.Master.Backend == BackendKeychain
		if v.kek != nil {
			kek, err := newAEAD(v.kek)
			if err != nil {
				return err
			}
			r.Master.Wrapped = wrap(kek, r.VaultID, m.ID, forMaster, m.Key)
		}
		r.active().Reserved = v.used
		for i, k := range r.DataKeys {
			r.DataKeys[i].Wrapped = wrap(aead, r.VaultID, m.ID, forDataKey(k.ID), v.open.keys[k.ID].raw)
		}
		r.add(id, wrap(aead, r.VaultID, m.ID, forDataKey(id), raw))
		r.Secret = wrap(aead, r.VaultID, m.ID, forSecret, v.open.secret)
		return sealRecovery(r, aead, m.Key, v.open.identity)
	})
	if err != nil {
		return err
	}
	clear(v.open.master)
	v.open.master, v.open.masterAEAD = m.Key, aead
	v.open.keys[id] = openKey{raw: raw, aead: fresh}
	v.used = 0
	return nil
}

// settle ends what a rotation has begun: forward where keys.json belongs to the new key, back where it does not.
func (v *Vault) settle(ctx context.Context) error {
	v.mu.RLock()
	next, promote, entry := v.ring.Next, v.ring.Promote, v.ring.Master.Entry
	m := masterKey{VaultID: v.ring.VaultID, ID: v.ring.Master.ID, Key: append([]byte(nil), v.open.master...)}
	v.mu.RUnlock()
	if next == "" && !promote {
		return nil
	}
	if promote {
		if err := store(ctx, v.keychain, entry, m); err != nil {
			return err
		}
		atStep("master key replaced")
	}
	if err := v.keychain.Delete(ctx, pending(entry)); err != nil {
		return err
	}
	atStep("next key removed")
	return v.change(func(r *keyRing) error { r.Next, r.Promote = "", false; return nil })
}

func (v *Vault) change(f func(r *keyRing) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return ErrClosed
	}
	return v.update(f)
}
