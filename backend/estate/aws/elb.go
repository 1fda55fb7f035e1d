package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
)

// elbCollector lists Classic load balancers; the others have an API of their own, in elbv2.go.
func elbCollector() Collector {
	return regional("elb", elasticloadbalancing.NewFromConfig, list(classicLoadBalancers, "AWS::ElasticLoadBalancing::LoadBalancer"))
}

func classicLoadBalancers(ctx context.Context, r *run[*elasticloadbalancing.Client], token *string) (*string, error) {
	out, err := r.api.DescribeLoadBalancers(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{Marker: token, PageSize: awssdk.Int32(400)})
	if err != nil {
		return nil, err
	}
	return out.NextMarker, each(ctx, r, out.LoadBalancerDescriptions, func(ctx context.Context, b types.LoadBalancerDescription) error {
		arn := r.arn("elasticloadbalancing", "loadbalancer/"+str(b.LoadBalancerName))
		tags := r.tags(ctx, arn, func() (map[string]string, error) {
			out, err := r.api.DescribeTags(ctx, &elasticloadbalancing.DescribeTagsInput{LoadBalancerNames: []string{str(b.LoadBalancerName)}})
			if err != nil || len(out.TagDescriptions) == 0 {
				return nil, err
			}
			return tagsOf(out.TagDescriptions[0].Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		i := r.item("AWS::ElasticLoadBalancing::LoadBalancer", arn, str(b.LoadBalancerName), tags, b)
		i.network(str(b.VPCId), b.Subnets, b.SecurityGroups)
		for _, in := range b.Instances {
			i.near("instance", "ec2", "instance/", str(in.InstanceId))
		}
		for _, l := range b.ListenerDescriptions {
			if l.Listener != nil {
				i.to("certificate", str(l.Listener.SSLCertificateId))
			}
		}
		i.done()
		return nil
	})
}
