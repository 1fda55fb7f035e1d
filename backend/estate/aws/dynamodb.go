package aws

import (
	"context"
	"errors"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"cloudops/backend/estate"
)

// dynamodbCollector lists tables. Item counts and sizes are left out: DynamoDB updates them every six hours, and a table
// whose items come and go has not changed.
type dynamodbCollector struct{}

func (dynamodbCollector) Service() string { return "dynamodb" }
func (dynamodbCollector) Global() bool    { return false }
func (dynamodbCollector) Types() []string { return []string{"AWS::DynamoDB::Table"} }

func (dynamodbCollector) Collect(ctx context.Context, t Target, emit func(estate.Resource)) error {
	api := dynamodb.NewFromConfig(t.Config)
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := api.ListTables(ctx, &dynamodb.ListTablesInput{ExclusiveStartTableName: token})
		if err != nil {
			return nil, err
		}
		tables, err := eachOf(ctx, out.TableNames, func(ctx context.Context, name string) (*estate.Resource, error) {
			return dynamoTable(ctx, t, api, name)
		})
		for _, r := range tables {
			if r != nil {
				emit(*r)
			}
		}
		return out.LastEvaluatedTableName, err
	})
}

// dynamoTable is nil for a table that was deleted meanwhile.
func dynamoTable(ctx context.Context, t Target, api *dynamodb.Client, name string) (*estate.Resource, error) {
	out, err := api.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	var gone *types.ResourceNotFoundException
	if errors.As(err, &gone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	arn, err := estate.CanonicalARN(awssdk.ToString(out.Table.TableArn))
	if err != nil {
		return nil, err
	}
	tags, untold := dynamoTags(ctx, t, api, out.Table.TableArn)
	if err := t.lesser(ctx, untold); err != nil {
		return nil, err
	}
	i, err := t.newItem("AWS::DynamoDB::Table", arn, name, tags, out.Table)
	if err != nil {
		return nil, err
	}
	if untold != nil {
		i.gaps().Tags = true
	}
	i.Attributes["BillingMode"] = string(types.BillingModeProvisioned) // the API says nothing for a table that was always so
	if s := out.Table.BillingModeSummary; s != nil && s.BillingMode != "" {
		i.Attributes["BillingMode"] = string(s.BillingMode)
	}
	backups, err := api.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &name})
	if err != nil {
		i.unseen("PointInTimeRecovery")
	}
	if err = t.lesser(ctx, err); err != nil {
		return nil, err
	}
	if backups != nil && backups.ContinuousBackupsDescription != nil {
		if p := backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription; p != nil {
			i.Attributes["PointInTimeRecovery"] = p.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
		}
	}
	if s := out.Table.SSEDescription; s != nil {
		i.relateARN("kms-key", s.KMSMasterKeyArn)
	}
	r := i.finish()
	return &r, nil
}

func dynamoTags(ctx context.Context, t Target, api *dynamodb.Client, arn *string) (map[string]string, error) {
	if t.TagsKnown(awssdk.ToString(arn)) {
		return nil, nil
	}
	tags := map[string]string{}
	err := eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := api.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: arn, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, tag := range out.Tags {
			tags[awssdk.ToString(tag.Key)] = awssdk.ToString(tag.Value)
		}
		return out.NextToken, nil
	})
	return tags, err
}
