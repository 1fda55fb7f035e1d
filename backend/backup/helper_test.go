package backup

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/crypto"
	"cloudops/backend/ledger"
)

const (
	rootAccess = "rootkey"
	rootSecret = "rootsecret"
)

// gateway is a real S3 server, one for the whole run.
var gateway struct {
	once     sync.Once
	endpoint string
	err      error
	cmd      *exec.Cmd
	dir      string
}

func TestMain(m *testing.M) {
	if stepTest() {
		return
	}
	code := m.Run()
	if gateway.cmd != nil {
		_ = gateway.cmd.Process.Kill()
		_ = gateway.cmd.Wait()
		os.RemoveAll(gateway.dir)
	}
	os.Exit(code)
}

func gatewayProgram(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs("../../build/cache/bin/versitygw")
	require.NoError(t, err)
	_, err = os.Stat(program)
	require.NoError(t, err, "the S3 server for tests is missing; run build/setup.sh test")
	return program
}

// endpoint starts the gateway and gives its address. Credentials are those of its root.
func endpoint(t *testing.T) string {
	t.Helper()
	program := gatewayProgram(t)
	gateway.once.Do(func() { gateway.err = startGateway(program) })
	require.NoError(t, gateway.err)
	t.Setenv("AWS_ACCESS_KEY_ID", rootAccess)
	t.Setenv("AWS_SECRET_ACCESS_KEY", rootSecret)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return gateway.endpoint
}

