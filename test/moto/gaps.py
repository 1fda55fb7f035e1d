"""Answers for calls that moto does not have.

They are constructed from the service models (botocore/data): the shapes are the services' own, the values are made up, and the same in each
account and region but for its own ARNs. The tests say which collectors rest on them.
"""

import io
import json
import re
from functools import cache

from moto.iam.models import get_account_id_from


def app(account: str, region: str) -> str:
    return f"arn:aws:apprunner:{region}:{account}:service/landing/8fe1e10304f84fd2b0df550fe98a71fa"


def addon(account: str, region: str) -> str:
    return f"arn:aws:eks:{region}:{account}:addon/platform/vpc-cni/0ec3c4a1-0000-0000-0000-000000000000"


@cache
def answers(account: str, region: str) -> list[tuple[str, dict]]:
    """The operation's target, or its method and path, and what it answers in a place."""
    role = f"arn:aws:iam::{account}:role/app"
    summary = {
        "ServiceName": "landing", "ServiceId": app(account, region).rsplit("/", 1)[1], "ServiceArn": app(account, region),
        "ServiceUrl": f"x.{region}.awsapprunner.com", "CreatedAt": 1600000000.0, "UpdatedAt": 1700000000.0, "Status": "RUNNING",
    }
    service = {**summary, "SourceConfiguration": {"ImageRepository": {
        "ImageIdentifier": f"{account}.dkr.ecr.{region}.amazonaws.com/shop/web:1", "ImageRepositoryType": "ECR",
        "ImageConfiguration": {"RuntimeEnvironmentVariables": {"DB_PASSWORD": "hunter2-in-the-environment"}},
    }, "AuthenticationConfiguration": {"AccessRoleArn": role}}, "InstanceConfiguration": {"Cpu": "1024", "Memory": "2048", "InstanceRoleArn": role},
        "NetworkConfiguration": {"EgressConfiguration": {"EgressType": "DEFAULT"}, "IngressConfiguration": {"IsPubliclyAccessible": True}},
        "AutoScalingConfigurationSummary": {}}
    pipeline = {"name": "web", "roleArn": role, "artifactStore": {"type": "S3", "location": f"{account[:4]}-{region}-logs"}, "version": 1, "stages": [
        {"name": "Source", "actions": [{
            "name": "s", "actionTypeId": {"version": "1", "owner": "ThirdParty", "category": "Source", "provider": "GitHub"},
            "configuration": {"Owner": "shop", "OAuthToken": "not-a-secret-12"},
        }]},
        {"name": "Build", "actions": [{
            "name": "b", "actionTypeId": {"version": "1", "owner": "AWS", "category": "Build", "provider": "CodeBuild"}, "configuration": {"ProjectName": "web"},
        }]},
    ]}
    return [
        ("AppRunner.ListServices", {"ServiceSummaryList": [summary]}),
        ("AppRunner.DescribeService", {"Service": service}),
        ("AppRunner.ListTagsForResource", {"Tags": [{"Key": "Team", "Value": "platform"}]}),
        # moto has pipelines, and lists them with times that the service's protocol does not know.
        ("CodePipeline_20150709.ListPipelines", {"pipelines": [{"name": "web", "version": 1, "created": 1700000000.0}]}),
        ("CodePipeline_20150709.GetPipeline", {"pipeline": pipeline}),
        ("AWSWAF_20190729.ListResourcesForWebACL", {"ResourceArns": [f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/shop/1"]}),
        ("AWSCognitoIdentityService.GetIdentityPoolRoles", {"Roles": {"authenticated": role}}),
        # moto wants a slash at the end, which not every SDK sends.
        (r"GET /tags/arn:aws:backup:.*", {"Tags": {"Team": "platform", "env": "prod"}}),
        (r"GET /backup/plans/[^/]+/selections/?", {"BackupSelectionsList": [{"SelectionName": "tagged", "IamRoleArn": role}]}),
        (r"GET /clusters/[^/]+/addons", {"addons": ["vpc-cni"]}),
        (r"GET /clusters/[^/]+/addons/vpc-cni", {"addon": {
            "addonName": "vpc-cni", "clusterName": "platform", "status": "ACTIVE", "addonVersion": "v1.18.1-eksbuild.1", "serviceAccountRoleArn": role,
            "addonArn": addon(account, region), "tags": {"Team": "platform"}, "configurationValues": '{"password":"not-a-secret-14"}',
        }}),
        (r"GET /v1/apis/[^/]+/datasources", {"dataSources": [
            {"name": "thumbnails", "type": "AWS_LAMBDA", "serviceRoleArn": role, "lambdaConfig": {
                "lambdaFunctionArn": f"arn:aws:lambda:{region}:{account}:function:thumbnailer",
            }},
        ]}),
    ]


SIGNED = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")


def cached(account: str, region: str, body: bytes) -> str:
    """moto's ElastiCache has no parameter groups, and refuses to tell their tags. Empty: the call is another."""
    def response(call: str, result: str) -> str:
        return f'<{call}Response xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><{call}Result>{result}</{call}Result></{call}Response>'

    if b"Action=DescribeCacheParameterGroups&" in body:
        return response("DescribeCacheParameterGroups", "<CacheParameterGroups>" + "".join(
            f"<CacheParameterGroup><CacheParameterGroupName>{name}</CacheParameterGroupName><CacheParameterGroupFamily>redis7</CacheParameterGroupFamily>"
            f"<IsGlobal>false</IsGlobal><ARN>arn:aws:elasticache:{region}:{account}:parametergroup:{name}</ARN></CacheParameterGroup>"
            for name in ("tuned", "default.redis7")
        ) + "</CacheParameterGroups>")
    if b"Action=ListTagsForResource&" in body and b"parametergroup" in body:
        return response("ListTagsForResource", "<TagList><Tag><Key>Team</Key><Value>platform</Value></Tag></TagList>")
    return ""


def settled(answer: bytes) -> bytes:
    """moto has Athena's workgroups, and says that each was made just now."""
    found = json.loads(answer)
    for group in found.get("WorkGroups", []):
        group["CreationTime"] = 1600000000.0
    return json.dumps(found).encode()


def mended(app, environ, start_response, mend):
    """What the WSGI application answers, with its body changed."""
    began = []
    body = mend(b"".join(app(environ, lambda *args: began.append(args))))
    status, headers = began[0][:2]
    start_response(status, [h for h in headers if h[0].lower() != "content-length"] + [("Content-Length", str(len(body)))])
    return [body]


def fill(serve):
    """Wrap a WSGI application: answer what is in the table, and leave all else to it."""
    def filled(self, environ, start_response):
        call = environ.get("HTTP_X_AMZ_TARGET") or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        signed = SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
        if call == "AmazonAthena.ListWorkGroups":
            return mended(lambda *args: serve(self, *args), environ, start_response, settled)
        if signed and signed[3] == "elasticache":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            if answer := cached(get_account_id_from(signed[1]), signed[2], body):
                start_response("200 OK", [("Content-Type", "text/xml")])
                return [answer.encode()]
        elif signed:
            for pattern, answer in answers(get_account_id_from(signed[1]), signed[2]):
                if re.fullmatch(pattern, call):
                    start_response("200 OK", [("Content-Type", "application/json")])
                    return [json.dumps(answer).encode()]
        return serve(self, environ, start_response)
    return filled
