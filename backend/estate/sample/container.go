package sample

import (
	"fmt"

	"cloudops/backend/estate"
)

func (g *generator) repository(w *workload) string {
	name := g.unique(w.place, "ecr", false, pick(g, []string{w.service, w.team.name + "/" + w.service, w.team.spelling[w.env] + "/" + w.service}), func(s string) string { return "repository/" + s })
	return g.add(w.place, spec{
		kind: "AWS::ECR::Repository", service: "ecr", resource: "repository/" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"RepositoryName": name, "ImageTagMutability": pick(g, []string{"MUTABLE", "MUTABLE", "IMMUTABLE"}), "CreatedAt": g.ago(1200), "ImageScanningConfiguration": map[string]any{"ScanOnPush": g.chance(0.55)},
		},
	})
}

// ecsCluster is shared by the services of an environment.
func (g *generator) ecsCluster(w *workload) string {
	at := w.region + "ecs" + w.env
	if arn, ok := w.account.clusters[at]; ok {
		return arn
	}
	name := g.unique(w.place, "ecs", false, pick(g, []string{w.team.spelling[w.env], "main-" + w.team.spelling[w.env], "apps", "cluster-" + w.env}), func(s string) string { return "cluster/" + s })
	arn := g.add(w.place, spec{
		kind: "AWS::ECS::Cluster", service: "ecs", resource: "cluster/" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{"ClusterName": name, "Status": "ACTIVE", "CapacityProviders": list("FARGATE", "FARGATE_SPOT"), "ContainerInsights": pick(g, []string{"enabled", "disabled"})},
	})
	w.account.clusters[at] = arn
	w.account.clusters[at+"name"] = name
	return arn
}

// containers is a service on ECS.
func (g *generator) containers(w *workload) {
	n := g.network(w)
	cluster := g.ecsCluster(w)
	clusterName := w.account.clusters[w.region+"ecs"+w.env+"name"]
	repository := g.repository(w)
	role := g.role(w, "task", "ecs-tasks.amazonaws.com")
	logs := g.logGroup(w, "/ecs/"+w.plain("", 80))
	family := w.plain("", 80)
	definition := g.unique(w.place, "ecs", false, fmt.Sprintf("%s:%d", family, g.between(1, 400)), func(s string) string { return "task-definition/" + s })
	task := g.add(w.place, spec{
		kind: "AWS::ECS::TaskDefinition", service: "ecs", resource: "task-definition/" + definition, name: definition, tags: g.tags(w, ""),
		attributes: map[string]any{"Family": family, "Cpu": pick(g, []string{"256", "512", "1024"}), "Memory": pick(g, []string{"512", "1024", "4096"}), "NetworkMode": "awsvpc", "RequiresCompatibilities": list("FARGATE"), "Status": "ACTIVE"},
		related:    []estate.Relation{to("role", role), to("image", repository), to("log-group", logs)},
	})
	group := g.serverGroup(w, n, 8080)
	target := ""
	if g.chance(0.6) {
		target = g.targetGroup(w, n, 8080)
		g.loadBalancer(w, n, g.group(w, n, w.name("alb"), []rule{{443, anywhere}}), target)
	}
	service := g.unique(w.place, "ecs", false, family, func(s string) string { return "service/" + clusterName + "/" + s })
	desired := g.between(0, 2)
	if w.env == "prod" {
		desired = g.between(2, 12)
	}
	g.add(w.place, spec{
		kind: "AWS::ECS::Service", service: "ecs", resource: "service/" + clusterName + "/" + service, name: service, tags: g.tags(w, ""),
		attributes: map[string]any{"ServiceName": service, "Status": "ACTIVE", "LaunchType": pick(g, []string{"FARGATE", "FARGATE", "EC2"}), "DesiredCount": num(desired), "RunningCount": num(desired), "CreatedAt": g.ago(900), "EnableExecuteCommand": g.chance(0.3)},
		related: []estate.Relation{
			to("cluster", cluster), to("task-definition", task), to("target-group", target), to("security-group", group), to("subnet", n.private[0].arn),
		},
	})
	g.parameters(w, g.between(0, 3))
	g.alarms(w, g.between(0, 3))
	switch g.rng.IntN(3) {
	case 0:
		g.database(w, n)
	case 1:
		g.table(w, pick(g, tableUses))
		g.queue(w, pick(g, queueUses))
	}
}

