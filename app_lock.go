package main

import (
	"context"
	"errors"
	"log/slog"

	"cloudops/backend/config"
	"cloudops/backend/crypto"
)

// phaseLocked: the services are closed, the keys are out of the memory, and the window shows nothing of what was open.
const phaseLocked = "locked"

// errBusy: the window cannot be locked while long work runs.
var errBusy = errors.New("something is still running")

// LockNow seals the window: it ends the services as quitting does. errBusy while a scan, an import or an answer runs.
func (a *App) LockNow() error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	if h.Runs.Busy() {
		return errBusy
	}
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.mu.Lock()
	if a.phase != phaseReady || a.host != h {
		a.mu.Unlock()
		return errStarting
	}
	a.host, a.phase, a.lockAsks = nil, phaseLocked, h.Settings().Chat.LockHash != ""
	a.mu.Unlock()
	a.statusChanged()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		// The keys are gone all the same; what did not end in time ends with the program.
		slog.Error("lock the window", "error", err)
	}
	return nil
}

// UnlockWindow starts the services again. The passphrase is that of the lock, empty where none is set; a vault with a
// passphrase of its own asks for it as at a start. crypto.ErrWrongPassphrase.
func (a *App) UnlockWindow(passphrase string) error {
	a.mu.Lock()
	locked := a.phase == phaseLocked
	a.mu.Unlock()
	if !locked {
		return nil
	}
	if err := a.checkLock(passphrase); err != nil {
		return err
	}
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.startFrom(phaseLocked)
	return nil
}

func (a *App) checkLock(passphrase string) error {
	dir, _, err := config.DataDir(a.dataDir)
	if err != nil {
		return err
	}
	settings, err := config.Load(dir)
	if err != nil {
		return err
	}
	if settings.Chat.LockHash == "" {
		return nil
	}
	return crypto.CheckWindowLock(passphrase, settings.Chat.LockHash)
}
