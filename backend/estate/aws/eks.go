package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
)

func eksCollector() Collector {
	return regional("eks", eks.NewFromConfig,
		list(eksClusters, "AWS::EKS::Cluster", "AWS::EKS::Nodegroup", "AWS::EKS::FargateProfile", "AWS::EKS::Addon"))
}

// eksClusters lists clusters and what belongs to each.
func eksClusters(ctx context.Context, r *run[*eks.Client], token *string) (*string, error) {
	out, err := r.api.ListClusters(ctx, &eks.ListClustersInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Clusters, func(ctx context.Context, name string) error {
		got, err := r.api.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &name})
		if err != nil {
			return err
		}
		c := got.Cluster
		c.CertificateAuthority, c.Health = nil, nil
		i := r.item("AWS::EKS::Cluster", str(c.Arn), name, c.Tags, c)
		i.to("role", str(c.RoleArn))
		if v := c.ResourcesVpcConfig; v != nil {
			i.network(str(v.VpcId), v.SubnetIds, append(v.SecurityGroupIds, str(v.ClusterSecurityGroupId)))
		}
		for _, e := range c.EncryptionConfig {
			if e.Provider != nil {
				i.key(str(e.Provider.KeyArn))
			}
		}
		i.near("log-group", "logs", "log-group:", "/aws/eks/"+name+"/cluster").done()
		for _, part := range []func(context.Context, *run[*eks.Client], string, string) error{nodegroups, fargateProfiles, addons} {
			if err := part(ctx, r, name, str(c.Arn)); isFatal(err) {
				return err
			} else if err != nil {
				r.fail(err)
			}
		}
		return nil
	})
}

func nodegroups(ctx context.Context, r *run[*eks.Client], cluster, arn string) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.ListNodegroups(ctx, &eks.ListNodegroupsInput{ClusterName: &cluster, NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, each(ctx, r, out.Nodegroups, func(ctx context.Context, name string) error {
			got, err := r.api.DescribeNodegroup(ctx, &eks.DescribeNodegroupInput{ClusterName: &cluster, NodegroupName: &name})
			if err != nil {
				return err
			}
			g := got.Nodegroup
			g.Health, g.ModifiedAt = nil, nil
			i := r.item("AWS::EKS::Nodegroup", str(g.NodegroupArn), name, g.Tags, g)
			i.to("cluster", arn).to("role", str(g.NodeRole)).network("", g.Subnets, nil)
			if g.LaunchTemplate != nil {
				i.near("launch-template", "ec2", "launch-template/", str(g.LaunchTemplate.Id))
			}
			if g.Resources != nil {
				groupsOfNodes(ctx, r, i, g.Resources.AutoScalingGroups)
				i.near("security-group", "ec2", "security-group/", str(g.Resources.RemoteAccessSecurityGroup))
			}
			i.done()
			return nil
		})
	})
}

// groupsOfNodes relates to Auto Scaling groups, whose ARNs hold an id that only Auto Scaling tells.
func groupsOfNodes(ctx context.Context, r *run[*eks.Client], i *item, groups []types.AutoScalingGroup) {
	var names []string
	for _, g := range groups {
		names = append(names, str(g.Name))
	}
	if len(names) == 0 {
		return
	}
	out, err := autoscaling.NewFromConfig(r.Config).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: names})
	if r.detail(ctx, i, err, "auto-scaling-group") {
		for _, g := range out.AutoScalingGroups {
			i.to("auto-scaling-group", str(g.AutoScalingGroupARN))
		}
	}
}

func fargateProfiles(ctx context.Context, r *run[*eks.Client], cluster, arn string) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: &cluster, NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, each(ctx, r, out.FargateProfileNames, func(ctx context.Context, name string) error {
			got, err := r.api.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: &cluster, FargateProfileName: &name})
			if err != nil {
				return err
			}
			p := got.FargateProfile
			i := r.item("AWS::EKS::FargateProfile", str(p.FargateProfileArn), name, p.Tags, p)
			i.to("cluster", arn).to("role", str(p.PodExecutionRoleArn)).network("", p.Subnets, nil).done()
			return nil
		})
	})
}

func addons(ctx context.Context, r *run[*eks.Client], cluster, arn string) error {
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.ListAddons(ctx, &eks.ListAddonsInput{ClusterName: &cluster, NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, each(ctx, r, out.Addons, func(ctx context.Context, name string) error {
			got, err := r.api.DescribeAddon(ctx, &eks.DescribeAddonInput{ClusterName: &cluster, AddonName: &name})
			if err != nil {
				return err
			}
			a := got.Addon
			a.Health, a.ModifiedAt, a.ConfigurationValues = nil, nil, nil
			r.item("AWS::EKS::Addon", str(a.AddonArn), name, a.Tags, a).to("cluster", arn).to("role", str(a.ServiceAccountRoleArn)).done()
			return nil
		})
	})
}
