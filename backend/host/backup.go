package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/ledger"
)

// BackupPlace is where a command wants its backups; with neither bucket nor folder it is what the settings say.
type BackupPlace struct {
	Dir                                          string
	Bucket, Prefix, Region, Profile, EndpointURL string
	PlainChecksums                               bool
}

// Settings returns the settings that a place stands for, from those that are set.
func (p BackupPlace) Settings(set config.BackupSettings) (config.BackupSettings, error) {
	switch {
	case p.Dir != "" && p.Bucket != "":
		return set, &backup.Error{Err: backup.ErrInvalid, Cause: errors.New("both a bucket and a folder are named"), Advice: "Name one of them."}
	case p.Dir != "":
		dir, err := filepath.Abs(p.Dir)
		if err != nil {
			return set, fmt.Errorf("backup folder: %w", err)
		}
		set.Target, set.Dir = config.BackupFolder, dir
	case p.Bucket != "":
		// What the settings say of another bucket is not meant for this one.
		if set.Target != config.BackupS3 || set.Bucket != p.Bucket {
			set.Prefix, set.Region, set.Profile, set.EndpointURL, set.KMSKey, set.StorageClass, set.PlainChecksums = "", "", "", "", "", "", false
		}
		set.Target, set.Bucket = config.BackupS3, p.Bucket
	}
	for _, f := range []struct {
		to   *string
		from string
	}{{&set.Prefix, strings.Trim(p.Prefix, "/")}, {&set.Region, p.Region}, {&set.Profile, p.Profile}, {&set.EndpointURL, p.EndpointURL}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	set.PlainChecksums = set.PlainChecksums || p.PlainChecksums
	return set, set.Validate()
}

// openTarget connects to the place that the settings name.
func openTarget(ctx context.Context, set config.BackupSettings) (backup.Target, error) {
	limit := int64(set.LimitKB) << 10
	if set.Target == config.BackupS3 {
		return backup.NewS3(ctx, backup.S3Options{Bucket: set.Bucket, Prefix: set.Prefix, Region: set.Region, Profile: set.Profile, EndpointURL: set.EndpointURL,
			KMSKey: set.KMSKey, StorageClass: set.StorageClass, PlainChecksums: set.PlainChecksums, Limit: limit})
	}
	return backup.NewDir(set.Dir, limit)
}

// oneBackup lets one at a time change a target; another waits.
var oneBackup = make(chan struct{}, 1)

// changingBackups is withBackups for what changes the target or what is remembered of it.
func (h *Host) changingBackups(ctx context.Context, place BackupPlace, progress func(backup.Progress), do func(s *backup.Service, set config.BackupSettings) error) error {
	select {
	case oneBackup <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-oneBackup }()
	return h.withBackups(ctx, place, progress, do)
}

// OpenLedger opens keys and ledger alone, for commands that need neither index nor models.
func (h *Host) OpenLedger(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, h.closeFoundation())
		}
	}()
	if err := h.openFolder(); err != nil {
		return err
	}
	if err := h.openVault(ctx); err != nil {
		return err
	}
	h.ledger, err = ledger.Open(ctx, h.dir, ledger.Options{})
	return err
}

// withBackups calls do with a service on a place.
func (h *Host) withBackups(ctx context.Context, place BackupPlace, progress func(backup.Progress), do func(s *backup.Service, set config.BackupSettings) error) error {
	set, err := place.Settings(h.Settings().Backup)
	if err != nil {
		return err
	}
	target, err := openTarget(ctx, set)
	if err != nil {
		return err
	}
	identity, err := h.Vault.ExportRecovery()
	if err != nil {
		return err
	}
	keys, err := backup.NewKeys(identity)
	if err != nil {
		return err
	}
	s := backup.New(backup.Deps{Target: target, Keys: keys, VaultID: h.Vault.ID(), Ledger: h.ledger, Files: h.backupFiles, Vectors: h.readVectors},
		backup.Options{Version: h.o.Version, LogDays: set.LogDays, Progress: progress})
	return do(s, set)
}

