package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func cloudformationCollector() Collector {
	return regional("cloudformation", cloudformation.NewFromConfig, list(stacks, "AWS::CloudFormation::Stack"), list(stackSets, "AWS::CloudFormation::StackSet"))
}

// stacks leave out parameters and outputs, which may hold anything.
func stacks(ctx context.Context, r *run[*cloudformation.Client], token *string) (*string, error) {
	out, err := r.api.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Stacks, func(ctx context.Context, s types.Stack) error {
		if s.StackStatus == types.StackStatusDeleteComplete {
			return nil
		}
		tags := tagsOf(s.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
		s.Parameters, s.Outputs = nil, nil
		i := r.item("AWS::CloudFormation::Stack", str(s.StackId), str(s.StackName), tags, s)
		i.to("role", str(s.RoleARN)).to("notifies", s.NotificationARNs...).to("parent", str(s.ParentId))
		r.detail(ctx, i, eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.ListStackResources(ctx, &cloudformation.ListStackResourcesInput{StackName: s.StackId, NextToken: token})
			if err != nil {
				return nil, err
			}
			for _, p := range out.StackResourceSummaries {
				i.contains(str(p.ResourceType), str(p.PhysicalResourceId))
			}
			return out.NextToken, nil
		}))
		i.done()
		return nil
	})
}

// physical is how the ARN of a type is made of the id by which CloudFormation knows the resource; a type whose id is an ARN is
// not in it.
var physical = map[string]struct{ service, resource string }{
	"AWS::EC2::Instance": {"ec2", "instance/"}, "AWS::EC2::VPC": {"ec2", "vpc/"}, "AWS::EC2::Subnet": {"ec2", "subnet/"},
	"AWS::EC2::SecurityGroup": {"ec2", "security-group/"}, "AWS::EC2::RouteTable": {"ec2", "route-table/"},
	"AWS::EC2::InternetGateway": {"ec2", "internet-gateway/"}, "AWS::EC2::NatGateway": {"ec2", "natgateway/"}, "AWS::EC2::Volume": {"ec2", "volume/"},
	"AWS::RDS::DBInstance": {"rds", "db:"}, "AWS::RDS::DBCluster": {"rds", "cluster:"}, "AWS::RDS::DBSubnetGroup": {"rds", "subgrp:"},
	"AWS::Lambda::Function": {"lambda", "function:"}, "AWS::DynamoDB::Table": {"dynamodb", "table/"}, "AWS::Kinesis::Stream": {"kinesis", "stream/"},
	"AWS::Logs::LogGroup": {"logs", "log-group:"}, "AWS::KMS::Key": {"kms", "key/"}, "AWS::ECR::Repository": {"ecr", "repository/"},
	"AWS::ElastiCache::CacheCluster": {"elasticache", "cluster:"}, "AWS::EFS::FileSystem": {"elasticfilesystem", "file-system/"},
	"AWS::EKS::Cluster": {"eks", "cluster/"}, "AWS::ECS::Cluster": {"ecs", "cluster/"}, "AWS::CloudWatch::Alarm": {"cloudwatch", "alarm:"},
}

// contains relates a stack to one of its resources.
func (i *item) contains(cfnType, id string) {
	switch {
	case id == "":
	case strings.HasPrefix(id, "arn:"):
		i.to("contains", id)
	case cfnType == "AWS::S3::Bucket":
		i.to("contains", bucketARN(i.target.Partition, id))
	case cfnType == "AWS::SQS::Queue": // the id is the queue's URL
		i.near("contains", "sqs", "", lastOf(id))
	case cfnType == "AWS::IAM::Role":
		i.relate("contains", i.target.iamARN("role/"+id))
	case physical[cfnType].service != "":
		i.near("contains", physical[cfnType].service, physical[cfnType].resource, id)
	}
}

func stackSets(ctx context.Context, r *run[*cloudformation.Client], token *string) (*string, error) {
	out, err := r.api.ListStackSets(ctx, &cloudformation.ListStackSetsInput{NextToken: token, Status: types.StackSetStatusActive})
	if err != nil {
		return nil, err
	}
	for _, s := range out.Summaries {
		s.LastDriftCheckTimestamp = nil
		r.item("AWS::CloudFormation::StackSet", r.arn("cloudformation", "stackset/"+str(s.StackSetName)+":"+stackSetID(s)), str(s.StackSetName), nil, s).done()
	}
	return out.NextToken, nil
}

// stackSetID is the last part of NAME:UUID.
func stackSetID(s types.StackSetSummary) string { return lastOf(str(s.StackSetId)) }
