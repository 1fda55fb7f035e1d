package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

func codepipelineCollector() Collector {
	return regional("codepipeline", codepipeline.NewFromConfig, list(pipelines, "AWS::CodePipeline::Pipeline"))
}

// pipelines leave out the actions' configurations, which may hold tokens; the projects and functions they name are relations.
func pipelines(ctx context.Context, r *run[*codepipeline.Client], token *string) (*string, error) {
	out, err := r.api.ListPipelines(ctx, &codepipeline.ListPipelinesInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Pipelines, func(ctx context.Context, s types.PipelineSummary) error {
		arn := r.arn("codepipeline", str(s.Name))
		tags := r.tags(ctx, arn, func() (map[string]string, error) {
			out, err := r.api.ListTagsForResource(ctx, &codepipeline.ListTagsForResourceInput{ResourceArn: &arn})
			if err != nil {
				return nil, err
			}
			return tagsOf(out.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value }), nil
		})
		i := r.item("AWS::CodePipeline::Pipeline", arn, str(s.Name), tags, s)
		got, err := r.api.GetPipeline(ctx, &codepipeline.GetPipelineInput{Name: s.Name})
		if r.detail(ctx, i, err) && got.Pipeline != nil {
			pipelineParts(i, got.Pipeline)
		}
		i.done()
		return nil
	})
}

func pipelineParts(i *item, p *types.PipelineDeclaration) {
	i.to("role", str(p.RoleArn))
	if p.ArtifactStore != nil && p.ArtifactStore.Location != nil {
		i.to("artifacts", bucketARN(i.target.Partition, *p.ArtifactStore.Location))
	}
	var stages []any
	for _, s := range p.Stages {
		stages = append(stages, str(s.Name))
		for _, a := range s.Actions {
			i.to("role", str(a.RoleArn)).to("source", a.Configuration["ConnectionArn"])
			if a.ActionTypeId == nil {
				continue
			}
			switch str(a.ActionTypeId.Provider) {
			case "CodeBuild":
				i.near("runs", "codebuild", "project/", a.Configuration["ProjectName"])
			case "Lambda":
				i.near("runs", "lambda", "function:", a.Configuration["FunctionName"])
			case "CloudFormation":
				i.set("StackName", a.Configuration["StackName"])
			}
		}
	}
	i.set("Stages", anySlice(stages))
}
