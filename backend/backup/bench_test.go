package backup

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"cloudops/backend/embedding"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// BenchmarkBackup measures 100,000 messages with their vectors in a real Qdrant: a first backup to the S3 server and a plain upload of the
// same bytes, later ones after 100 new messages in a row and after 100 changed ones anywhere, the restore and a plain download.
// One round is enough: go test -run '^$' -bench Backup -benchtime 1x -timeout 30m ./backend/backup
func BenchmarkBackup(b *testing.B) {
	for range b.N {
		measure(b, 100_000)
	}
}

// hashModel makes vectors of texts without understanding them: what is measured is how they are kept.
type hashModel struct{ embedding.Model }

func (hashModel) ID() string      { return "384 random numbers" }
func (hashModel) Dimensions() int { return 384 }
func (hashModel) Close() error    { return nil }
func (hashModel) Chunks(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
func (hashModel) Embed(_ context.Context, texts []string, _ embedding.Kind) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, text := range texts {
		h := fnv.New64a()
		_, _ = io.WriteString(h, text)
		rng := rand.New(rand.NewPCG(h.Sum64(), 1))
		out[i] = make([]float32, 384)
		norm := 0.0
		for j := range out[i] {
			out[i][j] = float32(rng.NormFloat64())
			norm += float64(out[i][j]) * float64(out[i][j])
		}
		for j := range out[i] {
			out[i][j] /= float32(math.Sqrt(norm))
		}
	}
	return out, nil
}

func messages() store.Schema {
	return store.Schema{Collection: store.ChatHistory, Fields: map[string]store.FieldKind{"user_id": store.Tenant, "context_id": store.Keyword, "seq": store.Integer},
		Searchable: true, Chunked: true, KeyedTerms: true, ScopeField: "context_id", SeqField: "seq", SealedField: "encrypted_content", DenseWeight: 0.5,
		Derive: func(_ context.Context, _ store.Reader, recs []store.Record) ([]store.Doc, error) {
			docs := make([]store.Doc, len(recs))
			for i, r := range recs {
				docs[i] = store.Doc{Dense: string(r.Content), Terms: []store.WeightedText{{Text: string(r.Content), Weight: 1}}}
			}
			return docs, nil
		}}
}

// message is one of 500 to 1,300 bytes, with an id in the order of time.
func message(i int, text string) store.Record {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], uint64(i))
	return store.Record{ID: id.String(), Scope: "0198c1f4-52cb-7e11-b1bc-2f3a9d1c9f10", Seq: int64(i),
		Fields:  map[string]any{"user_id": "local", "context_id": "0198c1f4-52cb-7e11-b1bc-2f3a9d1c9f10", "seq": int64(i)},
		Content: fmt.Appendf(nil, "%s %d %s", text, i, strings.Repeat("a message of some length ", 20+i%32))}
}

