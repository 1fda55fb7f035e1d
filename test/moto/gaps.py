"""Answers for calls that moto does not have.

They are constructed from the service models (botocore/data): the shapes are the services' own, the values are made up. The tests
say which collectors rest on them.
"""

import json
import re

ACCOUNT, REGION = "123456789012", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:thumbnailer"
APP = f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/landing/8fe1e10304f84fd2b0df550fe98a71fa"
ADDON = f"arn:aws:eks:{REGION}:{ACCOUNT}:addon/platform/vpc-cni/0ec3c4a1-0000-0000-0000-000000000000"
SUMMARY = {
    "ServiceName": "landing", "ServiceId": APP.rsplit("/", 1)[1], "ServiceArn": APP, "ServiceUrl": "x.us-east-1.awsapprunner.com",
    "CreatedAt": 1600000000.0, "UpdatedAt": 1700000000.0, "Status": "RUNNING",
}
SERVICE = {**SUMMARY, "SourceConfiguration": {"ImageRepository": {
    "ImageIdentifier": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web:1", "ImageRepositoryType": "ECR",
    "ImageConfiguration": {"RuntimeEnvironmentVariables": {"DB_PASSWORD": "hunter2-in-the-environment"}},
}, "AuthenticationConfiguration": {"AccessRoleArn": ROLE}}, "InstanceConfiguration": {"Cpu": "1024", "Memory": "2048", "InstanceRoleArn": ROLE},
    "NetworkConfiguration": {"EgressConfiguration": {"EgressType": "DEFAULT"}, "IngressConfiguration": {"IsPubliclyAccessible": True}},
    "AutoScalingConfigurationSummary": {}}

PIPELINE = {"name": "web", "roleArn": ROLE, "artifactStore": {"type": "S3", "location": f"{ACCOUNT[:4]}-{REGION}-logs"}, "version": 1, "stages": [
    {"name": "Source", "actions": [{
        "name": "s", "actionTypeId": {"version": "1", "owner": "ThirdParty", "category": "Source", "provider": "GitHub"},
        "configuration": {"Owner": "shop", "OAuthToken": "not-a-secret-12"},
    }]},
    {"name": "Build", "actions": [{
        "name": "b", "actionTypeId": {"version": "1", "owner": "AWS", "category": "Build", "provider": "CodeBuild"}, "configuration": {"ProjectName": "web"},
    }]},
]}


# The operation's target, or its method and path, and what it answers at home and elsewhere.
ANSWERS = [
    ("AppRunner.ListServices", {"ServiceSummaryList": [SUMMARY]}, {"ServiceSummaryList": []}),
    ("AppRunner.DescribeService", {"Service": SERVICE}, {}),
    ("AppRunner.ListTagsForResource", {"Tags": [{"Key": "Team", "Value": "platform"}]}, {"Tags": []}),
    # moto has pipelines, and lists them with times that the service's protocol does not know.
    ("CodePipeline_20150709.ListPipelines", {"pipelines": [{"name": "web", "version": 1, "created": 1700000000.0}]}, {"pipelines": []}),
    ("CodePipeline_20150709.GetPipeline", {"pipeline": PIPELINE}, {}),
    ("AWSWAF_20190729.ListResourcesForWebACL", {"ResourceArns": [f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/shop/1"]}, {"ResourceArns": []}),
    ("AWSCognitoIdentityService.GetIdentityPoolRoles", {"Roles": {"authenticated": ROLE}}, {}),
    # moto wants a slash at the end, which not every SDK sends.
    (r"GET /tags/arn:aws:backup:.*", {"Tags": {"Team": "platform", "env": "prod"}}, {"Tags": {}}),
    (r"GET /backup/plans/[^/]+/selections/?", {"BackupSelectionsList": [{"SelectionName": "tagged", "IamRoleArn": ROLE}]}, {"BackupSelectionsList": []}),
    (r"GET /clusters/[^/]+/addons", {"addons": ["vpc-cni"]}, {"addons": []}),
    (r"GET /clusters/[^/]+/addons/vpc-cni", {"addon": {
        "addonName": "vpc-cni", "clusterName": "platform", "status": "ACTIVE", "addonVersion": "v1.18.1-eksbuild.1", "serviceAccountRoleArn": ROLE,
        "addonArn": ADDON, "tags": {"Team": "platform"}, "configurationValues": '{"password":"not-a-secret-14"}',
    }}, {}),
    (r"GET /v1/apis/[^/]+/datasources", {"dataSources": [
        {"name": "thumbnails", "type": "AWS_LAMBDA", "serviceRoleArn": ROLE, "lambdaConfig": {"lambdaFunctionArn": FUNCTION}},
    ]}, {"dataSources": []}),
]


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
        signed = environ.get("HTTP_AUTHORIZATION", "")
        if call == "AmazonAthena.ListWorkGroups":
            return mended(lambda *args: serve(self, *args), environ, start_response, settled)
        for pattern, here, elsewhere in ANSWERS:
            if re.fullmatch(pattern, call):
                start_response("200 OK", [("Content-Type", "application/json")])
                return [json.dumps(here if f"/{REGION}/" in signed and "Credential=testing" in signed else elsewhere).encode()]
        return serve(self, environ, start_response)
    return filled