// kubernetes is a cluster with its nodes and the disks that its workloads claimed.
func (g *generator) kubernetes(w *workload) {
	n := g.network(w)
	role := g.role(w, "eks", "eks.amazonaws.com")
	group := g.group(w, n, w.name("eks-nodes"), []rule{{443, fmt.Sprintf("10.%d.0.0/16", n.octet)}})
	name := g.unique(w.place, "eks", false, w.plain("eks", 60), func(s string) string { return "cluster/" + s })
	public := g.chance(0.4)
	cluster := g.add(w.place, spec{
		kind: "AWS::EKS::Cluster", service: "eks", resource: "cluster/" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{
			"Name": name, "Version": pick(g, []string{"1.31", "1.30", "1.29", "1.27", "1.24", "1.21"}), "Status": "ACTIVE", "CreatedAt": g.ago(1100), "PlatformVersion": fmt.Sprintf("eks.%d", g.between(1, 20)),
			"ResourcesVpcConfig": map[string]any{"EndpointPublicAccess": public, "EndpointPrivateAccess": true, "PublicAccessCidrs": list(pick(g, []string{anywhere, "203.0.113.0/24"}))},
		},
		related: []estate.Relation{to("role", role), to("security-group", group), to("vpc", n.vpc)},
	})
	kind := pick(g, []string{"m5.large", "m6i.xlarge", "r6i.xlarge", "t3.large", "c6i.2xlarge"})
	nodes := g.between(2, 8)
	pool := pick(g, []string{"default", "general", "spot", "workers"})
	g.add(w.place, spec{
		kind: "AWS::EKS::Nodegroup", service: "eks", resource: "nodegroup/" + name + "/" + pool + "/" + g.uuid(), name: pool, tags: g.tags(w, ""),
		attributes: map[string]any{"NodegroupName": pool, "ClusterName": name, "InstanceTypes": list(kind), "CapacityType": pick(g, []string{"ON_DEMAND", "SPOT"}), "Status": "ACTIVE", "ScalingConfig": map[string]any{"MinSize": num(1), "MaxSize": num(nodes * 2), "DesiredSize": num(nodes)}},
		related:    []estate.Relation{to("cluster", cluster), to("subnet", n.private[0].arn)},
	})
	type node struct{ arn, zone string }
	var running []node
	for range nodes {
		tags := g.tags(w, "")
		tags["eks:cluster-name"], tags["kubernetes.io/cluster/"+name] = name, "owned"
		if g.chance(0.5) {
			tags["Name"] = name + "-" + pool
		}
		arn, zone := g.instance(w, n, machine{name: tags["Name"], kind: kind, group: group, role: role, tags: tags, state: "running"})
		running = append(running, node{arn, zone})
	}
	for range g.between(1, 8) {
		claim := "pvc-" + g.uuid()
		tags := map[string]string{
			"kubernetes.io/created-for/pvc/name": pick(g, []string{"data-", "storage-", "redis-data-"}) + w.service, "kubernetes.io/created-for/pvc/namespace": w.team.name,
			"kubernetes.io/cluster/" + name: "owned", "Name": claim,
		}
		on := pick(g, running)
		if g.chance(0.2) {
			on.arn = "" // its workload is gone
		}
		g.volume(w, disk{name: claim, size: pick(g, []int{1, 5, 10, 50, 100}), zone: on.zone, owner: on.arn, device: "/dev/xvdba", tags: tags})
	}
	for range g.between(1, 4) {
		g.repository(w)
	}
	g.logGroup(w, "/aws/eks/"+name+"/cluster")
}

