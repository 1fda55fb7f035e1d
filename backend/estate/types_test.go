package estate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// example is an ARN that a pattern is for.
func example(p *arnPattern, service string) string {
	_, resource, _ := strings.Cut(p.text, ":")
	r := strings.NewReplacer("{name**}", "thename", "{base**}", "path/thename", "{name}", "thename", "**", "x/y", "*", "x")
	return "arn:aws:" + service + ":eu-west-1:111122223333:" + r.Replace(resource)
}

func TestEveryPatternFindsItsType(t *testing.T) {
	n := 0
	for service, patterns := range table().patterns {
		for _, p := range patterns {
			n++
			arn := example(p, service)
			got, ok := TypeOf(arn)
			require.True(t, ok, arn)
			require.Equal(t, p.cfnType, got, "%s is for %s", arn, p.text)
			require.Equal(t, "thename", NameOf(arn), arn)
			canonical, err := CanonicalARN(arn)
			require.NoError(t, err, arn)
			again, _ := TypeOf(canonical)
			require.Equal(t, got, again, "the canonical ARN has the same type")
			require.NotEmpty(t, TypeLabel(got))
			require.NotEmpty(t, ServiceOf(got))
		}
	}
	require.GreaterOrEqual(t, n, 300)
}

func TestTableRefusesMistakes(t *testing.T) {
	for _, line := range []string{"ec2:x", "ec2:x | EC2 | label", "ec2 | AWS::EC2::X | label", "ec2:x | AWS::EC2::X | label | noregions"} {
		_, err := readTypes(line)
		require.Error(t, err, line)
	}
}

func TestARNOfATypeAndAName(t *testing.T) {
	for cfnType, want := range map[string]string{
		"AWS::Synthetics::Canary":     "arn:aws:synthetics:eu-west-1:111122223333:canary:login",
		"AWS::S3::Bucket":             "arn:aws:s3:::login",
		"AWS::AppConfig::Environment": "", // it holds the application's as well
		"AWS::Nobody::Knows":          "",
	} {
		got, ok := ARNOf(cfnType, "aws", "eu-west-1", "111122223333", "login")
		require.Equal(t, want, got)
		require.Equal(t, want != "", ok, cfnType)
	}
}
