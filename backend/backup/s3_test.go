package backup

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

// TestWhatS3Refuses is said in words that help.
func TestWhatS3Refuses(t *testing.T) {
	ctx := context.Background()
	good := bucket(t, false)
	admin(t, "create-user", "--access", "stranger", "--secret", "strangersecret", "--role", "user")
	m := newMachine(t)
	m.write("c", 30)
	backup(t, m.service(s3Target(t, good)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := "http://" + listener.Addr().String()
	listener.Close()
	for name, c := range map[string]struct {
		change func(t *testing.T, o *S3Options)
		want   error
		hint   string
	}{
		"no bucket":    {func(_ *testing.T, o *S3Options) { o.Bucket = "not-there" }, ErrNoBucket, "not-there"},
		"wrong region": {func(_ *testing.T, o *S3Options) { o.Region = "eu-north-1" }, ErrRegion, "--region"},
		"wrong secret": {func(t *testing.T, _ *S3Options) { t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong") }, ErrCredentials, "aws sso login"},
		"unknown key":  {func(t *testing.T, _ *S3Options) { t.Setenv("AWS_ACCESS_KEY_ID", "nobody") }, ErrCredentials, "aws sso login"},
		"no credentials": {func(t *testing.T, _ *S3Options) {
			t.Setenv("AWS_ACCESS_KEY_ID", "")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		}, ErrCredentials, "aws sso login"},
		"unknown profile": {func(_ *testing.T, o *S3Options) { o.Profile = "none" }, ErrCredentials, "profile"},
		"no permission": {func(t *testing.T, _ *S3Options) {
			t.Setenv("AWS_ACCESS_KEY_ID", "stranger")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "strangersecret")
		}, ErrDenied, "s3:ListBucket"},
		"nobody there": {func(_ *testing.T, o *S3Options) { o.EndpointURL = closed }, ErrNetwork, "network"},
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			o.Attempts = 1
			c.change(t, &o)
			target, err := NewS3(ctx, o)
			if err == nil {
				_, err = m.service(target).Backup(ctx)
			}
			require.ErrorIs(t, err, c.want)
			var advised *Error
			require.ErrorAs(t, err, &advised)
			require.Contains(t, advised.Advice, c.hint)
			require.NotContains(t, err.Error(), "strangersecret")
		})
	}
	l, err := m.service(s3Target(t, good)).List(ctx)
	require.NoError(t, err)
	require.Len(t, l.Points, 1, "nothing of this touched the backup that was there")
}

// TestWhatOtherServersAnswer: what the server for tests cannot be brought to say.
func TestWhatOtherServersAnswer(t *testing.T) {
	endpoint(t)
	for code, c := range map[string]struct {
		status int
		want   error
	}{
		"RequestTimeTooSkewed": {403, ErrClock}, "ExpiredToken": {400, ErrCredentials}, "PermanentRedirect": {301, ErrRegion}, "KMS.DisabledException": {400, ErrEncryption},
		"QuotaExceeded": {403, ErrTargetFull}, "InternalError": {500, ErrNetwork}, "AllAccessDisabled": {403, ErrDenied},
	} {
		server := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>no</Message></Error>")
		})
		target := s3Target(t, S3Options{Bucket: "b", EndpointURL: server, Attempts: 1})
		require.ErrorIs(t, target.Put(context.Background(), "k", []byte("x"), false), c.want, code)
		require.ErrorIs(t, target.List(context.Background(), "k", func(Stored) error { return nil }), c.want, code)
	}
}

func newServer(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: h}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return "http://" + l.Addr().String()
}

// TestServersWithoutConditions: where If-None-Match is refused, looking first has to do.
func TestServersWithoutConditions(t *testing.T) {
	o := bucket(t, false)
	backend, err := url.Parse(o.EndpointURL)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(backend)
		r.Out.Host = r.In.Host // it is signed
	}}
	asked := atomic.Int64{}
	o.EndpointURL = newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			asked.Add(1)
			w.WriteHeader(http.StatusNotImplemented)
			_, _ = io.WriteString(w, "<Error><Code>NotImplemented</Code></Error>")
			return
		}
		proxy.ServeHTTP(w, r)
	})
	target := s3Target(t, o)
	require.NoError(t, target.Put(context.Background(), "k", []byte("x"), true))
	require.ErrorIs(t, target.Put(context.Background(), "k", []byte("y"), true), errExists)
	require.Equal(t, "x", string(read(t, target, "k")))
	require.Positive(t, asked.Load())
}

