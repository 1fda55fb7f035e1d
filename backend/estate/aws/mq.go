package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/mq"
	"github.com/aws/aws-sdk-go-v2/service/mq/types"
)

func mqCollector() Collector {
	return regional("mq", mq.NewFromConfig, list(brokers, "AWS::AmazonMQ::Broker"))
}

// brokers leave out the users, whose names are half of a sign-in.
func brokers(ctx context.Context, r *run[*mq.Client], token *string) (*string, error) {
	out, err := r.api.ListBrokers(ctx, &mq.ListBrokersInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.BrokerSummaries, func(ctx context.Context, s types.BrokerSummary) error {
		b, err := r.api.DescribeBroker(ctx, &mq.DescribeBrokerInput{BrokerId: s.BrokerId})
		if err != nil {
			return err
		}
		b.Users, b.LdapServerMetadata, b.PendingLdapServerMetadata, b.ActionsRequired = nil, nil, nil, nil
		i := r.item("AWS::AmazonMQ::Broker", str(b.BrokerArn), str(b.BrokerName), b.Tags, b)
		i.network("", b.SubnetIds, b.SecurityGroups)
		if b.EncryptionOptions != nil {
			i.key(str(b.EncryptionOptions.KmsKeyId))
		}
		if b.Configurations != nil && b.Configurations.Current != nil {
			i.near("configuration", "mq", "configuration:", str(b.Configurations.Current.Id))
		}
		if b.Logs != nil {
			i.near("log-group", "logs", "log-group:", str(b.Logs.GeneralLogGroup), str(b.Logs.AuditLogGroup))
		}
		i.done()
		return nil
	})
}
