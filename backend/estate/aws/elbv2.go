package aws

import (
	"context"
	"strconv"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func elbv2Collector() Collector {
	return regional("elbv2", elb.NewFromConfig,
		list(loadBalancers, "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"),
		list(targetGroups, "AWS::ElasticLoadBalancingV2::TargetGroup"))
}

func elbTags(ctx context.Context, r *run[*elb.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		out, err := r.api.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: []string{str(arn)}})
		if err != nil || len(out.TagDescriptions) == 0 {
			return nil, err
		}
		return tagsOf(out.TagDescriptions[0].Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

// loadBalancers lists them with their listeners and rules, which the API lists by their parent.
func loadBalancers(ctx context.Context, r *run[*elb.Client], token *string) (*string, error) {
	out, err := r.api.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Marker: token, PageSize: awssdk.Int32(400)})
	if err != nil {
		return nil, err
	}
	return out.NextMarker, each(ctx, r, out.LoadBalancers, func(ctx context.Context, b types.LoadBalancer) error {
		i := r.item("AWS::ElasticLoadBalancingV2::LoadBalancer", str(b.LoadBalancerArn), str(b.LoadBalancerName), elbTags(ctx, r, b.LoadBalancerArn), b)
		i.network(str(b.VpcId), nil, b.SecurityGroups)
		for _, z := range b.AvailabilityZones {
			i.near("subnet", "ec2", "subnet/", str(z.SubnetId))
			for _, a := range z.LoadBalancerAddresses {
				i.near("address", "ec2", "elastic-ip/", str(a.AllocationId))
			}
		}
		got, err := r.api.DescribeLoadBalancerAttributes(ctx, &elb.DescribeLoadBalancerAttributesInput{LoadBalancerArn: b.LoadBalancerArn})
		if r.detail(ctx, i, err) {
			loadBalancerAttributes(i, got.Attributes)
		}
		i.done()
		return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: b.LoadBalancerArn, Marker: token})
			if err != nil {
				return nil, err
			}
			return out.NextMarker, each(ctx, r, out.Listeners, func(ctx context.Context, l types.Listener) error { return listener(ctx, r, b, l) })
		})
	})
}

// loadBalancerAttributes takes those that people ask for: logs, protection, timeout.
func loadBalancerAttributes(i *item, attributes []types.LoadBalancerAttribute) {
	for _, a := range attributes {
		switch str(a.Key) {
		case "deletion_protection.enabled":
			i.set("DeletionProtectionEnabled", str(a.Value) == "true")
		case "access_logs.s3.enabled":
			i.set("AccessLogsEnabled", str(a.Value) == "true")
		case "access_logs.s3.bucket":
			if v := str(a.Value); v != "" {
				i.to("logs-to", bucketARN(i.target.Partition, v))
			}
		case "idle_timeout.timeout_seconds":
			i.set("IdleTimeoutSeconds", str(a.Value))
		}
	}
}

func listener(ctx context.Context, r *run[*elb.Client], b types.LoadBalancer, l types.Listener) error {
	name := str(b.LoadBalancerName)
	if l.Port != nil {
		name += ":" + strconv.Itoa(int(*l.Port))
	}
	i := r.item("AWS::ElasticLoadBalancingV2::Listener", str(l.ListenerArn), name, elbTags(ctx, r, l.ListenerArn), hideClient(l))
	i.to("load-balancer", str(l.LoadBalancerArn))
	for _, c := range l.Certificates {
		i.to("certificate", str(c.CertificateArn))
	}
	forwards(i, l.DefaultActions)
	i.done()
	if b.Type != types.LoadBalancerTypeEnumApplication {
		return nil // the others have no rules
	}
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.api.DescribeRules(ctx, &elb.DescribeRulesInput{ListenerArn: l.ListenerArn, Marker: token})
		if err != nil {
			return nil, err
		}
		for _, u := range out.Rules {
			if awssdk.ToBool(u.IsDefault) {
				continue // the listener's own actions
			}
			for n := range u.Actions {
				u.Actions[n].AuthenticateOidcConfig = nil
			}
			i := r.item("AWS::ElasticLoadBalancingV2::ListenerRule", str(u.RuleArn), name+" rule "+str(u.Priority), elbTags(ctx, r, u.RuleArn), u)
			i.to("listener", str(l.ListenerArn))
			forwards(i, u.Actions)
			i.done()
		}
		return out.NextMarker, nil
	})
}

// hideClient leaves out the sign-in's client, whose secret must not be kept.
func hideClient(l types.Listener) types.Listener {
	for n := range l.DefaultActions {
		l.DefaultActions[n].AuthenticateOidcConfig = nil
	}
	return l
}

func forwards(i *item, actions []types.Action) {
	for _, a := range actions {
		i.to("target-group", str(a.TargetGroupArn))
		if a.ForwardConfig != nil {
			for _, g := range a.ForwardConfig.TargetGroups {
				i.to("target-group", str(g.TargetGroupArn))
			}
		}
		if a.AuthenticateCognitoConfig != nil {
			i.to("user-pool", str(a.AuthenticateCognitoConfig.UserPoolArn))
		}
	}
}

func targetGroups(ctx context.Context, r *run[*elb.Client], token *string) (*string, error) {
	out, err := r.api.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{Marker: token, PageSize: awssdk.Int32(400)})
	if err != nil {
		return nil, err
	}
	return out.NextMarker, each(ctx, r, out.TargetGroups, func(ctx context.Context, g types.TargetGroup) error {
		i := r.item("AWS::ElasticLoadBalancingV2::TargetGroup", str(g.TargetGroupArn), str(g.TargetGroupName), elbTags(ctx, r, g.TargetGroupArn), g)
		i.near("vpc", "ec2", "vpc/", str(g.VpcId)).to("load-balancer", g.LoadBalancerArns...)
		got, err := r.api.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn})
		if r.detail(ctx, i, err) {
			for _, h := range got.TargetHealthDescriptions {
				if h.Target == nil {
					continue
				}
				if id := str(h.Target.Id); strings.HasPrefix(id, "i-") {
					i.near("target", "ec2", "instance/", id)
				} else {
					i.to("target", id) // a function or a load balancer; an address names no resource
				}
			}
			i.set("Attached", len(g.LoadBalancerArns) > 0)
		}
		i.done()
		return nil
	})
}
