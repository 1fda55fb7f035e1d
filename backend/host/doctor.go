package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cloudops/backend/config"
	"cloudops/backend/embedding"
	"cloudops/backend/store"
)

// Check is one line of the doctor's report.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Hint   string `json:"hint"`
}

// indexWait is how long the doctor waits for the index to start and to be compared with the ledger.
const indexWait = 2 * time.Minute

// Doctor looks at every part of an open host. It reads much and writes one file into the data folder, which it removes.
func (h *Host) Doctor(ctx context.Context) []Check {
	checks := []Check{
		check("data folder", "Free some space, or choose another folder with --data-dir.", func() (string, error) { return h.dir, writable(h.dir) }),
		check("settings", "Correct settings.json, or remove it to return to the defaults.", func() (string, error) {
			s := h.Settings()
			return fmt.Sprintf("version %d", s.Version), s.Validate()
		}),
		check("keys", "", func() (string, error) {
			st := h.Vault.Status()
			return fmt.Sprintf("master key from the %s, data key %s", st.Backend, st.DataKeyID), nil
		}),
		check("ledger", "Restore the data folder from a backup.", func() (string, error) { return h.ledgerCheck(ctx) }),
		check("embedding model", "Run `make setup`, or install CloudOps again.", func() (string, error) { return h.embeddingCheck(ctx) }),
		check("qdrant", "Run `make setup`, or set CLOUDOPS_QDRANT_BIN to a Qdrant binary.", func() (string, error) { return h.indexCheck(ctx) }),
		check("index", "Records that do not open were changed on disk: restore them from a backup.", h.brokenCheck),
	}
	return checks
}

// AllOK says whether every check passed.
func AllOK(checks []Check) bool {
	for _, c := range checks {
		if !c.OK {
			return false
		}
	}
	return true
}

func check(name, hint string, look func() (string, error)) Check {
	detail, err := look()
	if err != nil {
		return Check{Name: name, Detail: err.Error(), Hint: hint}
	}
	return Check{Name: name, OK: true, Detail: detail}
}

func writable(dir string) error {
	path := filepath.Join(dir, ".doctor")
	if err := config.WriteFile(path, []byte("written to see whether it can be\n"), 0o600); err != nil {
		return err
	}
	return os.Remove(path)
}

func (h *Host) ledgerCheck(ctx context.Context) (string, error) {
	if err := h.ledger.Check(ctx); err != nil {
		return "", err
	}
	var parts []string
	for _, m := range h.Store.Mending() {
		n, err := h.ledger.Count(ctx, string(m.Collection))
		if err != nil {
			return "", err
		}
		parts = append(parts, english.Sprintf("%d %s", n, wordOf(m.Collection)))
	}
	return strings.Join(parts, ", "), nil
}

// wordOf is what the records of a collection are to people.
func wordOf(c store.Collection) string {
	switch c {
	case store.ChatHistory:
		return "messages"
	case store.ChatSessions:
		return "conversations"
	case store.Estate:
		return "resources"
	case store.Changes:
		return "changes of the estate"
	}
	return string(c)
}

func (h *Host) embeddingCheck(ctx context.Context) (string, error) {
	if h.model == nil {
		_, notices := h.status.all()
		for _, n := range notices {
			if n.About == "model" {
				return "", n.Err
			}
		}
		return "", embedding.ErrNoModel
	}
	start := time.Now()
	if _, err := h.model.Embed(ctx, []string{"production database"}, embedding.Query); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %d dimensions, a query in %s", h.model.ID(), h.model.Dimensions(), time.Since(start).Round(time.Millisecond)), nil
}

func (h *Host) indexCheck(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, indexWait)
	defer cancel()
	if err := h.WaitIndex(ctx, func(int, int) {}); err != nil {
		return "", err
	}
	return h.index.describe(), nil
}

func (h *Host) brokenCheck() (string, error) {
	pending, embedding := 0, 0
	for _, m := range h.Store.Mending() {
		if len(m.Broken) > 0 {
			return "", fmt.Errorf("%d records of %s do not open", len(m.Broken), m.Collection)
		}
		if m.Err != nil {
			return "", m.Err
		}
		pending += m.Waiting
		embedding += m.Embedding
	}
	if !h.Store.Connected() {
		return "", errors.New("the index is not connected")
	}
	return english.Sprintf("in step with the ledger; %d to be written, %d to be embedded", pending, embedding), nil
}
