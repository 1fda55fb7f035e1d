package aws_test

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

type callKey struct{}

func withCall(ctx context.Context, c call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// through are options that scan one account and region by way of the proxy.
func through(p *proxy) aws.Options {
	return aws.Options{EndpointURL: p.URL, Regions: []string{"eu-west-1"}, Version: "1.2.3"}
}

func TestDeniedServiceDoesNotStopTheRest(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.service == "rds" {
			return 403, "AccessDenied"
		}
		return 0, ""
	})
	s, report := scan(t, through(p))
	require.Equal(t, aws.StatePartial, report.State)
	require.Equal(t, 1, report.CellsFailed)
	require.Equal(t, len(aws.Services())-1, report.CellsDone)
	require.Len(t, report.Findings, 7, "one for each call that RDS denied")
	for _, f := range report.Findings {
		require.Equal(t, aws.CodeDenied, f.Code)
		require.Equal(t, "123456789012 eu-west-1 rds", f.Where)
		require.Contains(t, f.Message, "made up by the test")
	}
	require.Contains(t, report.Findings[0].Hint, "docs/iam-policy.json")
	require.Contains(t, report.Findings[0].Hint, "rds:DescribeDB")
	require.False(t, s.complete[estate.Cell{AccountID: "123456789012", Region: "eu-west-1", Service: "rds"}])

	// What RDS did not tell, the tagging API does, marked as what it is.
	r, ok := s.resources["arn:aws:rds:eu-west-1:123456789012:db:orders"]
	require.True(t, ok)
	require.True(t, r.Partial)
	require.NotEmpty(t, s.resources["arn:aws:lambda:eu-west-1:123456789012:function:thumbnailer"].Attributes)
}

func TestOneDeniedListingLeavesTheOthers(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.action == "DescribeVolumes" {
			return 403, "UnauthorizedOperation"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Regions, opts.Services = awstest.Regions, []string{"ec2"}
	s, report := scan(t, opts)
	require.Len(t, report.Findings, 1, "three regions, one finding")
	require.Equal(t, "123456789012 ap-southeast-2,eu-west-1,us-east-1 ec2", report.Findings[0].Where)
	require.Contains(t, report.Findings[0].Hint, "ec2:DescribeVolumes")
	require.Equal(t, 3, report.CellsFailed)
	kinds := map[string]int{}
	for _, r := range s.resources {
		kinds[r.Type]++
	}
	require.Zero(t, kinds["AWS::EC2::Volume"])
	require.Equal(t, 3*7, kinds["AWS::EC2::Instance"])
	cell := estate.Cell{AccountID: "123456789012", Region: "eu-west-1", Service: "ec2"}
	require.Contains(t, s.listed[cell], "AWS::EC2::Instance", "what is not there any more can be told")
	require.NotContains(t, s.listed[cell], "AWS::EC2::Volume", "of volumes nothing can")
	require.NotZero(t, kinds["AWS::EC2::Subnet"])
}

func TestDeniedDetailIsNotedAndTheBucketKept(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.service == "s3" && strings.HasSuffix(c.action, "?encryption") {
			return 403, "AccessDenied"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Services = []string{"s3"}
	s, report := scan(t, opts)
	require.Zero(t, report.CellsFailed, "the listing is complete")
	require.Equal(t, aws.StatePartial, report.State)
	require.Len(t, report.Findings, 1, "twelve buckets, one finding")
	require.Contains(t, report.Findings[0].Hint, "s3:GetEncryptionConfiguration")
	bucket := s.resources["arn:aws:s3:::1234-eu-west-1-logs"]
	require.NotContains(t, bucket.Attributes, "Encryption")
	require.Equal(t, "Enabled", bucket.Attributes["Versioning"])
}

func TestFailingBucketLeavesTheOthers(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if strings.HasPrefix(c.action, "GET /1234-eu-west-1-logs?versioning") {
			return 500, "InternalError"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Services = []string{"s3"}
	s, report := scan(t, opts)
	require.Equal(t, 1, report.CellsFailed, "one is missing, so nothing may be taken for gone")
	require.Len(t, s.resources, 11)
	require.Len(t, report.Findings, 1)
	require.Equal(t, aws.CodeOther, report.Findings[0].Code)
}

func TestExpiredCredentials(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(call) (int, string) { return 403, "ExpiredToken" })
	_, err := aws.New(through(p)).Scan(t.Context(), newSink())
	var known *aws.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, aws.CodeExpired, known.Code)
	require.Contains(t, known.Hint, "aws sso login")
	require.Contains(t, known.Message, "default credentials")
}

func TestCredentialsThatExpireDuringAScan(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.service == "lambda" || c.service == "dynamodb" {
			return 400, "ExpiredTokenException"
		}
		return 0, ""
	})
	_, report := scan(t, through(p))
	require.Equal(t, aws.StatePartial, report.State)
	require.Equal(t, 2, report.CellsFailed)
	for _, f := range report.Findings {
		require.Equal(t, aws.CodeExpired, f.Code)
	}
}

