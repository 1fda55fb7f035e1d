package aws_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

const sharedConfig = `# comments are not settings
[default]
region = eu-west-1
output = json

[profile second]
role_arn = arn:aws:iam::444455556666:role/CloudOpsInventory
source_profile = base
region = us-east-1
s3 =
  region = not-a-region

[profile "with space"]
region=ap-southeast-2

[sso-session corp]
sso_region = eu-central-1
region = eu-central-1
`

const sharedCredentials = `[base]
aws_access_key_id = testing
aws_secret_access_key = testing

[default]
aws_access_key_id = testing
aws_secret_access_key = testing
`

func writeProfiles(t *testing.T) {
	t.Helper()
	awstest.Env(t)
	require.NoError(t, os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(sharedConfig), 0o600))
	require.NoError(t, os.WriteFile(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), []byte(sharedCredentials), 0o600))
}

func TestProfiles(t *testing.T) {
	awstest.Env(t)
	none, err := aws.Profiles()
	require.NoError(t, err)
	require.Empty(t, none)

	writeProfiles(t)
	got, err := aws.Profiles()
	require.NoError(t, err)
	require.Equal(t, []aws.Profile{{"default", "eu-west-1"}, {"base", ""}, {"second", "us-east-1"}, {"with space", "ap-southeast-2"}}, got)
}

func TestScanOfProfiles(t *testing.T) {
	writeProfiles(t)
	for _, k := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
		t.Setenv(k, "")
	}
	opts := both()
	opts.RoleARNs = nil
	opts.Profiles, opts.Services = []string{"default", "base", "second", "missing"}, []string{"dynamodb"}
	s, report := scan(t, opts)
	require.Len(t, report.Findings, 1, "%v", report.Findings)
	require.Len(t, report.Accounts, 2, "default and base are one account")
	require.Equal(t, "default", report.Accounts[0].Profile)
	require.Equal(t, awstest.SecondAccount, report.Accounts[1].ID)
	require.Len(t, s.resources, 24)
	require.Len(t, report.Findings, 1)
	require.Equal(t, "profile missing", report.Findings[0].Where)
	require.Equal(t, aws.CodeCredentials, report.Findings[0].Code)
}

func TestRoleThatIsDenied(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.action == "AssumeRole" {
			return 403, "AccessDenied"
		}
		return 0, ""
	})
	opts := through(p)
	opts.RoleARNs, opts.Services = []string{awstest.RoleARN}, []string{"dynamodb"}
	_, report := scan(t, opts)
	require.Len(t, report.Accounts, 1)
	require.Len(t, report.Findings, 1)
	require.Equal(t, aws.CodeDenied, report.Findings[0].Code)
	require.Equal(t, "role "+awstest.RoleARN, report.Findings[0].Where)
	require.Contains(t, report.Findings[0].Hint, "sts:AssumeRole")
}
