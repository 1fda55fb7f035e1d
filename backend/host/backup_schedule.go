package host

import (
	"context"
	"errors"
	"time"

	"github.com/distatus/battery"

	"cloudops/backend/backup"
	"cloudops/backend/chat"
	"cloudops/backend/config"
)

// The rhythm of what happens to backups by itself.
const (
	backupTick = time.Minute         // the log is shipped, and a backup that is due is begun
	drillEvery = 30 * 24 * time.Hour // a restore is tried
	drillRetry = 24 * time.Hour      // after one that did not end well
)

// keepBackedUp makes backups, ships the log and tries a restore, each in its rhythm, for as long as the app is open.
func (h *Host) keepBackedUp(ctx context.Context) {
	timer := NewBackupTimer(h)
	var drilled time.Time // tried by this launch
	tick := time.NewTicker(backupTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		canWait := onBattery() || h.Settings().Backup.Target == config.BackupS3 && onMeteredLink(ctx)
		_, err := timer.Tick(ctx, canWait)
		if ctx.Err() != nil {
			return
		}
		h.status.notice("backup", err)
		if err == nil && !canWait && time.Since(drilled) > drillRetry && h.drillIsDue(ctx) {
			drilled = time.Now()
			h.StartVerify(backup.VerifyOptions{Drill: true})
		}
	}
}

// drillIsDue: there is a backup, and no restore was tried for drillEvery.
func (h *Host) drillIsDue(ctx context.Context) bool {
	s, err := h.BackupSchedule(ctx)
	return err == nil && !s.Last.IsZero() && time.Since(s.Drilled) > drillEvery && time.Since(s.Last) < drillEvery
}

// onBattery says whether the machine lives on its battery. Where that is not known, it does not.
func onBattery() bool {
	all, err := battery.GetAll()
	var some battery.Errors
	if err != nil && !errors.As(err, &some) {
		return false
	}
	for _, b := range all {
		if b != nil && b.State.Raw == battery.Discharging {
			return true
		}
	}
	return false
}

// logWindow is how long any moment can be restored, and a deletion be undone.
func (h *Host) logWindow() time.Duration {
	if days := h.Settings().Backup.LogDays; days > 0 {
		return time.Duration(days) * 24 * time.Hour
	}
	return chat.DefaultLogWindow
}

// backupRemainders says what backups keep of what is deleted.
func (h *Host) backupRemainders() []chat.Remainder {
	set := h.Settings().Backup
	switch set.Target {
	case config.BackupFolder:
		return []chat.Remainder{{Where: "backups in " + set.Dir, Detail: "Sealed. Each backup that holds it keeps it until the retention drops that backup."}}
	case config.BackupS3:
		return []chat.Remainder{{Where: "backups in s3://" + set.Bucket, Detail: "Sealed. Each backup that holds it keeps it until the retention drops that backup; a bucket with versions keeps what its own rules say."}}
	}
	return nil
}
