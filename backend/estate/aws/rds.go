package aws

import (
	"context"
	"errors"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"cloudops/backend/estate"
)

// rdsCollector lists RDS and Aurora; the same API answers for Neptune and DocumentDB.
type rdsCollector struct{}

func (rdsCollector) Service() string { return "rds" }
func (rdsCollector) Global() bool    { return false }

// Types are those of the ARNs: a Neptune cluster's is an RDS cluster's.
func (rdsCollector) Types() []string {
	return []string{
		"AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot", "AWS::RDS::DBSubnetGroup",
		"AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup",
	}
}

func (rdsCollector) Collect(ctx context.Context, t Target, emit func(estate.Resource)) error {
	c := &rdsListing{Target: t, api: rds.NewFromConfig(t.Config), emit: emit}
	var errs []error
	for n, list := range []func(context.Context) error{
		c.instances, c.clusters, c.snapshots, c.clusterSnapshots, c.subnetGroups, c.parameterGroups, c.clusterParameterGroups, // in the order of Types
	} {
		err := list(ctx)
		if err == nil {
			t.Listed(rdsCollector{}.Types()[n])
			continue
		}
		errs = append(errs, err)
		if isFatal(err) {
			break
		}
	}
	return errors.Join(errs...)
}

type rdsListing struct {
	Target
	api  *rds.Client
	emit func(estate.Resource)
}

// pageSize is the most that the RDS API gives at once.
const rdsPageSize = 100

// add starts a resource that the API names by ARN.
func (c *rdsListing) add(cfnType string, arn, name *string, tags []types.Tag, answer any) (*item, error) {
	canonical, err := estate.CanonicalARN(awssdk.ToString(arn))
	if err != nil {
		return nil, err
	}
	pairs := tagsOf(tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
	return c.newItem(cfnType, canonical, awssdk.ToString(name), pairs, answer)
}

// engineType is the type of a cluster or instance by its engine.
func engineType(engine *string, kind string) string {
	switch e := awssdk.ToString(engine); {
	case strings.HasPrefix(e, "neptune"):
		return "AWS::Neptune::" + kind
	case strings.HasPrefix(e, "docdb"):
		return "AWS::DocDB::" + kind
	}
	return "AWS::RDS::" + kind
}

func (c *rdsListing) groups(i *item, groups []types.VpcSecurityGroupMembership) {
	for _, g := range groups {
		i.relateID(c.Target, "security-group", "ec2", "security-group/", g.VpcSecurityGroupId)
	}
}

func (c *rdsListing) instances(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{Marker: token, MaxRecords: awssdk.Int32(rdsPageSize)})
		if err != nil {
			return nil, err
		}
		for _, d := range out.DBInstances {
			i, err := c.add(engineType(d.Engine, "DBInstance"), d.DBInstanceArn, d.DBInstanceIdentifier, d.TagList, d)
			if err != nil {
				return nil, err
			}
			c.groups(i, d.VpcSecurityGroups)
			if d.DBSubnetGroup != nil {
				i.relateID(c.Target, "subnet-group", "rds", "subgrp:", d.DBSubnetGroup.DBSubnetGroupName)
				i.relateID(c.Target, "vpc", "ec2", "vpc/", d.DBSubnetGroup.VpcId)
			}
			i.relateID(c.Target, "cluster", "rds", "cluster:", d.DBClusterIdentifier)
			for _, g := range d.DBParameterGroups {
				i.relateID(c.Target, "parameter-group", "rds", "pg:", g.DBParameterGroupName)
			}
			i.relateID(c.Target, "replica-of", "rds", "db:", plainID(d.ReadReplicaSourceDBInstanceIdentifier))
			i.relateARN("replica-of", d.ReadReplicaSourceDBInstanceIdentifier)
			i.relateARN("kms-key", d.KmsKeyId)
			i.relateARN("role", d.MonitoringRoleArn)
			if d.MasterUserSecret != nil {
				i.relateARN("secret", d.MasterUserSecret.SecretArn)
			}
			c.emit(i.finish())
		}
		return out.Marker, nil
	})
}

// plainID is an identifier that is no ARN: the source of a replica is one or the other, by region.
func plainID(id *string) *string {
	if strings.HasPrefix(awssdk.ToString(id), "arn:") {
		return nil
	}
	return id
}

