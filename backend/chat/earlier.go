package chat

import (
	"cmp"
	"slices"

	"cloudops/backend/store"
)

// Earlier reads the user's conversations from the records of an earlier state, latest activity first. damaged is how many did not open.
func (s *Service) Earlier(records []store.Record) (found []Conversation, damaged int) {
	for _, r := range records {
		if text(r, fieldUser) != s.opt.UserID {
			continue
		}
		c, err := sessionFrom(r)
		if err != nil {
			damaged++
			continue
		}
		found = append(found, c.Conversation)
	}
	slices.SortFunc(found, func(a, b Conversation) int {
		return cmp.Or(b.LastActivity.Compare(a.LastActivity), cmp.Compare(a.ID, b.ID))
	})
	return found, damaged
}
