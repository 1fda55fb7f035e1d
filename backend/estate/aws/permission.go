package aws

import (
	"encoding/json"
	"fmt"
	"sort"
)

//go:generate go test -run TestPolicy -update .

// permission is a call that a scan makes, and the IAM action that allows it.
type permission struct {
	service   string // the SDK's service id
	operation string
	action    string
}

// permissions are all calls of a scan; a test holds them against the calls that a scan really makes.
var permissions = []permission{
	{"DynamoDB", "DescribeContinuousBackups", "dynamodb:DescribeContinuousBackups"},
	{"DynamoDB", "DescribeTable", "dynamodb:DescribeTable"},
	{"DynamoDB", "ListTables", "dynamodb:ListTables"},
	{"DynamoDB", "ListTagsOfResource", "dynamodb:ListTagsOfResource"},
	{"EC2", "DescribeAddresses", "ec2:DescribeAddresses"},
	{"EC2", "DescribeImages", "ec2:DescribeImages"},
	{"EC2", "DescribeInstances", "ec2:DescribeInstances"},
	{"EC2", "DescribeInternetGateways", "ec2:DescribeInternetGateways"},
	{"EC2", "DescribeNatGateways", "ec2:DescribeNatGateways"},
	{"EC2", "DescribeNetworkInterfaces", "ec2:DescribeNetworkInterfaces"},
	{"EC2", "DescribeRegions", "ec2:DescribeRegions"},
	{"EC2", "DescribeRouteTables", "ec2:DescribeRouteTables"},
	{"EC2", "DescribeSecurityGroups", "ec2:DescribeSecurityGroups"},
	{"EC2", "DescribeSnapshots", "ec2:DescribeSnapshots"},
	{"EC2", "DescribeSubnets", "ec2:DescribeSubnets"},
	{"EC2", "DescribeVolumes", "ec2:DescribeVolumes"},
	{"EC2", "DescribeVpcs", "ec2:DescribeVpcs"},
	{"Lambda", "ListFunctions", "lambda:ListFunctions"},
	{"Lambda", "ListTags", "lambda:ListTags"},
	{"RDS", "DescribeDBClusterSnapshots", "rds:DescribeDBClusterSnapshots"},
	{"RDS", "DescribeDBClusters", "rds:DescribeDBClusters"},
	{"RDS", "DescribeDBInstances", "rds:DescribeDBInstances"},
	{"RDS", "DescribeDBSnapshots", "rds:DescribeDBSnapshots"},
	{"RDS", "DescribeDBSubnetGroups", "rds:DescribeDBSubnetGroups"},
	{"Resource Groups Tagging API", "GetResources", "tag:GetResources"},
	{"S3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"},
	{"S3", "GetBucketLocation", "s3:GetBucketLocation"},
	{"S3", "GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"},
	{"S3", "GetBucketTagging", "s3:GetBucketTagging"},
	{"S3", "GetBucketVersioning", "s3:GetBucketVersioning"},
	{"S3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"},
	{"S3", "ListBuckets", "s3:ListAllMyBuckets"},
	{"STS", "AssumeRole", "sts:AssumeRole"},
	{"STS", "GetCallerIdentity", "sts:GetCallerIdentity"},
}

// RoleName is the name that docs/iam-policy.json allows to assume in other accounts.
const RoleName = "CloudOpsInventory"

// actionOf is the IAM action of a call; for a call that is not in the table, the SDK's words for it.
func actionOf(service, operation string) string {
	for _, p := range permissions {
		if p.service == service && p.operation == operation {
			return p.action
		}
	}
	return service + "." + operation
}

type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid, Effect string
	Action      []string
	Resource    string
}

// Policy is the least IAM policy that a scan needs, as JSON: to read the inventory, and to assume the role
// RoleName in other accounts, which only a scan of other accounts needs.
func Policy() ([]byte, error) {
	read := statement{Sid: "ReadInventory", Effect: "Allow", Resource: "*"}
	for _, p := range permissions {
		if p.action != "sts:AssumeRole" {
			read.Action = append(read.Action, p.action)
		}
	}
	sort.Strings(read.Action)
	assume := statement{Sid: "ReachOtherAccounts", Effect: "Allow", Action: []string{"sts:AssumeRole"}, Resource: "arn:*:iam::*:role/" + RoleName}
	b, err := json.MarshalIndent(policy{Version: "2012-10-17", Statement: []statement{read, assume}}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the policy: %w", err)
	}
	return append(b, '\n'), nil
}
