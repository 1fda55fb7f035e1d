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

// PreviewPrune says what rules would remove.
func (a *App) PreviewPrune(rules BackupRules) (PruneResult, error) { return a.prune(rules, true) }

// PruneBackups removes what no rule keeps.
func (a *App) PruneBackups(rules BackupRules) (PruneResult, error) { return a.prune(rules, false) }

func (a *App) prune(rules BackupRules, dryRun bool) (PruneResult, error) {
	h, err := a.ready()
	if err != nil {
		return PruneResult{}, err
	}
	keep, err := rules.rules()
	if err != nil {
		return PruneResult{}, err
	}
	p, err := h.PruneBackups(a.ctx, host.BackupPlace{}, &keep, dryRun)
	if err != nil {
		return PruneResult{}, err
	}
	return wirePruned(p), nil
}

// PreviewPart says what bringing a part back would change.
func (a *App) PreviewPart(req PartRequest) (PartResult, error) { return a.restorePart(req, true) }

// RestorePart brings a conversation or the estate back to a moment, as new writes.
func (a *App) RestorePart(req PartRequest) (PartResult, error) { return a.restorePart(req, false) }

func (a *App) restorePart(req PartRequest, dryRun bool) (PartResult, error) {
	h, err := a.ready()
	if err != nil {
		return PartResult{}, err
	}
	o, err := RestoreRequest{At: req.At}.options()
	if err != nil {
		return PartResult{}, err
	}
	got, err := h.RestorePart(a.ctx, host.RestorePartOptions{Conversation: req.ConversationID, Estate: req.ConversationID == "", At: o.At, DryRun: dryRun})
	if err != nil {
		return PartResult{}, err
	}
	return PartResult{Backup: got.Backup, Records: int(got.Records), Changes: wireRestoreChanges(got.Changes), Unreadable: got.Unreadable, Before: stamp(got.Before)}, nil
}

// PreviewRestore says what a restore would bring back, and how that differs from what is here. It reads as much as the restore.
func (a *App) PreviewRestore(req RestoreRequest) (RestoreResult, error) {
	h, err := a.ready()
	if err != nil {
		return RestoreResult{}, err
	}
	o, err := req.options()
	if err != nil {
		return RestoreResult{}, err
	}
	found, err := h.PreviewRestore(a.ctx, host.BackupPlace{}, o, nil)
	if err != nil {
		return RestoreResult{}, err
	}
	return wireRestored(found), nil
}
