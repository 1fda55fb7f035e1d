package estate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

func TestCanonicalARN(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"as it is", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc"},
		{"white space", "  arn:aws:sqs:eu-west-1:111122223333:q\n", "arn:aws:sqs:eu-west-1:111122223333:q"},
		{"case of the parts", "ARN:AWS:SQS:EU-West-1:111122223333:Orders", "arn:aws:sqs:eu-west-1:111122223333:Orders"},
		{"log group", "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f:*", "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f"},
		{"log stream", "arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:s", "arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:s"},
		{"function", "arn:aws:lambda:us-east-1:111122223333:function:f:$LATEST", "arn:aws:lambda:us-east-1:111122223333:function:f"},
		{"own image", "arn:aws:ec2:us-east-1:111122223333:image/ami-1", "arn:aws:ec2:us-east-1:111122223333:image/ami-1"},
		{"another's image", "arn:aws:ec2:us-east-1::image/ami-1", "arn:aws:ec2:us-east-1::image/ami-1"},
		{"bucket with a region", "arn:aws:s3:eu-west-1:111122223333:my.bucket", "arn:aws:s3:::my.bucket"},
		{"access point keeps it", "arn:aws:s3:eu-west-1:111122223333:accesspoint/a", "arn:aws:s3:eu-west-1:111122223333:accesspoint/a"},
		{"REST API", "arn:aws:apigateway:eu-west-1:111122223333:/restapis/a1", "arn:aws:apigateway:eu-west-1::/restapis/a1"},
		{"China", "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/T", "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/T"},
		{"GovCloud", "arn:aws-us-gov:iam::111122223333:role/path/r", "arn:aws-us-gov:iam::111122223333:role/path/r"},
		{"AWS's own policy", "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"},
		{"unknown service", "arn:aws:newthing:eu-west-1:111122223333:Thing/A", "arn:aws:newthing:eu-west-1:111122223333:Thing/A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := estate.CanonicalARN(c.in)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			again, err := estate.CanonicalARN(got)
			require.NoError(t, err)
			require.Equal(t, got, again, "a canonical ARN is its own canonical ARN")
		})
	}
}

func TestCanonicalARNRefuses(t *testing.T) {
	for _, in := range []string{
		"", "arn", "i-0abc", "arn:aws:ec2:eu-west-1:111122223333:", "arn:aws:ec2:eu-west-1:111122223333", "arn::ec2:a:b:c", "arn:aws::a:b:c",
		"arn:aws:ec2:eu west:111122223333:instance/i", "arn:aws:ec2:eu-west-1:1:instance/i\x00", "arn:aws:ec2:eu-west-1:1:instance/\xff",
		"arn:aws:sqs:eu-west-1:1:" + strings.Repeat("q", 2048),
	} {
		_, err := estate.CanonicalARN(in)
		require.ErrorIs(t, err, estate.ErrARN, "%.60q", in)
	}
}

func TestTypeOf(t *testing.T) {
	for arn, want := range map[string][2]string{
		"arn:aws:ec2:eu-west-1:1:instance/i-0abc":                                                 {"AWS::EC2::Instance", "i-0abc"},
		"arn:aws:ec2:eu-west-1:1:vpc-endpoint/vpce-1":                                             {"AWS::EC2::VPCEndpoint", "vpce-1"},
		"arn:aws:ec2:eu-west-1:1:security-group-rule/sgr-1":                                       {"AWS::EC2::SecurityGroupRule", "sgr-1"},
		"arn:aws:s3:::my.bucket":                                                                  {"AWS::S3::Bucket", "my.bucket"},
		"arn:aws:rds:eu-west-1:1:snapshot:rds:db-2026-01-01":                                      {"AWS::RDS::DBSnapshot", "rds:db-2026-01-01"},
		"arn:aws:rds:eu-west-1:1:cluster:c":                                                       {"AWS::RDS::DBCluster", "c"},
		"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/classic":                           {"AWS::ElasticLoadBalancing::LoadBalancer", "classic"},
		"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/50dc6c495c0c9188":          {"AWS::ElasticLoadBalancingV2::LoadBalancer", "web"},
		"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/tg/6d0ecf831eec9f09":                {"AWS::ElasticLoadBalancingV2::TargetGroup", "tg"},
		"arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX":                 {"AWS::IAM::Role", "AWSServiceRoleForX"},
		"arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-AbCdEf":                                {"AWS::SecretsManager::Secret", "prod/db"},
		"arn:aws:ssm:eu-west-1:1:parameter/app/prod/url":                                          {"AWS::SSM::Parameter", "app/prod/url"},
		"arn:aws:logs:us-east-1:1:log-group:/aws/lambda/f":                                        {"AWS::Logs::LogGroup", "/aws/lambda/f"},
		"arn:aws:logs:us-east-1:1:log-group:g:log-stream:s":                                       {"AWS::Logs::LogStream", "s"},
		"arn:aws:lambda:us-east-1:1:function:f":                                                   {"AWS::Lambda::Function", "f"},
		"arn:aws:lambda:us-east-1:1:function:f:7":                                                 {"AWS::Lambda::Version", "f"},
		"arn:aws:sns:us-east-1:1:alerts":                                                          {"AWS::SNS::Topic", "alerts"},
		"arn:aws:sns:us-east-1:1:alerts:0000-1111":                                                {"AWS::SNS::Subscription", "alerts"},
		"arn:aws:ecs:us-east-1:1:service/cluster/web":                                             {"AWS::ECS::Service", "web"},
		"arn:aws:ecs:us-east-1:1:task-definition/web:3":                                           {"AWS::ECS::TaskDefinition", "web:3"},
		"arn:aws:states:us-east-1:1:stateMachine:flow":                                            {"AWS::StepFunctions::StateMachine", "flow"},
		"arn:aws:dynamodb:us-east-1:1:table/T":                                                    {"AWS::DynamoDB::Table", "T"},
		"arn:aws:apigateway:us-east-1::/restapis/a/stages/prod":                                   {"AWS::ApiGateway::Stage", "prod"},
		"arn:aws:autoscaling:us-east-1:1:autoScalingGroup:930d940e:autoScalingGroupName/asg":      {"AWS::AutoScaling::AutoScalingGroup", "asg"},
		"arn:aws:wafv2:us-east-1:1:global/webacl/acl/473e64fd":                                    {"AWS::WAFv2::WebACL", "acl"},
		"arn:aws-cn:kms:cn-north-1:1:key/1234":                                                    {"AWS::KMS::Key", "1234"},
		"arn:aws:route53:::hostedzone/Z1":                                                         {"AWS::Route53::HostedZone", "Z1"},
		"arn:aws:kafka:us-east-1:1:cluster/events/aaaa-bbbb":                                      {"AWS::MSK::Cluster", "events"},
		estate.MadeARN("aws", "", "1", "AWS::Route53::RecordSet", "Z1|www.example.com|A"):         {"AWS::Route53::RecordSet", "Z1|www.example.com|A"},
		estate.MadeARN("aws", "eu-west-1", "1", "AWS::EC2::VPCGatewayAttachment", "IGW|vpc-1"):    {"AWS::EC2::VPCGatewayAttachment", "IGW|vpc-1"},
		"arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/web/50dc6c495c0c9188/f2f7dc8efc52": {"AWS::ElasticLoadBalancingV2::Listener", "web"},
	} {
		got, ok := estate.TypeOf(arn)
		require.True(t, ok, arn)
		require.Equal(t, want[0], got, arn)
		require.Equal(t, want[1], estate.NameOf(arn), arn)
	}
}

