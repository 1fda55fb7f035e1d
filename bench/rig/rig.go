// Package rig opens the services that a benchmark measures, as the app has them, over a folder of its own.
package rig

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"cloudops/backend/crypto"
	"cloudops/backend/embedding"
	"cloudops/backend/ledger"
	server "cloudops/backend/qdrant"
	"cloudops/backend/store"
)

// Rig is a store over a real Qdrant.
type Rig struct {
	Server *server.Server
	Store  *store.Store
	vault  *crypto.Vault
	ledger *ledger.Ledger
	model  embedding.Model
}

// Open starts Qdrant and opens the store. The rig closes the model. With an error nothing is left open.
func Open(ctx context.Context, dir string, model embedding.Model, schemas []store.Schema) (r *Rig, err error) {
	r = &Rig{model: model}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	if r.Server, err = server.Start(ctx, server.Options{Dir: filepath.Join(dir, "qdrant"), LogFile: filepath.Join(dir, "qdrant.log")}); err != nil {
		return nil, err
	}
	if err = r.Server.Ready(ctx); err != nil {
		return nil, err
	}
	if r.vault, err = crypto.Open(dir, crypto.Options{Keychain: &crypto.MemoryKeychain{}}); err != nil {
		return nil, err
	}
	if r.ledger, err = ledger.Open(ctx, dir, ledger.Options{}); err != nil {
		return nil, err
	}
	if r.Store, err = store.New(store.Deps{Ledger: r.ledger, Sealer: r.vault, Model: model}, store.Options{Schemas: schemas}); err != nil {
		return nil, err
	}
	return r, r.Connect(ctx)
}

// Connect connects the store to the server as it runs now; again after a restart.
func (r *Rig) Connect(ctx context.Context) error {
	e := r.Server.Endpoint()
	return r.Store.Connect(ctx, store.Address{Host: e.Host, Port: e.GRPCPort, APIKey: e.APIKey})
}

// Close ends what was opened, in the reverse order.
func (r *Rig) Close() error {
	var errs []error
	if r.Store != nil {
		errs = append(errs, r.Store.Close())
	}
	if r.model != nil {
		errs = append(errs, r.model.Close())
	}
	if r.ledger != nil {
		errs = append(errs, r.ledger.Close())
	}
	if r.vault != nil {
		errs = append(errs, r.vault.Close())
	}
	if r.Server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		errs = append(errs, r.Server.Stop(ctx))
	}
	return errors.Join(errs...)
}

// Raw is a client of its own to the same Qdrant, for the calls that bound ours.
func (r *Rig) Raw(ctx context.Context) (*qdrant.Client, error) {
	e := r.Server.Endpoint()
	client, err := qdrant.NewClient(&qdrant.Config{Host: e.Host, Port: e.GRPCPort, APIKey: e.APIKey, SkipCompatibilityCheck: true})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := client.HealthCheck(ctx); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

// Settled waits until Qdrant has indexed the segments that the filling left: it does that once, with both cores.
func Settled(ctx context.Context, client *qdrant.Client, names ...store.Collection) error {
	for {
		green := true
		for _, name := range names {
			info, err := client.GetCollectionInfo(ctx, string(name))
			if err != nil {
				return err
			}
			green = green && info.GetStatus() == qdrant.CollectionStatus_Green
		}
		if green {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// Timed is how long do took.
func Timed(do func(i int) error, i int) (time.Duration, error) {
	start := time.Now()
	err := do(i)
	return time.Since(start), err
}

// Percentile in milliseconds. It sorts the times.
func Percentile(times []time.Duration, p int) float64 {
	slices.Sort(times)
	return float64(times[min(len(times)-1, len(times)*p/100)].Microseconds()) / 1000
}

// Progress is a bar on stderr where that is a terminal.
func Progress(total int, label string) *progressbar.ProgressBar {
	return progressbar.NewOptions(total,
		progressbar.OptionSetDescription(label),
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))),
		progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}
