package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cloudops/backend/store"
)

// Remainder says where something that was deleted is still kept.
type Remainder struct {
	Where  string
	Until  time.Time // zero: not known
	Detail string
}

// Deletion says what was deleted and what remains of it.
type Deletion struct {
	Count   int
	Missing []string // ids that the user has no such conversation of
	Remains []Remainder
}

// Delete removes a conversation, all its messages and its draft in one transaction. They stay deleted, unless
// UndoDelete puts them back.
func (s *Service) Delete(ctx context.Context, id string) error {
	if err := s.deleteOne(ctx, id); err != nil {
		return fmt.Errorf("delete conversation: %w", err)
	}
	return nil
}

// DeleteAll deletes conversations, each whole or not at all, and says what remains of them and until when. With an error,
// Count are those that are deleted.
func (s *Service) DeleteAll(ctx context.Context, ids []string) (Deletion, error) {
	var out Deletion
	ids, err := distinct(ids)
	if err != nil {
		return out, fmt.Errorf("delete conversations: %w", err)
	}
	for _, id := range ids {
		err = s.deleteOne(ctx, id)
		if errors.Is(err, ErrNotFound) {
			out.Missing, err = append(out.Missing, id), nil
			continue
		}
		if err != nil {
			err = fmt.Errorf("delete conversations: %d of %d are deleted: %w", out.Count, len(ids), err)
			break
		}
		out.Count++
	}
	if out.Count > 0 {
		out.Remains = append([]Remainder{{
			Where: "log of the vault", Until: s.opt.Now().Add(s.opt.LogWindow).UTC(),
			Detail: "The sealed texts stay in the ledger's log, so that the deletion can be undone. Purging removes them now.",
		}}, s.remains()...)
	}
	return out, err
}

// remains is what neither deleting nor purging can reach at once.
func (s *Service) remains() []Remainder {
	out := []Remainder{{
		Where:  "files of the search index",
		Detail: "No list and no search shows them any more. Sealed texts and vectors leave Qdrant's files when it next rewrites the segments that held them.",
	}}
	if s.opt.Backups != nil {
		out = append(out, s.opt.Backups()...)
	}
	return out
}

func (s *Service) deleteOne(ctx context.Context, id string) error {
	defer s.locks.lock(id)()
	if err := s.owns(ctx, id); err != nil {
		return err
	}
	var ids []string
	err := s.eachRecord(ctx, id, func(r store.Record) error {
		ids = append(ids, r.ID)
		return nil
	})
	if err != nil {
		return err
	}
	return s.rw.Update(ctx,
		store.WriteOp{Collection: store.ChatHistory, Delete: ids},
		store.WriteOp{Collection: store.ChatState, Delete: []string{s.draftID(id), summaryID(id)}},
		store.WriteOp{Collection: store.ChatSessions, Delete: []string{id}})
}

// owns says whether the user has a conversation. One that does not open is among them: it can be deleted.
func (s *Service) owns(ctx context.Context, id string) error {
	_, err := s.session(ctx, id)
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrInvalid) {
		return err
	}
	res, scrollErr := s.rw.Scroll(ctx, store.ChatSessions, store.Page{
		Filter: store.Filter{All: []store.Condition{equal(fieldUser, s.opt.UserID), equal(fieldConversation, id)}}, Limit: 1,
	})
	if scrollErr != nil || len(res.Records)+len(res.Damaged) == 0 {
		return err
	}
	return nil
}

// ListDeleted returns the user's conversations whose deletion can be undone, the latest first; LastActivity is when
// they were deleted.
func (s *Service) ListDeleted(ctx context.Context) ([]Conversation, error) {
	gone, err := s.rw.Deleted(ctx, store.ChatSessions, s.opt.UserID)
	if err != nil {
		return nil, fmt.Errorf("list deleted conversations: %w", err)
	}
	out := make([]Conversation, len(gone))
	for i, d := range gone {
		sess, err := sessionFrom(d.Record)
		if err != nil {
			sess = sessionOutline(d.Record) // without its title, and still there to be purged
		}
		sess.LastActivity = d.At
		out[i] = sess.Conversation
	}
	return out, nil
}

// UndoDelete puts deleted conversations back as they were, each whole or not at all, and returns how many. Ids whose
// deletion cannot be undone (never deleted, purged, out of the log's window) are left out of the count.
func (s *Service) UndoDelete(ctx context.Context, ids []string) (int, error) {
	mine, err := s.deleted(ctx, ids)
	if err != nil {
		return 0, fmt.Errorf("undo deletion: %w", err)
	}
	n := 0
	for _, id := range mine {
		switch err := s.undoOne(ctx, id); {
		case err == nil:
			n++
		case !errors.Is(err, ErrNotFound):
			return n, fmt.Errorf("undo deletion: %d of %d are back: %w", n, len(mine), err)
		}
	}
	return n, nil
}

func (s *Service) undoOne(ctx context.Context, id string) error {
	s.locks.folders.Lock()
	defer s.locks.folders.Unlock()
	if err := s.restore(ctx, id); err != nil {
		return err
	}
	c, err := s.Get(ctx, id)
	if err != nil || c.FolderID == "" {
		return err
	}
	if _, err = s.folder(ctx, c.FolderID); errors.Is(err, ErrNotFound) {
		_, err = s.move(ctx, []string{id}, "") // its folder was deleted meanwhile
	}
	return err
}

func (s *Service) restore(ctx context.Context, id string) error {
	defer s.locks.lock(id)()
	_, err := s.rw.Restore(ctx, store.ChatSessions, id)
	return err
}

// deleted are those of ids that this user had and deleted.
func (s *Service) deleted(ctx context.Context, ids []string) ([]string, error) {
	ids, err := distinct(ids)
	if err != nil {
		return nil, err
	}
	gone, err := s.rw.Deleted(ctx, store.ChatSessions, s.opt.UserID)
	if err != nil {
		return nil, err
	}
	had := make(map[string]bool, len(gone))
	for _, d := range gone {
		had[d.Record.ID] = true
	}
	var mine []string
	for _, id := range ids {
		if had[id] {
			mine = append(mine, id)
		}
	}
	return mine, nil
}

// PurgeDeleted removes from the ledger all that it still holds of deleted conversations, and says what remains elsewhere.
// It cannot be undone.
func (s *Service) PurgeDeleted(ctx context.Context, ids []string) (Deletion, error) {
	mine, err := s.deleted(ctx, ids)
	if err != nil {
		return Deletion{}, fmt.Errorf("purge conversations: %w", err)
	}
	out := Deletion{}
	for _, id := range ids {
		if !slices.Contains(mine, id) {
			out.Missing = append(out.Missing, id)
		}
	}
	clean := true
	for part := range slices.Chunk(mine, purgeBatch) {
		done, err := s.purge(ctx, part)
		if err != nil {
			return out, fmt.Errorf("purge conversations: %d of %d are purged: %w", out.Count, len(mine), err)
		}
		out.Count += len(part)
		clean = clean && done.Clean
	}
	if out.Count == 0 {
		return out, nil
	}
	out.Remains = s.remains()
	if !clean {
		out.Remains = append(out.Remains, Remainder{
			Where: "write-ahead file of the ledger", Detail: "It was being read, so it could not be emptied. That happens at the next purge or start at the latest.",
		})
	}
	return out, nil
}

// purgeBatch is how many conversations are purged in one transaction, which holds up every write.
const purgeBatch = 50

func (s *Service) purge(ctx context.Context, ids []string) (store.Purged, error) {
	defer s.locks.lockAll(ids)()
	return s.rw.Purge(ctx, store.ChatSessions, ids...)
}