// TestObjectLock: what is held stays and is said, and its objects with it.
func TestObjectLock(t *testing.T) {
	ctx := context.Background()
	m := newMachine(t)
	target := s3Target(t, bucket(t, true))
	m.write("c", 50)
	held := backup(t, m.service(target)).Manifest
	key := m.service(target).manifestKey(held)
	_, err := target.client.PutObjectRetention(ctx, &s3.PutObjectRetentionInput{Bucket: &target.o.Bucket, Key: target.key(key),
		Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: aws.Time(time.Now().Add(time.Hour))}})
	require.NoError(t, err)
	for range 3 {
		m.now = m.now.Add(time.Hour)
		m.write("c", 5)
		backup(t, m.service(target))
	}
	m.now = m.now.Add(72 * time.Hour)
	p, err := m.service(target).Prune(ctx, Keep{Last: 1}, false)
	require.NoError(t, err)
	require.Equal(t, []string{key}, p.Held)
	require.Len(t, p.Removed, 2)
	v, err := m.service(target).Verify(ctx, VerifyOptions{All: true})
	require.NoError(t, err)
	require.Empty(t, v.Problems)
	require.Equal(t, 2, v.Backups)
}

// TestTheBucketPolicyIsEnough: with what docs/iam-backup-policy.json allows and nothing more, everything works.
func TestTheBucketPolicyIsEnough(t *testing.T) {
	ctx := context.Background()
	o := bucket(t, false)
	root := s3Target(t, o)
	admin(t, "create-user", "--access", "least", "--secret", "leastsecret", "--role", "user")
	_, err := root.client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &o.Bucket, Policy: aws.String(asBucketPolicy(t, o.Bucket, "least"))})
	require.NoError(t, err)
	t.Setenv("AWS_ACCESS_KEY_ID", "least")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "leastsecret")
	target := s3Target(t, o)
	m := newMachine(t)
	m.write("c", 50)
	backup(t, m.service(target))
	m.now = m.now.Add(time.Hour)
	m.write("c", 5)
	_, err = m.service(target).Ship(ctx)
	require.NoError(t, err)
	backup(t, m.service(target))
	fetch(t, m.elsewhere(target), RestoreOptions{})
	p, err := m.service(target).Prune(ctx, Keep{Last: 1}, false)
	require.NoError(t, err)
	require.Len(t, p.Removed, 1)
	_, err = target.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &o.Bucket})
	require.Error(t, err, "the policy allows no more than it should")
}

// asBucketPolicy turns the documented policy of a user into the same for a bucket of the server for tests. KMS is not its part.
func asBucketPolicy(t *testing.T, bucket, user string) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/iam-backup-policy.json")
	require.NoError(t, err)
	var policy struct {
		Version   string
		Statement []map[string]any
	}
	require.NoError(t, json.Unmarshal(data, &policy))
	var kept []map[string]any
	for _, s := range policy.Statement {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		if strings.Contains(string(text), "kms:") {
			continue
		}
		s["Principal"] = user
		delete(s, "Condition") // of the prefix, which this server does not know
		s["Resource"] = strings.NewReplacer("YOUR-BUCKET", bucket, "YOUR-PREFIX", "some/prefix").Replace(s["Resource"].(string))
		kept = append(kept, s)
	}
	policy.Statement = kept
	out, err := json.Marshal(policy)
	require.NoError(t, err)
	return string(out)
}

func admin(t *testing.T, args ...string) {
	t.Helper()
	all := append([]string{"admin", "--access", rootAccess, "--secret", rootSecret, "--endpoint-url", endpoint(t)}, args...)
	out, err := exec.Command(gatewayProgram(t), all...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestAFullFolder: a target of 512 KB keeps what is whole, and says that it is full.
func TestAFullFolder(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Logf("only root may mount a small file system (%v %s); the device that is always full stands in", err, out)
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		defer f.Close()
		_, err = f.Write([]byte("x"))
		require.ErrorIs(t, (&Dir{root: dir}).classify(err), ErrTargetFull)
		return
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	target, err := NewDir(dir, 0)
	require.NoError(t, err)
	m := newMachine(t)
	m.write("c", 200)
	backup(t, m.service(target))
	m.now = m.now.Add(time.Minute)
	m.write("c", 2600)
	_, err = m.service(target).Backup(context.Background())
	require.ErrorIs(t, err, ErrTargetFull)
	r, _ := fetch(t, m.elsewhere(target), RestoreOptions{})
	require.EqualValues(t, 200, r.Records)
}

// TestAFolderThatIsGone is not made anew: the disk is not connected.
func TestAFolderThatIsGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "usb")
	target, err := NewDir(dir, 0)
	require.NoError(t, err)
	_, err = newMachine(t).service(target).Backup(context.Background())
	require.ErrorIs(t, err, ErrNoBucket)
	require.NoDirExists(t, dir)
}
