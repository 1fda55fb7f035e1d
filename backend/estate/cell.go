package estate

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// taggingService is the cell of the Resource Groups Tagging API: it sees resources of every service, but of each
// only the ARN and the tags.
const taggingService = "tagging"

// explorerService is the cell of Resource Explorer's index, which names ARNs and tags as well.
const explorerService = "resource-explorer"

// cellScope holds the states of cells in aws_changes.
const cellScope = "cells"

// maxCells that are read; an estate of 300 accounts in 17 regions and 10 services has 51,000.
const maxCells = 100_000

// changeCell marks the record of a cell's state among the changes.
const changeCell ChangeKind = "cell"

func (c Cell) key() string { return c.AccountID + "/" + c.Region + "/" + c.Service }

// isTagging: the cell is the tagging API's, or Resource Explorer's, which sees no more.
func isTagging(cell string) bool {
	return strings.HasSuffix(cell, "/"+taggingService) || strings.HasSuffix(cell, "/"+explorerService)
}

// CellState is when a cell was looked at.
type CellState struct {
	Cell
	Seen     time.Time // the last look, complete or not
	Complete time.Time // the last complete look; zero: never
}

// ApplyCell takes what a scan saw in a cell. Where the look was complete, resources that the cell owned and did not
// show any more are removed; an incomplete look removes nothing. The tagging cell neither changes nor removes what
// a service's own cell owns, and the other way round. Resources that cannot be kept (no ARN) are left out. listed are
// the types that an incomplete look showed in full: of them, too, what was not shown is removed.
func (s *Service) ApplyCell(ctx context.Context, cell Cell, resources []Resource, complete bool, listed ...string) (Counts, error) {
	clean := make([]Resource, 0, len(resources))
	seen := make(map[string]bool, len(resources))
	for i := range resources {
		r, _, err := normalise(resources[i])
		if err != nil {
			s.log.Warn("leave out a scanned resource", "service", cell.Service, "region", cell.Region, "error", err)
			continue
		}
		clean = append(clean, r)
		seen[RecordID(r.ARN)] = true
	}
	s.write.Lock()
	defer s.write.Unlock()
	counts, err := s.put(ctx, cell.key(), clean)
	if err != nil {
		return counts, err
	}
	if complete || len(listed) > 0 {
		known := func(r *store.Record) bool { return complete || listedType(r, listed) }
		if counts.Removed, err = s.removeUnseen(ctx, cell.key(), seen, known); err != nil {
			return counts, err
		}
	}
	return counts, s.keepCell(ctx, cell, complete)
}

// listedType: the record's type is one of types, as its ARN has it. A Neptune cluster's ARN is an RDS cluster's, and both are
// listed together.
func listedType(r *store.Record, types []string) bool {
	cfnType, _ := TypeOf(str(r, fieldARN))
	return slices.Contains(types, cfnType) || slices.Contains(types, str(r, fieldType))
}

// removeUnseen deletes what the cell owns, of the types that were seen in full, and seen does not hold, each with its change.
func (s *Service) removeUnseen(ctx context.Context, cell string, seen map[string]bool, known func(*store.Record) bool) (int, error) {
	owned, err := s.store.ByScope(ctx, store.Estate, cell, math.MinInt64, math.MaxInt64, math.MaxInt32, false)
	if err != nil {
		return 0, fmt.Errorf("read cell %s: %w", cell, err)
	}
	gone := slices.DeleteFunc(owned, func(r store.Record) bool { return seen[r.ID] || !known(&r) })
	for batch := range slices.Chunk(gone, batchSize) {
		if err := s.remove(ctx, batch); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

func (s *Service) remove(ctx context.Context, recs []store.Record) error {
	ids := make([]string, 0, len(recs))
	changes := make([]store.Record, 0, len(recs))
	for i := range recs {
		change, err := changeOf(ChangeRemoved, &recs[i], nil, s.now())
		if err != nil {
			return err
		}
		change.Content = recs[i].Content // what it was, sealed
		ids = append(ids, recs[i].ID)
		changes = append(changes, *change)
	}
	err := s.store.Update(ctx, store.WriteOp{Collection: store.Estate, Delete: ids}, store.WriteOp{Collection: store.Changes, Put: changes})
	if err != nil {
		return fmt.Errorf("remove from the estate: %w", err)
	}
	return nil
}

func cellID(key string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("cell:"+key)).String()
}

func (s *Service) keepCell(ctx context.Context, c Cell, complete bool) error {
	now := s.now().UnixMilli()
	fields := map[string]any{fieldChange: string(changeCell), fieldAt: now, fieldCell: c.key(), fieldAccount: c.AccountID, fieldRegion: c.Region, fieldService: c.Service}
	if complete {
		fields[fieldComplete] = now
	} else if old, err := s.store.Get(ctx, store.Changes, cellID(c.key())); err == nil && len(old) == 1 && integer(&old[0], fieldComplete) != 0 {
		fields[fieldComplete] = integer(&old[0], fieldComplete)
	}
	content, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write cell %s: %w", c.key(), err)
	}
	if _, err := s.store.Put(ctx, store.Changes, store.Record{ID: cellID(c.key()), Scope: cellScope, Fields: fields, Content: content}); err != nil {
		return fmt.Errorf("write cell %s: %w", c.key(), err)
	}
	return nil
}

// Cells are the cells that were ever looked at, by key.
func (s *Service) Cells(ctx context.Context) ([]CellState, error) {
	recs, err := s.store.ByScope(ctx, store.Changes, cellScope, math.MinInt64, math.MaxInt64, maxCells, false)
	if err != nil {
		return nil, fmt.Errorf("read the cells: %w", err)
	}
	out := make([]CellState, 0, len(recs))
	for i := range recs {
		out = append(out, cellState(&recs[i]))
	}
	slices.SortFunc(out, func(a, b CellState) int { return strings.Compare(a.key(), b.key()) })
	return out, nil
}

func cellState(rec *store.Record) CellState {
	return CellState{
		Cell: Cell{AccountID: str(rec, fieldAccount), Region: str(rec, fieldRegion), Service: str(rec, fieldService)},
		Seen: momentOf(rec, fieldAt), Complete: momentOf(rec, fieldComplete),
	}
}