func startGateway(program string) error {
	dir, err := os.MkdirTemp("", "s3")
	if err != nil {
		return err
	}
	gateway.dir = dir
	for _, sub := range []string{"data", "iam", "versions", "meta"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	for range 5 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addr := l.Addr().String()
		l.Close()
		cmd := exec.Command(program, "--quiet", "--port", addr, "--access", rootAccess, "--secret", rootSecret, "--iam-dir", filepath.Join(dir, "iam"),
			"posix", "--versioning-dir", filepath.Join(dir, "versions"), filepath.Join(dir, "data"))
		cmd.SysProcAttr = dieWithParent()
		if err := cmd.Start(); err != nil {
			return err
		}
		for range 500 {
			if conn, err := net.Dial("tcp", addr); err == nil {
				conn.Close()
				gateway.cmd, gateway.endpoint = cmd, "http://"+addr
				return nil
			}
			time.Sleep(10 * time.Millisecond)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	return fmt.Errorf("the S3 server did not start")
}

var bucketSeq int

// bucket makes a new bucket.
func bucket(t *testing.T, lock bool) S3Options {
	t.Helper()
	o := S3Options{EndpointURL: endpoint(t), Prefix: "some/prefix"}
	bucketSeq++
	o.Bucket = fmt.Sprintf("backups-%d-%d", os.Getpid(), bucketSeq)
	s := s3Target(t, o)
	in := &s3.CreateBucketInput{Bucket: aws.String(o.Bucket)}
	if lock {
		in.ObjectLockEnabledForBucket = aws.Bool(true)
	}
	_, err := s.client.CreateBucket(context.Background(), in)
	require.NoError(t, err)
	return o
}

func s3Target(t *testing.T, o S3Options) *S3 {
	t.Helper()
	s, err := NewS3(context.Background(), o)
	require.NoError(t, err)
	return s
}

// targets are the places that everything must work in.
func targets(t *testing.T) map[string]func(t *testing.T) Target {
	t.Helper()
	return map[string]func(t *testing.T) Target{
		"folder": func(t *testing.T) Target {
			d, err := NewDir(t.TempDir(), 0)
			require.NoError(t, err)
			return d
		},
		"s3": func(t *testing.T) Target { return s3Target(t, bucket(t, false)) },
	}
}

// machine is a data folder with a real vault and a real ledger.
type machine struct {
	t      *testing.T
	dir    string
	vault  *crypto.Vault
	ledger *ledger.Ledger
	now    time.Time
	n      int
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, dir: filepath.Join(t.TempDir(), "data"), now: time.Now().Truncate(time.Second)}
	require.NoError(t, os.Mkdir(m.dir, 0o700))
	v, err := crypto.Open(m.dir, crypto.Options{Keychain: &crypto.MemoryKeychain{}})
	require.NoError(t, err)
	m.vault = v
	m.open()
	return m
}

func (m *machine) open() {
	l, err := ledger.Open(context.Background(), m.dir, ledger.Options{Now: func() time.Time { return m.now }})
	require.NoError(m.t, err)
	m.ledger = l
	m.t.Cleanup(func() { l.Close() })
}

func (m *machine) recoveryKey() []byte {
	key, err := m.vault.ExportRecovery()
	require.NoError(m.t, err)
	return key
}

// service works on a target with small objects, so that a few hundred records make many.
func (m *machine) service(target Target, more ...func(*Deps, *Options)) *Service {
	m.t.Helper()
	keys, err := NewKeys(m.recoveryKey())
	require.NoError(m.t, err)
	d := Deps{Target: target, Keys: keys, VaultID: m.vault.ID(), Ledger: m.ledger, Files: func() (map[string][]byte, error) {
		ring, err := m.vault.KeyFile()
		return map[string][]byte{FileKeys: ring, FileSettings: []byte(`{"version":1}`)}, err
	}}
	o := Options{Now: func() time.Time { return m.now }, chunk: chunkSizes{min: 8 << 10, spread: 8 << 10, max: 32 << 10}}
	for _, f := range more {
		f(&d, &o)
	}
	return New(d, o)
}

// elsewhere is a service on a new machine, which has the recovery key alone.
func (m *machine) elsewhere(target Target) *Service {
	return m.service(target, func(d *Deps, _ *Options) { d.VaultID, d.Ledger, d.Files = "", nil, nil })
}

// write puts n new records into a collection.
func (m *machine) write(collection string, n int) (ids []string) {
	m.t.Helper()
	var changes []ledger.Change
	for range n {
		m.n++
		id := uuid.NewSHA1(uuid.Nil, fmt.Append(nil, m.n)).String()
		changes = append(changes, m.change(collection, id, fmt.Sprintf("record %d %s", m.n, strings.Repeat("text ", m.n%40))))
		ids = append(ids, id)
	}
	_, err := m.ledger.Apply(context.Background(), changes)
	require.NoError(m.t, err)
	return ids
}

func (m *machine) put(collection, id, text string) {
	m.t.Helper()
	_, err := m.ledger.Apply(context.Background(), []ledger.Change{m.change(collection, id, text)})
	require.NoError(m.t, err)
}

func (m *machine) change(collection, id, text string) ledger.Change {
	m.t.Helper()
	sealed, err := m.vault.Seal(crypto.AD{Collection: collection, ID: id}, []byte(text))
	require.NoError(m.t, err)
	return ledger.Change{Record: ledger.Record{Collection: collection, ID: id, Scope: "scope", Seq: int64(m.n), Fields: []byte(`{"name":"a<b>","n":1}`), Sealed: sealed}}
}

func (m *machine) remove(collection string, ids ...string) {
	m.t.Helper()
	var changes []ledger.Change
	for _, id := range ids {
		changes = append(changes, ledger.Change{Record: ledger.Record{Collection: collection, ID: id}, Delete: true})
	}
	_, err := m.ledger.Apply(context.Background(), changes)
	require.NoError(m.t, err)
}

// state is every record of a ledger.
func state(t *testing.T, l *ledger.Ledger) map[string]ledger.Record {
	t.Helper()
	out := map[string]ledger.Record{}
	names, err := l.Collections(context.Background())
	require.NoError(t, err)
	for _, name := range names {
		for r, err := range l.All(context.Background(), name) {
			require.NoError(t, err)
			out[name+" "+r.ID] = r
		}
	}
	return out
}

// log is every entry of a ledger.
func log(t *testing.T, l *ledger.Ledger) []ledger.Entry {
	t.Helper()
	extent, err := l.Extent(context.Background(), 0)
	require.NoError(t, err)
	out, err := l.Entries(context.Background(), 0, extent.LastRev, 1<<30)
	require.NoError(t, err)
	return out
}

func backup(t *testing.T, s *Service) Result {
	t.Helper()
	r, err := s.Backup(context.Background())
	require.NoError(t, err)
	require.Empty(t, r.Warnings)
	return r
}

// fetch restores into a new folder and opens it.
func fetch(t *testing.T, s *Service, o RestoreOptions) (Restored, *ledger.Ledger) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "restored")
	r, err := s.Fetch(context.Background(), dir, o)
	require.NoError(t, err)
	l, err := ledger.Open(context.Background(), dir, ledger.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return r, l
}

func keys(t *testing.T, target Target, prefix string) []string {
	t.Helper()
	var out []string
	require.NoError(t, target.List(context.Background(), prefix, func(o Stored) error {
		out = append(out, o.Key)
		return nil
	}))
	return out
}

func read(t *testing.T, target Target, key string) []byte {
	t.Helper()
	body, err := target.Get(context.Background(), key)
	require.NoError(t, err)
	defer body.Close()
	data, err := io.ReadAll(body)
	require.NoError(t, err)
	return data
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
