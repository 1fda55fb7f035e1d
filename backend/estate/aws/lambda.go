package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudops/backend/estate"
)

// lambdaCollector lists functions. Their environment variables are dropped as they are read.
type lambdaCollector struct{}

func (lambdaCollector) Service() string { return "lambda" }
func (lambdaCollector) Global() bool    { return false }
func (lambdaCollector) Types() []string { return []string{"AWS::Lambda::Function"} }

func (lambdaCollector) Collect(ctx context.Context, t Target, emit func(estate.Resource)) error {
	api := lambda.NewFromConfig(t.Config)
	return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
		out, err := api.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: token})
		if err != nil {
			return nil, err
		}
		tags, err := eachOf(ctx, out.Functions, func(ctx context.Context, f types.FunctionConfiguration) (map[string]string, error) {
			return functionTags(ctx, t, api, f.FunctionArn)
		})
		if err != nil {
			return nil, err
		}
		for n, f := range out.Functions {
			r, err := function(t, f, tags[n])
			if err != nil {
				return nil, err
			}
			emit(r)
		}
		return out.NextMarker, nil
	})
}

func functionTags(ctx context.Context, t Target, api *lambda.Client, arn *string) (map[string]string, error) {
	if t.TagsKnown {
		return nil, nil
	}
	out, err := api.ListTags(ctx, &lambda.ListTagsInput{Resource: arn})
	if err != nil {
		return nil, t.lesser(ctx, err)
	}
	return out.Tags, nil
}

func function(t Target, f types.FunctionConfiguration, tags map[string]string) (estate.Resource, error) {
	f.Environment = nil
	arn, err := estate.CanonicalARN(awssdk.ToString(f.FunctionArn))
	if err != nil {
		return estate.Resource{}, err
	}
	i, err := t.newItem("AWS::Lambda::Function", arn, awssdk.ToString(f.FunctionName), tags, f)
	if err != nil {
		return estate.Resource{}, err
	}
	i.relateARN("role", f.Role)
	i.relateARN("kms-key", f.KMSKeyArn)
	if v := f.VpcConfig; v != nil {
		i.relateID(t, "vpc", "ec2", "vpc/", v.VpcId)
		for n := range v.SubnetIds {
			i.relateID(t, "subnet", "ec2", "subnet/", &v.SubnetIds[n])
		}
		for n := range v.SecurityGroupIds {
			i.relateID(t, "security-group", "ec2", "security-group/", &v.SecurityGroupIds[n])
		}
	}
	for _, l := range f.Layers {
		i.relateARN("layer", l.Arn)
	}
	if f.DeadLetterConfig != nil {
		i.relateARN("dead-letter", f.DeadLetterConfig.TargetArn)
	}
	if f.LoggingConfig != nil {
		i.relateID(t, "log-group", "logs", "log-group:", f.LoggingConfig.LogGroup)
	}
	return i.finish(), nil
}
