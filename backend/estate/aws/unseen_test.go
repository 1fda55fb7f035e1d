package aws_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
	"cloudops/backend/store/storetest"
)

// TestDeniedDetailKeepsWhatWasSeen: between two scans, calls that add detail are denied. What they told before stays, tags too, and no change
// is recorded; when they are allowed again, what changed meanwhile is.
func TestDeniedDetailKeepsWhatWasSeen(t *testing.T) {
	awstest.Env(t)
	server := awstest.Start(t)
	_, err := server.Change("make")
	require.NoError(t, err)
	p := newProxyTo(t, server.URL, nil)
	opts := through(p)
	opts.Services = []string{"s3", "kms", "lambda", "sqs", "iam", "dynamodb", "route53", "ec2"} // without the tagging API tags are details too
	s := estate.New(storetest.OpenWithoutModel(t, estate.Schemas()...).Store, estate.Options{})
	first, report, err := scanInto(t, s, opts)
	require.NoError(t, err)
	require.Equal(t, aws.StateDone, report.State, report.Findings)
	require.NotZero(t, first.counts.Added)
	calm := exported(t, s)

	listings := []string{"ListBuckets", "GET /?", "ListKeys", "ListFunctions", "GET /2015-03-31/functions", "ListQueues", "GetQueueAttributes", "GetAccountAuthorizationDetails", "ListTables", "DescribeTable"}
	deny := func(c call) bool {
		if c.service == "ec2" {
			return c.action == "DescribeImages" || c.action == "DescribeKeyPairs" || c.action == "DescribeLaunchTemplateVersions"
		}
		for _, l := range listings {
			if strings.HasPrefix(c.action, l) {
				return false
			}
		}
		return c.service != "sts" && c.service != "route53"
	}
	p.fault = func(c call) (int, string) {
		if deny(c) {
			return http.StatusForbidden, "AccessDenied"
		}
		return 0, ""
	}
	began := time.Now()
	denied, report, err := scanInto(t, s, opts)
	require.NoError(t, err)
	require.Equal(t, aws.StatePartial, report.State)
	require.Zero(t, denied.counts.Added+denied.counts.Changed+denied.counts.Removed, "what could not be seen is as it was: %+v", changesSince(t, s, began))
	require.Equal(t, calm, exported(t, s))
	said := 0
	for _, f := range report.Findings {
		if strings.Contains(f.Hint, "stays as it was last seen") {
			said++
		}
	}
	require.Greater(t, said, 5, "the findings say so: %+v", report.Findings)

	// A detail changes while it may not be seen; in the look that sees it again, that is the one change.
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("eu-west-1"), config.WithBaseEndpoint(server.URL))
	require.NoError(t, err)
	bucket := "1234-eu-west-1-work"
	_, err = s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }).PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	require.NoError(t, err)
	function := "arn:aws:lambda:eu-west-1:123456789012:function:work"
	_, err = lambda.NewFromConfig(cfg).TagResource(t.Context(), &lambda.TagResourceInput{Resource: &function, Tags: map[string]string{"env": "prod"}})
	require.NoError(t, err)
	key, err := kms.NewFromConfig(cfg).EnableKeyRotation(t.Context(), &kms.EnableKeyRotationInput{KeyId: awssdk.String(keyOf(t, cfg))})
	require.NoError(t, err)
	require.NotNil(t, key)
	hidden, _, err := scanInto(t, s, opts)
	require.NoError(t, err)
	require.Zero(t, hidden.counts.Changed)

	p.fault = nil
	began = time.Now()
	clear, report, err := scanInto(t, s, opts)
	require.NoError(t, err)
	require.Equal(t, aws.StateDone, report.State, report.Findings)
	require.Equal(t, 3, clear.counts.Changed)
	require.Zero(t, clear.counts.Added+clear.counts.Removed)
	fields := map[string]any{}
	for _, c := range changesSince(t, s, began) {
		for _, d := range c.Fields {
			fields[c.Type+" "+d.Field] = []any{d.Before, d.After}
		}
	}
	assert.Equal(t, map[string]any{
		"AWS::S3::Bucket attributes.Versioning":       []any{"Disabled", "Enabled"},
		"AWS::Lambda::Function tags.env":              []any{"dev", "prod"},
		"AWS::KMS::Key attributes.KeyRotationEnabled": []any{false, true},
	}, fields)
}

func keyOf(t *testing.T, cfg awssdk.Config) string {
	t.Helper()
	got, err := kms.NewFromConfig(cfg).DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: awssdk.String("alias/work")})
	require.NoError(t, err)
	return awssdk.ToString(got.KeyMetadata.KeyId)
}

func changesSince(t *testing.T, s *estate.Service, at time.Time) []estate.Change {
	t.Helper()
	page, err := s.Changes(t.Context(), at, 1000, "")
	require.NoError(t, err)
	return page.Changes
}