func TestNoCredentials(t *testing.T) {
	awstest.Env(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	report, err := aws.New(both()).Scan(t.Context(), newSink())
	var known *aws.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, aws.CodeCredentials, known.Code)
	require.Contains(t, known.Hint, "aws configure")
	require.Equal(t, aws.StateFailed, report.State)

	opts := both()
	opts.Profiles = []string{"nobody"}
	_, err = aws.New(opts).Scan(t.Context(), newSink())
	require.ErrorAs(t, err, &known)
	require.Equal(t, aws.CodeCredentials, known.Code)
	require.Contains(t, known.Message, "profile nobody")
	require.Contains(t, known.Hint, "--profile nobody")
}

func TestUnreachableEndpoint(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, nil)
	opts := through(p)
	p.Close()
	_, err := aws.New(opts).Scan(t.Context(), newSink())
	var known *aws.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, aws.CodeNetwork, known.Code)
}

func TestRegionThatDoesNotKnowTheAccount(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.region == "eu-west-1" {
			return 403, "UnrecognizedClientException"
		}
		return 0, ""
	})
	_, report := scan(t, through(p))
	require.NotEmpty(t, report.Findings)
	for _, f := range report.Findings {
		require.Equal(t, aws.CodeRegionOff, f.Code, f.Message)
	}
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.action == "ListTables" && c.n < 2 {
			return 400, "ThrottlingException"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Services = []string{"dynamodb"}
	s, report := scan(t, opts)
	require.Empty(t, report.Findings)
	require.Len(t, s.resources, 4)
	require.Equal(t, 2, report.Services["dynamodb"].Throttles)
	require.Equal(t, 3, report.Calls["dynamodb:ListTables"])
}

func TestEndlessThrottlingIsAFinding(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.service == "lambda" {
			return 429, "TooManyRequestsException"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Services = []string{"lambda", "dynamodb"}
	s, report := scan(t, opts)
	require.Len(t, report.Findings, 1)
	require.Equal(t, aws.CodeThrottled, report.Findings[0].Code)
	require.Equal(t, 7, report.Services["lambda"].Throttles, "the attempts are bounded")
	require.Len(t, s.resources, 4)
}

func TestRepeatedPage(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, nil)
	p.rewrite = func(c call, body []byte) []byte {
		if c.action == "ListTables" {
			return regexp.MustCompile(`\{`).ReplaceAll(body, []byte(`{"LastEvaluatedTableName":"carts",`))
		}
		return body
	}
	opts := through(p)
	opts.Services = []string{"dynamodb"}
	_, report := scan(t, opts)
	require.Equal(t, 1, report.CellsFailed)
	require.Len(t, report.Findings, 1)
	require.Contains(t, report.Findings[0].Message, "repeats a page")
	require.Equal(t, 2, report.Calls["dynamodb:ListTables"])
}

func TestCancel(t *testing.T) {
	awstest.Env(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := newSink()
	s.onCell = func(estate.Cell) error { cancel(); return nil }
	report, err := aws.New(both()).Scan(ctx, s)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, s.cells, 1, "no cell is handed over after the end")
	require.Equal(t, 1, report.CellsDone)
	require.Equal(t, aws.StatePartial, report.State)

	// A call that hangs is left at once.
	ctx, cancel = context.WithCancel(t.Context())
	hang := make(chan struct{})
	p := newProxy(t, func(c call) (int, string) {
		if c.service == "lambda" {
			cancel()
			<-hang
		}
		return 0, ""
	})
	opts := through(p)
	opts.Services = []string{"lambda"}
	_, err = aws.New(opts).Scan(ctx, newSink())
	close(hang)
	require.ErrorIs(t, err, context.Canceled)
}

