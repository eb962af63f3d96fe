"""The door for Okta's Event Hook: a regional REST API in front of the function `hook`."""

import json

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.resources.alarms import PERIOD, Alarms, Bell
from infra.resources.grants import acknowledge
from infra.resources.worker import LOG_RETENTION

STAGE = "live"
PATH = "okta/events"

REQUESTS_PER_SECOND = 500
"""Okta Developer, "Event hooks": at most 400,000 events in 24 hours, five a second, but they come when they
happen: a mass deactivation is thousands at once. What is refused here Okta sends once more and then gives up,
so this is far above what the hook is seen to take from 20 deliveries at a time (benchmarks/bench_hook.py).
Strangers get the answer 401 within milliseconds: at this rate they keep a handful of instances busy."""

BURST = 1000
"""Deliveries taken at once before the rate counts; Lambda starts at most 1,000 instances in 10 seconds."""

ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "source": "$context.identity.sourceIp",
    "milliseconds": "$context.responseLatency",
    "integration": "$context.integration.status",
    "refusedAs": "$context.error.responseType",
}
"""No body and no header: they hold people's names and the secret."""


class HookApi(Construct):
    """GET and POST /okta/events → function.

    Bodies are not validated here: the gateway would answer 400, which Okta never retries, and the event
    would be lost for ever. The function reads the body and says what is wrong with it.

    There is no resource policy on source addresses: Okta's ranges differ by cell and change, and a request
    refused with 403 is lost as well. The secret in the Authorization header is the authentication. Who wants
    AWS WAF before it associates a web ACL with `stage_arn` (output HookStageArn), in count mode first.
    """

    def __init__(self, scope: Construct, id_: str, function: lambda_.Function, alarms: Alarms) -> None:
        super().__init__(scope, id_)
        self.api = self._api()
        # The output that every RestApi brings has no stable name; HookUrl says it.
        self.api.node.try_remove_child("Endpoint")
        self._route(function)
        self._answers()
        self._explain()
        bell = Bell(
            "hook-5xx", 0, "The hook answered Okta with a server error; Okta retries only once.", "hook.md"
        )
        alarms.ring(bell, self.api.metric_server_error(period=PERIOD, statistic="sum"))
        self._outputs()

    @property
    def stage_arn(self) -> str:
        """What AWS WAF associates a web ACL with."""
        return self.api.deployment_stage.stage_arn

    def _api(self) -> apigateway.RestApi:
        log = logs.LogGroup(
            self,
            "AccessLog",
            log_group_name="/aws/apigateway/ostiary-hook",
            retention=LOG_RETENTION,
            removal_policy=RemovalPolicy.DESTROY,
        )
        return apigateway.RestApi(
            self,
            "Api",
            rest_api_name="ostiary-hook",
            description="Okta Event Hook",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # The role with which API Gateway writes logs is one setting for the whole account and Region.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=REQUESTS_PER_SECOND,
                throttling_burst_limit=BURST,
                tracing_enabled=True,
                metrics_enabled=True,
                access_log_destination=apigateway.LogGroupLogDestination(log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
            ),
        )

    def _route(self, function: lambda_.Function) -> None:
        validator = self.api.add_request_validator(
            "Headers",
            request_validator_name="headers",
            validate_request_parameters=True,
            validate_request_body=False,
        )
        resource = self.api.root.resource_for_path(PATH)
        for method in ("GET", "POST"):
            resource.add_method(
                method,
                apigateway.LambdaIntegration(function, proxy=True, allow_test_invoke=False),
                request_parameters={"method.request.header.Authorization": True},
                request_validator=validator,
            )

    def _answers(self) -> None:
        """API Gateway Developer Guide, "Gateway response types", bent to Okta's contract."""
        self.api.add_gateway_response(
            "NoSecret",
            type=apigateway.ResponseType.BAD_REQUEST_PARAMETERS,
            status_code="401",
            templates={"application/json": '{"message":"the Authorization header is missing"}'},
        )
        # Okta Developer, "Event hooks": a 4xx is never retried, a 5xx once. API Gateway's own 429 would lose
        # the event; with 503 Okta comes again.
        self.api.add_gateway_response(
            "Throttled",
            type=apigateway.ResponseType.THROTTLED,
            status_code="503",
            templates={"application/json": '{"message":"too many requests, send it again"}'},
        )

    def _explain(self) -> None:
        acknowledge(
            self.api,
            {
                "AwsSolutions-APIG2": "A body refused here is an event lost: the function checks it.",
                "AwsSolutions-APIG3": "WAF is the operator's choice (output HookStageArn): what it blocks, "
                "Okta never sends again.",
                "AwsSolutions-APIG4": "Okta Event Hooks send a static header and nothing else; the function "
                "compares it with the secret.",
                "AwsSolutions-APIG6": "Execution logs would hold request headers and bodies: the secret and "
                "people's names. Access logs are on.",
                "AwsSolutions-COG4": "The caller is Okta, not a person who could sign in to Cognito.",
                "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AmazonAPIGatewayPushToCloudWatchLogs]": "The account-wide role of API Gateway for logs, as "
                "AWS's guide prescribes it.",
            },
        )

    def _outputs(self) -> None:
        values = {
            "HookUrl": self.api.url_for_path(f"/{PATH}"),
            "HookApiId": self.api.rest_api_id,
            "HookStage": STAGE,
            "HookStageArn": self.stage_arn,
        }
        for name, value in values.items():
            CfnOutput(self, name, value=value).override_logical_id(name)
