package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apprunner"
	"github.com/aws/aws-sdk-go-v2/service/apprunner/types"
)

func apprunnerCollector() Collector {
	return regional("apprunner", apprunner.NewFromConfig, list(appServices, "AWS::AppRunner::Service"))
}

func appServices(ctx context.Context, r *run[*apprunner.Client], token *string) (*string, error) {
	out, err := r.api.ListServices(ctx, &apprunner.ListServicesInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.ServiceSummaryList, func(ctx context.Context, s types.ServiceSummary) error {
		tags := r.tags(ctx, str(s.ServiceArn), func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &apprunner.ListTagsForResourceInput{ResourceArn: s.ServiceArn})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		s.UpdatedAt = nil
		i := r.item("AWS::AppRunner::Service", str(s.ServiceArn), str(s.ServiceName), tags, s)
		got, err := r.api.DescribeService(ctx, &apprunner.DescribeServiceInput{ServiceArn: s.ServiceArn})
		if r.detail(ctx, i, err) && got.Service != nil {
			appService(i, got.Service)
		}
		i.done()
		return nil
	})
}

func appService(i *item, s *types.Service) {
	if c := s.InstanceConfiguration; c != nil {
		i.set("Cpu", str(c.Cpu)).set("Memory", str(c.Memory)).to("role", str(c.InstanceRoleArn))
	}
	if e := s.EncryptionConfiguration; e != nil {
		i.key(str(e.KmsKey))
	}
	if c := s.SourceConfiguration; c != nil {
		if p := c.ImageRepository; p != nil {
			i.set("Image", str(p.ImageIdentifier)).image(str(p.ImageIdentifier))
			if p.ImageConfiguration != nil {
				for _, arn := range p.ImageConfiguration.RuntimeEnvironmentSecrets {
					i.to("secret", arn)
				}
			}
		}
		if p := c.CodeRepository; p != nil {
			i.set("RepositoryUrl", str(p.RepositoryUrl))
		}
		if c.AuthenticationConfiguration != nil {
			i.to("role", str(c.AuthenticationConfiguration.AccessRoleArn))
		}
	}
	if n := s.NetworkConfiguration; n != nil {
		if n.IngressConfiguration != nil {
			i.set("PubliclyAccessible", n.IngressConfiguration.IsPubliclyAccessible)
		}
		if n.EgressConfiguration != nil {
			i.to("vpc-connector", str(n.EgressConfiguration.VpcConnectorArn))
		}
	}
}
