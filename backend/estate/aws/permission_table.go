package aws

// permissions are all calls of a scan, service by service; a test holds them against the calls that a scan really makes. The actions
// are those of the Service Authorization Reference.
var permissions = []allowed{
	{"ACM", "acm", "acm", "DescribeCertificate ListCertificates ListTagsForCertificate"},
	{"API Gateway", "apigateway", "apigateway", "GetDomainNames=GET GetResources=GET GetRestApis=GET GetStages=GET"},
	{"ApiGatewayV2", "apigatewayv2", "apigateway", "GetApis=GET GetIntegrations=GET GetStages=GET GetVpcLinks=GET"},
	{"AppRunner", "apprunner", "apprunner", "DescribeService ListServices ListTagsForResource"},
	{"AppSync", "appsync", "appsync", "ListDataSources ListGraphqlApis"},
	{"Athena", "athena", "athena", "GetWorkGroup ListDataCatalogs ListTagsForResource ListWorkGroups"},
	{"Auto Scaling", "autoscaling", "autoscaling", "DescribeAutoScalingGroups DescribeLaunchConfigurations"},
	{"Backup", "backup", "backup", "GetBackupPlan ListBackupPlans ListBackupSelections ListBackupVaults ListTags"},
	{"Batch", "batch", "batch", "DescribeComputeEnvironments DescribeJobDefinitions DescribeJobQueues"},
	{"CloudControl", cloudControlService, "cloudformation", "GetResource ListResources"},
	{"CloudFormation", "cloudformation", "cloudformation", "DescribeStacks ListStackResources ListStackSets"},
	{"CloudFront", "cloudfront", "cloudfront", "ListDistributions ListTagsForResource"},
	{"CloudWatch", "cloudwatch", "cloudwatch", "DescribeAlarms ListDashboards ListTagsForResource"},
	{"CloudWatch Logs", "logs", "logs", "DescribeLogGroups ListTagsForResource"},
	{"CodeBuild", "codebuild", "codebuild", "BatchGetProjects ListProjects"},
	{"CodePipeline", "codepipeline", "codepipeline", "GetPipeline ListPipelines ListTagsForResource"},
	{"Cognito Identity", "cognito-identity", "cognito-identity", "DescribeIdentityPool GetIdentityPoolRoles ListIdentityPools"},
	{"Cognito Identity Provider", "cognito-idp", "cognito-idp", "DescribeUserPool ListUserPools"},
	{"DynamoDB", "dynamodb", "dynamodb", "DescribeContinuousBackups DescribeTable ListTables ListTagsOfResource"},
	{"EC2", "ec2", "ec2", "DescribeAddresses DescribeCustomerGateways DescribeFlowLogs DescribeImages DescribeInstances DescribeInternetGateways " +
		"DescribeKeyPairs DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeNatGateways DescribeNetworkAcls " +
		"DescribeNetworkInterfaces DescribeRegions DescribeRouteTables DescribeSecurityGroups DescribeSnapshots DescribeSubnets " +
		"DescribeTransitGatewayAttachments DescribeTransitGateways DescribeVolumes DescribeVpcEndpoints DescribeVpcPeeringConnections " +
		"DescribeVpcs DescribeVpnConnections DescribeVpnGateways"},
	{"ECR", "ecr", "ecr", "DescribeRepositories ListTagsForResource"},
	{"ECS", "ecs", "ecs", "DescribeClusters DescribeServices DescribeTaskDefinition ListClusters ListServices ListTaskDefinitionFamilies"},
	{"EFS", "efs", "elasticfilesystem", "DescribeAccessPoints DescribeBackupPolicy DescribeFileSystems DescribeMountTargetSecurityGroups DescribeMountTargets"},
	{"EKS", "eks", "eks", "DescribeAddon DescribeCluster DescribeFargateProfile DescribeNodegroup ListAddons ListClusters ListFargateProfiles " +
		"ListNodegroups"},
	{"Elastic Load Balancing", "elb", "elasticloadbalancing", "DescribeLoadBalancers DescribeTags"},
	{"Elastic Load Balancing v2", "elbv2", "elasticloadbalancing", "DescribeListeners DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeRules DescribeTags DescribeTargetGroups " +
		"DescribeTargetHealth"},
	{"ElastiCache", "elasticache", "elasticache", "DescribeCacheClusters DescribeCacheParameterGroups DescribeCacheSubnetGroups DescribeReplicationGroups DescribeSnapshots ListTagsForResource"},
	{"EMR", "emr", "elasticmapreduce", "DescribeCluster ListClusters"},
	{"EMR Serverless", "emr-serverless", "emr-serverless", "GetApplication ListApplications"},
	{"EventBridge", "events", "events", "ListEventBuses ListRules ListTagsForResource ListTargetsByRule"},
	{"Firehose", "firehose", "firehose", "DescribeDeliveryStream ListDeliveryStreams ListTagsForDeliveryStream"},
	{"FSx", "fsx", "fsx", "DescribeBackups DescribeFileSystems"},
	{"Glue", "glue", "glue", "GetCrawlers GetDatabases GetJobs GetTags"},
	{"IAM", "iam", "iam", "GetAccessKeyLastUsed GetAccountAuthorizationDetails GetLoginProfile GetOpenIDConnectProvider ListAccessKeys ListAccountAliases ListInstanceProfiles ListMFADevices ListRoles " +
		"ListOpenIDConnectProviders ListUsers"},
	{"Kafka", "kafka", "kafka", "ListClustersV2"},
	{"Kinesis", "kinesis", "kinesis", "DescribeStreamSummary ListStreams ListTagsForStream"},
	{"KMS", "kms", "kms", "DescribeKey GetKeyRotationStatus ListAliases ListKeys ListResourceTags"},
	{"Lambda", "lambda", "lambda", "ListEventSourceMappings ListFunctions ListTags"},
	{"MemoryDB", "memorydb", "memorydb", "DescribeClusters DescribeSnapshots DescribeSubnetGroups ListTags"},
	{"mq", "mq", "mq", "DescribeBroker ListBrokers"},
	{"OpenSearch", "opensearch", "es", "DescribeDomain ListDomainNames ListTags"},
	{"Organizations", "organizations", "organizations", "DescribeOrganization ListAccounts ListParents ListTagsForResource"},
	{"RDS", "rds", "rds", "DescribeDBClusterParameterGroups DescribeDBClusterSnapshots DescribeDBClusters DescribeDBInstances DescribeDBParameterGroups " +
		"DescribeDBSnapshots DescribeDBSubnetGroups"},
	{"Redshift", "redshift", "redshift", "DescribeClusterSnapshots DescribeClusterSubnetGroups DescribeClusters"},
	{"Resource Explorer 2", "resource-explorer", "resource-explorer-2", "GetView ListIndexes ListResources ListViews"},
	{"Resource Groups Tagging API", "tagging", "tag", "GetResources"},
	{"Route 53", "route53", "route53", "GetHostedZone ListHealthChecks ListHostedZones ListResourceRecordSets ListTagsForResource"},
	{"S3", "s3", "s3", "GetBucketEncryption=GetEncryptionConfiguration GetBucketLocation GetBucketLogging " +
		"GetBucketNotificationConfiguration=GetBucketNotification GetBucketPolicyStatus " +
		"GetBucketReplication=GetReplicationConfiguration GetBucketTagging GetBucketVersioning " +
		"GetPublicAccessBlock=GetBucketPublicAccessBlock ListBuckets=ListAllMyBuckets"},
	{"SageMaker", "sagemaker", "sagemaker", "DescribeEndpoint DescribeEndpointConfig DescribeModel DescribeNotebookInstance ListEndpointConfigs ListEndpoints ListModels " +
		"ListNotebookInstances ListTags"},
	{"Scheduler", "scheduler", "scheduler", "GetSchedule ListScheduleGroups ListSchedules ListTagsForResource"},
	{"Secrets Manager", "secretsmanager", "secretsmanager", "ListSecrets"},
	{"SFN", "states", "states", "DescribeStateMachine ListActivities ListStateMachines ListTagsForResource"},
	{"SNS", "sns", "sns", "GetSubscriptionAttributes GetTopicAttributes ListSubscriptions ListTagsForResource ListTopics"},
	{"SQS", "sqs", "sqs", "GetQueueAttributes ListQueueTags ListQueues"},
	{"SSM", "ssm", "ssm", "DescribeParameters ListDocuments ListTagsForResource"},
	{"STS", "sts", "sts", "AssumeRole GetCallerIdentity"},
	{"Transfer", "transfer", "transfer", "DescribeServer ListServers"},
	{"WAFV2", "wafv2", "wafv2", "GetIPSet GetWebACL ListIPSets ListResourcesForWebACL ListRuleGroups ListTagsForResource ListWebACLs"},
}
