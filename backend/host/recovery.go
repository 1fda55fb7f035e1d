package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/crypto"
)

// ExportRecovery writes the recovery key to a new file that only its owner can read, and records that it was saved.
func (h *Host) ExportRecovery(path string) error {
	key, err := h.Vault.ExportRecovery()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("save the recovery key: %w", err)
	}
	_, err = f.Write(key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("save the recovery key: %w", err), os.Remove(path))
	}
	return h.Vault.MarkRecoverySaved()
}

// ChangePassphrase puts the master key under a new passphrase; where the keychain held it, its entry goes. crypto.ErrWeakPassphrase.
func (h *Host) ChangePassphrase(ctx context.Context, passphrase []byte) error {
	return h.Vault.SetPassphrase(ctx, passphrase)
}

// UseKeychain keeps the master key in the keychain from now on. An error of the keychain leaves it under its passphrase.
func (h *Host) UseKeychain(ctx context.Context) error { return h.Vault.UseKeychain(ctx, h.isDefault) }

// DeclineRecovery records that the user goes on without having saved the recovery key.
func (h *Host) DeclineRecovery() error {
	_, err := h.SaveSettings(func(s *config.Settings) error {
		s.RecoveryDeclinedAt = time.Now().UTC()
		return nil
	})
	return err
}

// ImportRecovery opens the keys of a data folder with its recovery key and puts the master key into this machine's
// keychain, or under a passphrase. With an error nothing is changed.
func ImportRecovery(ctx context.Context, o Options, identity []byte) (crypto.Status, error) {
	dir, isDefault, err := config.DataDir(o.DataDir)
	if err != nil {
		return crypto.Status{}, err
	}
	if err := config.MakeDataDir(dir); err != nil {
		return crypto.Status{}, err
	}
	lock, err := config.LockDir(dir)
	if err != nil {
		return crypto.Status{}, err
	}
	if _, err := backup.FinishRestore(dir); err != nil {
		return crypto.Status{}, errors.Join(err, lock.Release())
	}
	v, err := crypto.Import(ctx, dir, identity, crypto.Options{Passphrase: o.Passphrase, ForcePassphrase: o.ForcePassphrase, DefaultFolder: isDefault})
	if err != nil {
		return crypto.Status{}, errors.Join(err, lock.Release())
	}
	st := v.Status()
	return st, errors.Join(v.Close(), lock.Release())
}
