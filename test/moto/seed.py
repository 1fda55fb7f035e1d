"""Fill a moto server with resources of every type that it can make, in two accounts and three regions.

usage: seed.py ENDPOINT [main]

What is global (IAM, CloudFront …) is made once in each account. With "main", the types that people have most of are made in all six places, and
the others in the first alone.

Prints JSON: {"resources": [{"arn", "type", "account", "region", "tags", "related"}]}, each resource that was made, with
the identifiers that moto gave it. A second account is reached as it is in AWS, by assuming a role in it.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import botocore.session
from seed_services import seed_account, seed_global, seed_services

ENDPOINT = sys.argv[1]
ALL = sys.argv[2:] != ["main"]
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2"]
FIRST = "123456789012"  # the account of any access key that moto does not know
SECOND = "444455556666"
ROLE = f"arn:aws:iam::{SECOND}:role/CloudOpsInventory"
TEAMS = ["payments", "search", "platform", "identity"]
ENVS = ["prod", "staging", "dev"]

# One session for all: it reads the description of each service once.
SESSION = botocore.session.Session()
CREATING = Lock()


class Place:
    """One account and region, with clients for it. Places are filled at the same time, each by one thread."""

    def __init__(self, account: str, region: str, keys: dict[str, str]):
        self.account, self.region, self._keys = account, region, keys
        self.resources: list[dict] = []
        self._clients: dict = {}

    def client(self, service: str):
        if service not in self._clients:
            with CREATING:
                self._clients[service] = SESSION.create_client(service, region_name=self.region, endpoint_url=ENDPOINT, **self._keys)
        return self._clients[service]

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def made(self, arn: str, kind: str, tags: dict | None = None, region: str = "", **related: str | list[str]) -> str:
        self.resources.append({
            "arn": arn, "type": kind, "account": self.account, "region": region or self.region,
            "tags": tags or {}, "related": [{"kind": k, "target": t} for k, v in related.items() for t in ([v] if isinstance(v, str) else v)],
        })
        return arn

    def known(self) -> set[str]:
        return {m["arn"] for m in self.resources}

    def relate(self, arn: str, **related: str) -> None:
        """Add relations to what was made before."""
        made = next(m for m in self.resources if m["arn"] == arn)
        made["related"] += [{"kind": k, "target": t} for k, t in related.items()]


def tags_for(i: int, name: str) -> dict[str, str]:
    """Tags as people leave them: not on everything, not with one key."""
    if i % 5 == 4:
        return {}
    key = ["Environment", "env", "Stage"][i % 3]
    return {"Name": name, key: ENVS[i % 3], "Team": TEAMS[i % 4]}


def pairs(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: k, value: v} for k, v in tags.items()]


def spec(kind: str, tags: dict[str, str]) -> list[dict]:
    return [{"ResourceType": kind, "Tags": pairs(tags)}] if tags else []


def network(p: Place) -> tuple[str, list[str], list[str]]:
    """A VPC with subnets, gateways, a route table and security groups."""
    ec2 = p.client("ec2")
    tags = {"Name": "main", "Environment": "prod"}
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=spec("vpc", tags))["Vpc"]["VpcId"]
    vpc_arn = p.made(p.arn("ec2", f"vpc/{vpc}"), "AWS::EC2::VPC", tags)
    for table in ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]:
        p.made(p.arn("ec2", f"route-table/{table['RouteTableId']}"), "AWS::EC2::RouteTable", vpc=vpc_arn)
    for group in ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]:
        p.made(p.arn("ec2", f"security-group/{group['GroupId']}"), "AWS::EC2::SecurityGroup", vpc=vpc_arn)

    subnets = []
    for i in range(3):
        tags = tags_for(i, f"private-{i}")
        subnet = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.20.{i}.0/24", AvailabilityZone=f"{p.region}{'abc'[i]}", TagSpecifications=spec("subnet", tags),
        )["Subnet"]["SubnetId"]
        p.made(p.arn("ec2", f"subnet/{subnet}"), "AWS::EC2::Subnet", tags, vpc=vpc_arn)
        subnets.append(subnet)

    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    p.made(p.arn("ec2", f"internet-gateway/{gateway}"), "AWS::EC2::InternetGateway", vpc=vpc_arn)

    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    p.made(
        p.arn("ec2", f"route-table/{table}"), "AWS::EC2::RouteTable", vpc=vpc_arn,
        subnet=p.arn("ec2", f"subnet/{subnets[0]}"), route=p.arn("ec2", f"internet-gateway/{gateway}"),
    )

    groups = []
    for i, (name, port, source) in enumerate([("web", 443, "0.0.0.0/0"), ("db", 5432, "10.20.0.0/16"), ("bastion", 22, "0.0.0.0/0")]):
        tags = tags_for(i + 1, name)
        group = ec2.create_security_group(
            GroupName=name, Description=f"{name} traffic", VpcId=vpc, TagSpecifications=spec("security-group", tags),
        )["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]},
        ])
        p.made(p.arn("ec2", f"security-group/{group}"), "AWS::EC2::SecurityGroup", tags, vpc=vpc_arn)
        groups.append(group)

    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]
    address_arn = p.made(p.arn("ec2", f"elastic-ip/{address}"), "AWS::EC2::EIP")
    p.made(
        p.arn("ec2", f"natgateway/{nat['NatGatewayId']}"), "AWS::EC2::NatGateway",
        vpc=vpc_arn, subnet=p.arn("ec2", f"subnet/{subnets[0]}"), address=address_arn,
    )
    return vpc, subnets, groups


def machines(p: Place, vpc: str, subnets: list[str], groups: list[str]) -> None:
    """Instances with their disks and network interfaces, loose disks, snapshots and an image."""
    ec2 = p.client("ec2")
    instance = ""
    for i in range(6):
        tags = tags_for(i, f"{TEAMS[i % 4]}-{ENVS[i % 3]}-{i}")
        instance = ec2.run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, InstanceType=["t3.micro", "m5.large", "c6i.xlarge"][i % 3],
            SubnetId=subnets[i % 3], SecurityGroupIds=[groups[i % 2]], TagSpecifications=spec("instance", tags),
        )["Instances"][0]["InstanceId"]
        if i == 5:
            ec2.stop_instances(InstanceIds=[instance])
        p.made(
            p.arn("ec2", f"instance/{instance}"), "AWS::EC2::Instance", tags, vpc=p.arn("ec2", f"vpc/{vpc}"),
            subnet=p.arn("ec2", f"subnet/{subnets[i % 3]}"), **{"security-group": p.arn("ec2", f"security-group/{groups[i % 2]}")},
        )
    for reservation in ec2.describe_instances()["Reservations"]:
        for made in reservation["Instances"]:
            owner = p.arn("ec2", f"instance/{made['InstanceId']}")
            for disk in made["BlockDeviceMappings"]:
                p.made(p.arn("ec2", f"volume/{disk['Ebs']['VolumeId']}"), "AWS::EC2::Volume", **{"attached-to": owner})
    for eni in ec2.describe_network_interfaces()["NetworkInterfaces"]:
        p.made(
            p.arn("ec2", f"network-interface/{eni['NetworkInterfaceId']}"), "AWS::EC2::NetworkInterface",
            subnet=p.arn("ec2", f"subnet/{eni['SubnetId']}"),
        )
    for i in range(2):
        tags = tags_for(i, f"old-data-{i}")
        volume = ec2.create_volume(
            AvailabilityZone=f"{p.region}a", Size=100 * (i + 1), VolumeType="gp3", Encrypted=i == 0, TagSpecifications=spec("volume", tags),
        )["VolumeId"]
        arn = p.made(p.arn("ec2", f"volume/{volume}"), "AWS::EC2::Volume", tags)
        snapshot = ec2.create_snapshot(VolumeId=volume, Description="before the move")["SnapshotId"]
        p.made(p.arn("ec2", f"snapshot/{snapshot}"), "AWS::EC2::Snapshot", volume=arn)
    before = {s["SnapshotId"] for s in ec2.describe_snapshots(OwnerIds=[p.account])["Snapshots"]}
    image = ec2.create_image(InstanceId=instance, Name="golden")["ImageId"]
    p.made(p.arn("ec2", f"image/{image}"), "AWS::EC2::Image")
    for snapshot in ec2.describe_snapshots(OwnerIds=[p.account])["Snapshots"]:
        if snapshot["SnapshotId"] not in before:
            p.made(p.arn("ec2", f"snapshot/{snapshot['SnapshotId']}"), "AWS::EC2::Snapshot")


def databases(p: Place, vpc: str, subnets: list[str], groups: list[str]) -> None:
    """RDS and DynamoDB."""
    rds = p.client("rds")
    rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=subnets)
    group = p.made(p.arn("rds", "subgrp:private"), "AWS::RDS::DBSubnetGroup", subnet=p.arn("ec2", f"subnet/{subnets[0]}"))
    for i, (name, engine) in enumerate([("orders", "postgres"), ("legacy-shop", "mysql"), ("reports", "postgres")]):
        tags = tags_for(i, name)
        rds.create_db_instance(
            DBInstanceIdentifier=name, Engine=engine, DBInstanceClass="db.m5.large", AllocatedStorage=50, MasterUsername="admin",
            MasterUserPassword="not-a-secret-1", DBSubnetGroupName="private", VpcSecurityGroupIds=[groups[1]],
            PubliclyAccessible=i == 1, StorageEncrypted=i != 1, Tags=pairs(tags),
        )
        p.made(
            p.arn("rds", f"db:{name}"), "AWS::RDS::DBInstance", tags,
            **{"subnet-group": group, "security-group": p.arn("ec2", f"security-group/{groups[1]}")},
        )
    tags = {"Environment": "prod"}
    rds.create_db_cluster(
        DBClusterIdentifier="ledger", Engine="aurora-postgresql", MasterUsername="admin", MasterUserPassword="not-a-secret-1", Tags=pairs(tags),
    )
    cluster = p.made(p.arn("rds", "cluster:ledger"), "AWS::RDS::DBCluster", tags)
    rds.create_db_instance(DBInstanceIdentifier="ledger-1", DBInstanceClass="db.r6g.large", Engine="aurora-postgresql", DBClusterIdentifier="ledger")
    p.made(p.arn("rds", "db:ledger-1"), "AWS::RDS::DBInstance", cluster=cluster)
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="orders-before-upgrade")
    p.made(
        p.arn("rds", "snapshot:orders-before-upgrade"), "AWS::RDS::DBSnapshot",
        **{"snapshot-of": p.arn("rds", "db:orders")},
    )
    rds.create_db_cluster_snapshot(DBClusterIdentifier="ledger", DBClusterSnapshotIdentifier="ledger-weekly")
    p.made(p.arn("rds", "cluster-snapshot:ledger-weekly"), "AWS::RDS::DBClusterSnapshot", **{"snapshot-of": cluster})

    dynamodb = p.client("dynamodb")
    for i, name in enumerate(["Sessions", "carts", "audit_log", "feature-flags"]):
        tags = tags_for(i + 2, name)
        dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], **({"Tags": pairs(tags)} if tags else {}),
        )
        p.made(p.arn("dynamodb", f"table/{name}"), "AWS::DynamoDB::Table", tags)


def functions(p: Place, role: str, subnets: list[str], groups: list[str]) -> None:
    """Lambda functions; their environment holds what must never be kept."""
    client = p.client("lambda")
    for i, name in enumerate(["thumbnailer", "order-events", "nightly-report", "auth_hook"]):
        tags = tags_for(i + 1, name)
        extra = {"VpcConfig": {"SubnetIds": [subnets[0]], "SecurityGroupIds": [groups[0]]}} if i == 1 else {}
        client.create_function(
            FunctionName=name, Runtime=["python3.12", "nodejs16.x", "python3.8", "nodejs20.x"][i], Role=role, Handler="app.handler",
            Code={"ZipFile": b"none"}, Environment={"Variables": {"DB_PASSWORD": "hunter2-in-the-environment"}}, Tags=tags, **extra,
        )
        related = {"role": role}
        if i == 1:
            related["subnet"] = p.arn("ec2", f"subnet/{subnets[0]}")
        p.made(p.arn("lambda", f"function:{name}"), "AWS::Lambda::Function", tags, **related)


def buckets(p: Place) -> None:
    s3 = p.client("s3")
    where = {} if p.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": p.region}}
    for i, name in enumerate(["logs", "assets", "backups", "scratch"]):
        bucket = f"{p.account[:4]}-{p.region}-{name}"
        s3.create_bucket(Bucket=bucket, **where)
        tags = tags_for(i + 2, bucket)
        if tags:
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": pairs(tags)})
        if i == 0:
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={
                k: True for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            })
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
            s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}],
            })
        p.made(f"arn:aws:s3:::{bucket}", "AWS::S3::Bucket", tags)


def whatever_else(p: Place) -> None:
    """Tagged resources of services without a collector of their own."""
    tags = {"Team": "platform", "env": "prod"}
    sqs, sns, kms = p.client("sqs"), p.client("sns"), p.client("kms")
    for name in ["jobs", "jobs-dead"]:
        sqs.create_queue(QueueName=name, tags=tags)
        p.made(p.arn("sqs", name), "AWS::SQS::Queue", tags)
    for name in ["alerts", "orders"]:
        p.made(sns.create_topic(Name=name, Tags=pairs(tags))["TopicArn"], "AWS::SNS::Topic", tags)
    key = kms.create_key(Tags=pairs(tags, "TagKey", "TagValue"))["KeyMetadata"]["Arn"]
    p.made(key, "AWS::KMS::Key", tags)
    secret = p.client("secretsmanager").create_secret(Name="prod/db", SecretString="not-a-secret-2", Tags=pairs(tags))["ARN"]
    p.made(secret, "AWS::SecretsManager::Secret", tags)
    p.client("logs").create_log_group(logGroupName="/app/web", tags=tags)
    p.made(p.arn("logs", "log-group:/app/web"), "AWS::Logs::LogGroup", tags)
    machine = p.client("stepfunctions").create_state_machine(
        name="checkout", definition='{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
        roleArn=f"arn:aws:iam::{p.account}:role/app", tags=pairs(tags, "key", "value"),
    )["stateMachineArn"]
    p.made(machine, "AWS::StepFunctions::StateMachine", tags)


def fill(p: Place, role: str, every: bool) -> None:
    """Make the resources of a region."""
    vpc, subnets, groups = network(p)
    machines(p, vpc, subnets, groups)
    databases(p, vpc, subnets, groups)
    functions(p, role, subnets, groups)
    buckets(p)
    whatever_else(p)
    if every:
        at = seed_services(p, vpc, subnets, groups, role)
        if p.region == REGIONS[0]:
            seed_global(p, at)


def account(number: str, keys: dict[str, str], threads: ThreadPoolExecutor) -> tuple[list[Place], list]:
    """Make what regions share, and begin to fill these: the places, and what is still under way."""
    places = [Place(number, region, keys) for region in REGIONS]
    home = places[0]
    trust = [{"Effect": "Allow", "Principal": {"Service": f"{s}.amazonaws.com"}, "Action": "sts:AssumeRole"} for s in ("codepipeline", "lambda")]
    role = home.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps({"Statement": trust}))["Role"]["Arn"]
    home.made(role, "AWS::IAM::Role", region="global")
    if ALL or number == FIRST:
        seed_account(home, role)
    return places, [threads.submit(fill, p, role, ALL or p is home and number == FIRST) for p in places]


def main() -> None:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    lent = Place(FIRST, REGIONS[0], keys).client("sts").assume_role(RoleArn=ROLE, RoleSessionName="seed")["Credentials"]
    others = {
        "aws_access_key_id": lent["AccessKeyId"], "aws_secret_access_key": lent["SecretAccessKey"], "aws_session_token": lent["SessionToken"],
    }
    with ThreadPoolExecutor(max_workers=3) as threads:
        begun = [account(FIRST, keys, threads), account(SECOND, others, threads)]
    for _, under_way in begun:
        for one in under_way:
            one.result()
    json.dump({"resources": [m for places, _ in begun for p in places for m in p.resources]}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
