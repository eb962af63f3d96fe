"""The function as Lambda calls it: both doors, and a watch that is never silent. Okta speaks real HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from cryptography.hazmat.primitives.asymmetric import rsa
from moto import mock_aws

from functions.expiry import handler
from functions.finding import Finding, Severity, State
from functions.okta import credentials
from functions.okta.errors import OktaRefusedError, OktaUnreachableError
from functions.policy import AccessPolicy
from tests.unit.expiry.conftest import APP_ID, RUNBOOKS, answers, certificate
from tests.unit.okta.scripted_http import Answer, Asked, ScriptedServer, scripted_server

SAMPLE = Path(__file__).parents[3] / "events" / "aws" / "health-scim-token-expiry.json"
REGION = "eu-west-1"
DAILY = {"source": "ostiary.schedule", "detail-type": "expiry.daily", "detail": {}}
CONTEXT = cast(LambdaContext, object())


class Bus:
    """Records what is put, as the boto3 client of EventBridge would be called."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.findings += [Finding.from_detail(json.loads(entry["Detail"])) for entry in Entries]
        return {"Entries": [{"EventId": "1"} for _ in Entries]}

    def states(self) -> dict[str, State]:
        return {finding.key: finding.state for finding in self.findings}


@pytest.fixture
def okta() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def bus(okta: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """The function deployed: its environment, secret and policy, with a bus that a test can read."""
    (tmp_path / "access.json").write_text(AccessPolicy(permission_sets={}).to_json())
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "OSTIARY_BUS": "ostiary",
        "OSTIARY_RUNBOOKS": RUNBOOKS,
        "OSTIARY_OKTA_URL": okta.url,
        "OSTIARY_OKTA_CREDENTIALS": "ostiary/okta",
        "OSTIARY_OKTA_APP_ID": APP_ID,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bus, client = Bus(), boto3.client
    monkeypatch.setattr(boto3, "client", lambda name, **kw: bus if name == "events" else client(name, **kw))
    for kept in (handler._watch, credentials._secrets, credentials._client):
        kept.cache_clear()
    with mock_aws():
        boto3.client("secretsmanager", region_name=REGION).create_secret(
            Name="ostiary/okta", SecretString='{"token": "00a"}'
        )
        yield bus
    handler._watch.cache_clear()


def plays_okta(key: rsa.RSAPrivateKey, *, days_left: float) -> Any:
    end = (datetime.now(UTC) + timedelta(days=days_left)).replace(microsecond=0)
    shown = answers(certificate(key, end=end), expires_at=end)

    def answer(asked: Asked) -> Answer:
        return Answer(200, shown.keys if asked.path.endswith("/credentials/keys") else shown.app)

    return answer


def test_given_12_days_left_when_the_day_comes_then_on_call_is_paged(
    bus: Bus, okta: ScriptedServer, strong_key: rsa.RSAPrivateKey
) -> None:
    okta.answer_with = plays_okta(strong_key, days_left=12)
    assert handler.handle(DAILY, CONTEXT) is None
    expiry = next(finding for finding in bus.findings if finding.key == f"saml-certificate/{APP_ID}/expiry")
    assert (expiry.state, expiry.severity) == (State.OPEN, Severity.PAGE)
    assert "12 days" in expiry.title
    assert bus.states()["watch/expiry"] is State.CLEAR


def test_given_years_left_then_every_check_says_clear(
    bus: Bus, okta: ScriptedServer, strong_key: rsa.RSAPrivateKey
) -> None:
    okta.answer_with = plays_okta(strong_key, days_left=900)
    handler.handle(DAILY, CONTEXT)
    assert set(bus.states().values()) == {State.CLEAR}
    assert len(bus.findings) == 4


def test_given_a_refused_sign_in_then_the_watch_says_that_it_is_blind_and_fails(
    bus: Bus, okta: ScriptedServer
) -> None:
    okta.answers = [Answer(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})]
    with pytest.raises(OktaRefusedError):
        handler.handle(DAILY, CONTEXT)
    (finding,) = bus.findings
    assert (finding.key, finding.state) == ("watch/expiry", State.OPEN)
    assert "E0000011" in finding.facts["Error"]


def test_given_okta_is_down_then_the_watch_says_so_and_fails(
    bus: Bus, okta: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "PATIENCE", 0.0)
    okta.answers = [Answer(503)]
    with pytest.raises(OktaUnreachableError):
        handler.handle(DAILY, CONTEXT)
    assert bus.states() == {"watch/expiry": State.OPEN}


def test_given_an_app_that_does_not_sign_then_the_watch_is_blind(bus: Bus, okta: ScriptedServer) -> None:
    okta.answer_with = lambda asked: Answer(200, [] if asked.path.endswith("keys") else {"id": APP_ID})
    with pytest.raises(ValueError, match="is it a SAML app"):
        handler.handle(DAILY, CONTEXT)
    assert bus.states() == {"watch/expiry": State.OPEN}


def test_given_no_secret_yet_then_the_watch_is_blind(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSTIARY_OKTA_CREDENTIALS", "ostiary/none")
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        handler.handle(DAILY, CONTEXT)
    assert bus.states() == {"watch/expiry": State.OPEN}


def test_given_healths_notice_on_the_queue_then_it_becomes_a_finding(bus: Bus) -> None:
    event = {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": SAMPLE.read_text()}]}
    assert handler.handle(event, CONTEXT) == {"batchItemFailures": []}
    (finding,) = bus.findings
    assert finding.key.startswith("scim-token/arn:aws:sso")


def test_given_a_message_that_is_something_else_then_it_alone_goes_back(bus: Bus) -> None:
    other = json.loads(SAMPLE.read_text())
    other["detail"]["eventTypeCode"] = "AWS_EC2_MAINTENANCE"
    bodies = {"good": SAMPLE.read_text(), "other": json.dumps(other), "junk": "no envelope"}
    records = [{"messageId": id_, "eventSource": "aws:sqs", "body": body} for id_, body in bodies.items()]
    answer = handler.handle({"Records": records}, CONTEXT)
    assert answer is not None
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["other", "junk"]
    assert len(bus.findings) == 1
