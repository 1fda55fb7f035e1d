package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"cloudops/backend/assistant"
	"cloudops/backend/config"
	"cloudops/backend/host"
)

// App is the facade that the window calls: each method validates, calls one service and maps to a wire type.
type App struct {
	ctx     context.Context // of the window; set by startup
	dataDir string
	events  *events
	page    *page

	mu       sync.Mutex
	host     *host.Host
	phase    string // starting | ready | needs_passphrase | locked | restoring | failed
	err      error  // why phase is failed
	creating bool   // the passphrase that is asked for is a new one
	lockAsks bool   // phase is locked, and opens with a passphrase

	sealing sync.Mutex // held while the services are closed for the lock
	restore restoring

	passphrase chan []byte // from Unlock to the vault
	ended      chan struct{}
	end        context.CancelFunc
}

// Phases of the app.
const (
	phaseStarting   = "starting"
	phaseReady      = "ready"
	phasePassphrase = "needs_passphrase"
	phaseFailed     = "failed"
)

// newApp makes the facade; nothing is opened before the window is there.
func newApp(dataDir string) *App {
	return &App{dataDir: dataDir, phase: phaseStarting, passphrase: make(chan []byte), ended: make(chan struct{}), events: &events{}, page: newPage()}
}

// startup is called by Wails when the window is there.
func (a *App) startup(ctx context.Context) {
	a.ctx = ctx
	a.events.attach(ctx)
	opening, cancel := context.WithCancel(context.Background())
	a.mu.Lock()
	a.end = cancel
	a.mu.Unlock()
	go a.page.watch(opening, pageWait, func() { runtime.WindowReloadApp(ctx) })
	go a.open(opening)
}

// open brings the services up behind the window.
func (a *App) open(ctx context.Context) {
	h, err := host.New(host.Options{DataDir: a.dataDir, Version: version, Passphrase: a.askPassphrase, OnStatus: a.statusChanged, OnRun: a.events.run, OnConversation: a.events.conversation, Unattended: true})
	if err == nil {
		a.mu.Lock()
		a.host = h
		a.mu.Unlock()
		err = h.Open(ctx)
	}
	a.mu.Lock()
	a.phase, a.err = phaseReady, nil
	if err != nil {
		a.phase, a.err = phaseFailed, err
		a.host = nil
	}
	a.mu.Unlock()
	if err != nil {
		slog.Error("start", "error", err)
	}
	a.statusChanged()
}

// askPassphrase waits for Unlock.
func (a *App) askPassphrase(ctx context.Context, create bool) ([]byte, error) {
	a.mu.Lock()
	a.creating = create
	a.mu.Unlock()
	a.setPhase(phasePassphrase)
	defer a.setPhase(phaseStarting)
	select {
	case p := <-a.passphrase:
		return p, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (a *App) setPhase(phase string) {
	a.mu.Lock()
	a.phase = phase
	a.mu.Unlock()
	a.statusChanged()
}

// close ends the services. Wails skips OnShutdown on some exits, so it is also called after its loop.
func (a *App) close() {
	a.mu.Lock()
	h := a.host
	a.host = nil
	if a.end != nil {
		a.end()
	}
	a.mu.Unlock()
	if h == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		slog.Error("close", "error", err)
	}
}

// errStarting: a method was called before the services were up.
var errStarting = errors.New("CloudOps is still starting")

// ready returns the host once its services are up.
func (a *App) ready() (*host.Host, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.phase == phaseFailed:
		return nil, a.err
	case a.phase != phaseReady || a.host == nil:
		return nil, errStarting
	}
	return a.host, nil
}

func (a *App) statusChanged() { a.events.status(a.status) }

// GetStatus is the state of the whole app; it always answers.
func (a *App) GetStatus() Status {
	a.page.asked()
	return a.status()
}

func (a *App) status() Status {
	a.mu.Lock()
	h, phase, err, creating, lockAsks := a.host, a.phase, a.err, a.creating, a.lockAsks
	a.mu.Unlock()
	st := Status{Phase: phase, PassphraseNew: phase == phasePassphrase && creating, LockAsks: phase == phaseLocked && lockAsks, Version: version, Steps: []StartupStep{}, Notices: []AppError{}, Qdrant: "starting"}
	if err != nil {
		e := appError(err)
		st.Error = &e
	}
	if h == nil {
		return st
	}
	fillStatus(&st, h, phase == phaseReady)
	return st
}

