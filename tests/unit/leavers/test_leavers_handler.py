"""The function as Lambda calls it: a queue's records in, those to be repeated out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import boto3
import pytest
import requests
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws.entitlements import Entitlements, NotInUseError
from functions.leavers import wiring
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.deny import LARGE, SMALL
from functions.leavers.environment import Environment
from functions.leavers.handler import handle
from tests.unit.leavers.conftest import TABLE
from tests.unit.leavers.twins import APP_ID, JOHN, LOGIN, sample

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_organizations import OrganizationsClient

STORE = "d-9067f01234"
ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_SERVICE_NAME": "leavers",
    "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
    "OSTIARY_BUS": "ostiary",
    "OSTIARY_RUNBOOKS": "https://runbooks",
    "OSTIARY_LEDGER_TABLE": TABLE,
    "OSTIARY_TURNS_TABLE": "turns",
    "OSTIARY_DENY_ROLE": "arn:aws:iam::123456789012:role/ostiary-deny-policies",
    "OSTIARY_INSTANCE_ARN": "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6",
    "OSTIARY_IDENTITY_STORE_ID": STORE,
    "OSTIARY_OKTA_URL": "https://example.okta.com",
    "OSTIARY_OKTA_CREDENTIALS": "okta",
    "OSTIARY_OKTA_APP_ID": APP_ID,
}


@pytest.fixture
def deployed(
    dynamodb: "DynamoDBClient",
    organizations: "OrganizationsClient",
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[pytest.MonkeyPatch]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    (tmp_path / "access.json").write_text('{"permission_sets": {}}')
    boto3.client("events").create_event_bus(Name="ostiary")
    boto3.client("secretsmanager").create_secret(Name="okta", SecretString='{"token": "00a-secret"}')
    boto3.client("identitystore").create_user(
        IdentityStoreId=STORE,
        UserName=LOGIN,
        DisplayName="John",
        Name={"GivenName": "John", "FamilyName": "Doe"},
    )
    # moto does not play account access manager; the identity plane does, in tests/standins.
    monkeypatch.setattr(Entitlements, "held", Mock(side_effect=NotInUseError("not enabled")))
    wiring.leavers.cache_clear()
    yield monkeypatch
    wiring.leavers.cache_clear()


def records(*details: dict[str, Any]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": detail.get("uuid", "broken"),
                "receiptHandle": "r",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:ostiary-leavers",
                "attributes": {"ApproximateReceiveCount": "1"},
                "body": json.dumps(
                    {
                        "id": "e-1",
                        "source": "ostiary.okta",
                        "detail-type": detail.get("eventType", ""),
                        "time": "2026-11-16T18:15:14Z",
                        "detail": detail,
                    }
                ),
            }
            for detail in details
        ]
    }


def okta(monkeypatch: pytest.MonkeyPatch, status: int) -> list[str]:
    """An Okta that answers every request with this status; returns what it was asked."""
    asked: list[str] = []

    def send(session: requests.Session, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        asked.append(f"{request.method} {request.path_url}")
        answer = requests.Response()
        answer.status_code, answer.url = status, str(request.url)
        answer._content = b""
        return answer

    monkeypatch.setattr(requests.Session, "send", send)
    return asked


def test_a_deactivation_ends_in_a_deny_policy(
    deployed: pytest.MonkeyPatch,
    organizations: "OrganizationsClient",
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = okta(deployed, 204)

    answer = handle(records(sample("hook-user-lifecycle-deactivate")), LambdaContext())

    assert answer == {"batchItemFailures": []}
    assert asked == [f"DELETE /api/v1/users/{JOHN}/sessions?oauthTokens=true&forgetDevices=true"]
    policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (ours,) = [each for each in policies if each["Name"] == "ostiary-deny-leavers-1"]
    user_id = boto3.client("identitystore").list_users(IdentityStoreId=STORE)["Users"][0]["UserId"]
    assert user_id in organizations.describe_policy(PolicyId=ours["Id"])["Policy"]["Content"]
    assert "RevocationSeconds" in capsys.readouterr().out


def test_what_has_to_be_repeated_goes_back_to_the_queue_alone(deployed: pytest.MonkeyPatch) -> None:
    okta(deployed, 403)
    failing, ignored = sample("hook-user-lifecycle-deactivate"), sample("hook-deactivate-failed")
    answer = handle(records(failing, ignored, {}), LambdaContext())
    assert answer == {
        "batchItemFailures": [{"itemIdentifier": failing["uuid"]}, {"itemIdentifier": "broken"}]
    }


def test_size_and_number_of_the_deny_policies_are_configuration() -> None:
    ours = ENVIRONMENT | {"OSTIARY_DENY_POLICY_SIZE": str(LARGE), "OSTIARY_DENY_POLICIES": "9"}
    environment = Environment.read(ours)
    assert (environment.deny_size, environment.deny_count) == (LARGE, 9)
    assert Environment.read(ENVIRONMENT).deny_size == SMALL


def test_a_variable_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="OSTIARY_DENY_ROLE"):
        Environment.read({k: v for k, v in ENVIRONMENT.items() if k != "OSTIARY_DENY_ROLE"})


def test_lost_groups_are_kept_up_though_leavers_upkeep_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Mock()
    made.upkeep.run.side_effect = StepsFailedError("the policies cannot be written")
    monkeypatch.setattr("functions.leavers.handler.leavers", lambda: made)
    with pytest.raises(StepsFailedError):
        handle({"schedule": "upkeep"}, LambdaContext())
    made.groups.upkeep.assert_called_once_with()
    made.upkeep.run.side_effect = None
    assert handle({"schedule": "upkeep"}, LambdaContext()) is None
    assert made.groups.upkeep.call_count == 2
