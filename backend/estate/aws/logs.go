package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

func logsCollector() Collector {
	return regional("logs", cloudwatchlogs.NewFromConfig, list(logGroups, "AWS::Logs::LogGroup"))
}

// logGroups leaves out how much is in them, which never stands still.
func logGroups(ctx context.Context, r *run[*cloudwatchlogs.Client], token *string) (*string, error) {
	out, err := r.api.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{NextToken: token, Limit: awssdk.Int32(50)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.LogGroups, func(ctx context.Context, g types.LogGroup) error {
		arn := r.arn("logs", "log-group:"+str(g.LogGroupName))
		tags := r.tags(ctx, arn, func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &arn})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		})
		created := g.CreationTime
		g.StoredBytes, g.CreationTime = nil, nil
		i := r.item("AWS::Logs::LogGroup", arn, str(g.LogGroupName), tags, g)
		if created != nil {
			i.set("CreationTime", unixMilli(*created))
		}
		i.key(str(g.KmsKeyId)).done()
		return nil
	})
}