func TestUnknownTypes(t *testing.T) {
	got, ok := estate.TypeOf("arn:aws:proton:eu-west-1:1:environment-template/fargate")
	require.False(t, ok)
	require.Equal(t, "AWS::Proton::EnvironmentTemplate", got)
	require.Equal(t, "fargate", estate.NameOf("arn:aws:proton:eu-west-1:1:environment-template/fargate"))
	require.Equal(t, "Proton environment template", estate.TypeLabel(got))
	require.Equal(t, "proton", estate.ServiceOf(got))

	_, ok = estate.TypeOf("arn:aws:s3:::bucket/an/object")
	require.False(t, ok, "an object is not a bucket")
	got, ok = estate.TypeOf("not an ARN")
	require.False(t, ok)
	require.Empty(t, got)
	require.Empty(t, estate.NameOf("not an ARN"))
	require.Equal(t, "odd", estate.TypeLabel("odd"))
	require.Empty(t, estate.ServiceOf("odd"))
}

func TestLabelsAndServices(t *testing.T) {
	require.Equal(t, "EC2 instance", estate.TypeLabel("AWS::EC2::Instance"))
	require.Equal(t, "Neptune cluster", estate.TypeLabel("AWS::Neptune::DBCluster"))
	require.Equal(t, "ec2", estate.ServiceOf("AWS::EC2::VPC"))
	require.Equal(t, "states", estate.ServiceOf("AWS::StepFunctions::StateMachine"))
	require.Equal(t, "elasticloadbalancing", estate.ServiceOf("AWS::ElasticLoadBalancingV2::LoadBalancer"))
	require.Equal(t, "neptune", estate.ServiceOf("AWS::Neptune::DBCluster"))
	require.Equal(t, "IPAM pool", strings.TrimPrefix(estate.TypeLabel("AWS::X::IPAMPool"), "X "))
}

func TestRegionOf(t *testing.T) {
	require.Equal(t, "eu-west-1", estate.RegionOf("arn:aws:sqs:eu-west-1:1:q"))
	require.Equal(t, "global", estate.RegionOf("arn:aws:iam::1:role/r"))
	require.Equal(t, "global", estate.RegionOf("arn:aws:wafv2:us-east-1:1:global/webacl/acl/1"))
	require.Equal(t, "us-east-1", estate.RegionOf("arn:aws:wafv2:us-east-1:1:regional/webacl/acl/1"))
	require.Empty(t, estate.RegionOf("nothing"))
}

func FuzzCanonicalARN(f *testing.F) {
	f.Add("arn:aws:logs:us-east-1:1:log-group:g:*:*")
	f.Add("arn:aws:ec2:us-east-1:1:image/ami-1")
	f.Add("arn:aws:x:y:z: ")
	f.Fuzz(func(t *testing.T, in string) {
		out, err := estate.CanonicalARN(in)
		if err != nil {
			return
		}
		if _, err := estate.ParseARN(out); err != nil {
			t.Fatalf("%q became %q: %v", in, out, err)
		}
		if again, err := estate.CanonicalARN(out); err != nil || again != out {
			t.Fatalf("%q is %q, and that is %q, %v", in, out, again, err)
		}
		if cfnType, _ := estate.TypeOf(out); cfnType == "" {
			t.Fatalf("%q has no type", out)
		}
	})
}
