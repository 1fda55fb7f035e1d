"""Make resources, or change what was made, in two accounts and three regions.

usage: change.py ENDPOINT make|change

"change" prints JSON: {"changes": [{"arn", "kind", "fields"}]}, what a scan must see and nothing else: kind is added, changed or
removed; fields holds, for what was changed, each field's value before and after. "?" stands for a value that the server chooses.
"""

import io
import json
import sys
import zipfile

import botocore.session

ENDPOINT, STEP = sys.argv[1:3]
FIRST, SECOND = "123456789012", "444455556666"
TRUST = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Service": s}, "Action": "sts:AssumeRole"} for s in ("lambda.amazonaws.com", "ec2.amazonaws.com")]})
CHANGES: list[dict] = []
ANY = "?"
SESSION = botocore.session.Session()  # one, as it reads the description of each service once


def pairs(tags: dict, key: str = "Key", value: str = "Value") -> list[dict]:
    return [{key: k, value: v} for k, v in tags.items()]


class Place:
    def __init__(self, account: str, region: str, keys: dict):
        self.account, self.region = account, region
        self._keys, self._clients = keys, {}

    def client(self, service: str):
        if service not in self._clients:
            self._clients[service] = SESSION.create_client(service, region_name=self.region, endpoint_url=ENDPOINT, **self._keys)
        return self._clients[service]

    def arn(self, service: str, resource: str) -> str:
        region = "" if service in ("iam", "s3") else self.region
        return f"arn:aws:{service}:{region}:{'' if service == 's3' else self.account}:{resource}"

    def added(self, *arns: str) -> None:
        CHANGES.extend({"arn": a, "kind": "added", "fields": {}} for a in arns)

    def removed(self, *arns: str) -> None:
        CHANGES.extend({"arn": a, "kind": "removed", "fields": {}} for a in arns)

    def changed(self, arn: str, **fields) -> None:
        """Attributes by their names; what is not one, with its prefix in fields of "other"."""
        other = fields.pop("other", {})
        CHANGES.append({"arn": arn, "kind": "changed", "fields": {**{f"attributes.{k}": v for k, v in fields.items()}, **other}})


def retagged(**tags) -> dict:
    return {f"tags.{k}": v for k, v in tags.items()}


# What each service is like before and after. Names are the same everywhere, so that one place's change must not be taken for another's.

def queues(p: Place, step: str) -> None:
    sqs = p.client("sqs")
    if step == "make":
        for name in ("work", "gone", "dead", "same"):
            sqs.create_queue(QueueName=name, tags={"Team": "search", "env": "dev"})
        return
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    dead = p.arn("sqs", "dead")
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 3})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "90", "RedrivePolicy": policy})
    odd = {"\N{LABEL} \N{HEBREW LETTER SHIN}\N{HEBREW LETTER FINAL MEM}": "\N{PALM TREE}" * 256}  # as long as AWS allows, from both sides
    sqs.tag_queue(QueueUrl=url, Tags={"env": "prod", "cost": "42", **odd})
    sqs.untag_queue(QueueUrl=url, TagKeys=["Team"])
    p.changed(
        p.arn("sqs", "work"), VisibilityTimeout=["30", "90"], RedrivePolicy=[None, ANY], LastModifiedTimestamp=ANY,
        other={**retagged(env=["dev", "prod"], cost=[None, "42"], Team=["search", None], **{k: [None, v] for k, v in odd.items()}), "related": [None, [{"kind": "dead-letter", "target": dead}]]},
    )
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="gone")["QueueUrl"])
    p.removed(p.arn("sqs", "gone"))
    sqs.create_queue(QueueName="new")
    p.added(p.arn("sqs", "new"))


