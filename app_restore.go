package main

import (
	"context"
	"errors"
	"log/slog"

	"cloudops/backend/backup"
	"cloudops/backend/host"
)

// phaseRestoring: the services are closed, and a restore takes the place of what they had open.
const phaseRestoring = "restoring"

// restoring is how far a restore has come. A run cannot say so: it would live in the host that is closed for it. App.mu guards it.
type restoring struct {
	state    string // empty | running | done | failed | cancelled
	progress backup.Progress
	result   *RestoreResult
	err      error
	cancel   context.CancelFunc
}

// RestoreBackup closes the services, brings a backup or a moment back, and opens them again. It returns at once; GetRestore tells the rest.
// The state before is kept beside the data folder, and an error leaves everything as it was. errBusy while something runs.
func (a *App) RestoreBackup(req RestoreRequest) error {
	if _, err := a.ready(); err != nil {
		return err
	}
	o, err := req.options()
	if err != nil {
		return err
	}
	return a.beginRestore(host.RestoreRequest{RestoreOptions: o})
}

// RestoreElsewhere is RestoreBackup from a place that this machine knows nothing of, with the recovery key of its vault: on a new
// machine, or where the keys of this one are lost. It also serves after a start that failed.
func (a *App) RestoreElsewhere(place BackupSettings, key RecoveryKeySource, req RestoreRequest) error {
	o, err := req.options()
	if err != nil {
		return err
	}
	identity, err := key.read()
	if err != nil {
		return err
	}
	return a.beginRestore(host.RestoreRequest{Place: place.place(), RestoreOptions: o, RecoveryKey: identity})
}

// ListBackupsElsewhere says what a place holds that a recovery key opens.
func (a *App) ListBackupsElsewhere(place BackupSettings, key RecoveryKeySource) (BackupListing, error) {
	identity, err := key.read()
	if err != nil {
		return BackupListing{}, err
	}
	l, target, err := host.BackupsElsewhere(a.ctx, place.place(), identity)
	if err != nil {
		return BackupListing{}, err
	}
	return wireListing(l, target), nil
}

// beginRestore closes what is open and restores behind the window.
func (a *App) beginRestore(req host.RestoreRequest) error {
	app, end := context.WithCancel(context.Background())
	work, cancel := context.WithCancel(app)
	h, err := a.enterRestore(restoring{state: "running", progress: backup.Progress{Phase: "closing"}, cancel: cancel}, end)
	if err != nil {
		cancel()
		end()
		return err
	}
	a.statusChanged()
	go func() {
		defer cancel()
		a.finishRestore(a.carryOutRestore(work, h, req))
		if app.Err() == nil { // the window is not being closed
			a.open(app)
		}
	}()
	return nil
}

// enterRestore takes the host out of the window: nil after a start that failed.
func (a *App) enterRestore(r restoring, end context.CancelFunc) (*host.Host, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	h := a.host
	switch {
	case a.phase == phaseFailed:
	case a.phase != phaseReady || h == nil:
		return nil, errStarting
	case h.Runs.Busy():
		return nil, errBusy
	}
	a.host, a.phase, a.err, a.end, a.restore = nil, phaseRestoring, nil, end, r
	return h, nil
}

// GetRestore is how far the last restore of this launch has come; it always answers.
func (a *App) GetRestore() RestoreState {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.restore
	out := RestoreState{State: r.state, Phase: r.progress.Phase, Done: int(r.progress.Entries), Total: int(r.progress.Total), Result: r.result, Error: optional(r.err)}
	if r.state == "" {
		out.State = "none"
	}
	return out
}

// CancelRestore stops a restore that has not yet taken its place.
func (a *App) CancelRestore() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.restore.cancel != nil {
		a.restore.cancel()
	}
}

func (a *App) carryOutRestore(ctx context.Context, h *host.Host, req host.RestoreRequest) (backup.Applied, error) {
	if h != nil {
		stop, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		if err := h.Close(stop); err != nil {
			// What is still open is found by its lock.
			slog.Error("close for a restore", "error", err)
		}
	}
	req.Progress = a.restoreProgress
	return host.Restore(ctx, host.Options{DataDir: a.dataDir, Version: version, Passphrase: a.askForRestore}, req)
}

// askForRestore is askPassphrase, and goes on with the restore.
func (a *App) askForRestore(ctx context.Context, create bool) ([]byte, error) {
	defer a.setPhase(phaseRestoring)
	return a.askPassphrase(ctx, create)
}

func (a *App) restoreProgress(p backup.Progress) {
	a.mu.Lock()
	a.restore.progress = p
	a.mu.Unlock()
}

func (a *App) finishRestore(applied backup.Applied, err error) {
	a.mu.Lock()
	a.phase, a.err = phaseStarting, nil
	a.restore.progress, a.restore.err = backup.Progress{Phase: "opening"}, err
	switch {
	case err == nil:
		result := wireRestored(applied)
		a.restore.state, a.restore.result = "done", &result
	case errors.Is(err, context.Canceled):
		a.restore.state = "cancelled"
	default:
		a.restore.state = "failed"
	}
	a.mu.Unlock()
	if err != nil {
		slog.Error("restore", "error", err)
	}
	a.statusChanged()
}
