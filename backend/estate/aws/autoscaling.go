package aws

import (
	"context"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func autoscalingCollector() Collector {
	return regional("autoscaling", autoscaling.NewFromConfig,
		// Groups name their launch configuration, whose ARN its own listing tells.
		list(launchConfigurations, "AWS::AutoScaling::LaunchConfiguration"), list(autoScalingGroups, "AWS::AutoScaling::AutoScalingGroup"))
}

func autoScalingGroups(ctx context.Context, r *run[*autoscaling.Client], token *string) (*string, error) {
	out, err := r.api.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{NextToken: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, g := range out.AutoScalingGroups {
		tags := tagsOf(g.Tags, func(t types.TagDescription) (*string, *string) { return t.Key, t.Value })
		instances := g.Instances
		g.Instances = nil // they come, go and change their health; the relations name them
		i := r.item("AWS::AutoScaling::AutoScalingGroup", str(g.AutoScalingGroupARN), str(g.AutoScalingGroupName), tags, g)
		for _, in := range instances {
			i.near("instance", "ec2", "instance/", str(in.InstanceId))
		}
		if g.VPCZoneIdentifier != nil {
			for subnet := range strings.SplitSeq(*g.VPCZoneIdentifier, ",") {
				i.near("subnet", "ec2", "subnet/", strings.TrimSpace(subnet))
			}
		}
		i.to("target-group", g.TargetGroupARNs...).to("role", str(g.ServiceLinkedRoleARN))
		i.near("load-balancer", "elasticloadbalancing", "loadbalancer/", g.LoadBalancerNames...)
		if g.LaunchTemplate != nil {
			i.near("launch-template", "ec2", "launch-template/", str(g.LaunchTemplate.LaunchTemplateId))
		}
		if m := g.MixedInstancesPolicy; m != nil && m.LaunchTemplate != nil && m.LaunchTemplate.LaunchTemplateSpecification != nil {
			i.near("launch-template", "ec2", "launch-template/", str(m.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId))
		}
		r.needs(i, "AWS::AutoScaling::LaunchConfiguration", "launch-configuration")
		i.to("launch-configuration", r.recall(str(g.LaunchConfigurationName))).done()
	}
	return out.NextToken, nil
}

// launchConfigurations leave out the user data, which people put secrets into.
func launchConfigurations(ctx context.Context, r *run[*autoscaling.Client], token *string) (*string, error) {
	out, err := r.api.DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{NextToken: token, MaxRecords: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	for _, c := range out.LaunchConfigurations {
		r.remember(str(c.LaunchConfigurationName), str(c.LaunchConfigurationARN))
		i := r.item("AWS::AutoScaling::LaunchConfiguration", str(c.LaunchConfigurationARN), str(c.LaunchConfigurationName), nil, c)
		for _, g := range c.SecurityGroups {
			if strings.HasPrefix(g, "sg-") {
				i.near("security-group", "ec2", "security-group/", g)
			}
		}
		i.done()
	}
	return out.NextToken, nil
}
