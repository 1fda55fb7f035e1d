// Package host builds the services of CloudOps over one data folder, starts and stops them in order, and wires
// the features to each other. The window and the command line both work through it.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/google/uuid"

	"cloudops/backend/assistant"
	"cloudops/backend/backup"
	"cloudops/backend/chat"
	"cloudops/backend/config"
	"cloudops/backend/crypto"
	"cloudops/backend/embedding"
	"cloudops/backend/estate"
	"cloudops/backend/ledger"
	"cloudops/backend/secret"
	"cloudops/backend/store"
)

// Options of New.
type Options struct {
	// DataDir is the folder given by the user; empty: CLOUDOPS_DATA_DIR, then the platform's own.
	DataDir string
	Version string
	// Passphrase is asked where the vault needs one; nil: there is nobody to ask.
	Passphrase func(ctx context.Context, create bool) ([]byte, error)
	// ForcePassphrase makes a new vault use a passphrase even where there is a keychain.
	ForcePassphrase bool
	// OnStatus is told that Status changed; OnRun of every event of a run. All may be nil and must return soon.
	// OnConversation is told that a conversation changed in the background.
	OnStatus       func()
	OnRun          func(RunEvent)
	OnConversation func(conversationID string)
	// Unattended: backups are made and tried by schedule while the host is open. Commands do only what they are told.
	Unattended bool
	Log        *slog.Logger
}

// Host owns the services of one data folder. Its exported fields are set by Open and valid until Close.
type Host struct {
	Chat      *chat.Service
	Estate    *estate.Service
	Assistant *assistant.Service
	Vault     *crypto.Vault
	Store     *store.Store
	Runs      *Runs

	o         Options
	dir       string
	isDefault bool
	log       *slog.Logger
	status    tracker

	lock   *config.Lock
	ledger *ledger.Ledger
	model  embedding.Model
	index  index

	background background // what nobody waits for
	closed     bool

	settingsMu sync.Mutex
	settings   config.Settings
}

// New resolves the data folder and touches nothing.
func New(o Options) (*Host, error) {
	dir, isDefault, err := config.DataDir(o.DataDir)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	h := &Host{o: o, dir: dir, isDefault: isDefault, log: o.Log}
	h.status.changed = o.OnStatus
	h.Runs = NewRuns(o.OnRun)
	h.background.start()
	return h, nil
}

// DataDir is the folder that everything is kept in.
func (h *Host) DataDir() string { return h.dir }

// Open brings up what answers from the ledger: lock, keys, ledger, services. It takes well under a second. The index
// follows in the background: WaitIndex. On an error nothing stays open and nothing in the folder was changed but what
// a first start creates.
func (h *Host) Open(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, h.closeFoundation())
		}
	}()
	if err := h.openFolder(); err != nil {
		return err
	}
	if err := h.status.step(StepKeys, func() error { return h.openVault(ctx) }); err != nil {
		return err
	}
	if err := h.status.step(StepLedger, func() (err error) {
		h.ledger, err = ledger.Open(ctx, h.dir, ledger.Options{})
		return err
	}); err != nil {
		return err
	}
	h.openModel()
	if err := h.openServices(); err != nil {
		return err
	}
	restored := h.openRestoredVectors(ctx)
	h.index.start(h)
	if restored != nil {
		h.inBackground(func(ctx context.Context) { h.forgetRestoredVectors(ctx, restored) })
	}
	h.inBackground(h.trimLog)
	if h.o.Unattended {
		h.inBackground(h.keepBackedUp)
		h.inBackground(h.keepScanned)
	}
	return nil
}

