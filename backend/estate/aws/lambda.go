package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// lambdaCollector lists functions and what feeds them. The functions' environment variables are dropped as they are read.
func lambdaCollector() Collector {
	return regional("lambda", lambda.NewFromConfig, list(functions, "AWS::Lambda::Function"), list(eventSources, "AWS::Lambda::EventSourceMapping"))
}

func functions(ctx context.Context, r *run[*lambda.Client], token *string) (*string, error) {
	out, err := r.api.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: token})
	if err != nil {
		return nil, err
	}
	return out.NextMarker, each(ctx, r, out.Functions, func(ctx context.Context, f types.FunctionConfiguration) error {
		function(r, f, r.tags(ctx, str(f.FunctionArn), func() (map[string]string, error) {
			out, err := r.api.ListTags(ctx, &lambda.ListTagsInput{Resource: f.FunctionArn})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		}))
		return nil
	})
}

func function(r *run[*lambda.Client], f types.FunctionConfiguration, tags map[string]string) {
	f.Environment = nil
	i := r.item("AWS::Lambda::Function", str(f.FunctionArn), str(f.FunctionName), tags, f)
	i.to("role", str(f.Role)).key(str(f.KMSKeyArn))
	if v := f.VpcConfig; v != nil {
		i.network(str(v.VpcId), v.SubnetIds, v.SecurityGroupIds)
	}
	for _, l := range f.Layers {
		i.to("layer", str(l.Arn))
	}
	for _, s := range f.FileSystemConfigs {
		i.to("file-system", str(s.Arn))
	}
	if f.DeadLetterConfig != nil {
		i.to("dead-letter", str(f.DeadLetterConfig.TargetArn))
	}
	if f.LoggingConfig != nil {
		i.near("log-group", "logs", "log-group:", str(f.LoggingConfig.LogGroup))
	}
	i.done()
}

// eventSources leaves out the result of the last run.
func eventSources(ctx context.Context, r *run[*lambda.Client], token *string) (*string, error) {
	out, err := r.api.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{Marker: token})
	if err != nil {
		return nil, err
	}
	for _, m := range out.EventSourceMappings {
		m.LastProcessingResult, m.LastModified, m.StateTransitionReason = nil, nil, nil
		arn := str(m.EventSourceMappingArn)
		if arn == "" {
			arn = r.arn("lambda", "event-source-mapping:"+str(m.UUID))
		}
		i := r.item("AWS::Lambda::EventSourceMapping", arn, lastOf(str(m.EventSourceArn))+" to "+lastOf(str(m.FunctionArn)), nil, m)
		i.to("function", str(m.FunctionArn)).to("event-source", str(m.EventSourceArn))
		if d := m.DestinationConfig; d != nil && d.OnFailure != nil {
			i.to("dead-letter", str(d.OnFailure.Destination))
		}
		i.done()
	}
	return out.NextMarker, nil
}
