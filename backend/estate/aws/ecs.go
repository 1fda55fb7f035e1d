package aws

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func ecsCollector() Collector {
	return regional("ecs", ecs.NewFromConfig,
		list(ecsClusters, "AWS::ECS::Cluster", "AWS::ECS::Service"), list(taskDefinitions, "AWS::ECS::TaskDefinition"))
}

func ecsTags(tags []types.Tag) map[string]string {
	return tagsOf(tags, func(t types.Tag) (*string, *string) { return t.Key, t.Value })
}

// ecsClusters lists clusters and, cluster by cluster, their services. What runs at the moment is left out: it never stands still.
func ecsClusters(ctx context.Context, r *run[*ecs.Client], token *string) (*string, error) {
	out, err := r.api.ListClusters(ctx, &ecs.ListClustersInput{NextToken: token})
	if err != nil || len(out.ClusterArns) == 0 {
		return nil, err
	}
	got, err := r.api.DescribeClusters(ctx, &ecs.DescribeClustersInput{
		Clusters: out.ClusterArns, Include: []types.ClusterField{types.ClusterFieldTags, types.ClusterFieldSettings, types.ClusterFieldConfigurations},
	})
	if err != nil {
		return nil, err
	}
	for _, c := range got.Clusters {
		c.RunningTasksCount, c.PendingTasksCount, c.ActiveServicesCount, c.RegisteredContainerInstancesCount, c.Statistics = 0, 0, 0, 0, nil
		i := r.item("AWS::ECS::Cluster", str(c.ClusterArn), str(c.ClusterName), ecsTags(c.Tags), c)
		for _, p := range c.CapacityProviders {
			if !strings.HasPrefix(p, "FARGATE") {
				i.near("capacity-provider", "ecs", "capacity-provider/", p)
			}
		}
		i.done()
	}
	return out.NextToken, each(ctx, r, out.ClusterArns, func(ctx context.Context, cluster string) error {
		return eachPage(ctx, func(ctx context.Context, token *string) (*string, error) { return ecsServices(ctx, r, cluster, token) })
	})
}

// describedServices is how many services one call describes.
const describedServices = 10

func ecsServices(ctx context.Context, r *run[*ecs.Client], cluster string, token *string) (*string, error) {
	out, err := r.api.ListServices(ctx, &ecs.ListServicesInput{Cluster: &cluster, NextToken: token})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, slices.Collect(slices.Chunk(out.ServiceArns, describedServices)), func(ctx context.Context, arns []string) error {
		got, err := r.api.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &cluster, Services: arns, Include: []types.ServiceField{types.ServiceFieldTags}})
		if err != nil {
			return err
		}
		for _, s := range got.Services {
			ecsService(r, s)
		}
		return nil
	})
}

func ecsService(r *run[*ecs.Client], s types.Service) {
	s.Events, s.Deployments, s.TaskSets, s.RunningCount, s.PendingCount = nil, nil, nil, 0, 0
	i := r.item("AWS::ECS::Service", str(s.ServiceArn), str(s.ServiceName), ecsTags(s.Tags), s)
	i.to("cluster", str(s.ClusterArn)).to("task-definition", str(s.TaskDefinition)).to("role", str(s.RoleArn))
	for _, b := range s.LoadBalancers {
		i.to("target-group", str(b.TargetGroupArn)).near("load-balancer", "elasticloadbalancing", "loadbalancer/", str(b.LoadBalancerName))
	}
	for _, g := range s.ServiceRegistries {
		i.to("service-registry", str(g.RegistryArn))
	}
	if n := s.NetworkConfiguration; n != nil && n.AwsvpcConfiguration != nil {
		i.network("", n.AwsvpcConfiguration.Subnets, n.AwsvpcConfiguration.SecurityGroups)
	}
	i.done()
}

// taskDefinitions lists the newest revision of each family that is in use; earlier ones stay in AWS by the thousands.
func taskDefinitions(ctx context.Context, r *run[*ecs.Client], token *string) (*string, error) {
	out, err := r.api.ListTaskDefinitionFamilies(ctx, &ecs.ListTaskDefinitionFamiliesInput{NextToken: token, Status: types.TaskDefinitionFamilyStatusActive})
	if err != nil {
		return nil, err
	}
	return out.NextToken, each(ctx, r, out.Families, func(ctx context.Context, family string) error {
		got, err := r.api.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &family, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}})
		if err != nil {
			return err
		}
		d := got.TaskDefinition
		i := r.item("AWS::ECS::TaskDefinition", str(d.TaskDefinitionArn), lastOf(strings.TrimSuffix(str(d.TaskDefinitionArn), ":"+lastOf(str(d.TaskDefinitionArn)))), ecsTags(got.Tags), d)
		i.to("role", str(d.TaskRoleArn)).to("execution-role", str(d.ExecutionRoleArn))
		for _, c := range d.ContainerDefinitions {
			for _, s := range c.Secrets {
				i.to("secret", str(s.ValueFrom))
			}
			i.image(str(c.Image))
			if l := c.LogConfiguration; l != nil && l.LogDriver == types.LogDriverAwslogs {
				i.near("log-group", "logs", "log-group:", l.Options["awslogs-group"])
			}
		}
		for _, v := range d.Volumes {
			if v.EfsVolumeConfiguration != nil {
				i.near("file-system", "elasticfilesystem", "file-system/", str(v.EfsVolumeConfiguration.FileSystemId))
			}
		}
		i.done()
		return nil
	})
}