func TestSinkErrorEndsTheScan(t *testing.T) {
	awstest.Env(t)
	full := errors.New("the disk is full")
	s := newSink()
	s.onCell = func(estate.Cell) error { return full }
	_, err := aws.New(both()).Scan(t.Context(), s)
	require.ErrorIs(t, err, full)
	require.Len(t, s.cells, 1)
}

func TestUserAgent(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, nil)
	opts := through(p)
	opts.Services = []string{"lambda"}
	scan(t, opts)
	require.NotEmpty(t, p.calls)
	for _, c := range p.calls {
		require.Contains(t, c.agent, "cloudops/1.2.3")
	}
}

// TestMemberOfAnOrganization: who may not list accounts because another account manages them has nothing to be allowed, and what was
// known of the organization is not taken for gone.
func TestMemberOfAnOrganization(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.action == "ListAccounts" {
			return 400, "AccessDeniedException"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Services = []string{"organizations"}
	_, report := scan(t, opts)
	require.Equal(t, 1, report.CellsFailed, "this account manages it, and lacks the permission")
	require.Len(t, report.Findings, 1)
	require.Contains(t, report.Findings[0].Hint, "organizations:ListAccounts")

	p.rewrite = func(c call, body []byte) []byte {
		if c.action != "DescribeOrganization" {
			return body
		}
		return bytes.ReplaceAll(body, []byte(`"MasterAccountId": "123456789012"`), []byte(`"MasterAccountId": "999988887777"`))
	}
	s, report := scan(t, opts)
	require.Empty(t, report.Findings)
	require.Equal(t, aws.StateDone, report.State)
	cell := estate.Cell{AccountID: "123456789012", Region: estate.GlobalRegion, Service: "organizations"}
	require.Equal(t, []estate.Cell{cell}, report.Absent)
	require.False(t, s.complete[cell])
	require.Equal(t, 1, report.Calls["organizations:DescribeOrganization"])
}

// TestInterruptedScanGoesOn: the cells that were read before the interruption are not asked for again, and are not touched.
func TestInterruptedScanGoesOn(t *testing.T) {
	awstest.Env(t)
	ctx, cancel := context.WithCancel(t.Context())
	first := newSink()
	first.onCell = func(estate.Cell) error {
		if len(first.cells) == 3 {
			cancel()
		}
		return nil
	}
	opts := both()
	opts.Services = []string{"sqs", "sns", "lambda"}
	opts.RoleARNs = nil
	_, err := aws.New(opts).Scan(ctx, first)
	require.ErrorIs(t, err, context.Canceled)

	opts.Kept = func(c estate.Cell) bool { return first.complete[c] }
	second, report := scan(t, opts)
	require.Equal(t, aws.StateDone, report.State)
	require.Equal(t, 3, report.CellsKept)
	require.Equal(t, 3*3-3, report.CellsDone)
	for cell := range first.cells {
		require.NotContains(t, second.cells, cell)
	}
	opts.Kept = nil
	whole, _ := scan(t, opts)
	for arn := range whole.resources {
		_, before := first.resources[arn]
		_, after := second.resources[arn]
		require.True(t, before != after, "%s was read in one of the two", arn)
	}
}

// TestEndlessThrottlingOfADetailEndsTheCell: a call that only adds to a resource is not tried again for each of hundreds.
func TestEndlessThrottlingOfADetailEndsTheCell(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.action == "ListQueueTags" {
			return 400, "ThrottlingException"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Regions, opts.Services = []string{"us-east-1"}, []string{"sqs"}
	_, report := scan(t, opts)
	require.Equal(t, 1, report.CellsFailed)
	require.Len(t, report.Findings, 1)
	require.Equal(t, aws.CodeThrottled, report.Findings[0].Code)
}
