"""Fill moto's backends with thousands of resources of the kinds that estates are mostly made of.

It works inside the server's own process, where a call costs no HTTP: serve.py calls it before it serves.
"""

import io
import json
import zipfile

import boto3
from moto import mock_aws

REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2"]
TEAMS = ["payments", "search", "platform", "identity"]
ENVS = ["prod", "staging", "dev"]
# How many of each there are among 10,000. An instance brings a disk and a network interface along.
SHARES = {
    "instance": 900, "volume": 500, "snapshot": 500, "group": 600, "queue": 600, "topic": 600, "logs": 900, "function": 600, "bucket": 300, "table": 300, "role": 500,
    "parameter": 900, "alarm": 600, "secret": 300, "rule": 300, "key": 200, "database": 150, "repository": 200,
}


def tags(i: int, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: k, value: v} for k, v in named(i).items()]


def named(i: int) -> dict[str, str]:
    return {"Team": TEAMS[i % 4], "env": ENVS[i % 3]} if i % 5 else {}


class Maker:
    """Makes the resources of one region; the i-th of a kind is the same each time."""

    def __init__(self, region: str, role: str):
        self.region, self.role = region, role
        self._clients: dict = {}
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as z:
            z.writestr("handler.py", "def handle(event, context): pass")
        self._code = packed.getvalue()

    def client(self, service: str):
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=self.region)
        return self._clients[service]

    def make(self, kind: str, count: int) -> None:
        if kind == "instance":
            while count > 0:
                self.instances(min(count, 50))
                count -= 50
            return
        for i in range(count):
            getattr(self, kind)(i)

    def instances(self, count: int) -> None:
        self.client("ec2").run_instances(
            ImageId="ami-12c6146b", MinCount=count, MaxCount=count, InstanceType=["t3.micro", "m5.large"][count % 2],
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "worker"}, *tags(count)]}],
        )

    def volume(self, i: int) -> None:
        spec = [{"ResourceType": "volume", "Tags": tags(i)}] if i % 5 else []
        self.client("ec2").create_volume(AvailabilityZone=f"{self.region}a", Size=10 + i, VolumeType="gp3", TagSpecifications=spec)

    def snapshot(self, i: int) -> None:
        if i == 0:
            self.disk = self.client("ec2").create_volume(AvailabilityZone=f"{self.region}a", Size=8)["VolumeId"]
        self.client("ec2").create_snapshot(VolumeId=self.disk, Description=f"of night {i}")

    def group(self, i: int) -> None:
        made = self.client("ec2").create_security_group(GroupName=f"service-{i}", Description="traffic")["GroupId"]
        self.client("ec2").authorize_security_group_ingress(GroupId=made, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        ])

    def queue(self, i: int) -> None:
        self.client("sqs").create_queue(QueueName=f"jobs-{i}", tags=named(i))

    def topic(self, i: int) -> None:
        self.client("sns").create_topic(Name=f"events-{i}", Tags=tags(i))

    def logs(self, i: int) -> None:
        self.client("logs").create_log_group(logGroupName=f"/service/{i}", **({"tags": named(i)} if i % 5 else {}))

    def function(self, i: int) -> None:
        self.client("lambda").create_function(
            FunctionName=f"handler-{i}", Runtime="python3.12", Role=self.role, Handler="handler.handle", Code={"ZipFile": self._code}, Tags=named(i),
        )

    def bucket(self, i: int) -> None:
        s3, name = self.client("s3"), f"data-{self.region}-{i}"
        s3.create_bucket(Bucket=name, **({} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}))
        if i % 5:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(i)})

    def table(self, i: int) -> None:
        self.client("dynamodb").create_table(
            TableName=f"table-{i}", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], Tags=tags(i),
        )

    def parameter(self, i: int) -> None:
        self.client("ssm").put_parameter(Name=f"/service/{i}/endpoint", Value="none", Type="String", Tags=tags(i))

    def alarm(self, i: int) -> None:
        self.client("cloudwatch").put_metric_alarm(
            AlarmName=f"alarm-{i}", Namespace="AWS/SQS", MetricName="NumberOfMessagesSent", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1,
            Period=60, Threshold=1.0, Statistic="Sum", Dimensions=[{"Name": "QueueName", "Value": f"jobs-{i}"}], Tags=tags(i),
        )

    def secret(self, i: int) -> None:
        self.client("secretsmanager").create_secret(Name=f"service/{i}", SecretString="none", Tags=tags(i))

    def rule(self, i: int) -> None:
        self.client("events").put_rule(Name=f"on-event-{i}", EventPattern='{"source":["shop"]}', Tags=tags(i))

    def key(self, i: int) -> None:
        self.client("kms").create_key(Description=f"of service {i}", Tags=tags(i, "TagKey", "TagValue"))

    def database(self, i: int) -> None:
        self.client("rds").create_db_instance(
            DBInstanceIdentifier=f"db-{i}", Engine="postgres", DBInstanceClass="db.m5.large", AllocatedStorage=20, MasterUsername="admin",
            MasterUserPassword="not-a-secret", Tags=tags(i),
        )

    def repository(self, i: int) -> None:
        self.client("ecr").create_repository(repositoryName=f"team/service-{i}", tags=tags(i))


def fill(count: int) -> None:
    """Make about count resources, a third of them in each region; roles belong to none."""
    trust = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    aws = mock_aws()
    aws.start(reset=False)
    try:
        iam = boto3.client("iam")
        role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for i in range(max(1, SHARES["role"] * count // 10_000)):
            iam.create_role(RoleName=f"service-{i}", AssumeRolePolicyDocument=trust, Tags=tags(i))
        for region in REGIONS:
            maker = Maker(region, role)
            for kind, share in SHARES.items():
                if kind != "role":
                    maker.make(kind, max(1, share * count // 30_000))
    finally:
        aws.stop(remove_data=False)
