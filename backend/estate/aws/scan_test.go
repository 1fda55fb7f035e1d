package aws_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

// globals are the collectors that one region answers for all.
const globals = 7

func TestScanFindsEverything(t *testing.T) {
	awstest.Env(t)
	s, report := whole(t, true)
	for _, f := range report.Findings {
		t.Errorf("finding: %+v", f)
	}
	require.Len(t, report.Accounts, 2)
	require.Equal(t, awstest.FirstAccount, report.Accounts[0].ID)
	require.Equal(t, awstest.SecondAccount, report.Accounts[1].ID)
	regional := len(aws.Services()) - globals
	if !assert.Equal(t, 2*(globals+3*regional), report.CellsDone) {
		t.Log(report.Absent)
	}
	assert.Empty(t, report.Absent)
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
	// Without the tagging API, tags are asked for one by one, and each collector tells them.
	asked, report := whole(t, false)
	require.Empty(t, report.Findings)
	for _, m := range made {
		if tags := asked.resources[m.ARN].Tags; !maps.Equal(m.Tags, tags) {
			t.Errorf("%s has the tags %v, not %v", m.ARN, tags, m.Tags)
		}
		if tags := s.resources[m.ARN].Tags; !maps.Equal(m.Tags, tags) {
			t.Errorf("with the tagging API, %s has the tags %v, not %v", m.ARN, tags, m.Tags)
		}
	}
	for _, arn := range s.arns() {
		if !expected[arn] && !isDefault(s.resources[arn]) {
			t.Errorf("%s was found and never made", arn)
		}
	}
}

// TestEveryTypeIsSeeded: but for composite alarms, which moto cannot make and TestCompositeAlarmScripted has, of each type that a collector lists there is one, and search knows what people call it.
func TestEveryTypeIsSeeded(t *testing.T) {
	seeded, kinds := map[string]bool{}, map[string]bool{}
	for _, m := range made {
		seeded[m.Type] = true
		for _, rel := range m.Related {
			kinds[rel.Kind] = true
		}
	}
	types := map[string]bool{}
	for service, listed := range aws.Types() {
		for _, cfnType := range listed {
			types[cfnType] = true
			assert.True(t, seeded[cfnType] || cfnType == "AWS::CloudWatch::CompositeAlarm", "%s of %s is not seeded", cfnType, service)
			assert.Contains(t, estate.KnownTypes(), cfnType)
		}
	}
	require.GreaterOrEqual(t, len(types), 60)
	require.GreaterOrEqual(t, len(aws.Types()), 40)
	require.GreaterOrEqual(t, len(kinds), 40, "the kinds of relations: %v", slices.Sorted(maps.Keys(kinds)))
	t.Logf("%d types of %d services, %d kinds of relations", len(types), len(aws.Types()), len(kinds))
}

func checkMade(t *testing.T, m awstest.Made, r estate.Resource) {
	t.Helper()
	assert.Equal(t, m.Type, r.Type, m.ARN)
	assert.Equal(t, m.Region, r.Region, m.ARN)
	assert.Equal(t, m.Account, r.AccountID, m.ARN)
	assert.NotEmpty(t, r.Name, m.ARN)
	canonical, err := estate.CanonicalARN(r.ARN)
	require.NoError(t, err)
	assert.Equal(t, canonical, r.ARN)
	if name := m.Tags["Name"]; name != "" {
		assert.Equal(t, name, r.Name)
	}
	for _, rel := range m.Related {
		if !slices.Contains(r.Related, rel) {
			t.Errorf("%s is not related to %v, but to %v", m.ARN, rel, r.Related)
		}
	}
}

// isDefault tells what each region of an account has from the start, the default VPC with what belongs to it, and the snapshots
// that RDS takes by itself.
func isDefault(r estate.Resource) bool {
	switch r.Type {
	case "AWS::EC2::VPC", "AWS::EC2::NetworkAcl":
		return r.Attributes["IsDefault"] == true
	case "AWS::EC2::Subnet":
		return r.Attributes["DefaultForAz"] == true
	case "AWS::EC2::SecurityGroup":
		return r.Name == "default"
	case "AWS::EC2::RouteTable", "AWS::EC2::InternetGateway":
		return len(r.Tags) == 0
	case "AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot", "AWS::Redshift::ClusterSnapshot":
		return r.Attributes["SnapshotType"] == "automated"
	case "AWS::KMS::Key":
		return len(r.Tags) == 0
	case "AWS::KMS::Alias":
		return strings.HasPrefix(r.Name, "alias/aws/")
	case "AWS::RDS::DBParameterGroup", "AWS::ElastiCache::ParameterGroup":
		return strings.HasPrefix(r.Name, "default.")
	case "AWS::Events::EventBus", "AWS::Scheduler::ScheduleGroup", "AWS::MemoryDB::SubnetGroup":
		return r.Name == "default"
	case "AWS::Athena::WorkGroup":
		return r.Name == "primary"
	case "AWS::Organizations::Account":
		return strings.HasSuffix(r.ARN, r.AccountID)
	case "AWS::ECS::Cluster":
		return strings.HasPrefix(r.Name, "OnDemand_Batch")
	}
	return strings.Contains(r.ARN, ":flow-logs/") // as moto's tagging API spells vpc-flow-log
}

