package crypto

import (
	"bytes"
	"context"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"filippo.io/age"
)

// newRecovery makes the recovery identity of a new vault and encrypts the master key to it.
func newRecovery(ring *keyRing, aead cipher.AEAD, master []byte) error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	return sealRecovery(ring, aead, master, []byte(id.String()))
}

// sealRecovery encrypts the master key to the identity and wraps the identity. The recipient is taken from the
// identity, never from the file: whoever can write the file must not be able to name a recipient of their own.
func sealRecovery(ring *keyRing, aead cipher.AEAD, master, identity []byte) error {
	id, err := age.ParseX25519Identity(string(identity))
	if err != nil {
		return fmt.Errorf("recovery identity: %w", err)
	}
	var buf bytes.Buffer
	w, err := age.Encrypt(&buf, id.Recipient())
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, masterKey{VaultID: ring.VaultID, ID: ring.Master.ID, Key: master}.String()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	ring.Recovery.Recipient = id.Recipient().String()
	ring.Recovery.Master = base64.StdEncoding.EncodeToString(buf.Bytes())
	ring.Recovery.Identity = wrap(aead, ring.VaultID, ring.Master.ID, forIdentity, identity)
	return nil
}

// ExportRecovery returns the recovery key as an age identity file, with what it is for in its comments. Whoever
// has it and the data can read everything. It does not count as saved until MarkRecoverySaved.
func (v *Vault) ExportRecovery() ([]byte, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.closed {
		return nil, fmt.Errorf("export recovery key: %w", ErrClosed)
	}
	id, err := age.ParseX25519Identity(string(v.open.identity))
	if err != nil {
		return nil, fmt.Errorf("export recovery key: %w", err)
	}
	return fmt.Appendf(nil, "# CloudOps recovery key: it opens the data and the backups of this vault on any machine.\n"+
		"# Keep it away from this machine, where nobody else can read it.\n"+
		"# vault: %s\n# made: %s\n# public key: %s\n%s\n",
		v.ring.VaultID, v.ring.CreatedAt.Format(time.RFC3339), id.Recipient(), id), nil
}

// MarkRecoverySaved records that the user has the recovery key.
func (v *Vault) MarkRecoverySaved() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return fmt.Errorf("record saved recovery key: %w", ErrClosed)
	}
	return v.update(func(r *keyRing) error {
		r.Recovery.SavedAt = time.Now().UTC()
		return nil
	})
}

// CheckRecovery opens the master key with a recovery key (an age identity file), as another machine would.
// ErrWrongRecoveryKey; nothing is changed.
func (v *Vault) CheckRecovery(identity []byte) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.closed {
		return fmt.Errorf("check recovery key: %w", ErrClosed)
	}
	if _, err := recoverMaster(v.ring, identity); err != nil {
		return fmt.Errorf("check recovery key: %w", &Error{Err: ErrWrongRecoveryKey, Cause: err, Advice: "Use the recovery key of this vault (" + v.ring.Recovery.Recipient + ")."})
	}
	return nil
}

// Import opens the vault in a folder with its recovery key (an age identity file), puts the master key into this
// machine's keychain, or under a new passphrase, and makes a new data key, since another machine may go on with the
// old one. ErrWrongRecoveryKey, or an error of the keychain; then nothing in the folder is changed. No entry of the
// keychain that holds another key is written over.
func Import(ctx context.Context, dir string, identity []byte, o Options) (*Vault, error) {
	if o.Keychain == nil {
		o.Keychain = SystemKeychain{}
	}
	ring, fromCopy, err := readRing(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("import recovery key: %w", &Error{Err: ErrNoMasterKey, Cause: errors.New("the folder has no " + keysName),
			Advice: "Restore a backup into the data folder first; the recovery key opens what is there."})
	}
	if err != nil {
		return nil, fmt.Errorf("import recovery key: %w", err)
	}
	master, err := recoverMaster(ring, identity)
	if err == nil {
		_, err = openRing(ring, master)
	}
	if err != nil {
		return nil, fmt.Errorf("import recovery key: %w", &Error{Err: ErrWrongRecoveryKey, Cause: err,
			Advice: "Use the recovery key of this vault (" + ring.Recovery.Recipient + "). Nothing was changed."})
	}
	if ring.Recovery.SavedAt.IsZero() {
		ring.Recovery.SavedAt = time.Now().UTC()
	}
	ring.Next, ring.Promote = "", false
	kek, notice, err := place(ctx, dir, &ring, master, o, false)
	if err != nil {
		return nil, fmt.Errorf("import recovery key: %w", err)
	}
	v, err := newVault(dir, o, ring, master, kek)
	if err != nil {
		return nil, fmt.Errorf("import recovery key: %w", err)
	}
	if fromCopy != nil {
		v.notice("The key file could not be read (%v); its copy was used and the file made anew.", fromCopy)
	}
	if notice != "" {
		v.notice("%s", notice)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.addDataKey(0); err != nil {
		return nil, fmt.Errorf("import recovery key: %w", err)
	}
	return v, nil
}

func recoverMaster(ring keyRing, identity []byte) ([]byte, error) {
	ids, err := age.ParseIdentities(bytes.NewReader(identity))
	if err != nil {
		return nil, errors.New("it is not an age identity file") // the library's text may quote the line
	}
	sealed, err := base64.StdEncoding.DecodeString(ring.Recovery.Master)
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), ids...)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	if _, err := io.Copy(&text, io.LimitReader(r, 4096)); err != nil {
		return nil, err
	}
	m, err := parseMasterKey(text.String())
	if err != nil {
		return nil, err
	}
	if m.VaultID != ring.VaultID || m.ID != ring.Master.ID {
		return nil, errors.New("it opens another vault's key")
	}
	return m.Key, nil
}
