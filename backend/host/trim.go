package host

import (
	"context"
	"time"
)

// trimEvery is how often what has aged out of the log's window is removed.
const trimEvery = 24 * time.Hour

// trimLog keeps the promise of how long what was deleted can be brought back, and no longer: at the start and daily.
func (h *Host) trimLog(ctx context.Context) {
	tick := time.NewTicker(trimEvery)
	defer tick.Stop()
	for {
		if _, err := h.Store.TrimLog(ctx, time.Now().Add(-h.logWindow())); err != nil && ctx.Err() == nil {
			h.log.Warn("trim the log of changes", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
