package main

import (
	"maps"
	"slices"
	"time"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/host"
)

func wireBackupSettings(s config.BackupSettings) BackupSettings {
	return BackupSettings{
		Target: s.Target, Dir: s.Dir, Bucket: s.Bucket, Prefix: s.Prefix, Region: s.Region, Profile: s.Profile, EndpointURL: s.EndpointURL, KMSKey: s.KMSKey,
		StorageClass: s.StorageClass, PlainChecksums: s.PlainChecksums, LimitKB: s.LimitKB, EveryHours: s.EveryHours, ShipLog: s.ShipLog, LogDays: s.LogDays,
		Keep: BackupRules(s.Keep),
	}
}

func (s BackupSettings) config() config.BackupSettings {
	return config.BackupSettings{
		Target: s.Target, Dir: s.Dir, Bucket: s.Bucket, Prefix: s.Prefix, Region: s.Region, Profile: s.Profile, EndpointURL: s.EndpointURL, KMSKey: s.KMSKey,
		StorageClass: s.StorageClass, PlainChecksums: s.PlainChecksums, LimitKB: s.LimitKB, EveryHours: s.EveryHours, ShipLog: s.ShipLog, LogDays: s.LogDays,
		Keep: config.KeepSettings(s.Keep),
	}
}

// place is where they point, for a command of its own.
func (s BackupSettings) place() host.BackupPlace {
	if s.Target != config.BackupS3 {
		return host.BackupPlace{Dir: s.Dir}
	}
	return host.BackupPlace{Bucket: s.Bucket, Prefix: s.Prefix, Region: s.Region, Profile: s.Profile, EndpointURL: s.EndpointURL, PlainChecksums: s.PlainChecksums}
}

// rules checks them as the settings do.
func (k BackupRules) rules() (backup.Keep, error) {
	check := config.Default().Backup
	check.Keep = config.KeepSettings(k)
	return host.KeepOf(check.Keep), check.Validate()
}

// options reads what is to be restored. A whole second means all of it.
func (r RestoreRequest) options() (backup.RestoreOptions, error) {
	o := backup.RestoreOptions{Backup: r.Backup}
	if r.At == "" {
		return o, nil
	}
	at, err := time.Parse(time.RFC3339, r.At)
	if err != nil {
		return o, usageError{"the moment " + r.At + " is none", "Write it like 2026-11-23T14:00:00Z."}
	}
	if o.At = at; at.Nanosecond() == 0 {
		// Not beyond this moment: what has not come yet cannot be restored.
		if end := at.Add(time.Second - time.Millisecond); end.Before(time.Now()) {
			o.At = end
		}
	}
	return o, nil
}

// optional is an error as the window sees it, or nil.
func optional(err error) *AppError {
	if err == nil {
		return nil
	}
	e := appError(err)
	return &e
}

func wireErrors(errs []error) []AppError {
	out := []AppError{}
	for _, err := range errs {
		out = append(out, appError(err))
	}
	return out
}

func wireCounts(counts map[string]int64) []BackupCount {
	out := []BackupCount{}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, BackupCount{Collection: name, Records: int(counts[name])})
	}
	return out
}

func wireListing(l backup.Listing, target string) BackupListing {
	out := BackupListing{Target: target, Points: []BackupPoint{}, Damaged: wireErrors(l.Damaged), Bytes: int(l.Bytes), Objects: l.Objects}
	known := map[string]bool{}
	for _, p := range l.Points {
		out.Points = append(out.Points, wirePoint(p, known))
	}
	return out
}

// wirePoint also counts what is in none of the backups before, and adds to known.
func wirePoint(p backup.Point, known map[string]bool) BackupPoint {
	out := BackupPoint{
		ID: p.ID, CreatedAt: stamp(p.CreatedAt), Machine: p.Machine, Version: p.Version, Records: int(p.Records), Entries: int(p.Entries), Bytes: int(p.Bytes()),
		Earliest: stamp(p.WindowFrom), Latest: stamp(p.Until), Segments: p.Segments, SegmentBytes: int(p.SegmentBytes), LogError: optional(p.LogErr),
	}
	counts := map[string]int64{}
	for name, c := range p.Collections {
		counts[name] = c.Records
	}
	out.Counts = wireCounts(counts)
	objects := slices.Clone(p.Objects)
	for _, f := range p.Files {
		objects = append(objects, f.ObjectRef)
	}
	own := map[string]bool{}
	for _, o := range objects {
		if own[o.Name] {
			continue
		}
		own[o.Name] = true
		out.Objects++
		if !known[o.Name] {
			known[o.Name] = true
			out.NewObjects++
			out.NewBytes += int(o.SealedSize)
		}
	}
	return out
}

func wirePruned(p backup.Pruned) PruneResult {
	out := PruneResult{Decisions: []PruneDecision{}, Removed: len(p.Removed), Objects: p.Objects, Bytes: int(p.Bytes), Held: len(p.Held), Warnings: wireErrors(p.Warnings)}
	for _, d := range p.Decisions {
		out.Decisions = append(out.Decisions, PruneDecision{ID: d.ID, CreatedAt: stamp(d.At), Keep: d.Keep, Reasons: list(d.Reasons)})
	}
	return out
}

func wireRestored(a backup.Applied) RestoreResult {
	return RestoreResult{
		Backup: a.Backup, MadeAt: stamp(a.MadeAt), Moment: stamp(a.Moment), Records: int(a.Records), Counts: wireCounts(a.Collections), Changes: wireRestoreChanges(a.Changes), Checked: a.Checked, Before: a.Aside,
	}
}

func wireRestoreChanges(changes map[string]backup.Change) []RestoreChange {
	out := []RestoreChange{}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		c := changes[name]
		out = append(out, RestoreChange{Collection: name, Added: int(c.Added), Changed: int(c.Changed), Removed: int(c.Removed)})
	}
	return out
}
