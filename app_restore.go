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
	h, err := a.ready()
	if err != nil {
		return err
	}
	o, err := req.options()
	if err != nil {
		return err
	}
	if h.Runs.Busy() {
		return errBusy
	}
	app, end := context.WithCancel(context.Background())
	work, cancel := context.WithCancel(app)
	a.mu.Lock()
	if a.phase != phaseReady || a.host != h {
		a.mu.Unlock()
		cancel()
		end()
		return errStarting
	}
	a.host, a.phase, a.end = nil, phaseRestoring, end
	a.restore = restoring{state: "running", progress: backup.Progress{Phase: "closing"}, cancel: cancel}
	a.mu.Unlock()
	a.statusChanged()
	go func() {
		defer cancel()
		a.finishRestore(a.carryOutRestore(work, h, o))
		if app.Err() == nil { // the window is not being closed
			a.open(app)
		}
	}()
	return nil
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

func (a *App) carryOutRestore(ctx context.Context, h *host.Host, o backup.RestoreOptions) (backup.Applied, error) {
	stop, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := h.Close(stop); err != nil {
		// What is still open is found by its lock.
		slog.Error("close for a restore", "error", err)
	}
	return host.Restore(ctx, host.Options{DataDir: a.dataDir, Version: version, Passphrase: a.askForRestore}, host.RestoreRequest{RestoreOptions: o, Progress: a.restoreProgress})
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
