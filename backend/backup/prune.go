package backup

import (
	"context"
	"errors"
	"fmt"
)

// Pruned is what a clean-up did, or would do.
type Pruned struct {
	Decisions []Decision // newest first
	Removed   []string   // ids of backups
	// Held are keys that an Object Lock keeps for now; a backup of which the manifest is held stays whole.
	Held    []string
	Objects int // removed, the manifests and the log included
	Bytes   int64
	// Warnings say what was left alone, and why.
	Warnings []error
}

// Prune removes the backups that no rule wants, then what nobody needs any more. The newest whole backup and every object
// that a kept one needs stay. With dryRun nothing is removed, and the result says what would be. ErrInvalid where no rule is set.
func (s *Service) Prune(ctx context.Context, keep Keep, dryRun bool) (Pruned, error) {
	p, err := s.prune(ctx, keep, dryRun)
	if err != nil {
		return p, fmt.Errorf("prune the backups in %s: %w", s.Target, err)
	}
	return p, nil
}

func (s *Service) prune(ctx context.Context, keep Keep, dryRun bool) (Pruned, error) {
	var p Pruned
	if keep.IsZero() {
		return p, &Error{Err: ErrInvalid, Cause: errors.New("no rule says what stays"), Advice: "Give one of --keep-last, --keep-hourly, --keep-daily, --keep-weekly, --keep-monthly, --keep-within."}
	}
	set, err := s.manifests(ctx)
	if err != nil {
		return p, err
	}
	whole, err := s.whole(ctx, set.good)
	if err != nil {
		return p, err
	}
	moments := make([]Moment, len(set.good))
	for i, m := range set.good {
		moments[i] = Moment{ID: m.ID, At: m.CreatedAt, Whole: whole[m.ID]}
	}
	p.Decisions = keep.Decide(moments, s.o.Now())
	p.Warnings = append(p.Warnings, set.bad...)
	stay, err := s.removeBackups(ctx, set.good, dryRun, &p)
	if err != nil {
		return p, err
	}
	if len(set.bad) > 0 {
		// What they need is not known.
		return p, nil
	}
	s.o.Progress(Progress{Phase: "looking"})
	if dryRun {
		keys, bytes, err := s.orphans(ctx, stay)
		p.Objects += len(keys)
		p.Bytes += bytes
		return p, err
	}
	removed, err := s.removeOrphans(ctx, stay)
	p.Objects += removed.Objects
	p.Bytes += removed.Bytes
	p.Held = append(p.Held, removed.Held...)
	return p, err
}

// whole looks which backups have all that they need.
func (s *Service) whole(ctx context.Context, all []Manifest) (map[string]bool, error) {
	have := map[string]int64{}
	if err := s.Target.List(ctx, s.objectsPrefix(), func(o Stored) error {
		have[objectName(o.Key)] = o.Size
		return nil
	}); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, m := range all {
		out[m.ID] = true
		for _, o := range m.all() {
			if size, ok := have[o.Name]; !ok || size != o.SealedSize {
				out[m.ID] = false
			}
		}
	}
	return out, nil
}

// removeBackups removes manifests, the log after them, and returns the backups that stay.
func (s *Service) removeBackups(ctx context.Context, all []Manifest, dryRun bool, p *Pruned) ([]Manifest, error) {
	goes, going := map[string]bool{}, 0
	for _, d := range p.Decisions {
		goes[d.ID] = !d.Keep
		if !d.Keep {
			going++
		}
	}
	segments, err := s.segmentsOf(ctx)
	if err != nil {
		return nil, err
	}
	var stay []Manifest
	for _, m := range all {
		if !goes[m.ID] {
			stay = append(stay, m)
			continue
		}
		s.o.Progress(Progress{Phase: "removing", Entries: int64(len(p.Removed)), Total: int64(going)})
		if !dryRun {
			// The manifest goes first: a backup is whole or it is not there.
			held, err := s.Target.Delete(ctx, s.manifestKey(m))
			if err != nil {
				return nil, err
			}
			if len(held) > 0 {
				p.Held = append(p.Held, held...)
				stay = append(stay, m)
				continue
			}
		}
		p.Removed = append(p.Removed, m.ID)
		p.Objects++
		p.Bytes += m.sealed
		for _, o := range segments[m.ID] {
			if !dryRun {
				held, err := s.Target.Delete(ctx, o.Key)
				if err != nil {
					return nil, err
				}
				if len(held) > 0 {
					p.Held = append(p.Held, held...)
					continue
				}
			}
			p.Objects++
			p.Bytes += o.Size
		}
	}
	return stay, nil
}
