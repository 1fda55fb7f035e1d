package aws_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

// bucketsPerPage is how many the scripted server lists at once, fewer than it is asked for.
const bucketsPerPage = 1000

// bucketServer answers for an account with n buckets. It is scripted from the service model: moto takes over a minute to make and tell as many.
type bucketServer struct {
	*httptest.Server
	calls, now, most atomic.Int64
	lists            []string // the tokens of the pages
	mu               sync.Mutex
	onCall           func(n int64)
}

func newBucketServer(t *testing.T, n int) *bucketServer {
	t.Helper()
	s := &bucketServer{onCall: func(int64) {}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := s.now.Add(1)
		defer s.now.Add(-1)
		for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
		}
		s.onCall(s.calls.Add(1))
		w.Header().Set("Content-Type", "application/xml")
		query := r.URL.Query()
		switch {
		case r.Method == http.MethodPost && r.FormValue("Action") == "DescribeRegions":
			_, _ = io.WriteString(w, `<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><regionInfo><item><regionName>eu-west-1</regionName>`+
				`<optInStatus>opt-in-not-required</optInStatus></item></regionInfo></DescribeRegionsResponse>`)
		case r.Method == http.MethodPost: // who is it
			_, _ = io.WriteString(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>`+
				`<UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		case r.URL.Path == "/":
			s.page(w, query.Get("continuation-token"), n)
		case query.Has("versioning"):
			_, _ = io.WriteString(w, `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`)
		case query.Has("tagging"):
			_, _ = io.WriteString(w, `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>Team</Key><Value>search</Value></Tag></TagSet></Tagging>`)
		case query.Has("logging"):
			_, _ = io.WriteString(w, `<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)
		case query.Has("notification"):
			_, _ = io.WriteString(w, `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)
		default:
			w.WriteHeader(http.StatusNotFound)
			code := map[bool]string{true: "ServerSideEncryptionConfigurationNotFoundError"}[query.Has("encryption")]
			for key, none := range map[string]string{
				"publicAccessBlock": "NoSuchPublicAccessBlockConfiguration", "policyStatus": "NoSuchBucketPolicy", "replication": "ReplicationConfigurationNotFoundError",
			} {
				if query.Has(key) {
					code = none
				}
			}
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code></Error>")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *bucketServer) page(w io.Writer, token string, n int) {
	s.mu.Lock()
	s.lists = append(s.lists, token)
	s.mu.Unlock()
	type bucket struct{ Name, CreationDate, BucketRegion string }
	var out struct {
		XMLName           xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Buckets           []bucket `xml:"Buckets>Bucket"`
		ContinuationToken string   `xml:",omitempty"`
	}
	from, _ := strconv.Atoi(token) // the first page has none
	for i := from; i < min(from+bucketsPerPage, n); i++ {
		out.Buckets = append(out.Buckets, bucket{fmt.Sprintf("bucket-%05d", i), "2024-01-01T00:00:00Z", []string{"eu-west-1", "us-east-1", "ap-southeast-2"}[i%3]})
	}
	if from+bucketsPerPage < n {
		out.ContinuationToken = strconv.Itoa(from + bucketsPerPage)
	}
	_ = xml.NewEncoder(w).Encode(out)
}

// TestFiveThousandBuckets: all pages are read, with few calls at once and little memory, and a cancel is heard at once.
func TestFiveThousandBuckets(t *testing.T) {
	awstest.Env(t)
	const n = 5000
	server := newBucketServer(t, n)
	opts := aws.Options{EndpointURL: server.URL, Regions: []string{"eu-west-1"}, Services: []string{"s3"}}
	var progress []aws.Progress
	opts.Progress = func(p aws.Progress) { progress = append(progress, p) }
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, report := scan(t, opts)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Empty(t, report.Findings)
	require.Equal(t, aws.StateDone, report.State)
	require.Len(t, s.resources, n)
	require.Equal(t, []string{"", "1000", "2000", "3000", "4000"}, server.lists)
	for _, name := range []string{"bucket-00000", "bucket-00999", "bucket-01000", "bucket-04999"} {
		r, ok := s.resources["arn:aws:s3:::"+name]
		require.True(t, ok, name)
		require.Equal(t, "Enabled", r.Attributes["Versioning"])
		require.Equal(t, "none", r.Attributes["Encryption"])
		require.Equal(t, map[string]string{"Team": "search"}, r.Tags)
	}
	require.EqualValues(t, 2+5+8*n, server.calls.Load())
	require.LessOrEqual(t, server.most.Load(), int64(aws.CallsAtOnce), "calls at once")
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(64<<20), "5,000 buckets, and no more than these")
	require.Equal(t, n, progress[len(progress)-1].Resources)
	require.Greater(t, len(progress), 15, "it is told of while it goes on")
	for i := 1; i < len(progress); i++ {
		require.GreaterOrEqual(t, progress[i].Resources, progress[i-1].Resources)
	}

	// A cancel in the middle ends it before the next page.
	ctx, cancel := context.WithCancel(t.Context())
	server = newBucketServer(t, n)
	server.onCall = func(calls int64) {
		if calls == 1000 {
			cancel()
		}
	}
	opts.EndpointURL, opts.Progress = server.URL, nil
	_, err := aws.New(opts).Scan(ctx, newSink())
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, server.calls.Load(), int64(1000+2*aws.CallsAtOnce))
	require.Len(t, server.lists, 1)
}
