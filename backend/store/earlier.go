package store

import "cloudops/backend/ledger"

// OpenEarlier opens rows of an earlier state of this vault, which a backup brought back beside it. What does not open is Damaged.
func (s *Store) OpenEarlier(c Collection, rows []ledger.Record) ([]Record, error) {
	col, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	return s.openAll(col, rows), nil
}
