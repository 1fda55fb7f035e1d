package host

import (
	"context"
	"errors"
	"time"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/store"
)

// RestorePartOptions name what comes back, from where, and as of when.
type RestorePartOptions struct {
	Place BackupPlace
	// Conversation is the id of one, with its messages, draft and summary; Estate is every resource with its history. Exactly one of
	// them is given.
	Conversation string
	Estate       bool
	// At is a moment; zero: that of Backup, or the latest backup's. What the log of this machine covers is not fetched.
	At time.Time
	// Backup is the id of one; empty: the one that covers At.
	Backup string
	// DryRun is a preview: it says what would differ, and changes nothing.
	DryRun bool
	// FromPlace: from the place for backups even where the log of this machine covers At, for what was purged here.
	FromPlace bool
	Progress  func(backup.Progress)
}

func (o RestorePartOptions) slices() ([]backup.Slice, error) {
	switch {
	case o.Estate == (o.Conversation != ""):
		return nil, &backup.Error{Err: backup.ErrInvalid, Cause: errors.New("a conversation or the estate"), Advice: "Name one conversation, or the estate."}
	case o.Estate:
		return []backup.Slice{{Collection: string(store.Estate)}, {Collection: string(store.Changes)}}, nil
	}
	return []backup.Slice{
		{Collection: string(store.ChatSessions), ID: o.Conversation}, {Collection: string(store.ChatHistory), Scope: o.Conversation},
		{Collection: string(store.ChatState), Scope: o.Conversation},
	}, nil
}

// RestorePart brings one conversation, or the estate, back to a moment while everything else goes on: as new writes, which
// restoring the same part to PartRestored.Before takes back. backup.ErrNoBackup where there was nothing of it at that moment.
func (h *Host) RestorePart(ctx context.Context, o RestorePartOptions) (backup.PartRestored, error) {
	slices, err := o.slices()
	if err != nil {
		return backup.PartRestored{}, err
	}
	s, err := h.partService(ctx, o)
	if err != nil {
		return backup.PartRestored{}, err
	}
	r, err := s.RestorePart(ctx, backup.PartOptions{
		RestoreOptions: backup.RestoreOptions{At: o.At, Backup: o.Backup}, Slices: slices, ScratchIn: h.dir, DryRun: o.DryRun, FromTarget: o.FromPlace, Write: h.Store.Replace,
	})
	if err == nil && !o.DryRun && o.Conversation != "" && h.o.OnConversation != nil {
		h.o.OnConversation(o.Conversation)
	}
	return r, err
}

// partService works without a target where none is set: the log of this machine may be enough.
func (h *Host) partService(ctx context.Context, o RestorePartOptions) (s *backup.Service, err error) {
	set, err := o.Place.Settings(h.Settings().Backup)
	if err != nil {
		return nil, err
	}
	if set.Target == config.BackupNone {
		return backup.New(backup.Deps{VaultID: h.Vault.ID(), Ledger: h.ledger}, backup.Options{LogDays: set.LogDays, Progress: o.Progress}), nil
	}
	err = h.withBackups(ctx, o.Place, o.Progress, func(with *backup.Service, _ config.BackupSettings) error {
		s = with
		return nil
	})
	return s, err
}
