package aws

import (
	"context"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"
)

func elasticacheCollector() Collector {
	return regional("elasticache", elasticache.NewFromConfig,
		list(cacheSubnetGroups, "AWS::ElastiCache::SubnetGroup"), // the others relate to their VPC by them
		list(cacheParameterGroups, "AWS::ElastiCache::ParameterGroup"),
		list(cacheClusters, "AWS::ElastiCache::CacheCluster"),
		list(replicationGroups, "AWS::ElastiCache::ReplicationGroup"),
		list(cacheSnapshots, "AWS::ElastiCache::Snapshot"))
}

func cacheTags(ctx context.Context, r *run[*elasticache.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &elasticache.ListTagsForResourceInput{ResourceName: arn})
		if err != nil {
			return nil, err
		}
		return tagsOf(out.TagList, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

func cacheSubnetGroups(ctx context.Context, r *run[*elasticache.Client], token *string) (*string, error) {
	out, err := r.api.DescribeCacheSubnetGroups(ctx, &elasticache.DescribeCacheSubnetGroupsInput{Marker: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, g := range out.CacheSubnetGroups {
		r.remember(str(g.CacheSubnetGroupName), str(g.VpcId))
		arn := str(g.ARN)
		if arn == "" {
			arn = r.arn("elasticache", "subnetgroup:"+str(g.CacheSubnetGroupName))
		}
		i := r.item("AWS::ElastiCache::SubnetGroup", arn, str(g.CacheSubnetGroupName), nil, g).near("vpc", "ec2", "vpc/", str(g.VpcId))
		for _, s := range g.Subnets {
			i.near("subnet", "ec2", "subnet/", str(s.SubnetIdentifier))
		}
		i.done()
	}
	return out.Marker, nil
}

// cacheParameterGroups are listed without their parameters. A default one, of which each family has its own, takes no tags.
func cacheParameterGroups(ctx context.Context, r *run[*elasticache.Client], token *string) (*string, error) {
	out, err := r.api.DescribeCacheParameterGroups(ctx, &elasticache.DescribeCacheParameterGroupsInput{Marker: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.Marker, each(ctx, r, out.CacheParameterGroups, func(ctx context.Context, g types.CacheParameterGroup) error {
		var tags map[string]string
		if !strings.HasPrefix(str(g.CacheParameterGroupName), "default.") {
			tags = cacheTags(ctx, r, g.ARN)
		}
		r.item("AWS::ElastiCache::ParameterGroup", str(g.ARN), str(g.CacheParameterGroupName), tags, g).done()
		return nil
	})
}

func cacheClusters(ctx context.Context, r *run[*elasticache.Client], token *string) (*string, error) {
	out, err := r.api.DescribeCacheClusters(ctx, &elasticache.DescribeCacheClustersInput{
		Marker: token, MaxRecords: awssdk.Int32(100), ShowCacheNodeInfo: awssdk.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return out.Marker, each(ctx, r, out.CacheClusters, func(ctx context.Context, c types.CacheCluster) error {
		i := r.item("AWS::ElastiCache::CacheCluster", str(c.ARN), str(c.CacheClusterId), cacheTags(ctx, r, c.ARN), c)
		i.near("replication-group", "elasticache", "replicationgroup:", str(c.ReplicationGroupId))
		i.near("subnet-group", "elasticache", "subnetgroup:", str(c.CacheSubnetGroupName)).near("vpc", "ec2", "vpc/", r.recall(str(c.CacheSubnetGroupName)))
		r.needs(i, "AWS::ElastiCache::SubnetGroup", "vpc")
		for _, g := range c.SecurityGroups {
			i.near("security-group", "ec2", "security-group/", str(g.SecurityGroupId))
		}
		if c.CacheParameterGroup != nil {
			i.near("parameter-group", "elasticache", "parametergroup:", str(c.CacheParameterGroup.CacheParameterGroupName))
		}
		if c.NotificationConfiguration != nil {
			i.to("notifies", str(c.NotificationConfiguration.TopicArn))
		}
		i.done()
		return nil
	})
}

func replicationGroups(ctx context.Context, r *run[*elasticache.Client], token *string) (*string, error) {
	out, err := r.api.DescribeReplicationGroups(ctx, &elasticache.DescribeReplicationGroupsInput{Marker: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.Marker, each(ctx, r, out.ReplicationGroups, func(ctx context.Context, g types.ReplicationGroup) error {
		i := r.item("AWS::ElastiCache::ReplicationGroup", str(g.ARN), str(g.ReplicationGroupId), cacheTags(ctx, r, g.ARN), g)
		i.key(str(g.KmsKeyId)).near("member", "elasticache", "cluster:", g.MemberClusters...).done()
		return nil
	})
}

func cacheSnapshots(ctx context.Context, r *run[*elasticache.Client], token *string) (*string, error) {
	out, err := r.api.DescribeSnapshots(ctx, &elasticache.DescribeSnapshotsInput{Marker: token, MaxRecords: awssdk.Int32(50)})
	if err != nil {
		return nil, err
	}
	return out.Marker, each(ctx, r, out.Snapshots, func(ctx context.Context, s types.Snapshot) error {
		i := r.item("AWS::ElastiCache::Snapshot", str(s.ARN), str(s.SnapshotName), cacheTags(ctx, r, s.ARN), s)
		i.near("snapshot-of", "elasticache", "replicationgroup:", str(s.ReplicationGroupId)).near("snapshot-of", "elasticache", "cluster:", str(s.CacheClusterId))
		i.key(str(s.KmsKeyId)).done()
		return nil
	})
}
