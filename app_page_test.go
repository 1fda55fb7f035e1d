package main

import (
	"context"
	"testing"
	"time"
)

func TestABlankPageIsLoadedAgainUntilItAsks(t *testing.T) {
	p := newPage()
	reloads := 0
	p.watch(t.Context(), time.Millisecond, func() {
		if reloads++; reloads == 2 {
			p.asked()
			p.asked() // every later status asks as well
		}
	})
	if reloads != 2 {
		t.Fatalf("the page was loaded again %d times; the second made it ask", reloads)
	}
}

func TestAPageThatNeverAsksIsLeftAfterSomeTries(t *testing.T) {
	reloads := 0
	newPage().watch(t.Context(), time.Millisecond, func() { reloads++ })
	if reloads != pageReloads {
		t.Fatalf("loaded again %d times, not %d", reloads, pageReloads)
	}
}

func TestAClosedWindowIsNotLoadedAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	newPage().watch(ctx, time.Hour, func() { t.Error("loaded again") })
}
