package aws_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

func TestScanFindsEverything(t *testing.T) {
	awstest.Env(t)
	s, report := scan(t, both())
	require.Empty(t, report.Findings)
	require.Equal(t, aws.StateDone, report.State)
	require.Len(t, report.Accounts, 2)
	require.Equal(t, awstest.FirstAccount, report.Accounts[0].ID)
	require.Equal(t, awstest.SecondAccount, report.Accounts[1].ID)
	require.Equal(t, 2*(1+3*5), report.CellsDone, "S3, and in each region four collectors and the tagging API")
	require.Zero(t, report.CellsFailed)
	require.GreaterOrEqual(t, len(made), 300)

	expected := map[string]bool{}
	for _, m := range made {
		expected[m.ARN] = true
		r, ok := s.resources[m.ARN]
		if !ok {
			t.Errorf("%s was not found", m.ARN)
			continue
		}
		checkMade(t, m, r)
	}
	for _, arn := range s.arns() {
		if !expected[arn] && !isDefault(s.resources[arn]) {
			t.Errorf("%s was found and never made", arn)
		}
	}
}

func checkMade(t *testing.T, m awstest.Made, r estate.Resource) {
	t.Helper()
	require.Equal(t, m.Type, r.Type, m.ARN)
	require.Equal(t, m.Region, r.Region, m.ARN)
	require.Equal(t, m.Account, r.AccountID, m.ARN)
	require.Equal(t, m.Tags, r.Tags, m.ARN)
	require.NotEmpty(t, r.Name, m.ARN)
	canonical, err := estate.CanonicalARN(r.ARN)
	require.NoError(t, err)
	require.Equal(t, canonical, r.ARN)
	if name := m.Tags["Name"]; name != "" {
		require.Equal(t, name, r.Name)
	}
	for kind, target := range m.Related {
		require.Contains(t, r.Related, estate.Relation{Kind: kind, Target: target}, m.ARN)
	}
}

// isDefault tells what each region of an account has from the start, the default VPC with what belongs to it, and the snapshots
// that RDS takes by itself.
func isDefault(r estate.Resource) bool {
	switch r.Type {
	case "AWS::EC2::VPC":
		return r.Attributes["IsDefault"] == true
	case "AWS::EC2::Subnet":
		return r.Attributes["DefaultForAz"] == true
	case "AWS::EC2::SecurityGroup":
		return r.Name == "default"
	case "AWS::EC2::RouteTable", "AWS::EC2::InternetGateway":
		return len(r.Tags) == 0
	case "AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot":
		return r.Attributes["SnapshotType"] == "automated"
	}
	return false
}

func TestSecondScanIsTheSame(t *testing.T) {
	awstest.Env(t)
	first, _ := scan(t, both())
	second, _ := scan(t, both())
	require.Equal(t, first.arns(), second.arns())
	for arn, r := range first.resources {
		a, err := json.Marshal(r)
		require.NoError(t, err)
		b, err := json.Marshal(second.resources[arn])
		require.NoError(t, err)
		require.JSONEq(t, string(a), string(b), arn)
		require.Equal(t, string(a), string(b), "lists are in the same order")
	}
}

