"""One resource at least of every type that a collector lists and moto can make, in a place; and once in an account, of those that are global.

What has an identifier of its own is taken from moto's answer. Tags are given where the service takes them at once.
"""

import json
from types import SimpleNamespace

import gaps

TAGS = {"Team": "platform", "env": "prod"}


def pairs(key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: k, value: v} for k, v in TAGS.items()]


def spec(kind: str) -> list[dict]:
    return [{"ResourceType": kind, "Tags": pairs()}]


def seed_services(p, vpc: str, subnets: list[str], groups: list[str], role: str) -> SimpleNamespace:
    """Fill the place p, which has a network, functions, tables, buckets and queues already; seed_account has been called for its account."""
    at = SimpleNamespace(
        profile=f"arn:aws:iam::{p.account}:instance-profile/web", vpc=vpc, subnets=subnets, groups=groups, role=role,
        vpc_arn=p.arn("ec2", f"vpc/{vpc}"), subnet_arn=p.arn("ec2", f"subnet/{subnets[0]}"), group_arn=p.arn("ec2", f"security-group/{groups[0]}"),
        queue=p.arn("sqs", "jobs"), dead=p.arn("sqs", "jobs-dead"), topic=p.arn("sns", "alerts"),
        function=p.arn("lambda", "function:thumbnailer"), table=p.arn("dynamodb", "table/Sessions"), bucket=f"{p.account[:4]}-{p.region}-assets",
        logs=f"{p.account[:4]}-{p.region}-logs", group=p.arn("logs", "log-group:/app/web"),
    )
    at.key = keys(p)
    identity(p, at)
    computing(p, at)
    networking(p, at)
    balancing(p, at)
    containers(p, at)
    stores(p, at)
    messages(p, at)
    events(p, at)
    gateways(p, at)
    firewalls(p, at)
    watching(p, at)
    delivery(p, at)
    analysis(p, at)
    by_services(p)
    return at


def by_services(p) -> None:
    """Note what services made in the network for themselves."""
    ec2, known = p.client("ec2"), p.known()
    for eni in ec2.describe_network_interfaces()["NetworkInterfaces"]:
        arn = p.arn("ec2", f"network-interface/{eni['NetworkInterfaceId']}")
        if arn not in known:
            p.made(arn, "AWS::EC2::NetworkInterface", subnet=p.arn("ec2", f"subnet/{eni['SubnetId']}"))
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        arn = p.arn("ec2", f"security-group/{group['GroupId']}")
        if arn not in known and group["GroupName"] != "default":
            p.made(arn, "AWS::EC2::SecurityGroup", {t["Key"]: t["Value"] for t in group.get("Tags", [])}, vpc=p.arn("ec2", f"vpc/{group['VpcId']}"))


