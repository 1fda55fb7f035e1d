package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"cloudops/backend/backup"
	"cloudops/backend/crypto"
)

// RestoreRequest is a restore into a data folder that nothing has open.
type RestoreRequest struct {
	Place BackupPlace
	backup.RestoreOptions
	// RecoveryKey is the content of the recovery key's file; nil: the folder's own keys open the backup.
	RecoveryKey []byte
	DryRun      bool
	Progress    func(backup.Progress)
}

// Restore brings a backup back into the data folder of the options. The state before is kept beside it. On an error
// nothing has changed. It opens the folder itself: the host of a window is closed first.
func Restore(ctx context.Context, o Options, r RestoreRequest) (applied backup.Applied, err error) {
	h, err := New(o)
	if err != nil {
		return applied, err
	}
	defer func() { err = errors.Join(err, h.closeFoundation()) }()
	if err := h.openFolder(); err != nil {
		return applied, err
	}
	set, err := r.Place.Settings(h.settings.Backup)
	if err != nil {
		return applied, err
	}
	target, err := openTarget(ctx, set)
	if err != nil {
		return applied, err
	}
	d := backup.Deps{Target: target}
	identity := r.RecoveryKey
	if identity == nil {
		if identity, err = h.ownIdentity(ctx); err != nil {
			return applied, err
		}
		d.VaultID = h.Vault.ID()
	}
	if d.Keys, err = backup.NewKeys(identity); err != nil {
		return applied, err
	}
	return backup.New(d, backup.Options{Version: o.Version, Progress: r.Progress}).Apply(ctx, backup.ApplyOptions{
		RestoreOptions: r.RestoreOptions, DataDir: h.dir, RecoveryKey: r.RecoveryKey, DryRun: r.DryRun,
		Vault: crypto.Options{Passphrase: o.Passphrase, ForcePassphrase: o.ForcePassphrase, DefaultFolder: h.isDefault},
	})
}

// ownIdentity is the recovery identity of a folder that has its keys. A folder without is not given new ones.
func (h *Host) ownIdentity(ctx context.Context) ([]byte, error) {
	_, err := os.Stat(filepath.Join(h.dir, backup.FileKeys))
	_, copyErr := os.Stat(filepath.Join(h.dir, backup.FileKeys+".bak"))
	if err != nil && copyErr != nil {
		return nil, &crypto.Error{Err: crypto.ErrNoMasterKey, Cause: errors.New("the data folder has no keys"), Advice: "Give the recovery key: --recovery-key FILE."}
	}
	if err := h.openVault(ctx); err != nil {
		return nil, err
	}
	return h.Vault.ExportRecovery()
}
