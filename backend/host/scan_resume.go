package host

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cloudops/backend/estate"
)

// scanMeta is the ledger's entry of the scan that is under way, or was interrupted.
const scanMeta = "scan"

// resumeWithin is how long after its beginning an interrupted scan goes on; an older one begins anew.
const resumeWithin = 6 * time.Hour

// begunScan is a scan that has not ended.
type begunScan struct {
	Began   time.Time   `json:"began"`
	Options ScanOptions `json:"options"`
}

// beginScan notes that a scan is under way. Where one of the same was interrupted a short while ago, the cells that it
// read in full are kept.
func (h *Host) beginScan(ctx context.Context, o ScanOptions) (kept func(estate.Cell) bool, err error) {
	now := time.Now().UTC()
	begun := begunScan{Began: now, Options: o}
	if before, ok := h.interruptedScan(ctx); ok && !o.Fresh && now.Sub(before.Began) < resumeWithin && sameScan(before.Options, o) {
		begun.Began = before.Began
		if kept, err = h.readSince(ctx, before.Began); err != nil {
			return nil, err
		}
	}
	raw, err := json.Marshal(begun)
	if err != nil {
		return nil, fmt.Errorf("note the scan: %w", err)
	}
	return kept, h.ledger.SetMeta(ctx, scanMeta, string(raw))
}

func (h *Host) interruptedScan(ctx context.Context) (begunScan, bool) {
	var before begunScan
	raw, ok, err := h.ledger.Meta(ctx, scanMeta)
	if err != nil || !ok || raw == "" {
		return before, false
	}
	return before, json.Unmarshal([]byte(raw), &before) == nil
}

func sameScan(a, b ScanOptions) bool {
	a.Fresh, b.Fresh = false, false
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// readSince tells which cells were read in full since a moment.
func (h *Host) readSince(ctx context.Context, since time.Time) (func(estate.Cell) bool, error) {
	cells, err := h.Estate.Cells(ctx)
	if err != nil {
		return nil, err
	}
	read := make(map[estate.Cell]bool, len(cells))
	for _, c := range cells {
		read[c.Cell] = c.Complete.After(since)
	}
	return func(c estate.Cell) bool { return read[c] }, nil
}

// endScan takes the note of a scan back that came to its end.
func (h *Host) endScan(ctx context.Context) error { return h.ledger.SetMeta(ctx, scanMeta, "") }