func TestSecondScanIsTheSame(t *testing.T) {
	awstest.Env(t)
	first, _ := whole(t, true)
	second, _ := scan(t, both())
	require.Equal(t, first.arns(), second.arns())
	require.Equal(t, len(first.cells), len(second.cells))
	for arn, r := range first.resources {
		a, err := json.Marshal(r)
		require.NoError(t, err)
		b, err := json.Marshal(second.resources[arn])
		require.NoError(t, err)
		assert.JSONEq(t, string(a), string(b), arn)
		assert.Equal(t, string(a), string(b), "lists are in the same order")
	}
}

func TestAttributes(t *testing.T) {
	awstest.Env(t)
	s, _ := whole(t, true)
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

	// What people ask for first, service by service.
	for _, want := range []struct {
		cfnType, name, attribute string
		value                    any
	}{
		{"AWS::AutoScaling::AutoScalingGroup", "web", "MaxSize", 2.0},
		{"AWS::ElasticLoadBalancingV2::LoadBalancer", "shop", "Scheme", "internet-facing"},
		{"AWS::ElasticLoadBalancingV2::TargetGroup", "web", "Attached", true},
		{"AWS::ECS::Service", "web", "DesiredCount", 1.0}, {"AWS::ECS::Service", "web", "LaunchType", "FARGATE"},
		{"AWS::EKS::Cluster", "platform", "Version", "1.30"},
		{"AWS::ElastiCache::CacheCluster", "sessions", "Engine", "redis"}, {"AWS::ElastiCache::CacheCluster", "sessions", "CacheNodeType", "cache.t3.micro"},
		{"AWS::OpenSearchService::Domain", "catalog", "EngineVersion", "OpenSearch_2.11"}, {"AWS::OpenSearchService::Domain", "catalog", "PubliclyAccessible", false},
		{"AWS::Redshift::Cluster", "warehouse", "Encrypted", true},
		{"AWS::SQS::Queue", "orders.fifo", "FifoQueue", "true"},
		{"AWS::Kinesis::Stream", "clicks", "EncryptionType", "KMS"},
		{"AWS::KinesisFirehose::DeliveryStream", "clicks-to-s3", "Destinations", []any{"S3"}},
		{"AWS::MSK::Cluster", "events", "ClusterType", "PROVISIONED"}, {"AWS::AmazonMQ::Broker", "legacy", "PubliclyAccessible", false},
		{"AWS::Events::Rule", "on-order", "State", "ENABLED"}, {"AWS::Scheduler::Schedule", "report", "ScheduleExpression", "rate(1 day)"},
		{"AWS::CloudFront::Distribution", "", "Enabled", true}, {"AWS::Route53::HostedZone", "shop.example.com", "Name", "shop.example.com."},
		{"AWS::IAM::User", "mira", "MFA", false}, {"AWS::IAM::User", "mira", "ConsoleAccess", false},
		{"AWS::IAM::User", "robot", "MFADevices", 1.0}, {"AWS::IAM::User", "robot", "ConsoleAccess", true}, {"AWS::IAM::AccessKey", "access key of mira", "Status", "Active"},
		{"AWS::IAM::AccessKey", "access key of robot", "Status", "Inactive"}, {"AWS::KMS::Key", "alias/orders", "KeyRotationEnabled", true},
		{"AWS::SecretsManager::Secret", "prod/api", "RotationEnabled", false}, {"AWS::SSM::Parameter", "/prod/db/password", "Type", "SecureString"},
		{"AWS::CloudWatch::Alarm", "shop cpu", "MetricName", "CPUUtilization"}, {"AWS::CloudFormation::Stack", "shop", "StackStatus", "CREATE_COMPLETE"},
		{"AWS::CodeBuild::Project", "web", "ComputeType", "BUILD_GENERAL1_SMALL"}, {"AWS::CodePipeline::Pipeline", "web", "Stages", []any{"Source", "Build"}},
		{"AWS::Athena::WorkGroup", "analysts", "OutputLocation", "s3://1234-ap-southeast-2-logs/athena"}, {"AWS::EMR::Cluster", "etl", "ReleaseLabel", "emr-6.15.0"},
		{"AWS::SageMaker::NotebookInstance", "research", "InstanceType", "ml.t3.medium"}, {"AWS::Transfer::Server", "", "PubliclyAccessible", true},
		{"AWS::AppRunner::Service", "landing", "PubliclyAccessible", true}, {"AWS::WAFv2::WebACL", "front", "DefaultAction", "Block"},
		{"AWS::Lambda::EventSourceMapping", "jobs to thumbnailer", "BatchSize", 10.0}, {"AWS::Organizations::Account", "Payments production", "Status", "ACTIVE"},
	} {
		i := slices.IndexFunc(s.arns(), func(arn string) bool {
			r := s.resources[arn]
			return r.Type == want.cfnType && (r.Name == want.name || want.name == "")
		})
		if assert.GreaterOrEqual(t, i, 0, "%s %s", want.cfnType, want.name) {
			r := s.resources[s.arns()[i]]
			assert.Equal(t, want.value, r.Attributes[want.attribute], "%s %s %s of %v", want.cfnType, want.name, want.attribute, r.Attributes)
		}
	}

	all, err := json.Marshal(s.resources)
	require.NoError(t, err)
	require.NotContains(t, string(all), "hunter2", "environment variables are not kept")
	require.NotContains(t, string(all), "not-a-secret", "nor passwords")
	require.NotRegexp(t, `\bA[KS]IA[0-9A-Z]{16}\b`, string(all), "nor the ids of access keys")
	require.Empty(t, regexp.MustCompile(`.{60}[^\\]":null`).FindString(string(all)), "nothing empty is kept")
}