// Unlock hands the passphrase of the data folder to the start that waits for it.
func (a *App) Unlock(passphrase string) error {
	select {
	case a.passphrase <- []byte(passphrase):
		return nil
	case <-time.After(time.Second):
		return errors.New("no passphrase is being asked for")
	}
}

// Retry starts again after a failed start.
func (a *App) Retry() error {
	a.startFrom(phaseFailed)
	return nil
}

// startFrom opens the services where the app is in a phase, and does nothing elsewhere.
func (a *App) startFrom(phase string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.phase != phase {
		return
	}
	a.phase, a.err = phaseStarting, nil
	ctx, cancel := context.WithCancel(context.Background())
	a.end = cancel
	go a.open(ctx)
}

// RestartIndex starts Qdrant again after it was given up.
func (a *App) RestartIndex() error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	return h.RestartIndex(a.ctx)
}

// RunDoctor checks every part.
func (a *App) RunDoctor() ([]HealthCheck, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	checks := []HealthCheck{}
	for _, c := range h.Doctor(a.ctx) {
		checks = append(checks, HealthCheck(c))
	}
	return checks, nil
}

// GetSettings returns what is set, without secrets.
func (a *App) GetSettings() (Settings, error) {
	h, err := a.ready()
	if err != nil {
		return Settings{}, err
	}
	return wireSettings(h.Settings(), h.DataDir()), nil
}

// SaveSettings keeps the settings and returns them as they are kept.
func (a *App) SaveSettings(s Settings) (Settings, error) {
	h, err := a.ready()
	if err != nil {
		return Settings{}, err
	}
	saved, err := h.SaveSettings(func(c *config.Settings) error { return applySettings(c, s, h.SealModelKey) })
	if err != nil {
		return Settings{}, err
	}
	a.statusChanged()
	return wireSettings(saved, h.DataDir()), nil
}

// DetectModels looks for model servers on this machine.
func (a *App) DetectModels() ([]ModelEndpoint, error) {
	found := []ModelEndpoint{}
	for _, e := range assistant.Detect(a.ctx) {
		found = append(found, wireEndpoint(e))
	}
	return found, nil
}

// TestModel connects to a model and says what is wrong, or which models there are.
func (a *App) TestModel(m ModelConfig) (ModelEndpoint, error) {
	h, err := a.ready()
	if err != nil {
		return ModelEndpoint{}, err
	}
	kept := h.Settings().Model
	sameAddress := m.Provider == kept.Provider && m.BaseURL == kept.BaseURL && m.Endpoint == kept.Endpoint
	if m.APIKey == "" && sameAddress {
		if m.APIKey, err = h.ModelKey(kept.SealedAPIKey); err != nil {
			return ModelEndpoint{}, err
		}
	}
	return wireEndpoint(assistant.Probe(a.ctx, assistant.ModelConfig{
		Provider: m.Provider, BaseURL: m.BaseURL, Region: m.Region, Profile: m.Profile, Endpoint: m.Endpoint, Name: m.Name, APIKey: m.APIKey,
	})), nil
}

// GetRun returns the state of long work.
func (a *App) GetRun(id string) (Run, error) {
	h, err := a.ready()
	if err != nil {
		return Run{}, err
	}
	run, err := h.Runs.Get(id)
	if err != nil {
		return Run{}, err
	}
	return wireRun(run), nil
}

// ListRuns returns the runs of this launch, newest first.
func (a *App) ListRuns() ([]Run, error) {
	h, err := a.ready()
	if err != nil {
		return nil, err
	}
	runs := []Run{}
	for _, run := range h.Runs.List() {
		runs = append(runs, wireRun(run))
	}
	return runs, nil
}

// CancelRun stops long work; what it has done stays.
func (a *App) CancelRun(id string) error {
	h, err := a.ready()
	if err != nil {
		return err
	}
	return h.Runs.Cancel(id)
}

// CopyText puts text on the clipboard.
func (a *App) CopyText(text string) error {
	return runtime.ClipboardSetText(a.ctx, text)
}

// OpenExternal opens an https address in the user's browser, and nothing else.
func (a *App) OpenExternal(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return usageError{fmt.Sprintf("%q is not an https address", address), "Only https addresses are opened."}
	}
	runtime.BrowserOpenURL(a.ctx, u.String())
	return nil
}

// logFile is where the window's log goes; the command line logs to stderr.
func logFile(dataDir string) string { return filepath.Join(dataDir, "logs", "cloudops.log") }

func milliseconds(start time.Time) float64 {
	return float64(time.Since(start).Microseconds()) / 1000
}
