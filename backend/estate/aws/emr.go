package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/emr"
	"github.com/aws/aws-sdk-go-v2/service/emr/types"
)

func emrCollector() Collector {
	return regional("emr", emr.NewFromConfig, list(emrClusters, "AWS::EMR::Cluster"))
}

// livingClusters are those that EMR does not only remember.
var livingClusters = []types.ClusterState{
	types.ClusterStateStarting, types.ClusterStateBootstrapping, types.ClusterStateRunning, types.ClusterStateWaiting, types.ClusterStateTerminating,
}

// emrClusters keep what runs where; configurations and steps may hold anything.
func emrClusters(ctx context.Context, r *run[*emr.Client], token *string) (*string, error) {
	out, err := r.api.ListClusters(ctx, &emr.ListClustersInput{Marker: token, ClusterStates: livingClusters})
	if err != nil {
		return nil, err
	}
	return out.Marker, each(ctx, r, out.Clusters, func(ctx context.Context, s types.ClusterSummary) error {
		got, err := r.api.DescribeCluster(ctx, &emr.DescribeClusterInput{ClusterId: s.Id})
		if err != nil {
			return err
		}
		c := got.Cluster
		arn := str(c.ClusterArn)
		if arn == "" {
			arn = r.arn("elasticmapreduce", "cluster/"+str(c.Id))
		}
		tags := tagsOf(c.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
		attributes := c.Ec2InstanceAttributes
		state := ""
		if c.Status != nil {
			state = string(c.Status.State)
		}
		c.Status, c.Configurations, c.NormalizedInstanceHours, c.KerberosAttributes = nil, nil, nil, nil
		i := r.item("AWS::EMR::Cluster", arn, str(c.Name), tags, c)
		i.set("State", state).role(str(c.ServiceRole), str(c.AutoScalingRole)).bucketOf("logs-to", str(c.LogUri))
		if a := attributes; a != nil {
			i.network("", []string{str(a.Ec2SubnetId)}, []string{str(a.EmrManagedMasterSecurityGroup), str(a.EmrManagedSlaveSecurityGroup)})
			if p := str(a.IamInstanceProfile); p != "" && p[:min(4, len(p))] != "arn:" {
				i.relate("instance-profile", r.iamARN("instance-profile/"+p))
			} else {
				i.to("instance-profile", p)
			}
		}
		i.set("TerminationProtected", awssdk.ToBool(c.TerminationProtected)).done()
		return nil
	})
}