def keys(p) -> str:
    kms = p.client("kms")
    key = kms.create_key(Description="of the seed", Tags=pairs("TagKey", "TagValue"))["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    p.made(key, "AWS::KMS::Key", TAGS)
    p.made(p.arn("kms", "alias/orders"), "AWS::KMS::Alias", **{"kms-key": key})
    return key


def seed_account(p, role: str) -> None:
    """Make what is of the account as a whole; p is its first place, role the role of its applications."""
    iam = p.client("iam")
    everywhere = {"region": "global"}
    trust = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": role}, "Action": "sts:AssumeRole"}]})
    policy = iam.create_policy(PolicyName="read-orders", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }))["Policy"]["Arn"]
    p.made(policy, "AWS::IAM::ManagedPolicy", **everywhere)
    deploy = iam.create_role(RoleName="deploy", Path="/ci/", AssumeRolePolicyDocument=trust, Tags=pairs())["Role"]["Arn"]
    iam.attach_role_policy(RoleName="deploy", PolicyArn=policy)
    p.made(deploy, "AWS::IAM::Role", TAGS, policy=policy, trusts=role, **everywhere)
    group = iam.create_group(GroupName="developers")["Group"]["Arn"]
    iam.attach_group_policy(GroupName="developers", PolicyArn=policy)
    p.made(group, "AWS::IAM::Group", policy=policy, **everywhere)
    user = iam.create_user(UserName="mira", Tags=pairs())["User"]["Arn"]
    iam.add_user_to_group(GroupName="developers", UserName="mira")
    iam.attach_user_policy(UserName="mira", PolicyArn=policy)
    p.made(user, "AWS::IAM::User", TAGS, group=group, policy=policy, **everywhere)
    access_key(p, iam, "mira")
    p.made(iam.create_user(UserName="robot")["User"]["Arn"], "AWS::IAM::User", **everywhere)
    iam.update_access_key(UserName="robot", AccessKeyId=access_key(p, iam, "robot"), Status="Inactive")
    iam.create_login_profile(UserName="robot", Password="not-a-secret-15")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="robot")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(UserName="robot", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
    profile = iam.create_instance_profile(InstanceProfileName="web")["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="app")
    p.made(profile, "AWS::IAM::InstanceProfile", role=role, **everywhere)
    oidc = iam.create_open_id_connect_provider(Url="https://ci.example.com", ThumbprintList=["a" * 40], ClientIDList=["sts"])["OpenIDConnectProviderArn"]
    p.made(oidc, "AWS::IAM::OIDCProvider", **everywhere)

    alias = f"shop-{p.account}"
    iam.create_account_alias(AccountAlias=alias)
    p.made(f"arn:aws:iam::{p.account}:cloudformation/AWS::IAM::AccountAlias/{alias}", "AWS::IAM::AccountAlias", **everywhere)

    org = p.client("organizations")
    org.create_organization(FeatureSet="ALL")
    made = org.create_account(AccountName="Payments production", Email="payments@example.com", Tags=pairs())["CreateAccountStatus"]["AccountId"]
    listed = {a["Id"]: a["Arn"] for a in org.list_accounts()["Accounts"]}
    p.made(listed[made], "AWS::Organizations::Account", TAGS, region="global")


def access_key(p, iam, user: str) -> str:
    """Its id, which nobody but the service must know."""
    key = iam.create_access_key(UserName=user)["AccessKey"]
    made = iam.list_access_keys(UserName=user)["AccessKeyMetadata"][0]["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ")
    p.made(f"arn:aws:iam::{p.account}:cloudformation/AWS::IAM::AccessKey/{user}|{made}", "AWS::IAM::AccessKey", region="global", user=f"arn:aws:iam::{p.account}:user/{user}")
    return key["AccessKeyId"]


def identity(p, at) -> None:
    cognito = p.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="customers", UserPoolTags=TAGS, LambdaConfig={"PreSignUp": at.function})["UserPool"]
    at.pool = p.made(pool["Arn"], "AWS::Cognito::UserPool", TAGS, trigger=at.function)
    pools = p.client("cognito-identity")
    made = pools.create_identity_pool(IdentityPoolName="shoppers", AllowUnauthenticatedIdentities=False, CognitoIdentityProviders=[
        {"ProviderName": f"cognito-idp.{p.region}.amazonaws.com/{pool['Id']}", "ClientId": "abc"},
    ])["IdentityPoolId"]
    p.made(p.arn("cognito-identity", f"identitypool/{made}"), "AWS::Cognito::IdentityPool", role=at.role, **{"user-pool": pool["Arn"]})

    secrets = p.client("secretsmanager")
    secret = secrets.create_secret(Name="prod/api", SecretString="not-a-secret-3", KmsKeyId=at.key, Tags=pairs())["ARN"]
    at.secret = p.made(secret, "AWS::SecretsManager::Secret", TAGS, **{"kms-key": at.key})
    ssm = p.client("ssm")
    ssm.put_parameter(Name="/prod/db/password", Value="not-a-secret-4", Type="SecureString", KeyId=at.key, Tags=pairs())
    p.made(p.arn("ssm", "parameter/prod/db/password"), "AWS::SSM::Parameter", TAGS, **{"kms-key": at.key})
    ssm.create_document(Name="restart-web", DocumentType="Command", DocumentFormat="JSON", Tags=pairs(), Content=json.dumps({
        "schemaVersion": "2.2", "description": "restart", "mainSteps": [{"action": "aws:runShellScript", "name": "r", "inputs": {"runCommand": ["true"]}}],
    }))
    p.made(p.arn("ssm", "document/restart-web"), "AWS::SSM::Document", TAGS)
    certificate = p.client("acm").request_certificate(DomainName="shop.example.com", Tags=pairs())["CertificateArn"]
    at.certificate = p.made(certificate, "AWS::CertificateManager::Certificate", TAGS)


def computing(p, at) -> None:
    ec2 = p.client("ec2")
    pair = ec2.create_key_pair(KeyName="ops", TagSpecifications=spec("key-pair"))["KeyPairId"]
    at.pair = p.made(p.arn("ec2", f"key-pair/{pair}"), "AWS::EC2::KeyPair", TAGS)
    template = ec2.create_launch_template(LaunchTemplateName="web", TagSpecifications=spec("launch-template"), LaunchTemplateData={
        "InstanceType": "t3.small", "ImageId": "ami-12c6146b", "KeyName": "ops", "SecurityGroupIds": [at.groups[0]], "UserData": "aHVudGVyMg==",
    })["LaunchTemplate"]["LaunchTemplateId"]
    at.template = p.made(
        p.arn("ec2", f"launch-template/{template}"), "AWS::EC2::LaunchTemplate", TAGS, **{"key-pair": at.pair, "security-group": at.group_arn},
    )
    instance = ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, InstanceType="t3.small", KeyName="ops", SubnetId=at.subnets[0],
        SecurityGroupIds=[at.groups[0]], IamInstanceProfile={"Arn": at.profile}, TagSpecifications=spec("instance"),
    )["Instances"][0]["InstanceId"]
    got = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    at.instance_id = instance
    volume = p.arn("ec2", f"volume/{got['BlockDeviceMappings'][0]['Ebs']['VolumeId']}")
    eni = p.arn("ec2", f"network-interface/{got['NetworkInterfaces'][0]['NetworkInterfaceId']}")
    at.instance = p.made(
        p.arn("ec2", f"instance/{instance}"), "AWS::EC2::Instance", TAGS, vpc=at.vpc_arn, subnet=at.subnet_arn, volume=volume,
        **{"key-pair": at.pair, "instance-profile": at.profile, "network-interface": eni},
    )
    p.made(volume, "AWS::EC2::Volume", **{"attached-to": at.instance})
    p.made(eni, "AWS::EC2::NetworkInterface", **{"attached-to": at.instance})

    batch = p.client("batch")
    environment = batch.create_compute_environment(computeEnvironmentName="nightly", type="UNMANAGED", state="ENABLED", serviceRole=at.role, tags=TAGS)
    environment = p.made(environment["computeEnvironmentArn"], "AWS::Batch::ComputeEnvironment", TAGS, role=at.role)
    queue = batch.create_job_queue(jobQueueName="nightly", state="ENABLED", priority=1, tags=TAGS, computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}])
    p.made(queue["jobQueueArn"], "AWS::Batch::JobQueue", TAGS, **{"compute-environment": environment})
    definition = batch.register_job_definition(jobDefinitionName="report", type="container", tags=TAGS, containerProperties={
        "image": f"{p.account}.dkr.ecr.{p.region}.amazonaws.com/shop/web:1", "vcpus": 1, "memory": 128, "jobRoleArn": at.role,
        "environment": [{"name": "DB_PASSWORD", "value": "hunter2-in-the-environment"}],
    })["jobDefinitionArn"]
    p.made(definition, "AWS::Batch::JobDefinition", TAGS, role=at.role, image=p.arn("ecr", "repository/shop/web"))
    mapping = p.client("lambda").create_event_source_mapping(EventSourceArn=at.queue, FunctionName="thumbnailer")["UUID"]
    p.made(
        p.arn("lambda", f"event-source-mapping:{mapping}"), "AWS::Lambda::EventSourceMapping", function=at.function, **{"event-source": at.queue},
    )


