package host

import (
	"context"
	"time"
)

const (
	scanTick  = 5 * time.Minute
	scanRetry = time.Hour // after one that did not succeed
)

// keepScanned scans in the rhythm of the settings for as long as the window is open; a scan that was missed is made up.
func (h *Host) keepScanned(ctx context.Context) {
	tick := time.NewTicker(scanTick)
	defer tick.Stop()
	var tried time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		every := time.Duration(h.Settings().AWS.EveryHours) * time.Hour
		if every == 0 || time.Since(tried) < scanRetry || h.Runs.Busy("scan") {
			continue
		}
		stats, err := h.Estate.Stats(ctx)
		if err == nil && time.Since(stats.LastScan) > every {
			tried = time.Now()
			h.StartScan(ScanOptions{})
		}
	}
}
