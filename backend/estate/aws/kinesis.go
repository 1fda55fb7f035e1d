package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

func kinesisCollector() Collector {
	return regional("kinesis", kinesis.NewFromConfig, list(kinesisStreams, "AWS::Kinesis::Stream"))
}

func kinesisStreams(ctx context.Context, r *run[*kinesis.Client], token *string) (*string, error) {
	out, err := r.api.ListStreams(ctx, &kinesis.ListStreamsInput{ExclusiveStartStreamName: token})
	if err != nil {
		return nil, err
	}
	var next *string
	if out.HasMoreStreams != nil && *out.HasMoreStreams && len(out.StreamNames) > 0 {
		next = &out.StreamNames[len(out.StreamNames)-1]
	}
	return next, each(ctx, r, out.StreamNames, func(ctx context.Context, name string) error {
		got, err := r.api.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
		if err != nil {
			return err
		}
		s := got.StreamDescriptionSummary
		tags := r.tags(ctx, str(s.StreamARN), func() (map[string]string, error) {
			out, err := r.api.ListTagsForStream(ctx, &kinesis.ListTagsForStreamInput{StreamName: &name})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		r.item("AWS::Kinesis::Stream", str(s.StreamARN), name, tags, s).key(str(s.KeyId)).done()
		return nil
	})
}