def networking(p, at) -> None:
    ec2 = p.client("ec2")
    acl = ec2.create_network_acl(VpcId=at.vpc, TagSpecifications=spec("network-acl"))["NetworkAcl"]["NetworkAclId"]
    p.made(p.arn("ec2", f"network-acl/{acl}"), "AWS::EC2::NetworkAcl", TAGS, vpc=at.vpc_arn)
    endpoint = ec2.create_vpc_endpoint(
        VpcId=at.vpc, ServiceName=f"com.amazonaws.{p.region}.sqs", VpcEndpointType="Interface", SubnetIds=[at.subnets[0]],
        SecurityGroupIds=[at.groups[0]], TagSpecifications=spec("vpc-endpoint"),
    )["VpcEndpoint"]["VpcEndpointId"]
    at.endpoint = p.made(
        p.arn("ec2", f"vpc-endpoint/{endpoint}"), "AWS::EC2::VPCEndpoint", TAGS, vpc=at.vpc_arn, subnet=at.subnet_arn, **{"security-group": at.group_arn},
    )
    other = ec2.create_vpc(CidrBlock="10.30.0.0/16", TagSpecifications=spec("vpc"))["Vpc"]["VpcId"]
    other_arn = p.made(p.arn("ec2", f"vpc/{other}"), "AWS::EC2::VPC", TAGS)
    peering = ec2.create_vpc_peering_connection(VpcId=at.vpc, PeerVpcId=other, TagSpecifications=spec("vpc-peering-connection"))["VpcPeeringConnection"]
    p.made(
        p.arn("ec2", f"vpc-peering-connection/{peering['VpcPeeringConnectionId']}"), "AWS::EC2::VPCPeeringConnection", TAGS,
        **{"requester-vpc": at.vpc_arn, "accepter-vpc": other_arn},
    )
    transit = ec2.create_transit_gateway(Description="hub", TagSpecifications=spec("transit-gateway"))["TransitGateway"]["TransitGatewayId"]
    transit_arn = p.made(p.arn("ec2", f"transit-gateway/{transit}"), "AWS::EC2::TransitGateway", TAGS)
    attachment = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=transit, VpcId=at.vpc, SubnetIds=[at.subnets[0]])
    p.made(
        p.arn("ec2", f"transit-gateway-attachment/{attachment['TransitGatewayVpcAttachment']['TransitGatewayAttachmentId']}"),
        "AWS::EC2::TransitGatewayAttachment", **{"transit-gateway": transit_arn, "attached-to": at.vpc_arn},
    )
    private = ec2.create_vpn_gateway(Type="ipsec.1", TagSpecifications=spec("vpn-gateway"))["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=at.vpc, VpnGatewayId=private)
    private_arn = p.made(p.arn("ec2", f"vpn-gateway/{private}"), "AWS::EC2::VPNGateway", TAGS, vpc=at.vpc_arn)
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.9", BgpAsn=65000, TagSpecifications=spec("customer-gateway"))
    customer = customer["CustomerGateway"]["CustomerGatewayId"]
    customer_arn = p.made(p.arn("ec2", f"customer-gateway/{customer}"), "AWS::EC2::CustomerGateway", TAGS)
    vpn = ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=customer, VpnGatewayId=private, TagSpecifications=spec("vpn-connection"))
    p.made(
        p.arn("ec2", f"vpn-connection/{vpn['VpnConnection']['VpnConnectionId']}"), "AWS::EC2::VPNConnection", TAGS,
        **{"vpn-gateway": private_arn, "customer-gateway": customer_arn},
    )
    flow = ec2.create_flow_logs(
        ResourceType="VPC", ResourceIds=[at.vpc], TrafficType="ALL", LogGroupName="/vpc/flow", DeliverLogsPermissionArn=at.role,
        TagSpecifications=spec("vpc-flow-log"),
    )["FlowLogIds"][0]
    p.made(p.arn("ec2", f"vpc-flow-log/{flow}"), "AWS::EC2::FlowLog", TAGS, role=at.role, **{"logs-of": at.vpc_arn})


def balancing(p, at) -> None:
    elb, scaling = p.client("elbv2"), p.client("autoscaling")
    balancer = elb.create_load_balancer(
        Name="shop", Subnets=at.subnets[:2], SecurityGroups=[at.groups[0]], Scheme="internet-facing", Type="application", Tags=pairs(),
    )["LoadBalancers"][0]
    at.balancer, at.balancer_host = balancer["LoadBalancerArn"], balancer["DNSName"]
    p.made(at.balancer, "AWS::ElasticLoadBalancingV2::LoadBalancer", TAGS, vpc=at.vpc_arn, subnet=at.subnet_arn, **{"security-group": at.group_arn})
    targets = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=at.vpc, TargetType="instance", Tags=pairs())["TargetGroups"][0]
    at.targets = targets["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=at.targets, Targets=[{"Id": at.instance_id}])
    listener = elb.create_listener(
        LoadBalancerArn=at.balancer, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": at.certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": at.targets}], Tags=pairs(),
    )["Listeners"][0]["ListenerArn"]
    forwards = {"target-group": at.targets}
    p.made(
        listener, "AWS::ElasticLoadBalancingV2::Listener", TAGS, certificate=at.certificate, **{"load-balancer": at.balancer}, **forwards,
    )
    rule = elb.create_rule(
        ListenerArn=listener, Priority=10, Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": at.targets}], Tags=pairs(),
    )["Rules"][0]["RuleArn"]
    p.made(rule, "AWS::ElasticLoadBalancingV2::ListenerRule", TAGS, listener=listener, **forwards)
    p.made(
        at.targets, "AWS::ElasticLoadBalancingV2::TargetGroup", TAGS, vpc=at.vpc_arn, target=at.instance, **{"load-balancer": at.balancer},
    )
    classic = p.client("elb")
    classic.create_load_balancer(
        LoadBalancerName="legacy", Subnets=[at.subnets[0]], SecurityGroups=[at.groups[0]], Tags=pairs(),
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
    )
    classic.register_instances_with_load_balancer(LoadBalancerName="legacy", Instances=[{"InstanceId": at.instance_id}])
    p.made(p.arn("elasticloadbalancing", "loadbalancer/legacy"), "AWS::ElasticLoadBalancing::LoadBalancer", TAGS, instance=at.instance, subnet=at.subnet_arn)

    scaling.create_launch_configuration(LaunchConfigurationName="old", ImageId="ami-12c6146b", InstanceType="t2.micro", SecurityGroups=[at.groups[0]])
    old = scaling.describe_launch_configurations()["LaunchConfigurations"][0]["LaunchConfigurationARN"]
    p.made(old, "AWS::AutoScaling::LaunchConfiguration", **{"security-group": at.group_arn})
    for name, extra, related in [
        ("web", {"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "$Default"}, "TargetGroupARNs": [at.targets]},
         {"launch-template": at.template, "target-group": at.targets}),
        ("old", {"LaunchConfigurationName": "old"}, {"launch-configuration": old}),
    ]:
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=0, MaxSize=2, DesiredCapacity=0, VPCZoneIdentifier=at.subnets[0], **extra,
            Tags=[{"Key": k, "Value": v, "PropagateAtLaunch": True, "ResourceId": name, "ResourceType": "auto-scaling-group"} for k, v in TAGS.items()],
        )
        arn = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["AutoScalingGroupARN"]
        p.made(arn, "AWS::AutoScaling::AutoScalingGroup", TAGS, subnet=at.subnet_arn, **related)


