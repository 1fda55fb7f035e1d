package aws

import (
	"context"
	"encoding/json"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func sqsCollector() Collector {
	return regional("sqs", sqs.NewFromConfig, list(sqsQueues, "AWS::SQS::Queue"))
}

func sqsQueues(ctx context.Context, r *run[*sqs.Client], token *string) (*string, error) {
	out, err := r.api.ListQueues(ctx, &sqs.ListQueuesInput{NextToken: token, MaxResults: awssdk.Int32(1000)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.QueueUrls, func(ctx context.Context, url string) error {
		q, err := r.api.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
		if err != nil {
			return err
		}
		for k := range q.Attributes {
			if strings.HasPrefix(k, "Approximate") { // counts of messages, which never stand still
				delete(q.Attributes, k)
			}
		}
		tags := r.tags(ctx, q.Attributes["QueueArn"], func() (map[string]string, error) {
			out, err := r.api.ListQueueTags(ctx, &sqs.ListQueueTagsInput{QueueUrl: &url})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		})
		i := r.item("AWS::SQS::Queue", q.Attributes["QueueArn"], lastOf(url), tags, q.Attributes)
		i.key(q.Attributes["KmsMasterKeyId"])
		var redrive struct{ DeadLetterTargetArn string }
		if json.Unmarshal([]byte(q.Attributes["RedrivePolicy"]), &redrive) == nil {
			i.to("dead-letter", redrive.DeadLetterTargetArn)
		}
		i.set("QueueUrl", url).done()
		return nil
	})
}