// delivery is how something is built and released.
func (g *generator) delivery(w *workload) {
	role := g.role(w, "codebuild", "codebuild.amazonaws.com")
	artifacts := g.bucket(w, "artifacts")
	build := g.unique(w.place, "codebuild", false, cut(w.name("build"), 100), func(s string) string { return "project/" + s })
	project := g.add(w.place, spec{
		kind: "AWS::CodeBuild::Project", service: "codebuild", resource: "project/" + build, name: build, tags: g.tags(w, ""),
		attributes: map[string]any{"Name": build, "EnvironmentType": "LINUX_CONTAINER", "EnvironmentImage": pick(g, []string{"aws/codebuild/standard:7.0", "aws/codebuild/standard:5.0", "aws/codebuild/standard:4.0"}), "PrivilegedMode": g.chance(0.5), "Created": g.ago(1200)},
		related:    []estate.Relation{to("role", role), to("output", artifacts)},
	})
	name := g.unique(w.place, "codepipeline", false, cut(w.name("pipeline"), 90), func(s string) string { return s })
	g.add(w.place, spec{
		kind: "AWS::CodePipeline::Pipeline", service: "codepipeline", resource: name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{"Name": name, "PipelineType": "V2", "Created": g.ago(1200), "Updated": g.ago(300)},
		related:    []estate.Relation{to("role", role), to("stage", project), to("artifacts", artifacts)},
	})
	stack := g.unique(w.place, "cloudformation", false, w.plain("stack", 90), func(s string) string { return "stack-name/" + s })
	g.add(w.place, spec{
		kind: "AWS::CloudFormation::Stack", service: "cloudformation", resource: "stack/" + stack + "/" + g.uuid(), name: stack, tags: g.tags(w, ""),
		attributes: map[string]any{
			"StackName": stack, "StackStatus": pick(g, []string{"UPDATE_COMPLETE", "UPDATE_COMPLETE", "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "DELETE_FAILED"}), "CreationTime": g.ago(1200),
			"DriftStatus": pick(g, []string{"NOT_CHECKED", "NOT_CHECKED", "IN_SYNC", "DRIFTED"}),
		},
		related: []estate.Relation{to("role", role)},
	})
}

// learning is what trains and serves models.
func (g *generator) learning(w *workload) {
	n := g.network(w)
	role := g.role(w, "sagemaker", "sagemaker.amazonaws.com")
	g.bucket(w, "models")
	name := g.unique(w.place, "sagemaker", false, w.plain("notebook", 60), func(s string) string { return "notebook-instance/" + s })
	g.add(w.place, spec{
		kind: "AWS::SageMaker::NotebookInstance", service: "sagemaker", resource: "notebook-instance/" + name, name: name, tags: g.tags(w, ""),
		attributes: map[string]any{"NotebookInstanceName": name, "InstanceType": pick(g, []string{"ml.t3.medium", "ml.g4dn.xlarge", "ml.p3.2xlarge"}), "NotebookInstanceStatus": pick(g, []string{"InService", "InService", "Stopped"}), "DirectInternetAccess": pick(g, []string{"Enabled", "Disabled"}), "CreationTime": g.ago(700)},
		related:    []estate.Relation{to("role", role), to("subnet", n.private[0].arn)},
	})
	if g.chance(0.6) {
		endpoint := g.unique(w.place, "sagemaker", false, w.plain("endpoint", 60), func(s string) string { return "endpoint/" + s })
		g.add(w.place, spec{
			kind: "AWS::SageMaker::Endpoint", service: "sagemaker", resource: "endpoint/" + endpoint, name: endpoint, tags: g.tags(w, ""),
			attributes: map[string]any{"EndpointName": endpoint, "EndpointStatus": "InService", "CreationTime": g.ago(400), "InstanceType": pick(g, []string{"ml.m5.large", "ml.g5.xlarge"})},
			related:    []estate.Relation{to("role", role)},
		})
	}
	g.repository(w)
}