def containers(p, at) -> None:
    ecr, ecs, eks = p.client("ecr"), p.client("ecs"), p.client("eks")
    repository = ecr.create_repository(repositoryName="shop/web", tags=pairs(), encryptionConfiguration={"encryptionType": "KMS", "kmsKey": at.key})
    repository = p.made(repository["repository"]["repositoryArn"], "AWS::ECR::Repository", TAGS, **{"kms-key": at.key})
    cluster = ecs.create_cluster(clusterName="shop", tags=pairs("key", "value"))["cluster"]["clusterArn"]
    p.made(cluster, "AWS::ECS::Cluster", TAGS)
    definition = ecs.register_task_definition(
        family="web", taskRoleArn=at.role, executionRoleArn=at.role, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        tags=pairs("key", "value"), containerDefinitions=[{
            "name": "web", "image": f"{p.account}.dkr.ecr.{p.region}.amazonaws.com/shop/web:1", "memory": 128,
            "environment": [{"name": "DB_PASSWORD", "value": "hunter2-in-the-environment"}],
            "secrets": [{"name": "API", "valueFrom": at.secret}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/app/web", "awslogs-region": p.region}},
        }],
    )["taskDefinition"]["taskDefinitionArn"]
    p.made(
        definition, "AWS::ECS::TaskDefinition", TAGS, role=at.role, secret=at.secret, image=repository,
        **{"execution-role": at.role, "log-group": at.group},
    )
    service = ecs.create_service(
        cluster="shop", serviceName="web", taskDefinition="web", desiredCount=1, launchType="FARGATE", tags=pairs("key", "value"),
        loadBalancers=[{"targetGroupArn": at.targets, "containerName": "web", "containerPort": 80}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": [at.subnets[0]], "securityGroups": [at.groups[0]]}},
    )["service"]["serviceArn"]
    p.made(
        service, "AWS::ECS::Service", TAGS, cluster=cluster, subnet=at.subnet_arn,
        **{"task-definition": definition, "target-group": at.targets, "security-group": at.group_arn},
    )
    cluster = eks.create_cluster(
        name="platform", version="1.30", roleArn=at.role, tags=TAGS, resourcesVpcConfig={"subnetIds": at.subnets[:2], "securityGroupIds": [at.groups[0]]},
    )["cluster"]["arn"]
    p.made(cluster, "AWS::EKS::Cluster", TAGS, role=at.role, subnet=at.subnet_arn)
    nodes = eks.create_nodegroup(clusterName="platform", nodegroupName="general", subnets=at.subnets[:2], nodeRole=at.role, tags=TAGS)["nodegroup"]
    p.made(nodes["nodegroupArn"], "AWS::EKS::Nodegroup", TAGS, cluster=cluster, role=at.role, subnet=at.subnet_arn)
    p.made(gaps.addon(p.account, p.region), "AWS::EKS::Addon", {"Team": "platform"}, cluster=cluster, role=at.role)
    fargate = eks.create_fargate_profile(
        clusterName="platform", fargateProfileName="jobs", podExecutionRoleArn=at.role, subnets=at.subnets[:1], selectors=[{"namespace": "jobs"}], tags=TAGS,
    )["fargateProfile"]["fargateProfileArn"]
    p.made(fargate, "AWS::EKS::FargateProfile", TAGS, cluster=cluster, role=at.role)


def stores(p, at) -> None:
    cache = p.client("elasticache")
    cache.create_cache_subnet_group(CacheSubnetGroupName="private", CacheSubnetGroupDescription="private", SubnetIds=at.subnets)
    group = p.made(p.arn("elasticache", "subnetgroup:private"), "AWS::ElastiCache::SubnetGroup", vpc=at.vpc_arn, subnet=at.subnet_arn)
    p.made(p.arn("elasticache", "parametergroup:tuned"), "AWS::ElastiCache::ParameterGroup", {"Team": "platform"})
    cluster = cache.create_cache_cluster(
        CacheClusterId="sessions", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1, CacheSubnetGroupName="private", Tags=pairs(),
    )["CacheCluster"]["ARN"]
    p.made(cluster, "AWS::ElastiCache::CacheCluster", TAGS, vpc=at.vpc_arn, **{"subnet-group": group})
    replicated = cache.create_replication_group(ReplicationGroupId="cart", ReplicationGroupDescription="carts", Tags=pairs())["ReplicationGroup"]["ARN"]
    p.made(replicated, "AWS::ElastiCache::ReplicationGroup", TAGS)
    cache.create_snapshot(CacheClusterId="sessions", SnapshotName="sessions-weekly")
    p.made(p.arn("elasticache", "snapshot:sessions-weekly"), "AWS::ElastiCache::Snapshot", **{"snapshot-of": cluster})

    memory = p.client("memorydb")
    group = memory.create_subnet_group(SubnetGroupName="private", SubnetIds=at.subnets, Tags=pairs())["SubnetGroup"]["ARN"]
    p.made(group, "AWS::MemoryDB::SubnetGroup", TAGS, vpc=at.vpc_arn, subnet=at.subnet_arn)
    cluster = memory.create_cluster(
        ClusterName="scores", NodeType="db.t4g.small", ACLName="open-access", SubnetGroupName="private", SecurityGroupIds=[at.groups[0]], KmsKeyId=at.key, Tags=pairs(),
    )["Cluster"]["ARN"]
    p.made(cluster, "AWS::MemoryDB::Cluster", TAGS, **{"subnet-group": group, "kms-key": at.key, "security-group": at.group_arn})
    snapshot = memory.create_snapshot(ClusterName="scores", SnapshotName="scores-weekly")["Snapshot"]["ARN"]
    p.made(snapshot, "AWS::MemoryDB::Snapshot", **{"snapshot-of": cluster})

    search = p.client("opensearch")
    domain = search.create_domain(
        DomainName="catalog", EngineVersion="OpenSearch_2.11", TagList=pairs(), VPCOptions={"SubnetIds": at.subnets[:1], "SecurityGroupIds": [at.groups[0]]},
        EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": at.key},
    )["DomainStatus"]["ARN"]
    p.made(domain, "AWS::OpenSearchService::Domain", TAGS, subnet=at.subnet_arn, **{"kms-key": at.key, "security-group": at.group_arn})

    redshift = p.client("redshift")
    redshift.create_cluster_subnet_group(ClusterSubnetGroupName="private", Description="private", SubnetIds=at.subnets, Tags=pairs())
    group = p.made(p.arn("redshift", "subnetgroup:private"), "AWS::Redshift::ClusterSubnetGroup", TAGS, vpc=at.vpc_arn, subnet=at.subnet_arn)
    redshift.create_cluster(
        ClusterIdentifier="warehouse", NodeType="ra3.xlplus", ClusterType="single-node", MasterUsername="admin", MasterUserPassword="Not-a-secret-5",
        ClusterSubnetGroupName="private", VpcSecurityGroupIds=[at.groups[0]], IamRoles=[at.role], KmsKeyId=at.key, Encrypted=True, Tags=pairs(),
    )
    cluster = p.made(
        p.arn("redshift", "cluster:warehouse"), "AWS::Redshift::Cluster", TAGS, role=at.role,
        **{"subnet-group": group, "kms-key": at.key, "security-group": at.group_arn},
    )
    redshift.create_cluster_snapshot(SnapshotIdentifier="monthly", ClusterIdentifier="warehouse", Tags=pairs())
    p.made(p.arn("redshift", "snapshot:warehouse/monthly"), "AWS::Redshift::ClusterSnapshot", TAGS, **{"snapshot-of": cluster})

    efs = p.client("efs")
    files = efs.create_file_system(CreationToken="shared", Encrypted=True, KmsKeyId=at.key, Tags=pairs())
    efs.create_mount_target(FileSystemId=files["FileSystemId"], SubnetId=at.subnets[0], SecurityGroups=[at.groups[0]])
    p.made(files["FileSystemArn"], "AWS::EFS::FileSystem", TAGS, subnet=at.subnet_arn, **{"kms-key": at.key, "security-group": at.group_arn})
    point = efs.create_access_point(ClientToken="x", FileSystemId=files["FileSystemId"], Tags=pairs())["AccessPointArn"]
    p.made(point, "AWS::EFS::AccessPoint", TAGS, **{"file-system": files["FileSystemArn"]})
    fsx = p.client("fsx")
    files = fsx.create_file_system(FileSystemType="LUSTRE", StorageCapacity=1200, SubnetIds=at.subnets[:1], KmsKeyId=at.key, Tags=pairs())["FileSystem"]
    p.made(files["ResourceARN"], "AWS::FSx::FileSystem", TAGS, subnet=at.subnet_arn, **{"kms-key": at.key})
    copy = fsx.create_backup(FileSystemId=files["FileSystemId"], Tags=pairs())["Backup"]["ResourceARN"]
    p.made(copy, "AWS::FSx::Backup", TAGS)

    backup = p.client("backup")
    vault = backup.create_backup_vault(BackupVaultName="nightly", EncryptionKeyArn=at.key, BackupVaultTags=TAGS)["BackupVaultArn"]
    p.made(vault, "AWS::Backup::BackupVault", TAGS, **{"kms-key": at.key})
    plan = backup.create_backup_plan(BackupPlanTags=TAGS, BackupPlan={"BackupPlanName": "all", "Rules": [
        {"RuleName": "nightly", "TargetBackupVaultName": "nightly", "ScheduleExpression": "cron(0 3 * * ? *)", "Lifecycle": {"DeleteAfterDays": 35}},
    ]})["BackupPlanArn"]
    p.made(plan, "AWS::Backup::BackupPlan", TAGS, vault=vault, role=at.role)

    s3 = p.client("s3")
    s3.put_bucket_notification_configuration(Bucket=at.bucket, NotificationConfiguration={
        "QueueConfigurations": [{"QueueArn": at.queue, "Events": ["s3:ObjectCreated:*"]}],
    })
    s3.put_bucket_versioning(Bucket=at.bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(Bucket=at.bucket, ReplicationConfiguration={"Role": at.role, "Rules": [
        {"Status": "Enabled", "Prefix": "", "Destination": {"Bucket": f"arn:aws:s3:::{at.logs}"}},
    ]})
    p.relate(f"arn:aws:s3:::{at.bucket}", **{"notifies": at.queue, "replicates-to": f"arn:aws:s3:::{at.logs}"})


def messages(p, at) -> None:
    sqs, sns = p.client("sqs"), p.client("sns")
    sqs.create_queue(QueueName="orders-dead.fifo", Attributes={"FifoQueue": "true"})
    dead = p.made(p.arn("sqs", "orders-dead.fifo"), "AWS::SQS::Queue")
    sqs.create_queue(QueueName="orders.fifo", tags=TAGS, Attributes={
        "FifoQueue": "true", "KmsMasterKeyId": at.key, "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 3}),
    })
    p.made(p.arn("sqs", "orders.fifo"), "AWS::SQS::Queue", TAGS, **{"dead-letter": dead, "kms-key": at.key})
    subscription = sns.subscribe(TopicArn=at.topic, Protocol="sqs", Endpoint=at.queue, ReturnSubscriptionArn=True)["SubscriptionArn"]
    p.made(subscription, "AWS::SNS::Subscription", topic=at.topic, endpoint=at.queue)

    kinesis, firehose = p.client("kinesis"), p.client("firehose")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.add_tags_to_stream(StreamName="clicks", Tags=TAGS)
    kinesis.start_stream_encryption(StreamName="clicks", EncryptionType="KMS", KeyId=at.key)
    stream = p.made(p.arn("kinesis", "stream/clicks"), "AWS::Kinesis::Stream", TAGS, **{"kms-key": at.key})
    delivery = firehose.create_delivery_stream(
        DeliveryStreamName="clicks-to-s3", DeliveryStreamType="KinesisStreamAsSource", Tags=pairs(),
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream, "RoleARN": at.role},
        ExtendedS3DestinationConfiguration={"RoleARN": at.role, "BucketARN": f"arn:aws:s3:::{at.logs}"},
    )["DeliveryStreamARN"]
    p.made(delivery, "AWS::KinesisFirehose::DeliveryStream", TAGS, source=stream, role=at.role, **{"delivers-to": f"arn:aws:s3:::{at.logs}"})
    cluster = p.client("kafka").create_cluster_v2(ClusterName="events", Tags=TAGS, Provisioned={
        "BrokerNodeGroupInfo": {"InstanceType": "kafka.m5.large", "ClientSubnets": at.subnets, "SecurityGroups": [at.groups[0]]},
        "KafkaVersion": "3.5.1", "NumberOfBrokerNodes": 3,
    })["ClusterArn"]
    p.made(cluster, "AWS::MSK::Cluster", TAGS, subnet=at.subnet_arn, **{"security-group": at.group_arn})
    broker = p.client("mq").create_broker(
        BrokerName="legacy", EngineType="ACTIVEMQ", EngineVersion="5.17.6", HostInstanceType="mq.t3.micro", DeploymentMode="SINGLE_INSTANCE",
        AutoMinorVersionUpgrade=True, PubliclyAccessible=False, SubnetIds=at.subnets[:1], SecurityGroups=[at.groups[0]], Tags=TAGS,
        Users=[{"Username": "someone-at-the-broker", "Password": "not-a-secret-6"}],
    )["BrokerArn"]
    p.made(broker, "AWS::AmazonMQ::Broker", TAGS, subnet=at.subnet_arn, **{"security-group": at.group_arn})


def events(p, at) -> None:
    bridge = p.client("events")
    bus = p.made(bridge.create_event_bus(Name="orders", Tags=pairs())["EventBusArn"], "AWS::Events::EventBus", TAGS)
    rule = bridge.put_rule(Name="on-order", EventBusName="orders", EventPattern='{"source":["shop"]}', RoleArn=at.role, Tags=pairs())["RuleArn"]
    bridge.put_targets(Rule="on-order", EventBusName="orders", Targets=[{"Id": "1", "Arn": at.function, "Input": '{"token":"not-a-secret-7"}'}])
    p.made(rule, "AWS::Events::Rule", TAGS, target=at.function, role=at.role, **{"event-bus": bus})
    scheduler = p.client("scheduler")
    group = scheduler.create_schedule_group(Name="nightly", Tags=pairs())["ScheduleGroupArn"]
    p.made(group, "AWS::Scheduler::ScheduleGroup", TAGS)
    schedule = scheduler.create_schedule(
        Name="report", GroupName="nightly", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": at.function, "RoleArn": at.role, "Input": "not-a-secret-8"},
    )["ScheduleArn"]
    p.made(schedule, "AWS::Scheduler::Schedule", target=at.function, role=at.role, group=group)
    states = p.client("stepfunctions")
    machine = states.create_state_machine(
        name="fulfil", roleArn=at.role, tags=pairs("key", "value"),
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": at.function, "End": True}}}),
    )["stateMachineArn"]
    p.made(machine, "AWS::StepFunctions::StateMachine", TAGS, role=at.role, calls=at.function)
    p.made(states.create_activity(name="pack", tags=pairs("key", "value"))["activityArn"], "AWS::StepFunctions::Activity", TAGS)


def gateways(p, at) -> None:
    rest, http = p.client("apigateway"), p.client("apigatewayv2")
    api = rest.create_rest_api(name="orders", tags=TAGS)["id"]
    arn = f"arn:aws:apigateway:{p.region}::/restapis/{api}"
    p.made(arn, "AWS::ApiGateway::RestApi", TAGS, calls=at.function)
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    rest.put_integration(
        restApiId=api, resourceId=root, httpMethod="GET", type="AWS_PROXY", integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{p.region}:lambda:path/2015-03-31/functions/{at.function}/invocations",
    )
    rest.create_deployment(restApiId=api, stageName="prod", variables={"password": "not-a-secret-9"})
    p.made(f"{arn}/stages/prod", "AWS::ApiGateway::Stage", api=arn)
    domain = f"api-{p.account}.example.com"  # a domain is one account's
    rest.create_domain_name(domainName=domain, regionalCertificateArn=at.certificate, endpointConfiguration={"types": ["REGIONAL"]}, tags=TAGS)
    p.made(f"arn:aws:apigateway:{p.region}::/domainnames/{domain}", "AWS::ApiGateway::DomainName", TAGS, certificate=at.certificate)
    api = http.create_api(Name="shop", ProtocolType="HTTP", Tags=TAGS)["ApiId"]
    arn = f"arn:aws:apigateway:{p.region}::/apis/{api}"
    http.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=at.function, PayloadFormatVersion="2.0")
    p.made(arn, "AWS::ApiGatewayV2::Api", TAGS, calls=at.function)
    http.create_stage(ApiId=api, StageName="live", Tags=TAGS)
    p.made(f"{arn}/stages/live", "AWS::ApiGatewayV2::Stage", TAGS, api=arn)
    link = http.create_vpc_link(Name="inside", SubnetIds=at.subnets[:1], SecurityGroupIds=[at.groups[0]], Tags=TAGS)["VpcLinkId"]
    p.made(f"arn:aws:apigateway:{p.region}::/vpclinks/{link}", "AWS::ApiGatewayV2::VpcLink", TAGS, subnet=at.subnet_arn, **{"security-group": at.group_arn})
    sync = p.client("appsync")
    api = sync.create_graphql_api(name="shop", authenticationType="API_KEY", tags=TAGS, userPoolConfig={
        "userPoolId": at.pool.rsplit("/", 1)[1], "awsRegion": p.region, "defaultAction": "ALLOW",
    })["graphqlApi"]
    p.made(api["arn"], "AWS::AppSync::GraphQLApi", TAGS, role=at.role, **{"user-pool": at.pool, "data-source": at.function})
    p.made(gaps.app(p.account, p.region), "AWS::AppRunner::Service", {"Team": "platform"}, role=at.role, image=p.arn("ecr", "repository/shop/web"))


def firewalls(p, at) -> None:
    waf = p.client("wafv2")
    shown = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"}
    addresses = waf.create_ip_set(Name="office", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["203.0.113.0/24"], Tags=pairs())["Summary"]["ARN"]
    p.made(addresses, "AWS::WAFv2::IPSet", TAGS)
    rules = waf.create_rule_group(Name="common", Scope="REGIONAL", Capacity=10, Rules=[], VisibilityConfig=shown, Tags=pairs())["Summary"]["ARN"]
    p.made(rules, "AWS::WAFv2::RuleGroup", TAGS)
    acl = waf.create_web_acl(Name="shop", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=shown, Tags=pairs(), Rules=[{
        "Name": "office", "Priority": 1, "Statement": {"IPSetReferenceStatement": {"ARN": addresses}}, "Action": {"Allow": {}}, "VisibilityConfig": shown,
    }])["Summary"]["ARN"]
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=at.balancer)
    p.made(acl, "AWS::WAFv2::WebACL", TAGS, protects=p.arn("elasticloadbalancing", "loadbalancer/app/shop/1"), **{"ip-set": addresses})


