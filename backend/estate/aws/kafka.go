package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafka"
	"github.com/aws/aws-sdk-go-v2/service/kafka/types"
)

func kafkaCollector() Collector {
	return regional("kafka", kafka.NewFromConfig, list(kafkaClusters, "AWS::MSK::Cluster"))
}

func kafkaClusters(ctx context.Context, r *run[*kafka.Client], token *string) (*string, error) {
	out, err := r.api.ListClustersV2(ctx, &kafka.ListClustersV2Input{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, c := range out.ClusterInfoList {
		i := kafkaItem(r, c)
		if s := c.Serverless; s != nil {
			for _, v := range s.VpcConfigs {
				i.network("", v.SubnetIds, v.SecurityGroupIds)
			}
		}
		i.done()
	}
	return out.NextToken, nil
}

func kafkaItem(r *run[*kafka.Client], c types.Cluster) *item {
	if c.Provisioned == nil {
		i := r.item("AWS::MSK::Cluster", str(c.ClusterArn), str(c.ClusterName), c.Tags, c)
		return i.set("State", string(c.State)).set("ClusterType", string(c.ClusterType))
	}
	// What a provisioned cluster is stands one level down; the words for both kinds are put beside it.
	i := r.item("AWS::MSK::Cluster", str(c.ClusterArn), str(c.ClusterName), c.Tags, c.Provisioned)
	i.set("State", string(c.State)).set("ClusterType", string(c.ClusterType))
	if c.CreationTime != nil {
		i.set("CreationTime", c.CreationTime.UTC().Format(timeFormat))
	}
	if b := c.Provisioned.BrokerNodeGroupInfo; b != nil {
		i.network("", b.ClientSubnets, b.SecurityGroups)
	}
	if e := c.Provisioned.EncryptionInfo; e != nil && e.EncryptionAtRest != nil {
		i.key(str(e.EncryptionAtRest.DataVolumeKMSKeyId))
	}
	if l := c.Provisioned.LoggingInfo; l != nil && l.BrokerLogs != nil && l.BrokerLogs.CloudWatchLogs != nil {
		i.near("log-group", "logs", "log-group:", str(l.BrokerLogs.CloudWatchLogs.LogGroup))
	}
	return i
}
