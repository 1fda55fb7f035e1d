package host

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"

	"cloudops/backend/backup"
	"cloudops/backend/ledger"
	"cloudops/backend/qdrant"
	"cloudops/backend/store"
)

// readVectors is the backup's VectorSource. Where the window has Qdrant running it asks that one; a command, which opens the ledger alone,
// starts it for as long as it reads. A Qdrant on a server keeps its own vectors.
func (h *Host) readVectors(ctx context.Context, each func(collection string, v backup.Vector) error) (version string, err error) {
	if h.Settings().Qdrant.URL != "" {
		return "", nil
	}
	if _, err := os.Stat(filepath.Join(h.dir, "qdrant", "storage")); err != nil {
		return "", nil // nothing was ever indexed here
	}
	h.index.mu.Lock()
	server := h.index.server
	h.index.mu.Unlock()
	if server == nil {
		if h.Store != nil {
			return "", store.ErrIndexDown
		}
		if server, err = h.startServer(ctx); err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
		if err := server.Ready(ctx); err != nil {
			return "", err
		}
	} else if server.State() != qdrant.Running {
		return "", store.ErrIndexDown
	}
	err = store.ReadVectors(ctx, address(server.Endpoint()), func(c store.Collection, v store.Vector) error {
		dense := make([]byte, 0, 4*len(v.Dense))
		for _, x := range v.Dense {
			dense = binary.LittleEndian.AppendUint32(dense, math.Float32bits(x))
		}
		return each(string(c), backup.Vector{ID: v.ID, Rev: v.Rev, Model: v.Model, Doc: v.Doc, Dense: dense})
	})
	return server.Version(), err
}

// openRestoredVectors gives the store what a restore brought back; nil without.
func (h *Host) openRestoredVectors(ctx context.Context) *ledger.Vectors {
	restored, err := ledger.OpenVectors(ctx, h.dir)
	if err != nil {
		h.log.Warn("open the vectors that were restored", "error", err)
		return nil
	}
	if restored != nil {
		h.Store.UseVectors(restored)
	}
	return restored
}

// forgetRestoredVectors waits until the index has what it needs of them.
func (h *Host) forgetRestoredVectors(ctx context.Context, restored *ledger.Vectors) {
	err := h.WaitEmbedded(ctx, func(int, int) {})
	h.Store.UseVectors(nil)
	if err != nil || h.model == nil {
		err = restored.Close() // the next start goes on
	} else {
		err = restored.Remove()
	}
	if err != nil {
		h.log.Warn("remove the vectors that were restored", "error", err)
	}
}