def seed_global(p, at) -> None:
    """Make what is global and leads to regional resources; p is the account's first place, at what seed_services left there."""
    waf = p.client("wafv2")
    everywhere = {"region": "global"}
    shown = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"}
    front = waf.create_web_acl(Name="front", Scope="CLOUDFRONT", DefaultAction={"Block": {}}, VisibilityConfig=shown, Tags=pairs(), Rules=[])["Summary"]["ARN"]
    p.made(front, "AWS::WAFv2::WebACL", TAGS, **everywhere)
    addresses = waf.create_ip_set(Name="partners", Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=["198.51.100.0/24"], Tags=pairs())["Summary"]["ARN"]
    p.made(addresses, "AWS::WAFv2::IPSet", TAGS, **everywhere)
    rules = waf.create_rule_group(Name="bots", Scope="CLOUDFRONT", Capacity=10, Rules=[], VisibilityConfig=shown, Tags=pairs())["Summary"]["ARN"]
    p.made(rules, "AWS::WAFv2::RuleGroup", TAGS, **everywhere)
    p.client("cloudwatch").put_dashboard(DashboardName="shop", DashboardBody="{}")
    p.made(f"arn:aws:cloudwatch::{p.account}:dashboard/shop", "AWS::CloudWatch::Dashboard", **everywhere)

    origins = [
        {"Id": "assets", "DomainName": f"{at.bucket}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}},
        {"Id": "shop", "DomainName": at.balancer_host, "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
         "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Origin", "HeaderValue": "not-a-secret-10"}]}},
    ]
    made = p.client("cloudfront").create_distribution_with_tags(DistributionConfigWithTags={"Tags": {"Items": pairs()}, "DistributionConfig": {
        "CallerReference": "shop", "Comment": "the shop", "Enabled": True, "Origins": {"Quantity": 2, "Items": origins}, "WebACLId": front,
        "DefaultCacheBehavior": {"TargetOriginId": "assets", "ViewerProtocolPolicy": "redirect-to-https", "MinTTL": 0,
                                 "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}},
        "ViewerCertificate": {"ACMCertificateArn": at.certificate, "SSLSupportMethod": "sni-only"},
    }})["Distribution"]
    p.made(
        made["ARN"], "AWS::CloudFront::Distribution", TAGS, region="global", origin=[f"arn:aws:s3:::{at.bucket}", at.balancer],
        certificate=at.certificate, **{"web-acl": front},
    )
    route = p.client("route53")
    zone = route.create_hosted_zone(Name="shop.example.com.", CallerReference="1", HostedZoneConfig={"PrivateZone": True}, VPC={"VPCRegion": p.region, "VPCId": at.vpc})["HostedZone"]["Id"].rsplit("/", 1)[1]
    route.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=pairs())
    alias = {"EvaluateTargetHealth": False, "HostedZoneId": "Z35SXDOTRQ7X7K"}
    route.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [
        {"Action": "CREATE", "ResourceRecordSet": {"Name": "www.shop.example.com.", "Type": "A", "AliasTarget": {**alias, "DNSName": at.balancer_host}}},
        {"Action": "CREATE", "ResourceRecordSet": {"Name": "cdn.shop.example.com.", "Type": "A", "AliasTarget": {**alias, "DNSName": made["DomainName"]}}},
        {"Action": "CREATE", "ResourceRecordSet": {"Name": "mail.shop.example.com.", "Type": "MX", "TTL": 300, "ResourceRecords": [{"Value": "10 mx.example.com"}]}},
    ]})
    p.made(
        f"arn:aws:route53:::hostedzone/{zone}", "AWS::Route53::HostedZone", TAGS, region="global", vpc=at.vpc_arn,
        **{"alias-of": [at.balancer, made["ARN"]]},
    )
    check = route.create_health_check(CallerReference="1", HealthCheckConfig={"Type": "HTTPS", "FullyQualifiedDomainName": "shop.example.com", "Port": 443})
    p.made(f"arn:aws:route53:::healthcheck/{check['HealthCheck']['Id']}", "AWS::Route53::HealthCheck", region="global")