def topics(p: Place, step: str) -> None:
    sns = p.client("sns")
    if step == "make":
        for name in ("work", "gone"):
            sns.create_topic(Name=name, Tags=pairs({"env": "dev"}))
        return
    arn = p.arn("sns", "work")
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="Work")
    sns.tag_resource(ResourceArn=arn, Tags=pairs({"env": "test"}))
    p.changed(arn, DisplayName=[None, "Work"], other=retagged(env=["dev", "test"]))
    made = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=p.arn("sqs", "same"), ReturnSubscriptionArn=True)["SubscriptionArn"]
    p.added(made)
    sns.delete_topic(TopicArn=p.arn("sns", "gone"))
    p.removed(p.arn("sns", "gone"))


def machines(p: Place, step: str) -> None:
    ec2 = p.client("ec2")
    if step == "make":
        for name in ("work", "gone", "same"):
            ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, InstanceType="t3.micro", TagSpecifications=[{"ResourceType": "instance", "Tags": pairs({"Name": name})}])
        ec2.create_security_group(GroupName="work", Description="work")
        ec2.create_volume(AvailabilityZone=f"{p.region}a", Size=10, TagSpecifications=[{"ResourceType": "volume", "Tags": pairs({"Name": "loose"})}])
        return
    found = {t["Value"]: i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"] for t in i["Tags"]}
    work, gone = found["work"], found["gone"]
    ec2.stop_instances(InstanceIds=[work["InstanceId"]])
    ec2.modify_instance_attribute(InstanceId=work["InstanceId"], InstanceType={"Value": "m5.large"})
    ec2.create_tags(Resources=[work["InstanceId"]], Tags=pairs({"Name": "renamed", "Team": "payments"}))
    p.changed(
        p.arn("ec2", f"instance/{work['InstanceId']}"), InstanceType=["t3.micro", "m5.large"], State=["running", "stopped"],
        StateReason=ANY, StateTransitionReason=ANY, PublicIpAddress=[ANY, None], PublicDnsName=[ANY, None], NetworkInterfaces=ANY, other={**retagged(Name=["work", "renamed"], Team=[None, "payments"]), "name": ["work", "renamed"]},
    )
    for eni in work["NetworkInterfaces"]:
        p.changed(p.arn("ec2", f"network-interface/{eni['NetworkInterfaceId']}"), Association=ANY)
    ec2.terminate_instances(InstanceIds=[gone["InstanceId"]])
    p.removed(
        p.arn("ec2", f"instance/{gone['InstanceId']}"), *(p.arn("ec2", f"volume/{d['Ebs']['VolumeId']}") for d in gone["BlockDeviceMappings"]),
    )
    for eni in gone["NetworkInterfaces"]:  # which moto keeps
        p.changed(p.arn("ec2", f"network-interface/{eni['NetworkInterfaceId']}"), Association=ANY)
    group = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["work"]}])["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    p.changed(p.arn("ec2", f"security-group/{group}"), IpPermissions=[None, ANY], IngressFromAnywhere=[False, True], PortsFromAnywhere=[None, ["22/tcp"]])
    loose = ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": ["loose"]}])["Volumes"][0]["VolumeId"]
    ec2.attach_volume(VolumeId=loose, InstanceId=found["same"]["InstanceId"], Device="/dev/sdf")
    same = p.arn("ec2", f"instance/{found['same']['InstanceId']}")
    p.changed(
        p.arn("ec2", f"volume/{loose}"), State=["available", "in-use"], Attached=[False, True], Attachments=[None, ANY],
        other={"related": [None, [{"kind": "attached-to", "target": same}]]},
    )
    p.changed(same, BlockDeviceMappings=ANY, other={"related": ANY})


def functions(p: Place, step: str) -> None:
    client, arn = p.client("lambda"), p.arn("lambda", "function:work")
    if step == "make":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as z:
            z.writestr("handler.py", "def handle(event, context): pass")
        for name in ("work", "gone"):
            client.create_function(
                FunctionName=name, Runtime="python3.11", Role=f"arn:aws:iam::{p.account}:role/work", Handler="handler.handle", Code={"ZipFile": packed.getvalue()}, Tags={"env": "dev"},
            )
        return
    client.update_function_configuration(FunctionName="work", MemorySize=512, Runtime="python3.12", Environment={"Variables": {"TOKEN": "not-a-secret"}})
    client.tag_resource(Resource=arn, Tags={"env": "prod"})
    p.changed(arn, MemorySize=[128, 512], Runtime=["python3.11", "python3.12"], other=retagged(env=["dev", "prod"]))
    client.delete_function(FunctionName="gone")
    p.removed(p.arn("lambda", "function:gone"))


def tables(p: Place, step: str) -> None:
    client, arn = p.client("dynamodb"), p.arn("dynamodb", "table/work")
    if step == "make":
        for name in ("work", "gone"):
            client.create_table(
                TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], Tags=pairs({"env": "dev"}),
            )
        return
    client.update_continuous_backups(TableName="work", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    client.update_table(TableName="work", DeletionProtectionEnabled=True)
    client.untag_resource(ResourceArn=arn, TagKeys=["env"])
    p.changed(arn, PointInTimeRecovery=[False, True], DeletionProtectionEnabled=[False, True], other=retagged(env=["dev", None]))
    client.delete_table(TableName="gone")
    p.removed(p.arn("dynamodb", "table/gone"))


def databases(p: Place, step: str) -> None:
    rds, arn = p.client("rds"), p.arn("rds", "db:work")
    if step == "make":
        for name in ("work", "gone"):
            rds.create_db_instance(
                DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20, MasterUsername="admin", MasterUserPassword="not-a-secret",
                Tags=pairs({"env": "dev"}),
            )
        return
    rds.modify_db_instance(DBInstanceIdentifier="work", DBInstanceClass="db.m5.large", MultiAZ=True, ApplyImmediately=True)
    rds.add_tags_to_resource(ResourceName=arn, Tags=pairs({"env": "prod"}))
    p.changed(arn, DBInstanceClass=["db.t3.micro", "db.m5.large"], MultiAZ=[False, True], other=retagged(env=["dev", "prod"]))
    rds.create_db_snapshot(DBInstanceIdentifier="work", DBSnapshotIdentifier="before")
    p.added(p.arn("rds", "snapshot:before"))
    automated = rds.describe_db_snapshots(DBInstanceIdentifier="gone")["DBSnapshots"]
    rds.delete_db_instance(DBInstanceIdentifier="gone", SkipFinalSnapshot=True)
    p.removed(p.arn("rds", "db:gone"), *(s["DBSnapshotArn"] for s in automated))


def buckets(p: Place, step: str) -> None:
    s3, name = p.client("s3"), f"{p.account[:4]}-{p.region}-work"
    where = {} if p.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": p.region}}
    if step == "make":
        for bucket in (name, name + "-gone"):
            s3.create_bucket(Bucket=bucket, **where)
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": pairs({"env": "dev"})})
        return
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={k: True for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs({"env": "dev", "owner": "mira"})})
    p.changed(p.arn("s3", name), Versioning=["Disabled", "Enabled"], PublicAccessBlock=[False, True], PublicAccessBlockConfiguration=[None, ANY], other=retagged(owner=[None, "mira"]))
    s3.delete_bucket(Bucket=name + "-gone")
    p.removed(p.arn("s3", name + "-gone"))


