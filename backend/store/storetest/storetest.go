// Package storetest opens a store over a real ledger, a real vault, the real embedding model and a real Qdrant, for
// the tests of the packages that keep their data in it.
package storetest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cloudops/backend/config"
	"cloudops/backend/crypto"
	"cloudops/backend/embedding"
	"cloudops/backend/ledger"
	"cloudops/backend/store"
)

// APIKey of the Qdrant servers that tests start.
const APIKey = "test-key"

// Env is a store and what it stands on.
type Env struct {
	T       testing.TB
	Dir     string
	Ledger  *ledger.Ledger
	Vault   *crypto.Vault
	Model   embedding.Model
	Store   *store.Store
	Schemas []store.Schema

	keychain *crypto.MemoryKeychain
	qdrant   *exec.Cmd
	port     int
}

// Open makes a store with the model, connected to a Qdrant of its own.
func Open(t testing.TB, schemas ...store.Schema) *Env {
	t.Helper()
	model, err := embedding.New(embedding.Options{Threads: 1})
	if err != nil {
		t.Fatalf("open the embedding model (run `make setup`): %v", err)
	}
	return open(t, model, schemas)
}

// OpenWithoutModel makes a store that works on terms alone.
func OpenWithoutModel(t testing.TB, schemas ...store.Schema) *Env {
	t.Helper()
	return open(t, nil, schemas)
}

func open(t testing.TB, model embedding.Model, schemas []store.Schema) *Env {
	t.Helper()
	e := &Env{T: t, Dir: t.TempDir(), Model: model, Schemas: schemas, keychain: &crypto.MemoryKeychain{}}
	e.StartQdrant()
	e.OpenStore()
	t.Cleanup(func() {
		e.CloseStore()
		e.KillQdrant()
		if model != nil {
			model.Close()
		}
	})
	return e
}

// OpenStore opens ledger, vault and store over what is in the folder and waits until the index is mended.
func (e *Env) OpenStore() {
	e.T.Helper()
	ctx := Context(e.T)
	var err error
	if e.Vault, err = crypto.Open(e.Dir, crypto.Options{Keychain: e.keychain}); err != nil {
		e.T.Fatal(err)
	}
	if e.Ledger, err = ledger.Open(ctx, e.Dir, ledger.Options{}); err != nil {
		e.T.Fatal(err)
	}
	if e.Store, err = store.New(store.Deps{Ledger: e.Ledger, Sealer: e.Vault, Model: e.Model}, store.Options{Schemas: e.Schemas}); err != nil {
		e.T.Fatal(err)
	}
	if e.qdrant == nil {
		return
	}
	if err := e.Store.Connect(ctx, e.Address()); err != nil {
		e.T.Fatal(err)
	}
	if err := e.Store.WaitMended(ctx); err != nil {
		e.T.Fatal(err)
	}
}

// CloseStore closes them again; the folder and Qdrant stay.
func (e *Env) CloseStore() {
	if e.Store == nil {
		return
	}
	e.Store.Close()
	e.Ledger.Close()
	e.Vault.Close()
	e.Store = nil
}

// Reopen is a restart of the app.
func (e *Env) Reopen() {
	e.T.Helper()
	e.CloseStore()
	e.OpenStore()
}

// Embedded waits until nothing is pending.
func (e *Env) Embedded() {
	e.T.Helper()
	if err := e.Store.WaitEmbedded(Context(e.T)); err != nil {
		e.T.Fatal(err)
	}
}

// Address of the running Qdrant.
func (e *Env) Address() store.Address {
	return store.Address{Host: "127.0.0.1", Port: e.port, APIKey: APIKey}
}

// StartQdrant starts the server over the folder's qdrant/ and waits until it answers.
func (e *Env) StartQdrant() {
	e.T.Helper()
	bin, err := config.Resource("qdrant")
	if err != nil {
		e.T.Fatalf("find Qdrant (run `make setup`): %v", err)
	}
	rest, grpc := freePorts(e.T)
	dir := filepath.Join(e.Dir, "qdrant")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		e.T.Fatal(err)
	}
	cmd := exec.Command(bin)
	cmd.Dir = dir
	cmd.Env = []string{
		"QDRANT__SERVICE__HOST=127.0.0.1", fmt.Sprintf("QDRANT__SERVICE__HTTP_PORT=%d", rest), fmt.Sprintf("QDRANT__SERVICE__GRPC_PORT=%d", grpc),
		"QDRANT__SERVICE__API_KEY=" + APIKey, "QDRANT__TELEMETRY_DISABLED=true", "QDRANT__STORAGE__STORAGE_PATH=" + filepath.Join(dir, "storage"),
		"QDRANT__STORAGE__SNAPSHOTS_PATH=" + filepath.Join(dir, "snapshots"), "QDRANT__LOG_LEVEL=WARN",
		"QDRANT__STORAGE__PERFORMANCE__MAX_SEARCH_THREADS=2",
	}
	cmd.SysProcAttr = childAttributes()
	if err := cmd.Start(); err != nil {
		e.T.Fatal(err)
	}
	e.qdrant, e.port = cmd, grpc
	deadline := time.Now().Add(30 * time.Second)
	for {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", grpc)); err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			e.T.Fatal("Qdrant does not answer")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// KillQdrant ends the server as a crash would.
func (e *Env) KillQdrant() {
	if e.qdrant == nil {
		return
	}
	if err := e.qdrant.Process.Kill(); err != nil {
		e.T.Error(err)
	}
	_ = e.qdrant.Wait() // it was killed, and says so
	e.qdrant = nil
}

// freePorts finds two at once: one after the other, they may be the same.
func freePorts(t testing.TB) (rest, grpc int) {
	t.Helper()
	var ports [2]int
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports[0], ports[1]
}

// Context ends before the test's own time runs out.
func Context(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}