func measure(b *testing.B, records int) {
	ctx := context.Background()
	e := storetest.OpenWithoutModel(b, messages())
	e.CloseStore()
	e.Model = hashModel{}
	e.OpenStore()
	write := func(from, to int) {
		for start := from; start < to; start += 1000 {
			var recs []store.Record
			for i := start; i < min(to, start+1000); i++ {
				recs = append(recs, message(i, "new"))
			}
			_, err := e.Store.Put(ctx, store.ChatHistory, recs...)
			require.NoError(b, err)
		}
		require.NoError(b, e.Store.WaitEmbedded(ctx))
	}
	start := time.Now()
	write(0, records)
	b.ReportMetric(time.Since(start).Seconds(), "fill-s")

	o := benchBucket(b)
	target, err := NewS3(ctx, o)
	require.NoError(b, err)
	identity, err := e.Vault.ExportRecovery()
	require.NoError(b, err)
	ring, err := NewKeys(identity)
	require.NoError(b, err)
	now := time.Now()
	s := New(Deps{Target: target, Keys: ring, VaultID: e.Vault.ID(), Ledger: e.Ledger,
		Files: func() (map[string][]byte, error) {
			keys, err := e.Vault.KeyFile()
			return map[string][]byte{FileKeys: keys}, err
		},
		Vectors: func(ctx context.Context, each func(string, Vector) error) (string, error) {
			return "1.16.3", store.ReadVectors(ctx, e.Address(), func(c store.Collection, v store.Vector) error {
				dense := make([]byte, 0, 4*len(v.Dense))
				for _, x := range v.Dense {
					dense = binary.LittleEndian.AppendUint32(dense, math.Float32bits(x))
				}
				return each(string(c), Vector{ID: v.ID, Rev: v.Rev, Model: v.Model, Doc: v.Doc, Dense: dense})
			})
		}}, Options{Now: func() time.Time { return now }})

	peak, stop := watchMemory()
	start = time.Now()
	r, err := s.Backup(ctx)
	require.NoError(b, err)
	require.Empty(b, r.Warnings)
	require.EqualValues(b, records, r.Manifest.VectorPoints())
	b.ReportMetric(time.Since(start).Seconds(), "first-s")
	stop()
	b.ReportMetric(float64(peak())/(1<<20), "memory-MiB")
	b.ReportMetric(float64(r.SentBytes)/(1<<20), "first-MiB")
	b.ReportMetric(float64(r.SentObjects), "objects")
	upload, download := plain(b, target, r.SentBytes)
	b.ReportMetric(upload.Seconds(), "plain-upload-s")
	b.ReportMetric(download.Seconds(), "plain-download-s")

	again := func(what string) {
		now = now.Add(time.Minute)
		start := time.Now()
		next, err := s.Backup(ctx)
		require.NoError(b, err)
		b.ReportMetric(time.Since(start).Seconds(), what+"-s")
		b.ReportMetric(100*float64(next.SentBytes)/float64(r.SentBytes), what+"-%")
	}
	write(records, records+100)
	again("100-new")
	rng := rand.New(rand.NewPCG(1, 1))
	var recs []store.Record
	for range 100 {
		recs = append(recs, message(rng.IntN(records), "changed"))
	}
	_, err = e.Store.Put(ctx, store.ChatHistory, recs...)
	require.NoError(b, err)
	require.NoError(b, e.Store.WaitEmbedded(ctx))
	again("100-anywhere")

	peak, stop = watchMemory()
	start = time.Now()
	back, err := s.Fetch(ctx, filepath.Join(b.TempDir(), "back"), RestoreOptions{})
	require.NoError(b, err)
	b.ReportMetric(time.Since(start).Seconds(), "restore-s")
	stop()
	b.ReportMetric(float64(peak())/(1<<20), "restore-memory-MiB")
	require.EqualValues(b, records+100, back.Records)
	require.EqualValues(b, records+100, back.Vectors)
	start = time.Now()
	v, err := s.Verify(ctx, VerifyOptions{All: true})
	require.NoError(b, err)
	require.True(b, v.OK())
	b.ReportMetric(time.Since(start).Seconds(), "verify-s")
}

// plain sends as many bytes, and reads them again, in objects of 2 MiB, four at a time.
func plain(b *testing.B, target *S3, size int64) (upload, download time.Duration) {
	ctx := context.Background()
	content := bytes.Repeat([]byte("x"), 2<<20)
	each := func(do func(key string, part []byte) error) time.Duration {
		start := time.Now()
		var g errgroup.Group
		g.SetLimit(4)
		for left := size; left > 0; left -= int64(len(content)) {
			g.Go(func() error { return do(fmt.Sprint("plain/", left), content[:min(int64(len(content)), left)]) })
		}
		require.NoError(b, g.Wait())
		return time.Since(start)
	}
	upload = each(func(key string, part []byte) error { return target.Put(ctx, key, part, false) })
	download = each(func(key string, _ []byte) error {
		body, err := target.Get(ctx, key)
		if err != nil {
			return err
		}
		defer body.Close()
		_, err = io.Copy(io.Discard, body)
		return err
	})
	return upload, download
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

// watchMemory follows the most memory that the process takes above what it takes at the start.
func watchMemory() (peak func() int64, stop func()) {
	runtime.GC()
	start, most := resident(), int64(0)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			most = max(most, resident()-start)
		}
	}()
	return func() int64 { return most }, func() { close(done); <-ended }
}

// resident is the memory of the process, as the system sees it; 0 where it does not say.
func resident() int64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var all, now int64
	_, _ = fmt.Sscan(string(raw), &all, &now)
	return now * int64(os.Getpagesize())
}