def watching(p, at) -> None:
    watch = p.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="shop cpu", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=60, EvaluationPeriods=1, Threshold=90,
        ComparisonOperator="GreaterThanThreshold", Dimensions=[{"Name": "InstanceId", "Value": at.instance_id}], AlarmActions=[at.topic], Tags=pairs(),
    )
    p.made(p.arn("cloudwatch", "alarm:shop cpu"), "AWS::CloudWatch::Alarm", TAGS, watches=at.instance, notifies=at.topic)
    p.client("logs").create_log_group(logGroupName="/vpc/flow", kmsKeyId=at.key, tags=TAGS)
    p.made(p.arn("logs", "log-group:/vpc/flow"), "AWS::Logs::LogGroup", TAGS, **{"kms-key": at.key})
    stacks = p.client("cloudformation")
    stack = stacks.create_stack(StackName="shop", Tags=pairs(), TemplateBody=json.dumps({
        "Parameters": {"Password": {"Type": "String", "Default": "not-a-secret-11"}},
        "Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "from-a-stack"}}},
    }))["StackId"]
    made = p.made(p.arn("sqs", "from-a-stack"), "AWS::SQS::Queue")
    p.made(stack, "AWS::CloudFormation::Stack", TAGS, contains=made)
    fleet = stacks.create_stack_set(StackSetName="baseline", TemplateBody="{\"Resources\":{}}")["StackSetId"]
    p.made(p.arn("cloudformation", f"stackset/{fleet}"), "AWS::CloudFormation::StackSet")


