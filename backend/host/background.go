package host

import (
	"context"
	"sync"
)

// background is work that nobody waits for: it ends with the host.
type background struct {
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

func (b *background) start() { b.ctx, b.cancel = context.WithCancel(context.Background()) }

// stop cancels what is under way and waits for it.
func (b *background) stop() {
	b.cancel()
	b.work.Wait()
}

// inBackground does work that is in nobody's way; do must return soon after its context ends.
func (h *Host) inBackground(do func(ctx context.Context)) {
	if h.background.ctx.Err() == nil {
		h.background.work.Go(func() { do(h.background.ctx) })
	}
}
