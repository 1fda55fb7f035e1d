package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/firehose/types"
)

func firehoseCollector() Collector {
	return regional("firehose", firehose.NewFromConfig, list(firehoseStreams, "AWS::KinesisFirehose::DeliveryStream"))
}

func firehoseStreams(ctx context.Context, r *run[*firehose.Client], token *string) (*string, error) {
	out, err := r.api.ListDeliveryStreams(ctx, &firehose.ListDeliveryStreamsInput{ExclusiveStartDeliveryStreamName: token})
	if err != nil {
		return nil, err
	}
	var next *string
	if awssdk.ToBool(out.HasMoreDeliveryStreams) && len(out.DeliveryStreamNames) > 0 {
		next = &out.DeliveryStreamNames[len(out.DeliveryStreamNames)-1]
	}
	return next, each(ctx, r, out.DeliveryStreamNames, func(ctx context.Context, name string) error {
		got, err := r.api.DescribeDeliveryStream(ctx, &firehose.DescribeDeliveryStreamInput{DeliveryStreamName: &name})
		if err != nil {
			return err
		}
		s := got.DeliveryStreamDescription
		tags := r.tags(ctx, str(s.DeliveryStreamARN), func() (map[string]string, error) {
			out, err := r.api.ListTagsForDeliveryStream(ctx, &firehose.ListTagsForDeliveryStreamInput{DeliveryStreamName: &name})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		var to []string // what kinds of destination, whose details hold lists of headers and queries
		for _, d := range s.Destinations {
			to = append(to, destinationKinds(d)...)
		}
		i := r.item("AWS::KinesisFirehose::DeliveryStream", str(s.DeliveryStreamARN), name, tags, struct {
			DeliveryStreamType   types.DeliveryStreamType
			DeliveryStreamStatus types.DeliveryStreamStatus
			CreateTimestamp      any
			VersionId            *string
			Encryption           *types.DeliveryStreamEncryptionConfiguration
			Destinations         []string
		}{s.DeliveryStreamType, s.DeliveryStreamStatus, s.CreateTimestamp, s.VersionId, s.DeliveryStreamEncryptionConfiguration, to})
		if e := s.DeliveryStreamEncryptionConfiguration; e != nil {
			i.key(str(e.KeyARN))
		}
		if s.Source != nil && s.Source.KinesisStreamSourceDescription != nil {
			i.to("source", str(s.Source.KinesisStreamSourceDescription.KinesisStreamARN)).role(str(s.Source.KinesisStreamSourceDescription.RoleARN))
		}
		for _, d := range s.Destinations {
			destination(i, d)
		}
		i.done()
		return nil
	})
}

func destinationKinds(d types.DestinationDescription) []string {
	var kinds []string
	for kind, there := range map[string]bool{
		"S3": d.ExtendedS3DestinationDescription != nil || d.S3DestinationDescription != nil, "Redshift": d.RedshiftDestinationDescription != nil,
		"OpenSearch": d.AmazonopensearchserviceDestinationDescription != nil, "Elasticsearch": d.ElasticsearchDestinationDescription != nil,
		"HTTP": d.HttpEndpointDestinationDescription != nil, "Splunk": d.SplunkDestinationDescription != nil,
	} {
		if there {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func destination(i *item, d types.DestinationDescription) {
	if s := d.ExtendedS3DestinationDescription; s != nil {
		i.to("delivers-to", str(s.BucketARN)).role(str(s.RoleARN))
	} else if s := d.S3DestinationDescription; s != nil {
		i.to("delivers-to", str(s.BucketARN)).role(str(s.RoleARN))
	}
	if s := d.AmazonopensearchserviceDestinationDescription; s != nil {
		i.to("delivers-to", str(s.DomainARN)).role(str(s.RoleARN))
	}
	if s := d.ElasticsearchDestinationDescription; s != nil {
		i.to("delivers-to", str(s.DomainARN)).role(str(s.RoleARN))
	}
	if s := d.RedshiftDestinationDescription; s != nil {
		i.role(str(s.RoleARN))
	}
}
