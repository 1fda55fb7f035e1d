package aws_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws/awstest"
)

// TestAccessKeysThatMayNotBeListed: the keys that were known stay, and the users are found all the same.
func TestAccessKeysThatMayNotBeListed(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, func(c call) (int, string) {
		if c.action == "ListAccessKeys" {
			return http.StatusForbidden, "AccessDenied"
		}
		return 0, ""
	})
	opts := through(p)
	opts.Services = []string{"iam"}
	s, report := scan(t, opts)
	require.Len(t, report.Findings, 1)
	require.Contains(t, report.Findings[0].Hint, "iam:ListAccessKeys")
	cell := estate.Cell{AccountID: awstest.FirstAccount, Region: estate.GlobalRegion, Service: "iam"}
	require.NotContains(t, s.listed[cell], "AWS::IAM::AccessKey")
	require.Contains(t, s.listed[cell], "AWS::IAM::User")
	require.Contains(t, s.resources, "arn:aws:iam::123456789012:user/mira")
}
