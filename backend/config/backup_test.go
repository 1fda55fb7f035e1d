package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBackupSettingsNameTheFieldThatIsWrong(t *testing.T) {
	good := defaultBackup()
	require.NoError(t, good.Validate())
	good.Target, good.Bucket, good.Prefix, good.Region = BackupS3, "my-backups", "laptop/cloudops", "eu-central-1"
	require.NoError(t, good.Validate())
	for field, spoil := range map[string]func(*BackupSettings){
		"backup.target":           func(b *BackupSettings) { b.Target = "tape" },
		"backup.bucket":           func(b *BackupSettings) { b.Bucket = "No_Bucket" },
		"backup.dir":              func(b *BackupSettings) { b.Target, b.Dir = BackupFolder, "relative" },
		"backup.prefix":           func(b *BackupSettings) { b.Prefix = "a/../../b" },
		"backup.region":           func(b *BackupSettings) { b.Region = "Frankfurt" },
		"backup.profile":          func(b *BackupSettings) { b.Profile = "a\nb" },
		"backup.kms_key":          func(b *BackupSettings) { b.KMSKey = "\x00" },
		"backup.storage_class":    func(b *BackupSettings) { b.StorageClass = "DEEP_ARCHIVE" },
		"backup.endpoint_url":     func(b *BackupSettings) { b.EndpointURL = "https://user:secret@s3" },
		"backup.limit_kb":         func(b *BackupSettings) { b.LimitKB = -1 },
		"backup.every_hours":      func(b *BackupSettings) { b.EveryHours = 9000 },
		"backup.log_days":         func(b *BackupSettings) { b.LogDays = 0 },
		"backup.keep.monthly":     func(b *BackupSettings) { b.Keep.Monthly = -2 },
		"backup.keep.within_days": func(b *BackupSettings) { b.Keep.WithinDays = 1 << 20 },
	} {
		bad := good
		spoil(&bad)
		err := bad.Validate()
		require.ErrorIs(t, err, ErrSettingsInvalid, field)
		require.ErrorContains(t, err, field)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestBackupSettingsOfAnOlderFileAreTheDefaults(t *testing.T) {
	s, err := parse([]byte(`{"version":1,"user_id":"local","theme":"system"}`))
	require.NoError(t, err)
	require.Equal(t, defaultBackup(), s.Backup)
	s, err = parse([]byte(`{"version":1,"backup":{"target":"s3","bucket":" my-backups ","prefix":"/a/b/"}}`))
	require.NoError(t, err)
	require.Equal(t, "my-backups", s.Backup.Bucket)
	require.Equal(t, "a/b", s.Backup.Prefix)
	require.Equal(t, 24, s.Backup.EveryHours)
}
