package aws

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

func snsCollector() Collector {
	return regional("sns", sns.NewFromConfig, list(snsTopics, "AWS::SNS::Topic"), list(snsSubscriptions, "AWS::SNS::Subscription"))
}

func snsTopics(ctx context.Context, r *run[*sns.Client], token *string) (*string, error) {
	out, err := r.api.ListTopics(ctx, &sns.ListTopicsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Topics, func(ctx context.Context, topic types.Topic) error {
		got, err := r.api.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: topic.TopicArn})
		if err != nil {
			return err
		}
		tags := r.tags(ctx, str(topic.TopicArn), func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &sns.ListTagsForResourceInput{ResourceArn: topic.TopicArn})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		for k := range got.Attributes {
			if strings.HasPrefix(k, "Subscriptions") { // counts, which change without the topic
				delete(got.Attributes, k)
			}
		}
		i := r.item("AWS::SNS::Topic", str(topic.TopicArn), lastOf(str(topic.TopicArn)), tags, got.Attributes)
		i.key(got.Attributes["KmsMasterKeyId"]).done()
		return nil
	})
}

func snsSubscriptions(ctx context.Context, r *run[*sns.Client], token *string) (*string, error) {
	out, err := r.api.ListSubscriptions(ctx, &sns.ListSubscriptionsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Subscriptions, func(ctx context.Context, s types.Subscription) error {
		if !strings.HasPrefix(str(s.SubscriptionArn), "arn:") {
			return nil // one that nobody has confirmed has no identity
		}
		i := r.item("AWS::SNS::Subscription", str(s.SubscriptionArn), lastOf(str(s.TopicArn))+" to "+str(s.Protocol), nil, s)
		i.to("topic", str(s.TopicArn)).to("endpoint", str(s.Endpoint))
		got, err := r.api.GetSubscriptionAttributes(ctx, &sns.GetSubscriptionAttributesInput{SubscriptionArn: s.SubscriptionArn})
		if r.detail(ctx, i, err) {
			i.set("FilterPolicy", got.Attributes["FilterPolicy"]).set("RawMessageDelivery", got.Attributes["RawMessageDelivery"])
			var redrive struct{ DeadLetterTargetArn string }
			if json.Unmarshal([]byte(got.Attributes["RedrivePolicy"]), &redrive) == nil {
				i.to("dead-letter", redrive.DeadLetterTargetArn)
			}
		}
		i.done()
		return nil
	})
}
