package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// How long the page may take to ask for its first status, and how often it is loaded again. A cold disk needs two seconds.
const (
	pageWait    = 6 * time.Second
	pageReloads = 3
)

// page is the user interface as the backend sees it. Wails for Linux answers WebKit's requests from threads that are not
// WebKit's own. A start was seen whose window stayed blank, as it does when an answer is held back: the page waits for its script for good.
type page struct {
	once  sync.Once
	awake chan struct{}
}

func newPage() *page { return &page{awake: make(chan struct{})} }

// asked: the page's script runs.
func (p *page) asked() { p.once.Do(func() { close(p.awake) }) }

// watch loads the page again until it asks for something.
func (p *page) watch(ctx context.Context, wait time.Duration, reload func()) {
	for try := 1; try <= pageReloads; try++ {
		select {
		case <-p.awake:
			return
		case <-ctx.Done():
			return
		case <-time.After(wait):
			slog.Warn("the window shows nothing; it is loaded again", "try", try, "after", wait)
			reload()
		}
	}
}
