package estate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
)

// TestWhatIsNotConfigured is found although AWS says nothing of it.
func TestWhatIsNotConfigured(t *testing.T) {
	const place = ":eu-west-1:111122223333:"
	made := func(arn, cfnType string, attributes map[string]any, related ...estate.Relation) estate.Resource {
		return estate.Resource{ARN: arn, Type: cfnType, Tags: map[string]string{}, Attributes: attributes, Related: related}
	}
	dead := estate.Relation{Kind: "dead-letter", Target: "arn:aws:sqs" + place + "orders-dlq"}
	s, _, ctx := openWith(t, []estate.Resource{
		made("arn:aws:sqs"+place+"orders", "AWS::SQS::Queue", map[string]any{"RedrivePolicy": "{}"}, dead),
		made("arn:aws:sqs"+place+"orders-dlq", "AWS::SQS::Queue", map[string]any{"VisibilityTimeout": "30"}),
		made("arn:aws:sqs"+place+"mails", "AWS::SQS::Queue", map[string]any{"VisibilityTimeout": "30"}),
		made("arn:aws:sqs"+place+"denied", "AWS::SQS::Queue", map[string]any{}), // nothing of it could be read
		made("arn:aws:lambda"+place+"function:resize", "AWS::Lambda::Function", map[string]any{"MemorySize": 128.0}),
		made("arn:aws:lambda"+place+"function:charge", "AWS::Lambda::Function", map[string]any{"MemorySize": 128.0}, dead),
		made("arn:aws:rds"+place+"db:kept", "AWS::RDS::DBInstance", map[string]any{"BackupRetentionPeriod": 7.0}),
		made("arn:aws:rds"+place+"db:lost", "AWS::RDS::DBInstance", map[string]any{"BackupRetentionPeriod": 0.0}),
	})
	for text, want := range map[string][]string{
		"queues without dlq": {"mails"}, "lambda functions with no dead-letter queue": {"resize"}, "rds without backups": {"lost"},
		"rds with backup retention over 3 days": {"kept"},
	} {
		page, err := s.Search(ctx, estate.Query{Text: text})
		require.NoError(t, err)
		assert.ElementsMatch(t, want, names(page.Hits), text)
	}
}
