package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// S3Options say which bucket, and how it is spoken to. Credentials come from the SDK's chain.
type S3Options struct {
	Bucket  string
	Prefix  string // without slashes around it; may be empty
	Region  string // empty: the profile's, then us-east-1 where there is an endpoint
	Profile string // of the AWS configuration; empty: the default chain
	// EndpointURL is another S3 server; buckets are then a part of the path.
	EndpointURL string
	// KMSKey: objects are encrypted with SSE-KMS under this key's id or ARN; "aws/s3" is the account's own key. Empty: the
	// bucket's default. What is sent is sealed in any case.
	KMSKey       string
	StorageClass string // STANDARD where empty
	// PlainChecksums leaves out the checksums that some S3 servers do not know.
	PlainChecksums bool
	// Limit is in bytes a second that go out; 0 is none.
	Limit int64
	// Attempts for each request, 5 where zero.
	Attempts int
}

// S3 is a target in a bucket.
type S3 struct {
	o      S3Options
	client *s3.Client
	// noCondition is set when the server does not know If-None-Match.
	noCondition atomic.Bool
}

// NewS3 reads the AWS configuration; it does not ask the server.
func NewS3(ctx context.Context, o S3Options) (*S3, error) {
	if o.Bucket == "" {
		return nil, &Error{Err: ErrNoTarget, Advice: noTargetAdvice}
	}
	o.Prefix = strings.Trim(o.Prefix, "/")
	if o.Attempts == 0 {
		o.Attempts = 5
	}
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.DialContext = newLimiter(o.Limit).dialer((&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext)
		t.ResponseHeaderTimeout = 2 * time.Minute
	})
	load := []func(*awsconfig.LoadOptions) error{awsconfig.WithHTTPClient(client), awsconfig.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(so *retry.StandardOptions) { so.MaxAttempts = o.Attempts })
	})}
	if o.Region != "" {
		load = append(load, awsconfig.WithRegion(o.Region))
	} else if o.EndpointURL != "" {
		load = append(load, awsconfig.WithDefaultRegion("us-east-1"))
	}
	if o.Profile != "" {
		load = append(load, awsconfig.WithSharedConfigProfile(o.Profile))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, &Error{Err: ErrCredentials, Cause: err, Advice: "Check the profile in the AWS configuration."}
	}
	if cfg.Region == "" {
		return nil, &Error{Err: ErrRegion, Cause: errors.New("none is set"), Advice: "Name the bucket's region with --region."}
	}
	return &S3{o: o, client: s3.NewFromConfig(cfg, o.apply)}, nil
}

func (o S3Options) apply(c *s3.Options) {
	if o.EndpointURL != "" {
		c.BaseEndpoint = aws.String(o.EndpointURL)
		c.UsePathStyle = true
	}
	if o.PlainChecksums {
		c.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		c.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	}
	// A skipped checksum of an object that has none is no news.
	c.DisableLogOutputChecksumValidationSkipped = true
}

// String is s3://bucket/prefix.
func (t *S3) String() string { return strings.TrimSuffix("s3://"+t.o.Bucket+"/"+t.o.Prefix, "/") }

func (t *S3) key(key string) *string {
	if t.o.Prefix == "" {
		return aws.String(key)
	}
	return aws.String(t.o.Prefix + "/" + key)
}

func (t *S3) strip(key string) string {
	return strings.TrimPrefix(key, *t.key(""))
}

