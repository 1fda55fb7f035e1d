package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// The kinds of place for backups.
const (
	BackupNone   = ""
	BackupS3     = "s3"
	BackupFolder = "folder"
)

// BackupSettings say where backups go, when, and how long they stay. Credentials are never among them: the AWS SDK finds them.
type BackupSettings struct {
	Target string `json:"target"` // empty: none; s3 | folder
	Dir    string `json:"dir"`    // of a folder: absolute

	Bucket         string `json:"bucket"`
	Prefix         string `json:"prefix"`
	Region         string `json:"region"`  // empty: the profile's
	Profile        string `json:"profile"` // empty: the default chain
	EndpointURL    string `json:"endpoint_url"`
	KMSKey         string `json:"kms_key"`         // id or ARN; aws/s3 is the account's own; empty: the bucket's default
	StorageClass   string `json:"storage_class"`   // empty: STANDARD
	PlainChecksums bool   `json:"plain_checksums"` // for servers that do not know the newer checksums

	// LimitKB bounds what goes out, in 1,024 bytes a second; 0: nothing does.
	LimitKB int `json:"limit_kb"`
	// EveryHours a backup is made, 0 … 8760; 0: only when asked for.
	EveryHours int `json:"every_hours"`
	// ShipLog sends the log every minute while there are changes.
	ShipLog bool `json:"ship_log"`
	// LogDays is how long any moment can be restored, 1 … 3650.
	LogDays int          `json:"log_days"`
	Keep    KeepSettings `json:"keep"`
}

// KeepSettings are the rules of retention; a backup stays where any rule wants it. All zero: all stay.
type KeepSettings struct {
	Last       int `json:"last"`
	Hourly     int `json:"hourly"`
	Daily      int `json:"daily"`
	Weekly     int `json:"weekly"`
	Monthly    int `json:"monthly"`
	WithinDays int `json:"within_days"`
}

// defaultBackup has no place yet; with one, a backup is made each day.
func defaultBackup() BackupSettings {
	return BackupSettings{EveryHours: 24, ShipLog: true, LogDays: 30, Keep: KeepSettings{Last: 3, Daily: 7, Weekly: 5, Monthly: 12}}
}

// bucketShape is what S3 takes as the name of a bucket.
var bucketShape = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// storageClasses from which an object can be read at once; a restore cannot wait for an archive.
var storageClasses = []string{"", "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY", "EXPRESS_ONEZONE"}

// Validate checks every field; the error is ErrSettingsInvalid and names it.
func (b BackupSettings) Validate() error {
	if err := b.validatePlace(); err != nil {
		return err
	}
	if !isPlain(b.Prefix) || strings.Contains("/"+b.Prefix+"/", "/../") || strings.Contains(b.Prefix, "//") {
		return invalid("backup.prefix", b.Prefix, "a path without control characters")
	}
	if b.Region != "" && !regionShape.MatchString(b.Region) {
		return invalid("backup.region", b.Region, "a region such as eu-central-1")
	}
	if !isPlain(b.Profile) {
		return invalid("backup.profile", b.Profile, "a profile's name")
	}
	if !isPlain(b.KMSKey) {
		return invalid("backup.kms_key", b.KMSKey, "the id or ARN of a key")
	}
	known := false
	for _, class := range storageClasses {
		known = known || class == b.StorageClass
	}
	if !known {
		return invalid("backup.storage_class", b.StorageClass, "one that can be read at once: "+strings.Join(storageClasses[1:], ", "))
	}
	if err := checkURL("backup.endpoint_url", b.EndpointURL); err != nil {
		return err
	}
	return b.validateNumbers()
}

func (b BackupSettings) validatePlace() error {
	switch b.Target {
	case BackupNone:
	case BackupS3:
		if !bucketShape.MatchString(b.Bucket) {
			return invalid("backup.bucket", b.Bucket, "the name of a bucket")
		}
	case BackupFolder:
		if !filepath.IsAbs(b.Dir) || !isPlain(b.Dir) {
			return invalid("backup.dir", b.Dir, "an absolute path")
		}
	default:
		return invalid("backup.target", b.Target, "s3 or folder")
	}
	return nil
}

func (b BackupSettings) validateNumbers() error {
	for _, n := range []struct {
		field       string
		value       int
		least, most int
	}{
		{"backup.limit_kb", b.LimitKB, 0, 1 << 30}, {"backup.every_hours", b.EveryHours, 0, 8760}, {"backup.log_days", b.LogDays, 1, 3650},
		{"backup.keep.last", b.Keep.Last, 0, 10_000}, {"backup.keep.hourly", b.Keep.Hourly, 0, 10_000}, {"backup.keep.daily", b.Keep.Daily, 0, 10_000},
		{"backup.keep.weekly", b.Keep.Weekly, 0, 10_000}, {"backup.keep.monthly", b.Keep.Monthly, 0, 10_000}, {"backup.keep.within_days", b.Keep.WithinDays, 0, 36_500},
	} {
		if n.value < n.least || n.value > n.most {
			return invalid(n.field, fmt.Sprint(n.value), fmt.Sprintf("%d to %d", n.least, n.most))
		}
	}
	return nil
}

func (b *BackupSettings) normalize() {
	for _, text := range []*string{&b.Target, &b.Dir, &b.Bucket, &b.Prefix, &b.Region, &b.Profile, &b.EndpointURL, &b.KMSKey, &b.StorageClass} {
		*text = strings.TrimSpace(*text)
	}
	b.Prefix = strings.Trim(b.Prefix, "/")
}
