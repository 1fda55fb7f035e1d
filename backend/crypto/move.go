package crypto

import (
	"context"
	"errors"
	"fmt"
)

// SetPassphrase puts the master key under a new passphrase, where an older one guarded it, and also where the keychain did. Keys and
// data stay what they are: only the key file is replaced, and its copy before it, so that whatever cuts it off, the one or the other opens the folder.
// A key file from before, in a backup or elsewhere, goes on opening with what it opened with: Rotate makes that worth nothing for what is
// sealed from then on. ErrWeakPassphrase. It takes about a tenth of a second.
func (v *Vault) SetPassphrase(ctx context.Context, passphrase []byte) error {
	v.admin.Lock()
	defer v.admin.Unlock()
	if err := v.settle(ctx); err != nil {
		return fmt.Errorf("change the passphrase: %w", err)
	}
	p, err := normal(passphrase, true)
	if err != nil {
		return fmt.Errorf("change the passphrase: %w", err)
	}
	defer clear(p)
	kdf := newKDF()
	kek, err := kdf.key(p)
	if err != nil {
		return fmt.Errorf("change the passphrase: %w", err)
	}
	aead, err := newAEAD(kek)
	if err != nil {
		return fmt.Errorf("change the passphrase: %w", err)
	}
	err = v.change(func(r *keyRing) error {
		if r.Master.Backend == BackendKeychain {
			r.Leave = r.Master.Entry
		}
		r.Master.Backend, r.Master.Entry, r.Master.KDF = BackendPassphrase, "", kdf
		r.Master.Wrapped = wrap(aead, r.VaultID, r.Master.ID, forMaster, v.open.master)
		return nil
	})
	if err != nil {
		return fmt.Errorf("change the passphrase: %w", err)
	}
	v.keepKEK(kek)
	atStep("key file replaced")
	v.leave(ctx)
	return nil
}

// UseKeychain puts the master key into the keychain, where a passphrase guarded it. Where it is there already, nothing happens.
func (v *Vault) UseKeychain(ctx context.Context, defaultFolder bool) error {
	v.admin.Lock()
	defer v.admin.Unlock()
	if err := v.settle(ctx); err != nil {
		return fmt.Errorf("move the master key to the keychain: %w", err)
	}
	v.mu.RLock()
	backend, closed := v.ring.Master.Backend, v.closed
	m := masterKey{VaultID: v.ring.VaultID, ID: v.ring.Master.ID, Key: append([]byte(nil), v.open.master...)}
	v.mu.RUnlock()
	defer clear(m.Key)
	switch {
	case closed:
		return fmt.Errorf("move the master key to the keychain: %w", ErrClosed)
	case backend == BackendKeychain:
		return nil
	}
	entry, err := freeEntry(ctx, v.keychain, m, defaultFolder)
	if err != nil {
		return fmt.Errorf("move the master key to the keychain: %w", err)
	}
	// An entry that a crash leaves here holds this very key, and is found again.
	if err := store(ctx, v.keychain, entry, m); err != nil {
		return fmt.Errorf("move the master key to the keychain: %w", err)
	}
	atStep("master key stored")
	err = v.change(func(r *keyRing) error {
		r.Master.Backend, r.Master.Entry, r.Master.KDF, r.Master.Wrapped, r.Leave = BackendKeychain, entry, nil, "", ""
		return nil
	})
	if err != nil {
		return fmt.Errorf("move the master key to the keychain: %w", err)
	}
	v.keepKEK(nil)
	return nil
}

// keepKEK replaces the passphrase's key, which a rotation wraps the next master key with.
func (v *Vault) keepKEK(kek []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.kek)
	v.kek = kek
}

// leave removes the entry that the master key has moved away from. Where the keychain is not there now, it is tried again at the next
// start, and keeps nothing else from being done.
func (v *Vault) leave(ctx context.Context) {
	v.mu.RLock()
	entry, vault := v.ring.Leave, v.ring.VaultID
	v.mu.RUnlock()
	if entry == "" {
		return
	}
	value, err := v.keychain.Get(ctx, entry)
	if err == nil {
		// What belongs to another vault is not ours to remove.
		if m, parseErr := parseMasterKey(value); parseErr == nil && m.VaultID == vault {
			err = v.keychain.Delete(ctx, entry)
		}
	}
	if err == nil || errors.Is(err, ErrNoEntry) {
		atStep("entry removed")
		err = v.change(func(r *keyRing) error { r.Leave = ""; return nil })
	}
	if err != nil {
		v.notice("The master key is guarded by your passphrase; its entry in the keychain could not be removed yet (%v). That is tried again at the next start.", err)
	}
}
