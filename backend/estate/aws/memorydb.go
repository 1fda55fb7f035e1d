package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/memorydb"
	"github.com/aws/aws-sdk-go-v2/service/memorydb/types"
)

func memorydbCollector() Collector {
	return regional("memorydb", memorydb.NewFromConfig,
		list(memorySubnetGroups, "AWS::MemoryDB::SubnetGroup"), list(memoryClusters, "AWS::MemoryDB::Cluster"), list(memorySnapshots, "AWS::MemoryDB::Snapshot"))
}

func memoryTags(ctx context.Context, r *run[*memorydb.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.ListTags(ctx, &memorydb.ListTagsInput{ResourceArn: arn})
		if err != nil {
			return nil, err
		}
		return tagsOf(out.TagList, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

func memorySubnetGroups(ctx context.Context, r *run[*memorydb.Client], token *string) (*string, error) {
	out, err := r.api.DescribeSubnetGroups(ctx, &memorydb.DescribeSubnetGroupsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.SubnetGroups, func(ctx context.Context, g types.SubnetGroup) error {
		i := r.item("AWS::MemoryDB::SubnetGroup", str(g.ARN), str(g.Name), memoryTags(ctx, r, g.ARN), g)
		for _, s := range g.Subnets {
			i.near("subnet", "ec2", "subnet/", str(s.Identifier))
		}
		i.near("vpc", "ec2", "vpc/", str(g.VpcId)).done()
		return nil
	})
}

func memoryClusters(ctx context.Context, r *run[*memorydb.Client], token *string) (*string, error) {
	out, err := r.api.DescribeClusters(ctx, &memorydb.DescribeClustersInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Clusters, func(ctx context.Context, c types.Cluster) error {
		i := r.item("AWS::MemoryDB::Cluster", str(c.ARN), str(c.Name), memoryTags(ctx, r, c.ARN), c)
		for _, g := range c.SecurityGroups {
			i.near("security-group", "ec2", "security-group/", str(g.SecurityGroupId))
		}
		i.near("subnet-group", "memorydb", "subnetgroup/", str(c.SubnetGroupName)).near("parameter-group", "memorydb", "parametergroup/", str(c.ParameterGroupName))
		i.key(str(c.KmsKeyId)).to("notifies", str(c.SnsTopicArn)).done()
		return nil
	})
}

func memorySnapshots(ctx context.Context, r *run[*memorydb.Client], token *string) (*string, error) {
	out, err := r.api.DescribeSnapshots(ctx, &memorydb.DescribeSnapshotsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Snapshots, func(ctx context.Context, s types.Snapshot) error {
		i := r.item("AWS::MemoryDB::Snapshot", str(s.ARN), str(s.Name), memoryTags(ctx, r, s.ARN), s)
		if s.ClusterConfiguration != nil {
			i.near("snapshot-of", "memorydb", "cluster/", str(s.ClusterConfiguration.Name))
		}
		i.key(str(s.KmsKeyId)).done()
		return nil
	})
}
