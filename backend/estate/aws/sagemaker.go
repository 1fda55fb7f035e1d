package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// sagemakerCollector lists what stays and costs: notebooks, models and what serves them. Jobs are many and soon over.
func sagemakerCollector() Collector {
	return regional("sagemaker", sagemaker.NewFromConfig,
		list(notebooks, "AWS::SageMaker::NotebookInstance"), list(endpoints, "AWS::SageMaker::Endpoint"),
		list(endpointConfigs, "AWS::SageMaker::EndpointConfig"), list(models, "AWS::SageMaker::Model"))
}

func sagemakerTags(ctx context.Context, r *run[*sagemaker.Client], arn *string) map[string]string {
	return r.tags(ctx, str(arn), func() (map[string]string, error) {
		tags := map[string]string{}
		err := eachPage(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := r.api.ListTags(ctx, &sagemaker.ListTagsInput{ResourceArn: arn, NextToken: token})
			if err != nil {
				return nil, err
			}
			for _, t := range out.Tags {
				tags[str(t.Key)] = str(t.Value)
			}
			return out.NextToken, nil
		})
		return tags, err
	})
}

func notebooks(ctx context.Context, r *run[*sagemaker.Client], token *string) (*string, error) {
	out, err := r.api.ListNotebookInstances(ctx, &sagemaker.ListNotebookInstancesInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.NotebookInstances, func(ctx context.Context, s types.NotebookInstanceSummary) error {
		i := r.item("AWS::SageMaker::NotebookInstance", str(s.NotebookInstanceArn), str(s.NotebookInstanceName), sagemakerTags(ctx, r, s.NotebookInstanceArn), s)
		n, err := r.api.DescribeNotebookInstance(ctx, &sagemaker.DescribeNotebookInstanceInput{NotebookInstanceName: s.NotebookInstanceName})
		if r.detail(ctx, i, err) {
			i.to("role", str(n.RoleArn)).network("", []string{str(n.SubnetId)}, n.SecurityGroups).key(str(n.KmsKeyId))
			i.set("DirectInternetAccess", string(n.DirectInternetAccess)).set("RootAccess", string(n.RootAccess))
			if n.VolumeSizeInGB != nil {
				i.set("VolumeSizeInGB", float64(*n.VolumeSizeInGB))
			}
		}
		i.done()
		return nil
	})
}

func endpoints(ctx context.Context, r *run[*sagemaker.Client], token *string) (*string, error) {
	out, err := r.api.ListEndpoints(ctx, &sagemaker.ListEndpointsInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Endpoints, func(ctx context.Context, s types.EndpointSummary) error {
		i := r.item("AWS::SageMaker::Endpoint", str(s.EndpointArn), str(s.EndpointName), sagemakerTags(ctx, r, s.EndpointArn), s)
		e, err := r.api.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: s.EndpointName})
		if r.detail(ctx, i, err) {
			i.near("endpoint-config", "sagemaker", "endpoint-config/", str(e.EndpointConfigName))
		}
		i.done()
		return nil
	})
}

func endpointConfigs(ctx context.Context, r *run[*sagemaker.Client], token *string) (*string, error) {
	out, err := r.api.ListEndpointConfigs(ctx, &sagemaker.ListEndpointConfigsInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.EndpointConfigs, func(ctx context.Context, s types.EndpointConfigSummary) error {
		i := r.item("AWS::SageMaker::EndpointConfig", str(s.EndpointConfigArn), str(s.EndpointConfigName), sagemakerTags(ctx, r, s.EndpointConfigArn), s)
		c, err := r.api.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: s.EndpointConfigName})
		if r.detail(ctx, i, err) {
			i.key(str(c.KmsKeyId))
			for _, v := range c.ProductionVariants {
				i.near("model", "sagemaker", "model/", str(v.ModelName)).set("InstanceType", string(v.InstanceType))
			}
		}
		i.done()
		return nil
	})
}

func models(ctx context.Context, r *run[*sagemaker.Client], token *string) (*string, error) {
	out, err := r.api.ListModels(ctx, &sagemaker.ListModelsInput{NextToken: token, MaxResults: awssdk.Int32(100)})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Models, func(ctx context.Context, s types.ModelSummary) error {
		i := r.item("AWS::SageMaker::Model", str(s.ModelArn), str(s.ModelName), sagemakerTags(ctx, r, s.ModelArn), s)
		m, err := r.api.DescribeModel(ctx, &sagemaker.DescribeModelInput{ModelName: s.ModelName})
		if r.detail(ctx, i, err) {
			i.to("role", str(m.ExecutionRoleArn))
			if m.VpcConfig != nil {
				i.network("", m.VpcConfig.Subnets, m.VpcConfig.SecurityGroupIds)
			}
			if c := m.PrimaryContainer; c != nil {
				i.set("Image", str(c.Image)).image(str(c.Image)).bucketOf("data", str(c.ModelDataUrl))
			}
		}
		i.done()
		return nil
	})
}
