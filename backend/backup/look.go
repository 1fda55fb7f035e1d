package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cloudops/backend/ledger"
)

// Look builds the state of a moment from the target in a scratch folder in dir, which needs room for a ledger, shows it, and removes it
// again. The log of this machine is not asked: what was purged here is only in the target.
func (s *Service) Look(ctx context.Context, dir string, o RestoreOptions, show func(then *ledger.Ledger) error) error {
	if err := s.look(ctx, dir, o, show); err != nil {
		return fmt.Errorf("look at an earlier state: %w", err)
	}
	return nil
}

func (s *Service) look(ctx context.Context, dir string, o RestoreOptions, show func(then *ledger.Ledger) error) (err error) {
	scratch, err := scratchIn(dir, s.o.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	to := filepath.Join(scratch, "then")
	o.WithoutVectors = true
	if _, err := s.Fetch(ctx, to, o); err != nil {
		return err
	}
	then, err := ledger.Open(ctx, to, ledger.Options{})
	if err != nil {
		return err
	}
	return errors.Join(show(then), then.Close())
}
