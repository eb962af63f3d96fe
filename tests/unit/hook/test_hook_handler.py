"""The function as API Gateway calls it, and what it costs to start."""

import json
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from functions.hook import wiring
from functions.hook.handler import handle
from tests.unit.hook.conftest import SECRET, post, sample

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_SERVICE_NAME": "hook",
    "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
    "OSTIARY_BUS": "ostiary",
    "OSTIARY_HOOK_SECRET": "ostiary-hook",
}


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A deployed hook; what it puts on the bus under a consumed type arrives in this queue."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("secretsmanager").create_secret(Name="ostiary-hook", SecretString=SECRET)
        events, sqs = boto3.client("events"), boto3.client("sqs")
        events.create_event_bus(Name="ostiary")
        url = sqs.create_queue(QueueName="leavers")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = {"source": ["ostiary.okta"], "detail-type": ["user.lifecycle.deactivate"]}
        events.put_rule(Name="leavers", EventBusName="ostiary", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="leavers", EventBusName="ostiary", Targets=[{"Id": "q", "Arn": arn}])
        wiring.door.cache_clear()
        yield url
        wiring.door.cache_clear()


def test_a_delivery_arrives_in_the_queue_of_leavers(queue: str, capsys: pytest.CaptureFixture[str]) -> None:
    delivery = sample("hook-user-lifecycle-deactivate")
    assert handle(post(delivery), LambdaContext()) == {"statusCode": 204, "body": ""}
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"])["detail"] == delivery["data"]["events"][0]
    metric = json.loads(capsys.readouterr().out.splitlines()[0])
    assert metric["EventsAccepted"] == [1]


def test_a_wrong_secret_brings_nothing_on_the_bus(queue: str) -> None:
    answer = handle(post(sample("hook-suspend"), headers={"Authorization": "wrong"}), LambdaContext())
    assert answer["statusCode"] == 401
    assert "Messages" not in boto3.client("sqs").receive_message(QueueUrl=queue)


def test_a_bus_that_does_not_exist_is_a_503(queue: str) -> None:
    boto3.client("events").remove_targets(Rule="leavers", EventBusName="ostiary", Ids=["q"])
    boto3.client("events").delete_rule(Name="leavers", EventBusName="ostiary")
    boto3.client("events").delete_event_bus(Name="ostiary")
    answer = handle(post(sample("hook-user-lifecycle-deactivate")), LambdaContext())
    assert answer["statusCode"] == 503


def test_nothing_heavy_is_loaded_at_the_door() -> None:
    program = (
        "import sys, functions.hook.handler; "
        "print(*{'boto3', "
        "'pydantic', 'requests', 'cryptography', 'jinja2', 'ruamel.yaml'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == []
