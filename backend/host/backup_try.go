package host

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"cloudops/backend/backup"
	"cloudops/backend/config"
)

// TriedPlace is what a try of a place for backups found.
type TriedPlace struct {
	Target  string // for people
	Backups int    // of this vault, that are there already
	// Held: what is written there cannot be removed at once, because of an Object Lock.
	Held bool
}

// TryBackupPlace connects to a place before it is set: it lists, writes, reads and removes a small object, as backups do.
func (h *Host) TryBackupPlace(ctx context.Context, set config.BackupSettings) (t TriedPlace, err error) {
	if err := set.Validate(); err != nil {
		return t, err
	}
	if set.Target == config.BackupNone {
		return t, &backup.Error{Err: backup.ErrNoTarget, Advice: "Choose a folder or name a bucket."}
	}
	target, err := openTarget(ctx, set)
	if err != nil {
		return t, err
	}
	t.Target = target.String()
	if err := target.List(ctx, h.Vault.ID()+"/backups/", func(backup.Stored) error {
		t.Backups++
		return nil
	}); err != nil {
		return t, fmt.Errorf("list what is in %s: %w", t.Target, err)
	}
	t.Held, err = tryWriting(ctx, target, h.Vault.ID()+"/try/"+uuid.NewString())
	return t, err
}

func tryWriting(ctx context.Context, target backup.Target, key string) (held bool, err error) {
	if err := target.Put(ctx, key, []byte("CloudOps can write here.\n"), false); err != nil {
		return false, fmt.Errorf("write to %s: %w", target, err)
	}
	body, err := target.Get(ctx, key)
	if err == nil {
		_, err = io.Copy(io.Discard, body)
		err = errors.Join(err, body.Close())
	}
	if err != nil {
		err = fmt.Errorf("read from %s: %w", target, err)
	}
	stays, removeErr := target.Delete(ctx, key)
	if removeErr != nil {
		removeErr = fmt.Errorf("remove from %s: %w", target, removeErr)
	}
	return len(stays) > 0, errors.Join(err, removeErr)
}

// PreviewRestore says what a restore would bring back, and how that differs from what is here now. It reads as much as the restore.
func (h *Host) PreviewRestore(ctx context.Context, place BackupPlace, o backup.RestoreOptions, progress func(backup.Progress)) (a backup.Applied, err error) {
	err = h.withBackups(ctx, place, progress, func(s *backup.Service, _ config.BackupSettings) (err error) {
		a, err = s.Preview(ctx, h.dir, o)
		return err
	})
	return a, err
}

// verifiedText says for people what a verification read.
func verifiedText(v backup.Verified) string {
	text := english.Sprintf("%d of %d objects read, %s", v.Read, v.Objects, bytesText(v.Bytes))
	if v.Drilled != nil {
		text += fmt.Sprintf("; the drill brought back %s", recordsText(v.Drilled.Records))
	}
	return text
}

// english writes numbers as the window does: 12,000.
var english = message.NewPrinter(language.English)

func recordsText(n int64) string {
	if n == 1 {
		return "1 record"
	}
	return english.Sprintf("%d records", n)
}

// bytesText is a size for people, in the units of the window.
func bytesText(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d KB", (n+999)/1e3)
}
