package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/appsync"
	"github.com/aws/aws-sdk-go-v2/service/appsync/types"
)

func appsyncCollector() Collector {
	return regional("appsync", appsync.NewFromConfig, list(graphqlAPIs, "AWS::AppSync::GraphQLApi"))
}

// graphqlAPIs never asks for the API keys.
func graphqlAPIs(ctx context.Context, r *run[*appsync.Client], token *string) (*string, error) {
	out, err := r.api.ListGraphqlApis(ctx, &appsync.ListGraphqlApisInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.GraphqlApis, func(ctx context.Context, a types.GraphqlApi) error {
		i := r.item("AWS::AppSync::GraphQLApi", str(a.Arn), str(a.Name), a.Tags, a)
		i.to("web-acl", str(a.WafWebAclArn))
		if a.UserPoolConfig != nil {
			i.near("user-pool", "cognito-idp", "userpool/", str(a.UserPoolConfig.UserPoolId))
		}
		if a.LogConfig != nil {
			i.to("role", str(a.LogConfig.CloudWatchLogsRoleArn))
		}
		r.detail(ctx, i, eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.ListDataSources(ctx, &appsync.ListDataSourcesInput{ApiId: a.ApiId, NextToken: token})
			if err != nil {
				return nil, err
			}
			for _, d := range out.DataSources {
				dataSource(i, d)
			}
			return out.NextToken, nil
		}))
		i.done()
		return nil
	})
}

func dataSource(i *item, d types.DataSource) {
	i.to("role", str(d.ServiceRoleArn))
	if d.LambdaConfig != nil {
		i.to("data-source", str(d.LambdaConfig.LambdaFunctionArn))
	}
	if d.DynamodbConfig != nil {
		i.near("data-source", "dynamodb", "table/", str(d.DynamodbConfig.TableName))
	}
	if d.EventBridgeConfig != nil {
		i.to("data-source", str(d.EventBridgeConfig.EventBusArn))
	}
	if d.RelationalDatabaseConfig != nil && d.RelationalDatabaseConfig.RdsHttpEndpointConfig != nil {
		i.to("secret", str(d.RelationalDatabaseConfig.RdsHttpEndpointConfig.AwsSecretStoreArn))
	}
}
