package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
)

func athenaCollector() Collector {
	return regional("athena", athena.NewFromConfig, list(workGroups, "AWS::Athena::WorkGroup"), list(dataCatalogs, "AWS::Athena::DataCatalog"))
}

func athenaTags(ctx context.Context, r *run[*athena.Client], arn string) map[string]string {
	return r.tags(ctx, arn, func() (map[string]string, error) {
		out, err := r.api.ListTagsForResource(ctx, &athena.ListTagsForResourceInput{ResourceARN: &arn})
		if err != nil {
			return nil, err
		}
		return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
	})
}

func workGroups(ctx context.Context, r *run[*athena.Client], token *string) (*string, error) {
	out, err := r.api.ListWorkGroups(ctx, &athena.ListWorkGroupsInput{NextToken: token, MaxResults: awssdk.Int32(50)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.WorkGroups, func(ctx context.Context, s types.WorkGroupSummary) error {
		arn := r.arn("athena", "workgroup/"+str(s.Name))
		i := r.item("AWS::Athena::WorkGroup", arn, str(s.Name), athenaTags(ctx, r, arn), s)
		got, err := r.api.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: s.Name})
		if r.detail(ctx, i, err) && got.WorkGroup != nil && got.WorkGroup.Configuration != nil {
			c := got.WorkGroup.Configuration
			i.to("role", str(c.ExecutionRole))
			if o := c.ResultConfiguration; o != nil {
				i.set("OutputLocation", str(o.OutputLocation)).bucketOf("results", str(o.OutputLocation))
				if o.EncryptionConfiguration != nil {
					i.set("Encryption", string(o.EncryptionConfiguration.EncryptionOption)).key(str(o.EncryptionConfiguration.KmsKey))
				}
			}
			if c.BytesScannedCutoffPerQuery != nil {
				i.set("BytesScannedCutoffPerQuery", float64(*c.BytesScannedCutoffPerQuery))
			}
		}
		i.done()
		return nil
	})
}

func dataCatalogs(ctx context.Context, r *run[*athena.Client], token *string) (*string, error) {
	out, err := r.api.ListDataCatalogs(ctx, &athena.ListDataCatalogsInput{NextToken: token, MaxResults: awssdk.Int32(50)})
	if err != nil {
		return nil, err
	}
	for _, c := range out.DataCatalogsSummary {
		arn := r.arn("athena", "datacatalog/"+str(c.CatalogName))
		r.item("AWS::Athena::DataCatalog", arn, str(c.CatalogName), athenaTags(ctx, r, arn), c).done()
	}
	return out.NextToken, nil
}
