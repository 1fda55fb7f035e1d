package main

import (
	"context"

	"cloudops/backend/backup"
	"cloudops/backend/host"
)

// PreviewPart says what bringing a part back would change, in a run of kind "preview".
func (a *App) PreviewPart(req PartRequest) (PartResult, error) {
	return a.restorePart("preview", "Comparing that state with what is here", req, true)
}

// RestorePart brings a conversation or the estate back to a moment, as new writes, in a run of kind "restore-part".
func (a *App) RestorePart(req PartRequest) (PartResult, error) {
	return a.restorePart("restore-part", "Bringing it back", req, false)
}

func (a *App) restorePart(kind, label string, req PartRequest, dryRun bool) (PartResult, error) {
	h, err := a.ready()
	if err != nil {
		return PartResult{}, err
	}
	o, err := RestoreRequest{At: req.At}.options()
	if err != nil {
		return PartResult{}, err
	}
	got, err := waitedFor(a, h, kind, label, func(ctx context.Context, progress func(backup.Progress)) (backup.PartRestored, error) {
		return h.RestorePart(ctx, host.RestorePartOptions{
			Conversation: req.ConversationID, Estate: req.ConversationID == "", At: o.At, DryRun: dryRun, FromPlace: req.FromBackups, Progress: progress,
		})
	})
	if err != nil {
		return PartResult{}, err
	}
	return PartResult{Backup: got.Backup, Records: int(got.Records), Changes: wireRestoreChanges(got.Changes), Unreadable: got.Unreadable, Before: stamp(got.Before)}, nil
}

// ListGoneConversations names the conversations that the backups know as of a moment (RFC 3339; empty: the latest) and that are not here any
// more, in a run of kind "preview".
func (a *App) ListGoneConversations(at string) (GoneConversations, error) {
	h, err := a.ready()
	if err != nil {
		return GoneConversations{}, err
	}
	o, err := RestoreRequest{At: at}.options()
	if err != nil {
		return GoneConversations{}, err
	}
	return waitedFor(a, h, "preview", "Looking for conversations that are gone", func(ctx context.Context, progress func(backup.Progress)) (GoneConversations, error) {
		found, damaged, err := h.GoneConversations(ctx, o, progress)
		out := GoneConversations{Conversations: []GoneConversation{}, Damaged: damaged}
		for _, c := range found {
			out.Conversations = append(out.Conversations, GoneConversation{ID: c.ID, Title: c.Title, LastActivity: stamp(c.LastActivity), MessageCount: c.MessageCount})
		}
		return out, err
	})
}
