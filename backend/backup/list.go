package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Point is a backup that can be restored.
type Point struct {
	Manifest
	// Until is the latest moment that it reaches to, with the log that was shipped after it.
	Until time.Time
	// Segments of shipped log follow it, SegmentBytes in all; LogErr says where they break off.
	Segments     int
	SegmentBytes int64
	LogErr       error
}

// Listing is what a target holds of a vault.
type Listing struct {
	VaultID string
	Points  []Point // oldest first
	Damaged []error // backups that cannot be used, and why
	// Bytes are what all objects take, those of backups that were removed and the log included.
	Bytes   int64
	Objects int
}

// List reads what can be restored.
func (s *Service) List(ctx context.Context) (Listing, error) {
	l, err := s.listing(ctx)
	if err != nil {
		return l, fmt.Errorf("list the backups in %s: %w", s.Target, err)
	}
	return l, nil
}

func (s *Service) listing(ctx context.Context) (Listing, error) {
	if err := s.findVault(ctx); err != nil {
		return Listing{}, err
	}
	l := Listing{VaultID: s.VaultID}
	set, err := s.manifests(ctx)
	if err != nil {
		return l, err
	}
	l.Damaged = set.bad
	segments, err := s.segmentsOf(ctx)
	if err != nil {
		return l, err
	}
	for _, m := range set.good {
		p, err := s.point(ctx, m, segments[m.ID])
		if err != nil {
			return l, err
		}
		l.Points = append(l.Points, p)
	}
	err = s.Target.List(ctx, s.VaultID+"/", func(o Stored) error {
		l.Bytes += o.Size
		l.Objects++
		return nil
	})
	return l, err
}

func (s *Service) point(ctx context.Context, m Manifest, segments []Stored) (Point, error) {
	p := Point{Manifest: m, Until: m.CreatedAt, Segments: len(segments)}
	for _, o := range segments {
		p.SegmentBytes += o.Size
	}
	if len(segments) == 0 {
		return p, nil
	}
	last, err := s.segment(ctx, segments[len(segments)-1].Key)
	switch {
	case err == nil:
		if at := stamp(last.ToAt); at.After(p.Until) {
			p.Until = at
		}
	case isUnusable(err), errors.Is(err, errNotFound):
		p.LogErr = err
	default:
		return p, err
	}
	return p, nil
}

// findVault looks for the vault whose backups the keys open, where none is named: on a new machine.
func (s *Service) findVault(ctx context.Context) error {
	if s.VaultID != "" {
		return nil
	}
	folders, err := s.Target.Folders(ctx)
	if err != nil {
		return err
	}
	folders = slices.DeleteFunc(folders, func(name string) bool { return !vaultShape.MatchString(name) })
	var ours []string
	var reasons []error
	for _, vault := range folders {
		probe := Service{Deps: s.Deps, o: s.o}
		probe.VaultID = vault
		set, err := probe.manifests(ctx)
		if err != nil {
			return err
		}
		if len(set.good) > 0 {
			ours = append(ours, vault)
		}
		reasons = append(reasons, set.bad...)
	}
	switch {
	case len(ours) == 1:
		s.VaultID = ours[0]
		return nil
	case len(ours) > 1:
		return &Error{Err: ErrInvalid, Cause: fmt.Errorf("the recovery key opens several vaults: %v", ours), Advice: "Move all but one of these folders to another prefix."}
	}
	// A backup of this key that cannot be used says more than those of other keys.
	for _, reason := range reasons {
		if !errors.Is(reason, ErrWrongKey) {
			return reason
		}
	}
	if len(reasons) > 0 {
		return &Error{Err: ErrWrongKey, Cause: fmt.Errorf("there are backups of %d vaults", len(folders)), Advice: "Use the recovery key of the vault that made them."}
	}
	return s.noBackup()
}

func (s *Service) noBackup() error {
	return &Error{Err: ErrNoBackup, Cause: fmt.Errorf("%s holds no backup", s.Target), Advice: "Check bucket and prefix (or the folder), or make one with `cloudops backup now`."}
}
