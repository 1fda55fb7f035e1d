package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// Draft is a prompt that was not sent yet; sealed at rest.
type Draft struct {
	Text       string   `json:"text"`
	AttachARNs []string `json:"attach_arns,omitempty"`
}

func (d Draft) equal(other Draft) bool {
	return d.Text == other.Text && slices.Equal(d.AttachARNs, other.AttachARNs)
}

// draftNamespace is the namespace of the ids of drafts (UUID v5): a conversation has one.
var draftNamespace = uuid.MustParse("0b8f3c52-53c2-5a52-8c8f-1d6a1de2f7c4")

func (s *Service) draftID(conversationID string) string {
	return uuid.NewSHA1(draftNamespace, []byte(s.opt.UserID+"\x00"+conversationID)).String()
}

// draftScope is the conversation, so that a draft is deleted, and comes back, with it.
func (s *Service) draftScope(conversationID string) string {
	if conversationID == "" {
		return "drafts:" + s.opt.UserID
	}
	return conversationID
}

// Draft returns the draft of a conversation, or of the one that is to be begun (empty id); none is the zero Draft.
func (s *Service) Draft(ctx context.Context, conversationID string) (Draft, error) {
	if conversationID != "" {
		if err := checkID("conversation", conversationID); err != nil {
			return Draft{}, fmt.Errorf("read draft: %w", err)
		}
	}
	recs, err := s.rw.Get(ctx, store.ChatState, s.draftID(conversationID))
	if err != nil {
		return Draft{}, fmt.Errorf("read draft: %w", err)
	}
	var d Draft
	if len(recs) > 0 {
		if err := json.Unmarshal(recs[0].Content, &d); err != nil {
			return Draft{}, fmt.Errorf("open draft: %w", err)
		}
	}
	return d, nil
}

// SaveDraft keeps a draft; an empty one removes what was kept. When it returns, it is on disk. ErrNotFound where there is no
// such conversation.
func (s *Service) SaveDraft(ctx context.Context, conversationID string, d Draft) error {
	if err := s.saveDraft(ctx, conversationID, d); err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

func (s *Service) saveDraft(ctx context.Context, conversationID string, d Draft) error {
	if err := checkLength(d.Text); err != nil {
		return err
	}
	d.Text, _ = clean(d.Text)
	defer s.locks.lock(conversationID)()
	if conversationID != "" {
		if _, err := s.session(ctx, conversationID); err != nil {
			return err
		}
	}
	if old, err := s.Draft(ctx, conversationID); err == nil && old.equal(d) {
		return nil
	}
	id := s.draftID(conversationID)
	if d.Text == "" && len(d.AttachARNs) == 0 {
		_, err := s.rw.Delete(ctx, store.ChatState, id)
		return err
	}
	content, err := encode(d)
	if err != nil {
		return err
	}
	_, err = s.rw.Put(ctx, store.ChatState, store.Record{
		ID: id, Scope: s.draftScope(conversationID), Content: content,
		Fields: map[string]any{fieldUser: s.opt.UserID, fieldKind: kindDraft, fieldConversation: conversationID},
	})
	return err
}
