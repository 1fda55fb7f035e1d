package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
)

func batchCollector() Collector {
	return regional("batch", batch.NewFromConfig,
		list(computeEnvironments, "AWS::Batch::ComputeEnvironment"),
		list(jobQueues, "AWS::Batch::JobQueue"),
		list(jobDefinitions, "AWS::Batch::JobDefinition"))
}

func computeEnvironments(ctx context.Context, r *run[*batch.Client], token *string) (*string, error) {
	out, err := r.api.DescribeComputeEnvironments(ctx, &batch.DescribeComputeEnvironmentsInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	for _, e := range out.ComputeEnvironments {
		e.StatusReason = nil
		if e.ComputeResources != nil {
			e.ComputeResources.DesiredvCpus = nil // it follows the jobs
		}
		i := r.item("AWS::Batch::ComputeEnvironment", str(e.ComputeEnvironmentArn), str(e.ComputeEnvironmentName), e.Tags, e)
		i.to("role", str(e.ServiceRole)).to("cluster", str(e.EcsClusterArn))
		if c := e.ComputeResources; c != nil {
			i.network("", c.Subnets, c.SecurityGroupIds).to("instance-profile", str(c.InstanceRole))
			if c.LaunchTemplate != nil {
				i.near("launch-template", "ec2", "launch-template/", str(c.LaunchTemplate.LaunchTemplateId))
			}
		}
		i.done()
	}
	return out.NextToken, nil
}

func jobQueues(ctx context.Context, r *run[*batch.Client], token *string) (*string, error) {
	out, err := r.api.DescribeJobQueues(ctx, &batch.DescribeJobQueuesInput{NextToken: token})
	if err != nil {
		return nil, err
	}
	for _, q := range out.JobQueues {
		q.StatusReason = nil
		i := r.item("AWS::Batch::JobQueue", str(q.JobQueueArn), str(q.JobQueueName), q.Tags, q)
		for _, e := range q.ComputeEnvironmentOrder {
			i.to("compute-environment", str(e.ComputeEnvironment))
		}
		i.done()
	}
	return out.NextToken, nil
}

// jobDefinitions keep of the containers only what runs where; parameters and environment may hold anything.
func jobDefinitions(ctx context.Context, r *run[*batch.Client], token *string) (*string, error) {
	out, err := r.api.DescribeJobDefinitions(ctx, &batch.DescribeJobDefinitionsInput{NextToken: token, Status: awssdk.String("ACTIVE")})
	if err != nil {
		return nil, err
	}
	for _, d := range out.JobDefinitions {
		i := r.item("AWS::Batch::JobDefinition", str(d.JobDefinitionArn), str(d.JobDefinitionName), d.Tags, struct {
			Type, Status         *string
			Revision             *int32
			PlatformCapabilities any
		}{d.Type, d.Status, d.Revision, d.PlatformCapabilities})
		if c := d.ContainerProperties; c != nil {
			i.set("Image", str(c.Image)).image(str(c.Image)).to("role", str(c.JobRoleArn)).to("execution-role", str(c.ExecutionRoleArn))
			for _, s := range c.Secrets {
				i.to("secret", str(s.ValueFrom))
			}
		}
		i.done()
	}
	return out.NextToken, nil
}
