package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"cloudops/backend/qdrant"
	"cloudops/backend/store"
)

// index runs the Qdrant process and keeps the store connected to it.
type index struct {
	mu      sync.Mutex
	server  *qdrant.Server
	unwatch func()
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup
	failed  chan struct{} // closed when the start was given up
}

func (x *index) start(h *Host) {
	ctx, cancel := context.WithCancel(context.Background())
	x.ctx, x.cancel, x.failed = ctx, cancel, make(chan struct{})
	x.work.Go(func() {
		err := h.status.step(StepQdrant, func() error { return x.run(ctx, h) })
		if err != nil && ctx.Err() == nil {
			h.log.Error("start the search index", "error", err)
			h.status.notice("index", indexNotice(err))
			close(x.failed)
			return
		}
		h.followMending(ctx)
	})
}

func indexNotice(err error) error {
	return fmt.Errorf("search is off, lists come from the ledger: %w", err)
}

// run starts the server. A storage that it cannot load any more is set aside once: the ledger has all of it.
func (x *index) run(ctx context.Context, h *Host) error {
	server, err := h.startServer(ctx)
	if err != nil {
		return err
	}
	x.mu.Lock()
	x.server = server
	x.mu.Unlock()
	err = server.Ready(ctx)
	var crash *qdrant.CrashError
	if errors.As(err, &crash) && crash.Storage && h.settings.Qdrant.URL == "" {
		aside, asideErr := server.SetAside(ctx)
		if asideErr != nil {
			return errors.Join(err, asideErr)
		}
		h.log.Warn("the search index could not be loaded and is rebuilt from the ledger", "set aside", aside)
		err = server.Restart(ctx)
	}
	if err != nil {
		return err
	}
	// The first connection is made here, so that its failure is a failure of the start; later ones follow the server.
	if err := h.Store.Connect(ctx, address(server.Endpoint())); err != nil {
		return err
	}
	x.follow(ctx, h, server)
	return nil
}

func (h *Host) startServer(ctx context.Context) (*qdrant.Server, error) {
	q := h.Settings().Qdrant
	if q.URL == "" {
		logs := filepath.Join(h.dir, "logs")
		if err := os.MkdirAll(logs, 0o700); err != nil {
			return nil, fmt.Errorf("start Qdrant: %w", err)
		}
		return qdrant.Start(ctx, qdrant.Options{Dir: filepath.Join(h.dir, "qdrant"), LogFile: filepath.Join(logs, "qdrant.log")})
	}
	key := ""
	if q.SealedAPIKey != "" {
		plain, err := h.Vault.OpenSecret(qdrantKeySecret, q.SealedAPIKey)
		if err != nil {
			return nil, fmt.Errorf("open the API key of Qdrant: %w", err)
		}
		key = string(plain)
	}
	return qdrant.Remote(q.URL, key)
}

// follow connects the store to every new endpoint of the server, and disconnects it while there is none.
func (x *index) follow(ctx context.Context, h *Host, server *qdrant.Server) {
	connected := server.Endpoint()
	unwatch := server.Watch(func(state qdrant.State, e qdrant.Endpoint) {
		switch {
		case ctx.Err() != nil:
		case state == qdrant.Running && (e != connected || !h.Store.Connected()):
			if err := h.Store.Connect(ctx, address(e)); err != nil {
				h.status.notice("index", indexNotice(err))
				return
			}
			connected = e
			h.status.notice("index", nil)
		case state == qdrant.Restarting:
			h.Store.Disconnect()
			h.status.notice("index", indexNotice(errors.New("the search index is being restarted")))
		case state == qdrant.Down:
			h.Store.Disconnect()
			h.status.notice("index", indexNotice(server.Reason()))
		}
	})
	x.mu.Lock()
	x.unwatch = unwatch
	x.mu.Unlock()
}

// RestartIndex tries a Qdrant again that was given up.
func (h *Host) RestartIndex(ctx context.Context) error {
	h.index.mu.Lock()
	server := h.index.server
	h.index.mu.Unlock()
	if server == nil {
		return store.ErrIndexDown
	}
	if err := server.Restart(ctx); err != nil {
		return err
	}
	h.index.mu.Lock()
	followed := h.index.unwatch != nil
	h.index.mu.Unlock()
	if followed {
		return nil
	}
	// The start had been given up before there was anything to follow.
	if err := h.Store.Connect(ctx, address(server.Endpoint())); err != nil {
		return err
	}
	h.status.notice("index", nil)
	h.status.set(Step{Name: StepQdrant, State: "done"})
	h.index.follow(h.index.ctx, h, server)
	h.index.work.Go(func() { h.followMending(h.index.ctx) })
	return nil
}

func address(e qdrant.Endpoint) store.Address {
	return store.Address{Host: e.Host, Port: e.GRPCPort, APIKey: e.APIKey, TLS: e.TLS}
}

// describe says what runs, for the doctor.
func (x *index) describe() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.server == nil {
		return "not started"
	}
	return fmt.Sprintf("version %s, %s at %s", x.server.Version(), x.server.State(), x.server.Endpoint())
}

// stop disconnects and ends the server.
func (x *index) stop(ctx context.Context) error {
	if x.cancel == nil {
		return nil
	}
	x.cancel()
	x.work.Wait()
	x.mu.Lock()
	server, unwatch := x.server, x.unwatch
	x.server, x.unwatch = nil, nil
	x.mu.Unlock()
	if unwatch != nil {
		unwatch()
	}
	if server == nil {
		return nil
	}
	return server.Stop(ctx)
}
