package estate

import "strings"

// The plain fields of a resource that are read from its attributes.
const (
	fieldState              = "state"
	fieldEngine             = "engine"
	fieldRuntime            = "runtime"
	fieldVersion            = "version"
	fieldClass              = "class"
	fieldKind               = "kind"
	fieldSize               = "size"   // GB
	fieldMemory             = "memory" // MB
	fieldRetention          = "retention_days"
	fieldEncrypted          = "encrypted"
	fieldPublic             = "public"
	fieldAttached           = "attached"
	fieldRotation           = "rotation"
	fieldMultiAZ            = "multi_az"
	fieldDeletionProtection = "deletion_protection"
	fieldVersioning         = "versioning"
	fieldCreated            = "created_at" // Unix ms
	fieldExpires            = "expires_at" // Unix ms
	fieldTraits             = "traits"
)

// rule reads one field from the attributes of some types.
type rule struct {
	field string
	types string // CloudFormation types, separated by spaces, "::*" for all of a service; empty: any
	path  string
	read  reading
}

// rules in order: for each field the first that says something counts. The names of attributes are those of the
// describe calls; where an export flattens them (State instead of State.Name) both are read.
var rules = []rule{
	{fieldState, "AWS::CloudWatch::Alarm", "StateValue", text},
	{fieldState, "AWS::KMS::Key", "KeyState", text},
	{fieldState, "AWS::CloudFormation::Stack", "StackStatus", text},
	{fieldState, "", "State.Name", text},
	{fieldState, "", "State.Code", text},
	{fieldState, "", "State", text},
	{fieldState, "", "DBInstanceStatus", text},
	{fieldState, "", "TableStatus", text},
	{fieldState, "", "StreamStatus", text},
	{fieldState, "", "ClusterStatus", text},
	{fieldState, "", "CacheClusterStatus", text},
	{fieldState, "", "LifeCycleState", text},
	{fieldState, "", "FileSystemLifecycle", text},
	{fieldState, "", "Lifecycle", text},
	{fieldState, "", "EndpointStatus", text},
	{fieldState, "", "NotebookInstanceStatus", text},
	{fieldState, "", "DeliveryStreamStatus", text},
	{fieldState, "", "BrokerState", text},
	{fieldState, "", "Status.State", text},
	{fieldState, "", "Status", text},

	{fieldEngine, "AWS::DocDB::*", "", always("docdb")},
	{fieldEngine, "AWS::Neptune::*", "", always("neptune")},
	{fieldEngine, "", "Engine", text},
	{fieldEngine, "", "EngineType", text},
	{fieldRuntime, "AWS::Lambda::Function AWS::Lambda::LayerVersion", "Runtime", text},
	{fieldRuntime, "AWS::Synthetics::Canary", "RuntimeVersion", text},
	{fieldVersion, "", "EngineVersion", text},
	{fieldVersion, "AWS::EKS::* AWS::ECS::*", "Version", text},
	{fieldVersion, "AWS::EMR::Cluster", "ReleaseLabel", text},
	{fieldVersion, "AWS::MSK::Cluster", "CurrentBrokerSoftwareInfo.KafkaVersion", text},
	{fieldVersion, "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain", "ElasticsearchVersion", text},
	{fieldVersion, "AWS::MWAA::Environment", "AirflowVersion", text},
	{fieldVersion, "", "PlatformVersion", text},

	{fieldClass, "", "DBInstanceClass", text},
	{fieldClass, "", "DBClusterInstanceClass", text},
	{fieldClass, "", "InstanceType", text},
	{fieldClass, "", "CacheNodeType", text},
	{fieldClass, "", "NodeType", text},
	{fieldClass, "AWS::MSK::Cluster", "BrokerNodeGroupInfo.InstanceType", text},
	{fieldClass, "", "HostInstanceType", text},
	{fieldClass, "", "InstanceTypes[]", text},
	{fieldClass, "", "ClusterConfig.InstanceType", text},
	{fieldClass, "", "ReplicationInstanceClass", text},
	{fieldClass, "AWS::EC2::Volume", "VolumeType", text},

	{fieldKind, "AWS::ElasticLoadBalancingV2::LoadBalancer", "Type", text},
	{fieldKind, "AWS::SQS::Queue AWS::SNS::Topic", "FifoQueue", named("true", "fifo")},
	{fieldKind, "AWS::SNS::Topic", "FifoTopic", named("true", "fifo")},
	{fieldKind, "AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable", "BillingMode", named("PAY_PER_REQUEST", "on-demand")},
	{fieldKind, "AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable", "BillingMode", named("PROVISIONED", "provisioned")},
	{fieldKind, "AWS::DynamoDB::Table", "BillingModeSummary.BillingMode", named("PAY_PER_REQUEST", "on-demand")},
	{fieldKind, "AWS::Kinesis::Stream", "StreamModeDetails.StreamMode", named("ON_DEMAND", "on-demand")},
	{fieldKind, "AWS::EC2::Instance", "InstanceLifecycle", named("spot", "spot")},
	{fieldKind, "AWS::EC2::Instance", "Platform", named("windows", "windows")},
	{fieldKind, "AWS::EC2::Instance", "PlatformDetails", text},
	{fieldKind, "AWS::KMS::Key", "KeyManager", named("CUSTOMER", "customer-managed")},
	{fieldKind, "AWS::KMS::Key", "KeyManager", named("AWS", "aws-managed")},
	{fieldKind, "AWS::Lambda::Function", "PackageType", named("Image", "container-image")},
	{fieldKind, "AWS::StepFunctions::StateMachine", "Type", text},
	{fieldKind, "AWS::RDS::DBInstance", "ReadReplicaSourceDBInstanceIdentifier", func(v []any) (any, bool) {
		_, ok := given(v)
		return "replica", ok
	}},
	{fieldKind, "AWS::ECS::Service AWS::ECS::TaskDefinition", "LaunchType", text},
	{fieldKind, "AWS::ApiGatewayV2::Api", "ProtocolType", text},
	{fieldKind, "AWS::SSM::Parameter", "Type", text},

	{fieldSize, "AWS::EC2::Volume", "Size", number},
	{fieldSize, "AWS::EC2::Snapshot", "VolumeSize", number},
	{fieldSize, "", "AllocatedStorage", number},
	{fieldSize, "AWS::EFS::FileSystem", "SizeInBytes.Value", scaled(1e-9)},
	{fieldSize, "AWS::EFS::FileSystem", "SizeInBytes", scaled(1e-9)},
	{fieldSize, "AWS::FSx::FileSystem", "StorageCapacity", number},
	{fieldSize, "AWS::S3::Bucket", "BucketSizeBytes", scaled(1e-9)},
	{fieldSize, "AWS::ECR::Repository", "RepositorySizeInBytes", scaled(1e-9)},
	{fieldSize, "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain", "EBSOptions.VolumeSize", number},
	{fieldSize, "AWS::MSK::Cluster", "BrokerNodeGroupInfo.StorageInfo.EbsStorageInfo.VolumeSize", number},
	{fieldSize, "AWS::Logs::LogGroup", "StoredBytes", scaled(1e-9)},
	{fieldMemory, "AWS::Lambda::Function", "MemorySize", whole},
	{fieldMemory, "AWS::ECS::TaskDefinition", "Memory", whole},
	{fieldRetention, "AWS::Logs::LogGroup", "RetentionInDays", whole},
	{fieldRetention, "AWS::Kinesis::Stream", "RetentionPeriodHours", func(v []any) (any, bool) {
		f, ok := number(v)
		if !ok {
			return nil, false
		}
		return int64(f.(float64)) / 24, true
	}},
	{fieldRetention, "AWS::RDS::DBInstance AWS::RDS::DBCluster", "BackupRetentionPeriod", whole},

	{fieldEncrypted, "", "StorageEncrypted", truth},
	{fieldEncrypted, "", "Encrypted", truth},
	{fieldEncrypted, "AWS::ElastiCache::*", "AtRestEncryptionEnabled", truth},
	{fieldEncrypted, "AWS::DynamoDB::Table", "SSEDescription.Status", truth},
	{fieldEncrypted, "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain", "EncryptionAtRestOptions.Enabled", truth},
	{fieldEncrypted, "AWS::Kinesis::Stream", "EncryptionType", encryption},
	{fieldEncrypted, "AWS::SQS::Queue", "SqsManagedSseEnabled", named("true", true)},
	{fieldEncrypted, "", "Encryption", encryption},
	{fieldEncrypted, "", "EncryptionConfiguration", given},
	{fieldEncrypted, "", "EncryptionInfo", given},
	{fieldEncrypted, "", "ServerSideEncryptionConfiguration", given},
	{fieldEncrypted, "", "KmsKeyId", given},
	{fieldEncrypted, "", "KmsMasterKeyId", given},
	{fieldEncrypted, "", "KMSMasterKeyID", given},
	{fieldEncrypted, "", "KmsKeyArn", given},
	{fieldEncrypted, "", "KMSKeyArn", given},
	{fieldEncrypted, "AWS::SQS::Queue", "SqsManagedSseEnabled", truth},

	{fieldPublic, "AWS::EC2::SecurityGroup", "IngressFromAnywhere", truth},
	{fieldPublic, "AWS::EC2::SecurityGroup", "IpPermissions[].IpRanges[].CidrIp", has("0.0.0.0/0")},
	{fieldPublic, "AWS::EC2::SecurityGroup", "IpPermissions[].Ipv6Ranges[].CidrIpv6", has("::/0")},
	{fieldPublic, "AWS::S3::Bucket", "PublicAccessBlock", untruth},
	{fieldPublic, "AWS::S3::Bucket", "PublicAccessBlockConfiguration.BlockPublicPolicy", untruth},
	{fieldPublic, "AWS::S3::Bucket", "PublicAccessBlockConfiguration.RestrictPublicBuckets", untruth},
	{fieldPublic, "AWS::S3::Bucket", "Public", truth},
	{fieldPublic, "AWS::ElasticLoadBalancingV2::* AWS::ElasticLoadBalancing::*", "Scheme", has("internet-facing")},
	{fieldPublic, "AWS::EC2::Instance", "PublicIpAddress", given},
	{fieldPublic, "AWS::EC2::Instance", "PrivateIpAddress", always(false)},
	{fieldPublic, "AWS::EC2::Subnet", "MapPublicIpOnLaunch", truth},
	{fieldPublic, "AWS::EC2::NetworkInterface", "Association.PublicIp", given},
	{fieldPublic, "AWS::EC2::Image", "Public", truth},
	{fieldPublic, "AWS::Route53::HostedZone", "Config.PrivateZone", untruth},
	{fieldPublic, "AWS::Route53::HostedZone", "PrivateZone", untruth},
	{fieldPublic, "AWS::EKS::Cluster", "ResourcesVpcConfig.EndpointPublicAccess", truth},
	{fieldPublic, "AWS::EKS::Cluster", "EndpointPublicAccess", truth},
	{fieldPublic, "AWS::ApiGateway::RestApi", "EndpointConfiguration.Types[]", has("regional", "edge")},
	{fieldPublic, "AWS::Lambda::Function", "FunctionUrlConfig.AuthType", has("none")},
	{fieldPublic, "", "PubliclyAccessible", truth},
	{fieldPublic, "", "PubliclyAccessibleEndpoint", truth},

	{fieldAttached, "", "Attached", truth},
	{fieldAttached, "AWS::EC2::Volume", "State", has("in-use")},
	{fieldAttached, "AWS::EC2::Volume", "Attachments", given},
	{fieldAttached, "AWS::EC2::NetworkInterface", "Status", has("in-use")},
	{fieldAttached, "AWS::EC2::EIP", "AssociationId", given},
	{fieldAttached, "AWS::EC2::EIP", "InstanceId", given},
	{fieldAttached, "AWS::EC2::EIP", "PublicIp", always(false)},
	{fieldAttached, "AWS::EC2::InternetGateway AWS::EC2::VPNGateway", "Attachments[].State", has("attached", "available")},
	{fieldAttached, "AWS::CertificateManager::Certificate", "InUse", truth},
	{fieldAttached, "AWS::CertificateManager::Certificate", "InUseBy", given},
	{fieldAttached, "AWS::IAM::ManagedPolicy AWS::IAM::Policy", "AttachmentCount", func(v []any) (any, bool) {
		f, ok := number(v)
		if !ok {
			return nil, false
		}
		return f.(float64) > 0, true
	}},

	{fieldRotation, "AWS::SecretsManager::Secret AWS::KMS::Key", "RotationEnabled", truth},
	{fieldRotation, "AWS::KMS::Key", "KeyRotationEnabled", truth},
	{fieldRotation, "AWS::KMS::Key", "EnableKeyRotation", truth},
	{fieldRotation, "AWS::KMS::Key", "KeyRotationStatus", truth},
	{fieldMultiAZ, "", "MultiAZ", truth},
	{fieldMultiAZ, "", "MultiAz", truth},
	{fieldMultiAZ, "AWS::OpenSearchService::Domain", "ClusterConfig.ZoneAwarenessEnabled", truth},
	{fieldDeletionProtection, "", "DeletionProtection", truth},
	{fieldDeletionProtection, "", "DeletionProtectionEnabled", truth},
	{fieldDeletionProtection, "AWS::EC2::Instance", "DisableApiTermination", truth},
	{fieldDeletionProtection, "AWS::CloudFormation::Stack", "EnableTerminationProtection", truth},
	{fieldVersioning, "AWS::S3::Bucket", "Versioning.Status", truth},
	{fieldVersioning, "AWS::S3::Bucket", "Versioning", truth},
	{fieldVersioning, "AWS::S3::Bucket", "VersioningConfiguration.Status", truth},

	{fieldExpires, "", "NotAfter", moment},
	{fieldExpires, "", "ValidUntil", moment},
	{fieldExpires, "AWS::IAM::ServerCertificate AWS::EC2::*", "Expiration", moment},
	{fieldExpires, "AWS::EC2::Image", "DeprecationTime", moment},
	{fieldCreated, "", "LaunchTime", moment},
	{fieldCreated, "", "CreateTime", moment},
	{fieldCreated, "", "CreatedTime", moment},
	{fieldCreated, "", "CreationTime", moment},
	{fieldCreated, "", "CreationDate", moment},
	{fieldCreated, "", "CreationDateTime", moment},
	{fieldCreated, "", "CreateDate", moment},
	{fieldCreated, "", "CreatedDate", moment},
	{fieldCreated, "", "CreatedAt", moment},
	{fieldCreated, "", "InstanceCreateTime", moment},
	{fieldCreated, "", "ClusterCreateTime", moment},
	{fieldCreated, "", "CacheClusterCreateTime", moment},
	{fieldCreated, "", "ReplicationGroupCreateTime", moment},
	{fieldCreated, "", "StreamCreationTimestamp", moment},
	{fieldCreated, "", "CreatedTimestamp", moment},
	{fieldCreated, "", "StartTime", moment},
	{fieldCreated, "", "CreateTimestamp", moment},
	{fieldCreated, "AWS::SNS::* AWS::SQS::* AWS::S3::*", "Created", moment},
}