func (h *Host) backupFiles() (map[string][]byte, error) {
	keys, err := h.Vault.KeyFile()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{backup.FileKeys: keys}
	settings, err := os.ReadFile(filepath.Join(h.dir, backup.FileSettings))
	if err == nil {
		files[backup.FileSettings] = settings
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return files, nil
}

// Backup makes a backup now.
func (h *Host) Backup(ctx context.Context, place BackupPlace, progress func(backup.Progress)) (r backup.Result, err error) {
	err = h.changingBackups(ctx, place, progress, func(s *backup.Service, _ config.BackupSettings) (err error) {
		r, err = s.Backup(ctx)
		return err
	})
	return r, err
}

// ShipLog sends what changed since the last backup or call; for a timer. Where the result says so, a backup is due first.
func (h *Host) ShipLog(ctx context.Context, place BackupPlace) (r backup.Shipped, err error) {
	err = h.changingBackups(ctx, place, nil, func(s *backup.Service, _ config.BackupSettings) (err error) {
		r, err = s.Ship(ctx)
		return err
	})
	return r, err
}

// Backups lists what can be restored.
func (h *Host) Backups(ctx context.Context, place BackupPlace) (l backup.Listing, target string, err error) {
	err = h.withBackups(ctx, place, nil, func(s *backup.Service, _ config.BackupSettings) (err error) {
		target = s.Target.String()
		l, err = s.List(ctx)
		return err
	})
	return l, target, err
}

// BackupsElsewhere lists what a recovery key can bring back, on a machine that has nothing yet; no data folder is opened or made.
func BackupsElsewhere(ctx context.Context, place BackupPlace, recoveryKey []byte) (l backup.Listing, target string, err error) {
	set, err := place.Settings(config.Default().Backup)
	if err != nil {
		return l, "", err
	}
	t, err := openTarget(ctx, set)
	if err != nil {
		return l, "", err
	}
	keys, err := backup.NewKeys(recoveryKey)
	if err != nil {
		return l, "", err
	}
	l, err = backup.New(backup.Deps{Target: t, Keys: keys}, backup.Options{}).List(ctx)
	return l, t.String(), err
}

// VerifyBackups reads and compares; a drill works in the data folder's file system.
func (h *Host) VerifyBackups(ctx context.Context, place BackupPlace, o backup.VerifyOptions, progress func(backup.Progress)) (v backup.Verified, err error) {
	if o.DrillDir == "" {
		o.DrillDir = h.dir
	}
	err = h.changingBackups(ctx, place, progress, func(s *backup.Service, _ config.BackupSettings) (err error) {
		v, err = s.Verify(ctx, o)
		return err
	})
	return v, err
}

// PruneBackups removes what no rule wants; a nil keep is that of the settings.
func (h *Host) PruneBackups(ctx context.Context, place BackupPlace, keep *backup.Keep, dryRun bool, progress func(backup.Progress)) (p backup.Pruned, err error) {
	err = h.changingBackups(ctx, place, progress, func(s *backup.Service, set config.BackupSettings) (err error) {
		rules := KeepOf(set.Keep)
		if keep != nil {
			rules = *keep
		}
		p, err = s.Prune(ctx, rules, dryRun)
		return err
	})
	return p, err
}

// KeepOf is the retention of the settings in the words of the backups.
func KeepOf(k config.KeepSettings) backup.Keep {
	return backup.Keep{Last: k.Last, Hourly: k.Hourly, Daily: k.Daily, Weekly: k.Weekly, Monthly: k.Monthly, Within: time.Duration(k.WithinDays) * 24 * time.Hour}
}

// BackupSchedule is when backups are made.
type BackupSchedule struct {
	Settings config.BackupSettings
	Target   string    // for people; empty: none is set
	Last     time.Time // zero: none was made from here
	Next     time.Time // zero: only when asked for; in the past: it is due
	// Verified and Drilled are when one last ended without a finding.
	Verified, Drilled time.Time
}

// Due says whether a backup should be made now.
func (s BackupSchedule) Due(now time.Time) bool { return !s.Next.IsZero() && !s.Next.After(now) }

// BackupSchedule reads it from settings and ledger; the target is not asked. A run that was missed is due at once.
func (h *Host) BackupSchedule(ctx context.Context) (BackupSchedule, error) {
	out := BackupSchedule{Settings: h.Settings().Backup}
	if out.Settings.Target == config.BackupNone {
		return out, nil
	}
	err := h.withBackups(ctx, BackupPlace{}, nil, func(s *backup.Service, set config.BackupSettings) error {
		st := s.State(ctx)
		out.Target, out.Last, out.Verified, out.Drilled = s.Target.String(), st.At, st.Verified, st.Drilled
		if set.EveryHours > 0 {
			out.Next = time.Now().UTC().Truncate(time.Second)
			if !st.At.IsZero() {
				out.Next = st.At.Add(time.Duration(set.EveryHours) * time.Hour)
			}
		}
		return nil
	})
	return out, err
}

// SaveBackup changes the settings of backups alone.
func (h *Host) SaveBackup(change func(*config.BackupSettings) error) error {
	h.settingsMu.Lock()
	defer h.settingsMu.Unlock()
	next := h.settings
	if err := change(&next.Backup); err != nil {
		return err
	}
	if err := config.Save(h.dir, next); err != nil {
		return err
	}
	saved, err := config.Load(h.dir)
	if err == nil {
		h.settings = saved
	}
	return err
}

// StartBackup backs up in a run of kind "backup" and then applies the retention of the settings.
func (h *Host) StartBackup() string {
	return h.Runs.Start("backup", "Backing up", func(ctx context.Context, run *RunHandle) error {
		r, err := h.Backup(ctx, BackupPlace{}, func(p backup.Progress) { run.Progress(int(p.Entries), int(p.Total), p.Phase) })
		for _, w := range r.Warnings {
			run.Find(Finding{Code: "backup", Message: w.Error()})
		}
		if err != nil {
			return err
		}
		run.Progress(int(r.Manifest.Entries), int(r.Manifest.Entries), fmt.Sprintf("%s, %s sent", recordsText(r.Manifest.Records), bytesText(r.SentBytes)))
		if KeepOf(h.Settings().Backup.Keep).IsZero() {
			return nil
		}
		p, err := h.PruneBackups(ctx, BackupPlace{}, nil, false, nil)
		for _, w := range p.Warnings {
			run.Find(Finding{Code: "prune", Message: w.Error()})
		}
		return err
	})
}

// StartVerify verifies in a run of kind "verify". What it finds are findings.
func (h *Host) StartVerify(o backup.VerifyOptions) string {
	return h.Runs.Start("verify", "Verifying the backups", func(ctx context.Context, run *RunHandle) error {
		v, err := h.VerifyBackups(ctx, BackupPlace{}, o, func(p backup.Progress) { run.Progress(int(p.Entries), int(p.Total), p.Phase) })
		for _, p := range v.Problems {
			run.Find(Finding{Code: "backup", Where: p.What, Message: p.Err.Error(), Hint: "Back up again: what is damaged is sent anew."})
		}
		if err == nil {
			run.Progress(v.Read, v.Objects, verifiedText(v))
		}
		return err
	})
}
