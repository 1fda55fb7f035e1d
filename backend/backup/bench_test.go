package backup

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/crypto"
	"cloudops/backend/ledger"
)

// BenchmarkBackup measures a first backup of 100,000 messages to the S3 server, a plain upload of the same bytes, a second backup
// after 1 % more, one after 100 more, and the restore. One round is enough: go test -bench Backup -benchtime 1x.
func BenchmarkBackup(b *testing.B) {
	const records = 100_000
	for range b.N {
		measure(b, records)
	}
}

func measure(b *testing.B, records int) {
	ctx := context.Background()
	m := benchMachine(b)
	o := benchBucket(b)
	target, err := NewS3(ctx, o)
	require.NoError(b, err)
	benchWrite(b, m, records)
	size := int64(0)
	whole := func(_ *Deps, o *Options) { o.chunk = chunkSizes{} }
	s := benchService(b, m, target, whole)

	peak, stop := watchHeap()
	start := time.Now()
	r, err := s.Backup(ctx)
	require.NoError(b, err)
	first := time.Since(start)
	stop()
	for _, o := range r.Manifest.Objects {
		size += o.Size
	}
	b.ReportMetric(first.Seconds(), "first-s")
	b.ReportMetric(float64(size)/(1<<20)/first.Seconds(), "MiB/s")
	b.ReportMetric(float64(r.SentBytes)/(1<<20), "first-MiB")
	b.ReportMetric(float64(r.SentObjects), "objects")
	b.ReportMetric(float64(peak())/(1<<20), "heap-MiB")

	start = time.Now()
	plain := bytes.Repeat([]byte("x"), 2<<20)
	for left := r.SentBytes; left > 0; left -= int64(len(plain)) {
		require.NoError(b, target.Put(ctx, fmt.Sprint("plain/", left), plain[:min(int64(len(plain)), left)], false))
	}
	b.ReportMetric(time.Since(start).Seconds(), "plain-s")

	for _, more := range []int{records / 100, 100} {
		m.now = m.now.Add(time.Minute)
		benchWrite(b, m, more)
		start = time.Now()
		second, err := s.Backup(ctx)
		require.NoError(b, err)
		b.ReportMetric(time.Since(start).Seconds(), fmt.Sprintf("after-%d-s", more))
		b.ReportMetric(100*float64(second.SentBytes)/float64(r.SentBytes), fmt.Sprintf("after-%d-%%", more))
	}

	start = time.Now()
	back, err := s.Fetch(ctx, filepath.Join(b.TempDir(), "back"), RestoreOptions{})
	require.NoError(b, err)
	require.EqualValues(b, records+records/100+100, back.Records)
	b.ReportMetric(time.Since(start).Seconds(), "restore-s")
	start = time.Now()
	v, err := s.Verify(ctx, VerifyOptions{All: true})
	require.NoError(b, err)
	require.True(b, v.OK())
	b.ReportMetric(time.Since(start).Seconds(), "verify-s")
}

func benchMachine(b *testing.B) *machine {
	m := &machine{dir: b.TempDir(), now: time.Now()}
	v, err := crypto.Open(m.dir, crypto.Options{Keychain: &crypto.MemoryKeychain{}})
	require.NoError(b, err)
	m.vault = v
	m.ledger, err = ledger.Open(context.Background(), m.dir, ledger.Options{Now: func() time.Time { return m.now }})
	require.NoError(b, err)
	b.Cleanup(func() { m.ledger.Close() })
	return m
}

func benchService(b *testing.B, m *machine, target Target, change func(*Deps, *Options)) *Service {
	identity, err := m.vault.ExportRecovery()
	require.NoError(b, err)
	keys, err := NewKeys(identity)
	require.NoError(b, err)
	d := Deps{Target: target, Keys: keys, VaultID: m.vault.ID(), Ledger: m.ledger, Files: func() (map[string][]byte, error) {
		ring, err := m.vault.KeyFile()
		return map[string][]byte{FileKeys: ring}, err
	}}
	o := Options{Now: func() time.Time { return m.now }}
	change(&d, &o)
	return New(d, o)
}

// benchWrite appends messages of 500 to 1,300 bytes.
func benchWrite(b *testing.B, m *machine, n int) {
	var changes []ledger.Change
	for i := range n {
		m.n++
		id := uuid.NewSHA1(uuid.Nil, fmt.Append(nil, m.n)).String()
		sealed, err := m.vault.Seal(crypto.AD{Collection: "chat_history", ID: id}, []byte(strings.Repeat("a message of some length ", 20+m.n%32)))
		require.NoError(b, err)
		changes = append(changes, ledger.Change{Record: ledger.Record{Collection: "chat_history", ID: id, Scope: "conversation", Seq: int64(m.n),
			Fields: []byte(`{"context_id":"0198c1f4-52cb-7e11-b1bc-2f3a9d1c9f10","role":"user","seq":1,"timestamp":1764000000000,"user_id":"local"}`), Sealed: sealed}})
		if len(changes) == 1000 || i == n-1 {
			_, err := m.ledger.Apply(context.Background(), changes)
			require.NoError(b, err)
			changes = changes[:0]
		}
	}
}

func benchBucket(b *testing.B) S3Options {
	program, err := filepath.Abs("../../build/cache/bin/versitygw")
	require.NoError(b, err)
	gateway.once.Do(func() { gateway.err = startGateway(program) })
	require.NoError(b, gateway.err, "run build/setup.sh test")
	b.Setenv("AWS_ACCESS_KEY_ID", rootAccess)
	b.Setenv("AWS_SECRET_ACCESS_KEY", rootSecret)
	b.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	bucketSeq++
	o := S3Options{EndpointURL: gateway.endpoint, Bucket: fmt.Sprint("bench-", bucketSeq)}
	s, err := NewS3(context.Background(), o)
	require.NoError(b, err)
	_, err = s.client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: aws.String(o.Bucket)})
	require.NoError(b, err)
	return o
}

// watchHeap follows the most memory that the Go heap took from the system above what it had at the start.
func watchHeap() (peak func() uint64, stop func()) {
	runtime.GC()
	var start, now runtime.MemStats
	runtime.ReadMemStats(&start)
	most, done, ended := uint64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
			runtime.ReadMemStats(&now)
			if now.HeapInuse > start.HeapInuse {
				most = max(most, now.HeapInuse-start.HeapInuse)
			}
		}
	}()
	return func() uint64 { return most }, func() { close(done); <-ended }
}
