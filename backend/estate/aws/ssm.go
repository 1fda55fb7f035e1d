package aws

import (
	"context"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func ssmCollector() Collector {
	return regional("ssm", ssm.NewFromConfig, list(parameters, "AWS::SSM::Parameter"), list(documents, "AWS::SSM::Document"))
}

func ssmTags(ctx context.Context, r *run[*ssm.Client], arn string, kind types.ResourceTypeForTagging, id *string) map[string]string {
	return r.tags(ctx, arn, func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &ssm.ListTagsForResourceInput{ResourceType: kind, ResourceId: id})
		if err != nil {
			return nil, err
		}
		return tagsOf(out.TagList, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

// parameters lists what parameters there are; their values are never asked for.
func parameters(ctx context.Context, r *run[*ssm.Client], token *string) (*string, error) {
	out, err := r.api.DescribeParameters(ctx, &ssm.DescribeParametersInput{NextToken: token, MaxResults: awssdk.Int32(50)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Parameters, func(ctx context.Context, p types.ParameterMetadata) error {
		arn := str(p.ARN)
		if arn == "" {
			arn = r.arn("ssm", "parameter/"+strings.TrimPrefix(str(p.Name), "/"))
		}
		p.LastModifiedUser = nil
		i := r.item("AWS::SSM::Parameter", arn, str(p.Name), ssmTags(ctx, r, arn, types.ResourceTypeForTaggingParameter, p.Name), p)
		i.key(str(p.KeyId)).done()
		return nil
	})
}

// documents lists the account's own.
func documents(ctx context.Context, r *run[*ssm.Client], token *string) (*string, error) {
	out, err := r.api.ListDocuments(ctx, &ssm.ListDocumentsInput{
		NextToken: token, MaxResults: awssdk.Int32(50),
		Filters: []types.DocumentKeyValuesFilter{{Key: awssdk.String("Owner"), Values: []string{"Self"}}},
	})
	if err != nil {
		return nil, err
	}
	for _, d := range out.DocumentIdentifiers {
		tags := tagsOf(d.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
		r.item("AWS::SSM::Document", r.arn("ssm", "document/"+str(d.Name)), str(d.Name), tags, d).done()
	}
	return out.NextToken, nil
}
