package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"
)

func redshiftCollector() Collector {
	return regional("redshift", redshift.NewFromConfig,
		list(warehouses, "AWS::Redshift::Cluster"),
		list(warehouseSnapshots, "AWS::Redshift::ClusterSnapshot"),
		list(warehouseSubnetGroups, "AWS::Redshift::ClusterSubnetGroup"))
}

func redshiftTags(tags []types.Tag) map[string]string {
	return tagsOf(tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
}

func warehouses(ctx context.Context, r *run[*redshift.Client], token *string) (*string, error) {
	out, err := r.api.DescribeClusters(ctx, &redshift.DescribeClustersInput{Marker: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, c := range out.Clusters {
		c.TotalStorageCapacityInMegaBytes, c.ClusterPublicKey, c.PendingModifiedValues = nil, nil, nil
		i := r.item("AWS::Redshift::Cluster", r.arn("redshift", "cluster:"+str(c.ClusterIdentifier)), str(c.ClusterIdentifier), redshiftTags(c.Tags), c)
		i.network(str(c.VpcId), nil, nil).key(str(c.KmsKeyId)).near("subnet-group", "redshift", "subnetgroup:", str(c.ClusterSubnetGroupName))
		for _, g := range c.VpcSecurityGroups {
			i.near("security-group", "ec2", "security-group/", str(g.VpcSecurityGroupId))
		}
		for _, p := range c.ClusterParameterGroups {
			i.near("parameter-group", "redshift", "parametergroup:", str(p.ParameterGroupName))
		}
		for _, role := range c.IamRoles {
			i.to("role", str(role.IamRoleArn))
		}
		if c.ElasticIpStatus != nil {
			i.set("ElasticIp", str(c.ElasticIpStatus.ElasticIp))
		}
		i.to("secret", str(c.MasterPasswordSecretArn)).done()
	}
	return out.Marker, nil
}

func warehouseSnapshots(ctx context.Context, r *run[*redshift.Client], token *string) (*string, error) {
	out, err := r.api.DescribeClusterSnapshots(ctx, &redshift.DescribeClusterSnapshotsInput{Marker: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, s := range out.Snapshots {
		// Sizes and rates are those of the backup's progress.
		s.ActualIncrementalBackupSizeInMegaBytes, s.BackupProgressInMegaBytes, s.CurrentBackupRateInMegaBytesPerSecond = nil, nil, nil
		s.ElapsedTimeInSeconds, s.EstimatedSecondsToCompletion, s.ManualSnapshotRemainingDays = nil, nil, nil
		arn := str(s.SnapshotArn)
		if arn == "" {
			arn = r.arn("redshift", "snapshot:"+str(s.ClusterIdentifier)+"/"+str(s.SnapshotIdentifier))
		}
		i := r.item("AWS::Redshift::ClusterSnapshot", arn, str(s.SnapshotIdentifier), redshiftTags(s.Tags), s)
		i.near("snapshot-of", "redshift", "cluster:", str(s.ClusterIdentifier)).key(str(s.KmsKeyId)).done()
	}
	return out.Marker, nil
}

func warehouseSubnetGroups(ctx context.Context, r *run[*redshift.Client], token *string) (*string, error) {
	out, err := r.api.DescribeClusterSubnetGroups(ctx, &redshift.DescribeClusterSubnetGroupsInput{Marker: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, g := range out.ClusterSubnetGroups {
		i := r.item("AWS::Redshift::ClusterSubnetGroup", r.arn("redshift", "subnetgroup:"+str(g.ClusterSubnetGroupName)), str(g.ClusterSubnetGroupName), redshiftTags(g.Tags), g)
		for _, s := range g.Subnets {
			i.near("subnet", "ec2", "subnet/", str(s.SubnetIdentifier))
		}
		i.near("vpc", "ec2", "vpc/", str(g.VpcId)).done()
	}
	return out.Marker, nil
}
