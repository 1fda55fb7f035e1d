package store

import "cloudops/backend/ledger"

// OpenEarlier opens rows of an earlier state of this vault, which a backup brought back beside it. What does not open is Damaged.
func (s *Store) OpenEarlier(c Collection, rows []ledger.Record) ([]Record, error) {
	col, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	out := make([]Record, len(rows))
	for i, row := range rows {
		out[i] = s.openMarked(col, row)
	}
	return out, nil
}