def delivery(p, at) -> None:
    project = p.client("codebuild").create_project(
        name="web", serviceRole=at.role, source={"type": "S3", "location": f"{at.bucket}/web.zip", "buildspec": "version: 0.2"}, artifacts={"type": "NO_ARTIFACTS"}, tags=pairs("key", "value"),
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL",
                     "environmentVariables": [{"name": "TOKEN", "value": "hunter2-in-the-environment"}]},
    )["project"]["arn"]
    p.made(project, "AWS::CodeBuild::Project", TAGS, role=at.role)
    action = {"version": "1", "owner": "AWS"}
    p.client("codepipeline").create_pipeline(tags=pairs("key", "value"), pipeline={
        "name": "web", "roleArn": at.role, "artifactStore": {"type": "S3", "location": at.logs}, "version": 1, "stages": [
            {"name": "Source", "actions": [{"name": "s", "actionTypeId": {**action, "category": "Source", "provider": "S3"},
                                            "configuration": {"S3Bucket": at.bucket, "S3ObjectKey": "x", "OAuthToken": "not-a-secret-12"}}]},
            {"name": "Build", "actions": [{"name": "b", "actionTypeId": {**action, "category": "Build", "provider": "CodeBuild"},
                                           "configuration": {"ProjectName": "web"}}]},
        ],
    })
    p.made(p.arn("codepipeline", "web"), "AWS::CodePipeline::Pipeline", TAGS, role=at.role, runs=project, artifacts=f"arn:aws:s3:::{at.logs}")
    server = p.client("transfer").create_server(Protocols=["SFTP"], LoggingRole=at.role, Tags=pairs(), EndpointType="PUBLIC")["ServerId"]
    p.made(p.arn("transfer", f"server/{server}"), "AWS::Transfer::Server", TAGS, role=at.role)


