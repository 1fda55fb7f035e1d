package main

import (
	"context"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/host"
)

// tryTimeout is how long a try of a place for backups may take.
const tryTimeout = 30 * time.Second

// GetBackupState says how backups stand, from what this machine remembers.
func (a *App) GetBackupState() (BackupState, error) {
	h, err := a.ready()
	if err != nil {
		return BackupState{}, err
	}
	s, err := h.BackupSchedule(a.ctx)
	return BackupState{
		Settings: wireBackupSettings(s.Settings), Target: s.Target, Last: stamp(s.Last), Next: stamp(s.Next), Due: s.Due(time.Now()),
		Verified: stamp(s.Verified), Drilled: stamp(s.Drilled), RecoveryKeySaved: !h.Vault.Status().RecoverySavedAt.IsZero(), Error: optional(err),
	}, nil
}

// SaveBackupSettings keeps where backups go, when, and how long they stay.
func (a *App) SaveBackupSettings(s BackupSettings) (BackupState, error) {
	h, err := a.ready()
	if err != nil {
		return BackupState{}, err
	}
	if err := h.SaveBackup(func(kept *config.BackupSettings) error {
		*kept = s.config()
		return nil
	}); err != nil {
		return BackupState{}, err
	}
	a.statusChanged()
	return a.GetBackupState()
}

// ChooseBackupFolder asks for a folder; "" where the user cancelled.
func (a *App) ChooseBackupFolder() (string, error) {
	if _, err := a.ready(); err != nil {
		return "", err
	}
	return a.folderDialog(runtime.OpenDialogOptions{Title: "Choose a folder for backups", CanCreateDirectories: true})
}

// TestBackupTarget connects to a place, which need not be set, and says what is wrong with it.
func (a *App) TestBackupTarget(s BackupSettings) (BackupTest, error) {
	h, err := a.ready()
	if err != nil {
		return BackupTest{}, err
	}
	ctx, cancel := context.WithTimeout(a.ctx, tryTimeout)
	defer cancel()
	t, err := h.TryBackupPlace(ctx, s.config())
	return BackupTest{Target: t.Target, Backups: t.Backups, Held: t.Held, Error: optional(err)}, nil
}

// StartBackup backs up now and then applies the retention.
func (a *App) StartBackup() (RunRef, error) {
	h, err := a.ready()
	if err != nil {
		return RunRef{}, err
	}
	if h.Settings().Backup.Target == config.BackupNone {
		return RunRef{}, &backup.Error{Err: backup.ErrNoTarget, Advice: "Choose a folder or name a bucket first."}
	}
	return RunRef{h.StartBackup()}, nil
}

// StartVerify reads what was backed up: the next tenth, or all; a drill restores it into a scratch folder.
func (a *App) StartVerify(all, drill bool) (RunRef, error) {
	h, err := a.ready()
	if err != nil {
		return RunRef{}, err
	}
	if h.Settings().Backup.Target == config.BackupNone {
		return RunRef{}, &backup.Error{Err: backup.ErrNoTarget, Advice: "Choose a folder or name a bucket first."}
	}
	return RunRef{h.StartVerify(backup.VerifyOptions{All: all, Drill: drill})}, nil
}

// ListBackups asks the place what can be restored.
func (a *App) ListBackups() (BackupListing, error) {
	h, err := a.ready()
	if err != nil {
		return BackupListing{}, err
	}
	l, target, err := h.Backups(a.ctx, host.BackupPlace{})
	if err != nil {
		return BackupListing{}, err
	}
	return wireListing(l, target), nil
}

// waitedFor carries out in a run what a bound method waits for: so it shows how far it is, and can be cancelled. The error is the work's.
func waitedFor[T any](a *App, h *host.Host, kind, label string, work func(ctx context.Context, progress func(backup.Progress)) (T, error)) (out T, err error) {
	id := h.Runs.Start(kind, label, func(ctx context.Context, run *host.RunHandle) error {
		out, err = work(ctx, func(p backup.Progress) { run.Progress(int(p.Entries), int(p.Total), p.Phase) })
		return err
	})
	if _, lost := h.Runs.Wait(a.ctx, id); lost != nil {
		var none T
		return none, lost // the window is being closed, and the work may still write what it has
	}
	return out, err
}

// PreviewPrune says what rules would remove. It is a run of kind "preview".
func (a *App) PreviewPrune(rules BackupRules) (PruneResult, error) {
	return a.prune("preview", "Looking at the backups", rules, true)
}

// PruneBackups removes what no rule keeps. It is a run of kind "prune"; cancelled, what is removed stays removed and the rest is whole.
func (a *App) PruneBackups(rules BackupRules) (PruneResult, error) {
	return a.prune("prune", "Removing backups", rules, false)
}

func (a *App) prune(kind, label string, rules BackupRules, dryRun bool) (PruneResult, error) {
	h, err := a.ready()
	if err != nil {
		return PruneResult{}, err
	}
	keep, err := rules.rules()
	if err != nil {
		return PruneResult{}, err
	}
	p, err := waitedFor(a, h, kind, label, func(ctx context.Context, progress func(backup.Progress)) (backup.Pruned, error) {
		return h.PruneBackups(ctx, host.BackupPlace{}, &keep, dryRun, progress)
	})
	if err != nil {
		return PruneResult{}, err
	}
	return wirePruned(p), nil
}

// PreviewRestore says what a restore would bring back, and how that differs from what is here. It reads as much as the restore, in a run
// of kind "preview".
func (a *App) PreviewRestore(req RestoreRequest) (RestoreResult, error) {
	h, err := a.ready()
	if err != nil {
		return RestoreResult{}, err
	}
	o, err := req.options()
	if err != nil {
		return RestoreResult{}, err
	}
	found, err := waitedFor(a, h, "preview", "Comparing the backup with what is here", func(ctx context.Context, progress func(backup.Progress)) (backup.Applied, error) {
		return h.PreviewRestore(ctx, host.BackupPlace{}, o, progress)
	})
	if err != nil {
		return RestoreResult{}, err
	}
	return wireRestored(found), nil
}
