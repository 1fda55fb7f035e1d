package host

import (
	"context"
	"errors"
	"time"

	"cloudops/backend/backup"
	"cloudops/backend/config"
)

// BackupTimer does what the settings of backups ask for. One goroutine calls Tick, about every minute.
type BackupTimer struct {
	h     *Host
	run   string    // the last backup that it started
	tried time.Time // when
}

// NewBackupTimer makes one for an open host.
func NewBackupTimer(h *Host) *BackupTimer { return &BackupTimer{h: h} }

// backupRetry is how long a backup that failed is left alone.
const backupRetry = 15 * time.Minute

// Tick starts a backup where one is due, also where one was missed while the machine was off, and otherwise ships the log. It
// returns the run of the backup that it started, if it did. canWait: the machine runs on battery or a metered line; then only the log
// is shipped. Errors are of the target, for a notice; the next Tick tries again.
func (t *BackupTimer) Tick(ctx context.Context, canWait bool) (runID string, err error) {
	s, err := t.h.BackupSchedule(ctx)
	if err != nil || s.Settings.Target == config.BackupNone {
		return "", err
	}
	if run, err := t.h.Runs.Get(t.run); err == nil && run.State == Running {
		return "", nil
	}
	now := time.Now()
	if s.Due(now) && !canWait {
		return t.start(now), nil
	}
	if !s.Settings.ShipLog || s.Last.IsZero() {
		return "", nil
	}
	shipped, err := t.h.ShipLog(ctx, BackupPlace{})
	if errors.Is(err, backup.ErrForked) || (err == nil && shipped.NeedsBackup) {
		return t.start(now), nil
	}
	return "", err
}

func (t *BackupTimer) start(now time.Time) string {
	if now.Sub(t.tried) < backupRetry {
		return ""
	}
	t.run, t.tried = t.h.StartBackup(), now
	return t.run
}