// List implements Target.
func (t *S3) List(ctx context.Context, prefix string, each func(Stored) error) error {
	pages := s3.NewListObjectsV2Paginator(t.client, &s3.ListObjectsV2Input{Bucket: &t.o.Bucket, Prefix: t.key(prefix)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return t.classify(err, "s3:ListBucket")
		}
		for _, o := range page.Contents {
			if err := each(Stored{Key: t.strip(aws.ToString(o.Key)), Size: aws.ToInt64(o.Size), Modified: aws.ToTime(o.LastModified)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Folders implements Target.
func (t *S3) Folders(ctx context.Context) ([]string, error) {
	pages := s3.NewListObjectsV2Paginator(t.client, &s3.ListObjectsV2Input{Bucket: &t.o.Bucket, Prefix: t.key(""), Delimiter: aws.String("/")})
	var out []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, t.classify(err, "s3:ListBucket")
		}
		for _, p := range page.CommonPrefixes {
			out = append(out, strings.Trim(t.strip(aws.ToString(p.Prefix)), "/"))
		}
	}
	return out, nil
}

// Get implements Target.
func (t *S3) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	got, err := t.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &t.o.Bucket, Key: t.key(key)})
	if err != nil {
		return nil, t.classify(err, "s3:GetObject")
	}
	return &s3Body{ReadCloser: got.Body, t: t}, nil
}

// s3Body gives errors in the middle of a body their meaning.
type s3Body struct {
	io.ReadCloser
	t *S3
}

// Read implements io.Reader.
func (b *s3Body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.t.classify(err, "s3:GetObject")
	}
	return n, err
}

// Put implements Target.
func (t *S3) Put(ctx context.Context, key string, content []byte, ifAbsent bool) error {
	in := &s3.PutObjectInput{Bucket: &t.o.Bucket, Key: t.key(key), Body: bytes.NewReader(content), ContentLength: aws.Int64(int64(len(content))),
		ContentType: aws.String("application/octet-stream"), StorageClass: types.StorageClass(t.o.StorageClass)}
	if t.o.KMSKey != "" {
		in.ServerSideEncryption = types.ServerSideEncryptionAwsKms
		if t.o.KMSKey != "aws/s3" {
			in.SSEKMSKeyId = &t.o.KMSKey
		}
	}
	if ifAbsent && !t.noCondition.Load() {
		in.IfNoneMatch = aws.String("*")
		_, err := t.client.PutObject(ctx, in)
		if err == nil || !lacksConditions(err) {
			return t.classify(err, "s3:PutObject")
		}
		t.noCondition.Store(true)
		in.IfNoneMatch, in.Body = nil, bytes.NewReader(content)
	}
	if ifAbsent {
		// Without the condition, looking first has to do.
		_, err := t.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: in.Bucket, Key: in.Key})
		if err == nil {
			return fmt.Errorf("%w: %s", errExists, key)
		}
		if err := t.classify(err, "s3:GetObject"); !errors.Is(err, errNotFound) {
			return err
		}
	}
	_, err := t.client.PutObject(ctx, in)
	return t.classify(err, "s3:PutObject")
}

// Delete implements Target, one object after the other: DeleteObjects needs a checksum that not every server knows.
func (t *S3) Delete(ctx context.Context, keys ...string) (held []string, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	locks := t.hasLocks(ctx)
	for _, key := range keys {
		if locks && t.isHeld(ctx, key) {
			held = append(held, key)
			continue
		}
		_, err := t.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &t.o.Bucket, Key: t.key(key)})
		if err != nil && errorCode(err) == "AccessDenied" && t.isHeld(ctx, key) {
			held = append(held, key)
			continue
		}
		if err := ignoreNotFound(t.classify(err, "s3:DeleteObject")); err != nil {
			return held, err
		}
	}
	return held, nil
}

// hasLocks asks once for a bucket with Object Lock. Where that may not be asked, a deletion says so itself.
func (t *S3) hasLocks(ctx context.Context) bool {
	got, err := t.client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &t.o.Bucket})
	return err == nil && got.ObjectLockConfiguration != nil && got.ObjectLockConfiguration.ObjectLockEnabled == types.ObjectLockEnabledEnabled
}

// isHeld looks for a retention or a legal hold that has not ended. Without it, a deletion in such a bucket would only hide
// the object, and it would go on costing.
func (t *S3) isHeld(ctx context.Context, key string) bool {
	head, err := t.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &t.o.Bucket, Key: t.key(key)})
	if err != nil {
		return false
	}
	return head.ObjectLockLegalHoldStatus == types.ObjectLockLegalHoldStatusOn || aws.ToTime(head.ObjectLockRetainUntilDate).After(time.Now())
}