func (c *rdsListing) clusters(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{Marker: token, MaxRecords: awssdk.Int32(rdsPageSize)})
		if err != nil {
			return nil, err
		}
		for _, d := range out.DBClusters {
			i, err := c.add(engineType(d.Engine, "DBCluster"), d.DBClusterArn, d.DBClusterIdentifier, d.TagList, d)
			if err != nil {
				return nil, err
			}
			c.groups(i, d.VpcSecurityGroups)
			i.relateID(c.Target, "subnet-group", "rds", "subgrp:", d.DBSubnetGroup)
			i.relateID(c.Target, "parameter-group", "rds", "cluster-pg:", d.DBClusterParameterGroup)
			i.relateARN("kms-key", d.KmsKeyId)
			i.relateARN("replica-of", d.ReplicationSourceIdentifier)
			for _, r := range d.AssociatedRoles {
				i.relateARN("role", r.RoleArn)
			}
			if d.MasterUserSecret != nil {
				i.relateARN("secret", d.MasterUserSecret.SecretArn)
			}
			c.emit(i.finish())
		}
		return out.Marker, nil
	})
}

func (c *rdsListing) snapshots(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeDBSnapshots(ctx, &rds.DescribeDBSnapshotsInput{Marker: token, MaxRecords: awssdk.Int32(rdsPageSize)})
		if err != nil {
			return nil, err
		}
		for _, s := range out.DBSnapshots {
			i, err := c.add("AWS::RDS::DBSnapshot", s.DBSnapshotArn, s.DBSnapshotIdentifier, s.TagList, s)
			if err != nil {
				return nil, err
			}
			i.relateID(c.Target, "snapshot-of", "rds", "db:", s.DBInstanceIdentifier)
			i.relateARN("kms-key", s.KmsKeyId)
			c.emit(i.finish())
		}
		return out.Marker, nil
	})
}

func (c *rdsListing) clusterSnapshots(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeDBClusterSnapshots(ctx, &rds.DescribeDBClusterSnapshotsInput{Marker: token, MaxRecords: awssdk.Int32(rdsPageSize)})
		if err != nil {
			return nil, err
		}
		for _, s := range out.DBClusterSnapshots {
			i, err := c.add("AWS::RDS::DBClusterSnapshot", s.DBClusterSnapshotArn, s.DBClusterSnapshotIdentifier, s.TagList, s)
			if err != nil {
				return nil, err
			}
			i.relateID(c.Target, "snapshot-of", "rds", "cluster:", s.DBClusterIdentifier)
			i.relateARN("kms-key", s.KmsKeyId)
			c.emit(i.finish())
		}
		return out.Marker, nil
	})
}

// subnetGroups are listed without their tags, which the listing does not answer; the scanner adds them where the tagging
// API did.
func (c *rdsListing) subnetGroups(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeDBSubnetGroups(ctx, &rds.DescribeDBSubnetGroupsInput{Marker: token, MaxRecords: awssdk.Int32(rdsPageSize)})
		if err != nil {
			return nil, err
		}
		for _, g := range out.DBSubnetGroups {
			i, err := c.add("AWS::RDS::DBSubnetGroup", g.DBSubnetGroupArn, g.DBSubnetGroupName, nil, g)
			if err != nil {
				return nil, err
			}
			i.relateID(c.Target, "vpc", "ec2", "vpc/", g.VpcId)
			for _, s := range g.Subnets {
				i.relateID(c.Target, "subnet", "ec2", "subnet/", s.SubnetIdentifier)
			}
			c.emit(i.finish())
		}
		return out.Marker, nil
	})
}

// parameterGroups are listed without their parameters and tags.
func (c *rdsListing) parameterGroups(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeDBParameterGroups(ctx, &rds.DescribeDBParameterGroupsInput{Marker: token, MaxRecords: awssdk.Int32(rdsPageSize)})
		if err != nil {
			return nil, err
		}
		for _, g := range out.DBParameterGroups {
			i, err := c.add("AWS::RDS::DBParameterGroup", g.DBParameterGroupArn, g.DBParameterGroupName, nil, g)
			if err != nil {
				return nil, err
			}
			c.emit(i.finish())
		}
		return out.Marker, nil
	})
}

func (c *rdsListing) clusterParameterGroups(ctx context.Context) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.api.DescribeDBClusterParameterGroups(ctx, &rds.DescribeDBClusterParameterGroupsInput{Marker: token, MaxRecords: awssdk.Int32(rdsPageSize)})
		if err != nil {
			return nil, err
		}
		for _, g := range out.DBClusterParameterGroups {
			i, err := c.add("AWS::RDS::DBClusterParameterGroup", g.DBClusterParameterGroupArn, g.DBClusterParameterGroupName, nil, g)
			if err != nil {
				return nil, err
			}
			c.emit(i.finish())
		}
		return out.Marker, nil
	})
}
