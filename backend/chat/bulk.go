package chat

import (
	"context"
	"fmt"
	"slices"

	"cloudops/backend/store"
)

// bulk is how many conversations are changed in one transaction.
const bulk = 500

// Changed says what a change of many conversations did. With an error, Count is what is on disk all the same.
type Changed struct {
	Count   int
	Missing []string // ids that the user has no conversation of
}

// PinAll puts conversations on top of the list, or takes them down.
func (s *Service) PinAll(ctx context.Context, ids []string, pinned bool) (Changed, error) {
	return s.changeAll(ctx, "pin", ids, func(c *session) { c.Pinned = pinned })
}

// ArchiveAll puts conversations away, or takes them back.
func (s *Service) ArchiveAll(ctx context.Context, ids []string, archived bool) (Changed, error) {
	status := StatusActive
	if archived {
		status = StatusArchived
	}
	return s.changeAll(ctx, "archive", ids, func(c *session) { c.Status = status })
}

// MoveAll puts conversations into a folder; empty: out of theirs. ErrNotFound where there is no such folder.
func (s *Service) MoveAll(ctx context.Context, ids []string, folderID string) (Changed, error) {
	s.locks.folders.Lock()
	defer s.locks.folders.Unlock()
	if folderID != "" {
		if _, err := s.folder(ctx, folderID); err != nil {
			return Changed{}, fmt.Errorf("move conversations: %w", err)
		}
	}
	return s.move(ctx, ids, folderID)
}

// move does it for a caller that holds the lock of the folders.
func (s *Service) move(ctx context.Context, ids []string, folderID string) (Changed, error) {
	return s.changeAll(ctx, "move", ids, func(c *session) { c.FolderID = folderID })
}

// TagAll gives tags to conversations and takes others away. ErrInvalid where one would have more than MaxTags.
func (s *Service) TagAll(ctx context.Context, ids, add, remove []string) (Changed, error) {
	more, err := cleanTags(add)
	if err != nil {
		return Changed{}, fmt.Errorf("tag conversations: %w", err)
	}
	less := make(map[string]bool, len(remove))
	for _, tag := range remove {
		less[tagKey(tag)] = true
	}
	tooMany := ""
	out, err := s.changeSome(ctx, "tag", ids, func(c *session) error {
		kept := slices.DeleteFunc(slices.Clone(c.Tags), func(tag string) bool { return less[tagKey(tag)] })
		tags, err := cleanTags(append(kept, more...))
		if err != nil {
			tooMany = c.ID
			return err
		}
		s.setTags(c, tags)
		return nil
	})
	if tooMany != "" {
		err = fmt.Errorf("%w (conversation %s)", err, tooMany)
	}
	return out, err
}

func (s *Service) changeAll(ctx context.Context, what string, ids []string, apply func(*session)) (Changed, error) {
	return s.changeSome(ctx, what, ids, func(c *session) error {
		apply(c)
		return nil
	})
}

func (s *Service) changeSome(ctx context.Context, what string, ids []string, apply func(*session) error) (Changed, error) {
	ids, err := distinct(ids)
	if err != nil {
		return Changed{}, fmt.Errorf("%s conversations: %w", what, err)
	}
	var out Changed
	for part := range slices.Chunk(ids, bulk) {
		n, missing, err := s.changeOnce(ctx, part, apply)
		if err != nil {
			return out, fmt.Errorf("%s conversations: %w", what, err)
		}
		out.Count += n
		out.Missing = append(out.Missing, missing...)
	}
	return out, nil
}

// changeOnce changes conversations in one transaction.
func (s *Service) changeOnce(ctx context.Context, ids []string, apply func(*session) error) (int, []string, error) {
	defer s.locks.lockAll(ids)()
	recs, err := s.rw.Get(ctx, store.ChatSessions, ids...)
	if err != nil {
		return 0, nil, err
	}
	var put []store.Record
	found := make(map[string]bool, len(recs))
	for _, r := range recs {
		sess, err := sessionFrom(r)
		if err != nil {
			return 0, nil, err
		}
		if sess.UserID != s.opt.UserID {
			continue
		}
		if err := apply(&sess); err != nil {
			return 0, nil, err
		}
		rec, err := sess.record()
		if err != nil {
			return 0, nil, err
		}
		found[r.ID] = true
		put = append(put, rec)
	}
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id] })
	if len(put) == 0 {
		return 0, missing, nil
	}
	_, err = s.rw.Put(ctx, store.ChatSessions, put...)
	return len(put), missing, err
}

// distinct checks ids and drops repeated ones.
func distinct(ids []string) ([]string, error) {
	seen := make(map[string]bool, len(ids))
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if err := checkID("conversation", id); err != nil {
			return nil, err
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out, nil
}