def little(p: Place, step: str) -> None:
    """Log groups, secrets, parameters, alarms, rules, keys, repositories and streams."""
    logs, secrets, ssm, alarms, events, kms = (p.client(s) for s in ("logs", "secretsmanager", "ssm", "cloudwatch", "events", "kms"))
    alarm = {
        "AlarmName": "work", "Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Period": 60,
        "Statistic": "Sum",
    }
    if step == "make":
        logs.create_log_group(logGroupName="/work", tags={"env": "dev"})
        secrets.create_secret(Name="work", SecretString="not-a-secret", Tags=pairs({"env": "dev"}))
        ssm.put_parameter(Name="/work", Value="not-a-secret", Type="String", Tags=pairs({"env": "dev"}))
        alarms.put_metric_alarm(Threshold=1.0, **alarm)
        events.put_rule(Name="work", EventPattern='{"source":["shop"]}')
        kms.create_alias(AliasName="alias/work", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        p.client("ecr").create_repository(repositoryName="work")
        p.client("kinesis").create_stream(StreamName="work", ShardCount=1)
        return
    logs.put_retention_policy(logGroupName="/work", retentionInDays=14)
    p.changed(p.arn("logs", "log-group:/work"), RetentionInDays=[None, 14])
    secret = secrets.describe_secret(SecretId="work")["ARN"]
    secrets.tag_resource(SecretId="work", Tags=pairs({"env": "prod"}))
    p.changed(secret, other=retagged(env=["dev", "prod"]))
    ssm.put_parameter(Name="/work", Value="not-a-secret-either", Type="String", Overwrite=True)
    p.changed(p.arn("ssm", "parameter/work"), Version=[1, 2], LastModifiedDate=ANY)
    alarms.put_metric_alarm(Threshold=5.0, **alarm)
    p.changed(p.arn("cloudwatch", "alarm:work"), Threshold=[1.0, 5.0], AlarmConfigurationUpdatedTimestamp=ANY)
    events.disable_rule(Name="work")
    p.changed(p.arn("events", "rule/work"), State=["ENABLED", "DISABLED"])
    key = kms.describe_key(KeyId="alias/work")["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=key)
    p.changed(key, KeyRotationEnabled=[False, True])
    p.client("ecr").delete_repository(repositoryName="work", force=True)
    p.removed(p.arn("ecr", "repository/work"))
    p.client("kinesis").increase_stream_retention_period(StreamName="work", RetentionPeriodHours=48)
    p.changed(p.arn("kinesis", "stream/work"), RetentionPeriodHours=[24, 48])


def roles(p: Place, step: str) -> None:
    iam = p.client("iam")
    arn, policy = p.arn("iam", "role/work"), p.arn("iam", "policy/read")
    if step == "make":
        for name in ("work", "gone"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Tags=pairs({"env": "dev"}))
        iam.create_policy(PolicyName="read", PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}')
        return
    iam.attach_role_policy(RoleName="work", PolicyArn=policy)
    iam.update_role(RoleName="work", Description="works", MaxSessionDuration=7200)
    iam.tag_role(RoleName="work", Tags=pairs({"env": "prod"}))
    p.changed(
        arn, Description=[None, "works"], MaxSessionDuration=[3600, 7200],
        other={**retagged(env=["dev", "prod"]), "related": [None, [{"kind": "policy", "target": policy}]]},
    )
    p.changed(policy, AttachmentCount=[0, 1])
    iam.delete_role(RoleName="gone")
    p.removed(p.arn("iam", "role/gone"))
    iam.create_user(UserName="mira")
    p.added(p.arn("iam", "user/mira"))


def main() -> None:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    sts = Place(FIRST, "us-east-1", keys).client("sts")
    lent = sts.assume_role(RoleArn=f"arn:aws:iam::{SECOND}:role/CloudOpsInventory", RoleSessionName="change")["Credentials"]
    others = {"aws_access_key_id": lent["AccessKeyId"], "aws_secret_access_key": lent["SecretAccessKey"], "aws_session_token": lent["SessionToken"]}
    # All services change somewhere, in both accounts and each region some of them, and elsewhere nothing does.
    everywhere = [roles, machines, functions, tables, databases, buckets, queues, topics, little]
    for account, keyed in ((FIRST, keys), (SECOND, others)):
        for n, region in enumerate(["us-east-1", "eu-west-1", "ap-southeast-2"]):
            p = Place(account, region, keyed)
            for i, service in enumerate(everywhere):
                if service is roles and n > 0:
                    continue
                if STEP == "make" or service is roles or i % 3 == n or account == FIRST and n == 0:
                    service(p, STEP)
    json.dump({"changes": CHANGES}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
