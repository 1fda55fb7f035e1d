package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"
)

func codebuildCollector() Collector {
	return regional("codebuild", codebuild.NewFromConfig, list(buildProjects, "AWS::CodeBuild::Project"))
}

// buildProjects describes a page of projects with one call. The environment is dropped but for what runs in it.
func buildProjects(ctx context.Context, r *run[*codebuild.Client], token *string) (*string, error) {
	out, err := r.api.ListProjects(ctx, &codebuild.ListProjectsInput{NextToken: token})
	if err != nil || len(out.Projects) == 0 {
		return nil, err
	}
	got, err := r.api.BatchGetProjects(ctx, &codebuild.BatchGetProjectsInput{Names: out.Projects})
	if err != nil {
		return nil, err
	}
	for _, p := range got.Projects {
		tags := tagsOf(p.Tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
		p.Webhook = nil // it may hold a secret
		if p.Source != nil {
			p.Source.Buildspec, p.Source.Auth = nil, nil
		}
		i := r.item("AWS::CodeBuild::Project", str(p.Arn), str(p.Name), tags, p)
		i.to("role", str(p.ServiceRole)).key(str(p.EncryptionKey))
		if e := p.Environment; e != nil {
			i.set("Image", str(e.Image)).set("ComputeType", string(e.ComputeType)).set("EnvironmentType", string(e.Type)).image(str(e.Image))
			i.set("PrivilegedMode", awssdk.ToBool(e.PrivilegedMode))
		}
		if v := p.VpcConfig; v != nil {
			i.network(str(v.VpcId), v.Subnets, v.SecurityGroupIds)
		}
		if l := p.LogsConfig; l != nil && l.CloudWatchLogs != nil {
			i.near("log-group", "logs", "log-group:", str(l.CloudWatchLogs.GroupName))
		}
		i.done()
	}
	return out.NextToken, nil
}
