package backup

import (
	"context"
	"errors"
	"fmt"
	"os"

	"cloudops/backend/ledger"
)

// Preview restores into a scratch folder in dataDir, which may be in use, and compares the outcome with the service's ledger. Nothing
// else is changed, and the scratch folder goes again.
func (s *Service) Preview(ctx context.Context, dataDir string, o RestoreOptions) (a Applied, err error) {
	if s.Ledger == nil {
		return a, &Error{Err: ErrInvalid, Cause: errors.New("there is nothing to compare with")}
	}
	scratch, err := scratchIn(dataDir, s.o.Now())
	if err != nil {
		return a, fmt.Errorf("preview of a restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	o.WithoutVectors = true // they change nothing that a preview shows
	if a.Restored, err = s.Fetch(ctx, scratch, o); err != nil {
		return a, err
	}
	restored, err := ledger.Open(ctx, scratch, ledger.Options{})
	if err != nil {
		return a, err
	}
	a.Changes = map[string]Change{}
	return a, errors.Join(diff(ctx, s.Ledger, restored, a.Changes), restored.Close())
}