func TestAttributes(t *testing.T) {
	awstest.Env(t)
	s, _ := scan(t, both())
	one := func(resourceType, name string) estate.Resource {
		for _, arn := range s.arns() {
			if r := s.resources[arn]; r.Type == resourceType && r.Name == name && r.Region == "eu-west-1" {
				return r
			}
		}
		t.Fatalf("no %s %s", resourceType, name)
		return estate.Resource{}
	}
	instance := one("AWS::EC2::Instance", "payments-prod-0")
	require.Equal(t, "running", instance.Attributes["State"])
	require.Equal(t, "t3.micro", instance.Attributes["InstanceType"])
	require.NotEmpty(t, instance.Attributes["PrivateIpAddress"])

	web := one("AWS::EC2::SecurityGroup", "web")
	require.Equal(t, true, web.Attributes["IngressFromAnywhere"])
	require.Equal(t, []any{"443/tcp"}, web.Attributes["PortsFromAnywhere"])
	require.NotEmpty(t, web.Attributes["IpPermissions"], "the rules are kept")
	db := one("AWS::EC2::SecurityGroup", "db")
	require.Equal(t, false, db.Attributes["IngressFromAnywhere"])

	require.Equal(t, false, one("AWS::EC2::Volume", "old-data-0").Attributes["Attached"])
	require.Equal(t, true, one("AWS::EC2::Volume", "old-data-0").Attributes["Encrypted"])

	orders := one("AWS::RDS::DBInstance", "orders")
	require.Equal(t, "postgres", orders.Attributes["Engine"])
	require.NotEmpty(t, orders.Attributes["EngineVersion"])
	require.Equal(t, false, orders.Attributes["PubliclyAccessible"])
	require.Equal(t, true, orders.Attributes["StorageEncrypted"])
	require.Equal(t, true, one("AWS::RDS::DBInstance", "legacy-shop").Attributes["PubliclyAccessible"])

	f := one("AWS::Lambda::Function", "thumbnailer")
	require.Equal(t, "python3.12", f.Attributes["Runtime"])
	require.NotContains(t, f.Attributes, "Environment")

	table := one("AWS::DynamoDB::Table", "Sessions")
	require.Equal(t, "PAY_PER_REQUEST", table.Attributes["BillingMode"])
	require.Equal(t, false, table.Attributes["PointInTimeRecovery"])

	logs := one("AWS::S3::Bucket", "1234-eu-west-1-logs")
	require.Equal(t, true, logs.Attributes["PublicAccessBlock"])
	require.Equal(t, "aws:kms", logs.Attributes["Encryption"])
	require.Equal(t, "Enabled", logs.Attributes["Versioning"])
	scratch := one("AWS::S3::Bucket", "1234-eu-west-1-scratch")
	require.Equal(t, false, scratch.Attributes["PublicAccessBlock"])
	require.Equal(t, "Disabled", scratch.Attributes["Versioning"])

	all, err := json.Marshal(s.resources)
	require.NoError(t, err)
	require.NotContains(t, string(all), "hunter2", "environment variables are not kept")
	require.NotContains(t, string(all), "not-a-secret", "nor passwords")
	require.False(t, strings.Contains(string(all), ":null"), "nothing empty is kept")
}

func TestServicesAndRegions(t *testing.T) {
	awstest.Env(t)
	opts := both()
	opts.Services, opts.Regions, opts.RoleARNs = []string{"lambda"}, []string{"eu-west-1"}, nil
	s, report := scan(t, opts)
	require.Equal(t, 1, report.CellsDone)
	require.Len(t, s.resources, 4)
	for _, m := range made {
		if m.Type == "AWS::Lambda::Function" && m.Region == "eu-west-1" && m.Account == awstest.FirstAccount {
			require.Equal(t, m.Tags, s.resources[m.ARN].Tags, "without the tagging API, tags are asked function by function")
		}
	}

	opts.Services = []string{"tagging"}
	s, _ = scan(t, opts)
	for _, r := range s.resources {
		require.True(t, r.Partial, "%s is known by its tags alone", r.ARN)
	}
	require.Contains(t, s.resources, "arn:aws:sqs:eu-west-1:123456789012:jobs")
	require.Contains(t, s.resources, "arn:aws:lambda:eu-west-1:123456789012:function:order-events")

	opts.Services = []string{"lamda"}
	_, err := aws.New(opts).Scan(t.Context(), newSink())
	require.ErrorContains(t, err, `unknown service "lamda": there are ec2`)
}

func TestEveryEnabledRegion(t *testing.T) {
	awstest.Env(t)
	opts := both()
	opts.Regions, opts.RoleARNs, opts.Services = nil, nil, []string{"dynamodb"}
	s, report := scan(t, opts)
	require.Empty(t, report.Findings)
	require.Greater(t, len(report.Accounts[0].Regions), 15)
	require.Len(t, s.resources, 12)

	opts.Regions = []string{"eu-west-1", "mars-north-1"}
	s, report = scan(t, opts)
	require.Len(t, s.resources, 4)
	require.Equal(t, aws.StatePartial, report.State)
	require.Len(t, report.Findings, 1)
	require.Equal(t, aws.CodeRegionOff, report.Findings[0].Code)
	require.Equal(t, "123456789012 mars-north-1", report.Findings[0].Where)
}

func TestProgress(t *testing.T) {
	awstest.Env(t)
	opts := both()
	opts.Services = []string{"s3", "dynamodb"}
	var seen []aws.Progress
	opts.Progress = func(p aws.Progress) { seen = append(seen, p) }
	_, report := scan(t, opts)
	last := seen[len(seen)-1]
	require.Equal(t, 8, last.Total)
	require.Equal(t, 8, last.Done)
	require.Equal(t, report.Resources, last.Resources)
	require.Equal(t, aws.StateDone, last.State)
	require.Len(t, seen, 16, "each cell starts and ends")
}