def analysis(p, at) -> None:
    glue, athena = p.client("glue"), p.client("athena")
    glue.create_database(DatabaseInput={"Name": "sales", "LocationUri": f"s3://{at.logs}/sales"}, Tags=TAGS)
    database = p.made(p.arn("glue", "database/sales"), "AWS::Glue::Database", TAGS, data=f"arn:aws:s3:::{at.logs}")
    glue.create_job(
        Name="load", Role=at.role, Command={"Name": "glueetl", "ScriptLocation": f"s3://{at.logs}/load.py"}, Tags=TAGS,
        DefaultArguments={"--password": "not-a-secret-13"},
    )
    p.made(p.arn("glue", "job/load"), "AWS::Glue::Job", TAGS, role=at.role, script=f"arn:aws:s3:::{at.logs}")
    glue.create_crawler(Name="sales", Role=at.role, DatabaseName="sales", Targets={"S3Targets": [{"Path": f"s3://{at.logs}/sales"}]}, Tags=TAGS)
    p.made(p.arn("glue", "crawler/sales"), "AWS::Glue::Crawler", TAGS, role=at.role, database=database, crawls=f"arn:aws:s3:::{at.logs}")
    athena.create_work_group(Name="analysts", Tags=pairs(), Configuration={"ResultConfiguration": {"OutputLocation": f"s3://{at.logs}/athena"}})
    p.made(p.arn("athena", "workgroup/analysts"), "AWS::Athena::WorkGroup", TAGS, results=f"arn:aws:s3:::{at.logs}")
    athena.create_data_catalog(Name="federated", Type="LAMBDA", Parameters={"function": at.function}, Tags=pairs())
    p.made(p.arn("athena", "datacatalog/federated"), "AWS::Athena::DataCatalog", TAGS)
    cluster = p.client("emr").run_job_flow(
        Name="etl", ReleaseLabel="emr-6.15.0", ServiceRole="app", JobFlowRole="web", LogUri=f"s3://{at.logs}/emr", Tags=pairs(), VisibleToAllUsers=True,
        Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True, "Ec2SubnetId": at.subnets[0]},
    )
    p.made(
        cluster.get("ClusterArn") or p.arn("elasticmapreduce", f"cluster/{cluster['JobFlowId']}"), "AWS::EMR::Cluster", TAGS,
        role=at.role, subnet=at.subnet_arn, **{"instance-profile": at.profile},
    )
    maker = p.client("sagemaker")
    image = f"{p.account}.dkr.ecr.{p.region}.amazonaws.com/shop/web:1"
    model = maker.create_model(
        ModelName="fraud", ExecutionRoleArn=at.role, PrimaryContainer={"Image": image, "ModelDataUrl": f"s3://{at.logs}/fraud", "Environment": {"K": "hunter2"}}, Tags=pairs(),
    )["ModelArn"]
    p.made(model, "AWS::SageMaker::Model", TAGS, role=at.role, image=p.arn("ecr", "repository/shop/web"), data=f"arn:aws:s3:::{at.logs}")
    config = maker.create_endpoint_config(EndpointConfigName="fraud", ProductionVariants=[
        {"VariantName": "a", "ModelName": "fraud", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"},
    ])["EndpointConfigArn"]
    p.made(config, "AWS::SageMaker::EndpointConfig", model=model)
    endpoint = maker.create_endpoint(EndpointName="fraud", EndpointConfigName="fraud", Tags=pairs())["EndpointArn"]
    p.made(endpoint, "AWS::SageMaker::Endpoint", TAGS, **{"endpoint-config": config})
    notebook = maker.create_notebook_instance(
        NotebookInstanceName="research", InstanceType="ml.t3.medium", RoleArn=at.role, SubnetId=at.subnets[0], SecurityGroupIds=[at.groups[0]], Tags=pairs(),
    )["NotebookInstanceArn"]
    p.made(notebook, "AWS::SageMaker::NotebookInstance", TAGS, role=at.role, subnet=at.subnet_arn, **{"security-group": at.group_arn})
    serverless = p.client("emr-serverless").create_application(
        name="nightly", releaseLabel="emr-6.15.0", type="SPARK", tags=TAGS, networkConfiguration={"subnetIds": at.subnets[:1], "securityGroupIds": [at.groups[0]]},
    )["arn"]
    p.made(serverless, "AWS::EMRServerless::Application", TAGS, subnet=at.subnet_arn, **{"security-group": at.group_arn})
    rds = p.client("rds")
    rds.create_db_cluster(DBClusterIdentifier="friends", Engine="neptune", Tags=pairs())
    graph = p.made(p.arn("rds", "cluster:friends"), "AWS::Neptune::DBCluster", TAGS)
    rds.create_db_instance(DBInstanceIdentifier="friends-1", Engine="neptune", DBInstanceClass="db.r6g.large", DBClusterIdentifier="friends", Tags=pairs())
    p.made(p.arn("rds", "db:friends-1"), "AWS::Neptune::DBInstance", TAGS, cluster=graph)
    rds.create_db_parameter_group(DBParameterGroupName="tuned", DBParameterGroupFamily="postgres15", Description="tuned")
    p.made(p.arn("rds", "pg:tuned"), "AWS::RDS::DBParameterGroup")
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="tuned", DBParameterGroupFamily="aurora-postgresql15", Description="tuned")
    p.made(p.arn("rds", "cluster-pg:tuned"), "AWS::RDS::DBClusterParameterGroup")
