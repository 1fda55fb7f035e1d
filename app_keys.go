package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"cloudops/backend/host"
)

// GetKeyStatus says where the keys are.
func (a *App) GetKeyStatus() (KeyStatus, error) {
	h, err := a.ready()
	if err != nil {
		return KeyStatus{}, err
	}
	st := h.Vault.Status()
	return KeyStatus{
		Backend: st.Backend, VaultID: st.VaultID, MasterKeyID: st.MasterKeyID, DataKeyID: st.DataKeyID, DataKeys: st.DataKeys,
		RecoveryRecipient: st.RecoveryRecipient, RecoveryKeySaved: !st.RecoverySavedAt.IsZero(), CreatedAt: stamp(st.CreatedAt),
	}, nil
}

// GetRecoveryKey returns the recovery key, to be printed or put into a password manager. KeepRecoveryKey records that it was.
func (a *App) GetRecoveryKey() (RecoveryKey, error) {
	h, err := a.ready()
	if err != nil {
		return RecoveryKey{}, err
	}
	text, err := h.Vault.ExportRecovery()
	return RecoveryKey{Text: string(text)}, err
}

// KeepRecoveryKey records that the user has the recovery key.
func (a *App) KeepRecoveryKey() error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	defer a.statusChanged()
	return h.Vault.MarkRecoverySaved()
}

// DeclineRecoveryKey records that the user goes on without it.
func (a *App) DeclineRecoveryKey() error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	defer a.statusChanged()
	return h.DeclineRecovery()
}

// ExportRecoveryKey asks where to save the recovery key and returns the path, or "" where the user cancelled.
func (a *App) ExportRecoveryKey() (string, error) {
	h, err := a.ready()
	if err != nil {
		return "", err
	}
	path, err := a.saveDialog(runtime.SaveDialogOptions{
		Title: "Save the recovery key", DefaultFilename: "cloudops-recovery-key.txt", CanCreateDirectories: true,
	})
	if err != nil || path == "" {
		return "", err
	}
	// The dialog asked whether to replace a file that exists; the key itself never writes over one.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("save the recovery key: %w", err)
	}
	return path, h.ExportRecovery(path)
}

// ChooseRecoveryKey asks for the recovery key's file; "" where the user cancelled.
func (a *App) ChooseRecoveryKey() (string, error) {
	return a.openDialog(runtime.OpenDialogOptions{Title: "Open the recovery key"})
}

// CheckRecoveryKey opens the vault's master key with a saved recovery key, as another machine would. crypto.ErrWrongRecoveryKey.
func (a *App) CheckRecoveryKey(key RecoveryKeySource) error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	identity, err := key.read()
	if err != nil {
		return err
	}
	return h.Vault.CheckRecovery(identity)
}

// OpenWithRecoveryKey opens a data folder whose keys this machine lost: it puts the master key into the keychain, or under a
// passphrase that is asked for, and starts. With an error nothing is changed.
func (a *App) OpenWithRecoveryKey(key RecoveryKeySource) error {
	identity, err := key.read()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a.mu.Lock()
	why := a.err
	if a.phase != phaseFailed {
		a.mu.Unlock()
		return nil
	}
	a.end = cancel
	a.mu.Unlock()
	_, err = host.ImportRecovery(ctx, host.Options{DataDir: a.dataDir, Version: version, Passphrase: a.askPassphrase}, identity)
	a.mu.Lock()
	a.phase, a.err = phaseFailed, why // asking for a passphrase moved on from it
	a.mu.Unlock()
	if err != nil {
		a.statusChanged()
		return err
	}
	a.startFrom(phaseFailed)
	a.statusChanged()
	return nil
}

// SetPassphrase puts the master key under a passphrase, a new one where there is one already. The keychain then has it no more.
func (a *App) SetPassphrase(passphrase string) (KeyStatus, error) {
	h, err := a.ready()
	if err != nil {
		return KeyStatus{}, err
	}
	if err := h.ChangePassphrase(a.ctx, []byte(passphrase)); err != nil {
		return KeyStatus{}, err
	}
	return a.GetKeyStatus()
}

// UseKeychain moves the master key from the passphrase into the system's keychain.
func (a *App) UseKeychain() (KeyStatus, error) {
	h, err := a.ready()
	if err != nil {
		return KeyStatus{}, err
	}
	if err := h.UseKeychain(a.ctx); err != nil {
		return KeyStatus{}, err
	}
	return a.GetKeyStatus()
}

// RotateKeys makes a new master key and a new data key. What is written stays readable, and the recovery key the same.
func (a *App) RotateKeys() (KeyStatus, error) {
	h, err := a.ready()
	if err != nil {
		return KeyStatus{}, err
	}
	if err := h.Vault.Rotate(a.ctx); err != nil {
		return KeyStatus{}, err
	}
	return a.GetKeyStatus()
}

// PrintWindow opens the system's print dialog for what the window shows.
func (a *App) PrintWindow() { runtime.WindowPrint(a.ctx) }

// maxRecoveryKey bounds what is read as a recovery key: one has about 400 bytes.
const maxRecoveryKey = 64 << 10

// read returns the recovery key's text.
func (k RecoveryKeySource) read() ([]byte, error) {
	if k.File == "" {
		if k.Text == "" {
			return nil, usageError{"no recovery key was given", "Choose its file, or paste it."}
		}
		return []byte(k.Text), nil
	}
	f, err := os.Open(k.File)
	if err != nil {
		return nil, fmt.Errorf("read the recovery key: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRecoveryKey))
	if err != nil {
		return nil, fmt.Errorf("read the recovery key: %w", err)
	}
	return text, nil
}