// facetsOf reads the plain fields of a resource.
func facetsOf(r *Resource) map[string]any {
	facets := map[string]any{}
	for _, rule := range rules {
		if _, done := facets[rule.field]; done || !rule.of(r.Type) {
			continue
		}
		var values []any
		if rule.path != "" {
			values = at(r.Attributes, rule.path)
		}
		if v, ok := rule.read(values); ok && (rule.path == "" || len(values) > 0) {
			facets[rule.field] = v
		}
	}
	adjust(r, facets)
	if traits := traitsOf(r, facets); len(traits) > 0 {
		facets[fieldTraits] = traits
	}
	return facets
}

func (u rule) of(cfnType string) bool {
	if u.types == "" {
		return true
	}
	for _, t := range strings.Fields(u.types) {
		if prefix, all := strings.CutSuffix(t, "*"); t == cfnType || all && strings.HasPrefix(cfnType, prefix) {
			return true
		}
	}
	return false
}

// adjust makes facets of what only the type or the ARN says.
func adjust(r *Resource, facets map[string]any) {
	if s, ok := facets[fieldState].(string); ok && len(s) > 40 {
		delete(facets, fieldState) // an object or a sentence under the name Status
	}
	if _, ok := facets[fieldKind]; !ok && r.Type == "AWS::ElasticLoadBalancingV2::LoadBalancer" {
		for part, kind := range map[string]string{"loadbalancer/app/": "application", "loadbalancer/net/": "network", "loadbalancer/gwy/": "gateway"} {
			if strings.Contains(r.ARN, part) {
				facets[fieldKind] = kind
			}
		}
	}
	if k, ok := facets[fieldKind].(string); ok {
		switch {
		case strings.HasPrefix(k, "windows"):
			facets[fieldKind] = "windows"
		case strings.HasPrefix(k, "linux"), strings.HasPrefix(k, "red hat"), strings.HasPrefix(k, "suse"), strings.HasPrefix(k, "ubuntu"):
			facets[fieldKind] = "linux"
		}
	}
	if _, ok := facets[fieldKind]; !ok && strings.HasSuffix(r.Name, ".fifo") {
		facets[fieldKind] = "fifo"
	}
	if e, ok := facets[fieldEngine].(string); ok {
		facets[fieldEngine] = strings.ReplaceAll(e, " ", "-")
	}
}
