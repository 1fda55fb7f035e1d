package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/opensearch"
	"github.com/aws/aws-sdk-go-v2/service/opensearch/types"
)

func opensearchCollector() Collector {
	return regional("opensearch", opensearch.NewFromConfig, list(searchDomains, "AWS::OpenSearchService::Domain"))
}

// searchDomains has no pages.
func searchDomains(ctx context.Context, r *run[*opensearch.Client], _ *string) (*string, error) {
	out, err := r.api.ListDomainNames(ctx, &opensearch.ListDomainNamesInput{})
	if err != nil {
		return nil, err
	}
	return nil, each(ctx, r, out.DomainNames, func(ctx context.Context, d types.DomainInfo) error {
		got, err := r.api.DescribeDomain(ctx, &opensearch.DescribeDomainInput{DomainName: d.DomainName})
		if err != nil {
			return err
		}
		s := got.DomainStatus
		tags := r.tags(ctx, str(s.ARN), func() (map[string]string, error) {
			out, err := r.api.ListTags(ctx, &opensearch.ListTagsInput{ARN: s.ARN})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.TagList, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		s.ChangeProgressDetails = nil
		i := r.item("AWS::OpenSearchService::Domain", str(s.ARN), str(s.DomainName), tags, s)
		if v := s.VPCOptions; v != nil {
			i.network(str(v.VPCId), v.SubnetIds, v.SecurityGroupIds)
		}
		if e := s.EncryptionAtRestOptions; e != nil {
			i.key(str(e.KmsKeyId))
		}
		if c := s.CognitoOptions; c != nil {
			i.near("user-pool", "cognito-idp", "userpool/", str(c.UserPoolId)).to("role", str(c.RoleArn))
		}
		for _, l := range s.LogPublishingOptions {
			i.to("log-group", str(l.CloudWatchLogsLogGroupArn))
		}
		i.set("PubliclyAccessible", s.VPCOptions == nil || len(s.VPCOptions.SubnetIds) == 0).done()
		return nil
	})
}