func TestServicesAndRegions(t *testing.T) {
	awstest.Env(t)
	opts := both()
	opts.Services, opts.Regions, opts.RoleARNs = []string{"lambda"}, []string{"eu-west-1"}, nil
	s, report := scan(t, opts)
	require.Equal(t, 1, report.CellsDone)
	require.Len(t, s.resources, 5, "four functions and what calls one of them")
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

// TestCompositeAlarmScripted rests on an answer made from the service model: moto makes no composite alarms.
func TestCompositeAlarmScripted(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, nil)
	p.rewrite = func(c call, body []byte) []byte {
		if c.action != "DescribeAlarms" {
			return body
		}
		return []byte(`<DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><DescribeAlarmsResult><CompositeAlarms><member>
<AlarmName>shop down</AlarmName><AlarmArn>arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop down</AlarmArn><StateValue>OK</StateValue>
<StateReason>it moves</StateReason><AlarmRule>ALARM("a")</AlarmRule><AlarmActions><member>arn:aws:sns:eu-west-1:123456789012:alerts</member></AlarmActions>
</member></CompositeAlarms></DescribeAlarmsResult></DescribeAlarmsResponse>`)
	}
	opts := through(p)
	opts.Services = []string{"cloudwatch"}
	s, report := scan(t, opts)
	require.Empty(t, report.Findings)
	r := s.resources["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop down"]
	require.Equal(t, "AWS::CloudWatch::CompositeAlarm", r.Type)
	require.Equal(t, "OK", r.Attributes["StateValue"])
	require.NotContains(t, r.Attributes, "StateReason")
	require.Equal(t, []estate.Relation{{Kind: "notifies", Target: "arn:aws:sns:eu-west-1:123456789012:alerts"}}, r.Related)
}

// TestDocumentDBScripted rests on moto's answers for Neptune, which has the same API: moto makes no DocumentDB.
func TestDocumentDBScripted(t *testing.T) {
	awstest.Env(t)
	p := newProxy(t, nil)
	p.rewrite = func(c call, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte("<Engine>neptune</Engine>"), []byte("<Engine>docdb</Engine>"))
	}
	opts := through(p)
	opts.Services, opts.Regions = []string{"rds"}, []string{"us-east-1"}
	s, report := scan(t, opts)
	require.Empty(t, report.Findings)
	require.Equal(t, "AWS::DocDB::DBCluster", s.resources["arn:aws:rds:us-east-1:123456789012:cluster:friends"].Type)
	instance := s.resources["arn:aws:rds:us-east-1:123456789012:db:friends-1"]
	require.Equal(t, "AWS::DocDB::DBInstance", instance.Type)
	require.Contains(t, instance.Related, estate.Relation{Kind: "cluster", Target: "arn:aws:rds:us-east-1:123456789012:cluster:friends"})
}
