package host

import (
	"context"

	"cloudops/backend/backup"
	"cloudops/backend/chat"
	"cloudops/backend/config"
	"cloudops/backend/ledger"
	"cloudops/backend/store"
)

// GoneConversations are the conversations that the place for backups knows as of a moment and that are not here now: deleted, or purged,
// of which the log of this machine holds nothing. damaged is how many of them do not open.
func (h *Host) GoneConversations(ctx context.Context, o backup.RestoreOptions, progress func(backup.Progress)) (gone []chat.Conversation, damaged int, err error) {
	err = h.withBackups(ctx, BackupPlace{}, progress, func(s *backup.Service, _ config.BackupSettings) error {
		return s.Look(ctx, h.dir, o, func(then *ledger.Ledger) error {
			rows, err := h.missingNow(ctx, then, store.ChatSessions)
			if err != nil {
				return err
			}
			records, err := h.Store.OpenEarlier(store.ChatSessions, rows)
			gone, damaged = h.Chat.Earlier(records)
			return err
		})
	})
	return gone, damaged, err
}

// missingNow are the records of an earlier state that are not here any more.
func (h *Host) missingNow(ctx context.Context, then *ledger.Ledger, c store.Collection) ([]ledger.Record, error) {
	const page = 500
	var out []ledger.Record
	for after := ""; ; {
		rows, err := then.After(ctx, string(c), after, page)
		if err != nil || len(rows) == 0 {
			return out, err
		}
		after = rows[len(rows)-1].ID
		ids := make([]string, len(rows))
		for i, row := range rows {
			ids[i] = row.ID
		}
		have, err := h.ledger.Get(ctx, string(c), ids...)
		if err != nil {
			return nil, err
		}
		lives := make(map[string]bool, len(have))
		for _, row := range have {
			lives[row.ID] = true
		}
		for _, row := range rows {
			if !lives[row.ID] {
				out = append(out, row)
			}
		}
	}
}