func (h *Host) openFolder() error {
	if err := config.MakeDataDir(h.dir); err != nil {
		return err
	}
	lock, err := config.LockDir(h.dir)
	if err != nil {
		return err
	}
	h.lock = lock
	// Before anything is written: a folder of a newer program is left as it is.
	if err := ledger.CheckVersion(h.dir); err != nil {
		return err
	}
	if _, err := backup.FinishRestore(h.dir); err != nil {
		return err
	}
	settings, err := config.Load(h.dir)
	if errors.Is(err, config.ErrSettingsCorrupt) {
		h.status.notice("settings", err)
		err = nil
	}
	h.settings = settings
	return err
}

func (h *Host) openVault(ctx context.Context) error {
	vault, err := crypto.OpenContext(ctx, h.dir, crypto.Options{
		Passphrase: h.o.Passphrase, ForcePassphrase: h.o.ForcePassphrase, DefaultFolder: h.isDefault,
	})
	if err != nil {
		return err
	}
	h.Vault = vault
	for _, text := range vault.Status().Notices {
		h.status.notice("keys", errors.New(text))
	}
	return nil
}

// openEmbedding is embedding.New; a test looks on.
var openEmbedding = embedding.New

// openModel leaves the model out where it is missing: the app then searches by words alone and says so.
func (h *Host) openModel() {
	err := h.status.step(StepModel, func() (err error) {
		h.model, err = openEmbedding(embedding.Options{Threads: h.settings.EmbeddingThreads})
		return err
	})
	if err != nil {
		h.model = nil
		h.status.notice("model", fmt.Errorf("search works by words alone, without meaning: %w", err))
	}
}

func (h *Host) openServices() error {
	// What looks like a credential is neither embedded nor made a term: a vector can be turned back into words.
	schemas := append(chat.SchemasWith(secret.Redact), estate.Schemas()...)
	prefix := ""
	if h.settings.Qdrant.URL != "" {
		prefix = h.Vault.ID()
	}
	s, err := store.New(store.Deps{Ledger: h.ledger, Sealer: h.Vault, Model: h.model, Log: h.log}, store.Options{Schemas: schemas, Prefix: prefix})
	if err != nil {
		return err
	}
	h.Store = s
	modelID := ""
	if h.model != nil {
		modelID = h.model.ID()
	}
	h.Chat = chat.New(s, chat.Options{UserID: h.settings.UserID, SessionID: uuid.Must(uuid.NewV7()).String(), ModelID: modelID, Redact: secret.Redact,
		LogWindow: h.logWindow(), Backups: h.backupRemainders})
	h.Estate = estate.New(s, estate.Options{})
	h.Assistant = assistant.New(assistant.Deps{
		Keeper: chatKeeper{h.Chat}, History: chatHistory{h.Chat}, Recall: chatRecall{h.Chat}, Chats: chatSearch{h.Chat}, Summaries: chatSummaries{h.Chat},
		Estate: estateSearch{h.Estate}, Tools: estateTools{h.Estate}, Coverage: coverage{h.Estate}, Log: h.log,
	}, assistant.Options{})
	if err := h.useModel(h.settings.Model); err != nil {
		h.status.notice("chat model", err)
	}
	return nil
}

// Close ends runs, index and services in the reverse order. It is safe to call twice and after a failed Open.
func (h *Host) Close(ctx context.Context) error {
	h.Runs.Stop()
	h.background.stop()
	err := h.index.stop(ctx)
	return errors.Join(err, h.closeFoundation())
}

// closeFoundation closes what Open opened. The fields stay: a call of the window that is still under way while it is locked
// is answered with an error.
func (h *Host) closeFoundation() error {
	var errs []error
	if h.closed {
		return nil
	}
	h.closed = true
	if h.Store != nil {
		errs = append(errs, h.Store.Close())
	}
	if h.model != nil {
		errs = append(errs, h.model.Close())
	}
	if h.ledger != nil {
		errs = append(errs, h.ledger.Close())
	}
	if h.Vault != nil {
		errs = append(errs, h.Vault.Close())
	}
	if h.lock != nil {
		errs = append(errs, h.lock.Release())
	}
	return errors.Join(errs...)
}
