"""The function as Lambda calls it: every door, and a watch that is never silent. Okta speaks real HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.alerts.gauges import WATCH
from functions.expiry import handler, wiring
from functions.expiry.watch import RAN
from functions.finding import Severity, State
from functions.okta.errors import OktaRefusedError
from functions.policy import AccessPolicy
from tests.unit.expiry.deployed import CONTEXT, OKTA_SECRET, Deployed, deployed, forget_secrets

SAMPLE = Path(__file__).parents[3] / "events" / "aws" / "health-scim-token-expiry.json"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={})) as world:
        world.trust_signing()
        yield world


def queued(*bodies: str) -> dict[str, Any]:
    records = [
        {
            "messageId": str(number),
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:ostiary-expiry",
            "attributes": {"ApproximateReceiveCount": "1"},
            "receiptHandle": "handle",
            "body": body,
        }
        for number, body in enumerate(bodies)
    ]
    return {"Records": records}


def okta_says(event_type: str, *targets: dict[str, str], result: str = "SUCCESS") -> str:
    event = {
        "uuid": "u-1",
        "published": "2026-11-22T12:00:00.000Z",
        "eventType": event_type,
        "outcome": {"result": result},
        "target": list(targets),
    }
    return json.dumps(
        {
            "id": "1",
            "source": "ostiary.okta",
            "detail-type": event_type,
            "time": "2026-11-22T12:00:01Z",
            "detail": event,
        }
    )


def app_instance(id_: str) -> dict[str, str]:
    return {"type": "AppInstance", "id": id_}


def test_given_12_days_left_when_the_day_comes_then_on_call_is_paged(world: Deployed) -> None:
    world.okta.model.set_signing_certificate(days_left=12)
    world.trust_signing()
    expiry = world.run()[f"saml-certificate/{world.okta.app_id}/expiry"]
    assert (expiry.state, expiry.severity) == (State.OPEN, Severity.PAGE)
    assert "12 days" in expiry.title
    assert world.said()["watch/certificates"].state is State.CLEAR


def test_the_daily_watch_says_that_it_has_run_for_the_alarm_on_its_silence(world: Deployed) -> None:
    """Given even an Okta that refuses, it says so; alerts counts what stands under its keys of watches."""
    heartbeat = RAN
    assert heartbeat.startswith(WATCH)
    assert world.run()[heartbeat].state is State.CLEAR
    world.okta.faults.set(
        [{"service": "okta", "operation": "GetApplication", "error": "E0000006", "status": 403}]
    )
    with pytest.raises(OktaRefusedError):
        world.run()
    assert world.said()[heartbeat].state is State.CLEAR
    # An event of Okta looks into one area only: it is no daily watch
    world.okta.faults.set([])
    world.bus.findings.clear()
    handler.handle(queued(okta_says("policy.rule.update")), CONTEXT)
    assert heartbeat not in world.said()


def test_given_healths_notice_on_the_queue_then_it_becomes_a_finding(world: Deployed) -> None:
    assert handler.handle(queued(SAMPLE.read_text()), CONTEXT) == {"batchItemFailures": []}
    (finding,) = world.bus.findings
    assert finding.key.startswith("scim-token/arn:aws:sso")


def test_given_a_message_that_is_something_else_then_it_alone_goes_back(world: Deployed) -> None:
    other = json.loads(SAMPLE.read_text())
    other["detail"]["eventTypeCode"] = "AWS_EC2_MAINTENANCE"
    answer = handler.handle(queued(SAMPLE.read_text(), json.dumps(other), "no envelope"), CONTEXT)
    assert answer is not None
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["1", "2"]
    assert len(world.bus.findings) == 1


@pytest.mark.parametrize("event_type", ["app.keys.rotate", "application.lifecycle.update"])
def test_given_the_switch_to_an_unknown_certificate_then_the_event_itself_pages(
    world: Deployed, event_type: str
) -> None:
    # Given: somebody activates a certificate that Identity Center never got
    world.okta.model.set_signing_certificate(days_left=3000)
    # When Okta's event comes
    body = okta_says(event_type, app_instance(world.okta.app_id))
    assert handler.handle(queued(body), CONTEXT) == {"batchItemFailures": []}
    # Then on-call is paged, and nothing that has nothing to do with it was looked at
    trust = world.said()[f"saml-certificate/{world.okta.app_id}/trust"]
    assert (trust.state, trust.severity) == (State.OPEN, Severity.PAGE)
    assert "okta/hook" not in world.said()


@pytest.mark.parametrize(
    "body",
    [
        okta_says("app.keys.rotate", app_instance("0oaanother")),
        okta_says("application.lifecycle.update", app_instance("0oaanother")),
        okta_says("application.lifecycle.update", app_instance("0oa5f1tsAwsIdc8Kp1d7"), result="FAILURE"),
        okta_says("user.lifecycle.activate"),
    ],
)
def test_what_concerns_another_app_or_never_happened_starts_nothing(world: Deployed, body: str) -> None:
    world.okta.faults.reset()
    assert handler.handle(queued(body), CONTEXT) == {"batchItemFailures": []}
    assert world.bus.findings == []
    assert world.okta.faults.calls() == {}


@pytest.mark.parametrize(
    ("event_type", "key"),
    [
        ("policy.rule.update", "watch/sign-on"),
        ("user.mfa.factor.reset_all", "watch/factors"),
        ("event_hook.deactivated", "watch/own-keys"),
    ],
)
def test_each_event_starts_the_part_that_it_concerns(world: Deployed, event_type: str, key: str) -> None:
    handler.handle(queued(okta_says(event_type)), CONTEXT)
    assert {each for each in world.said() if each.startswith("watch/")} == {key}


@pytest.mark.parametrize(
    ("name", "areas"),
    [
        ("hook-app-update", {"watch/certificates", "watch/sign-on"}),
        ("hook-policy-rule-update", {"watch/sign-on"}),
        ("hook-factor-reset", {"watch/factors"}),
        ("hook-suspend", set()),
    ],
)
def test_oktas_own_samples_start_what_they_concern(world: Deployed, name: str, areas: set[str]) -> None:
    (event,) = json.loads((SAMPLE.parents[1] / "okta" / f"{name}.json").read_text())["data"]["events"]
    envelope = {"id": "1", "source": "ostiary.okta", "detail-type": event["eventType"]}
    body = json.dumps(envelope | {"time": "2026-11-18T10:00:00Z", "detail": event})
    assert handler.handle(queued(body), CONTEXT) == {"batchItemFailures": []}
    assert {each for each in world.said() if each.startswith("watch/")} == areas


def test_given_okta_refuses_then_the_event_goes_back_to_the_queue(world: Deployed) -> None:
    world.okta.faults.set(
        [{"service": "okta", "operation": "GetApplication", "error": "E0000006", "status": 403}]
    )
    answer = handler.handle(queued(okta_says("app.keys.rotate")), CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert world.said()["watch/certificates"].state is State.OPEN


def test_given_a_wrong_token_then_the_watch_says_what_okta_said(world: Deployed) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=OKTA_SECRET, SecretString='{"token": "00awrong"}'
    )
    forget_secrets()
    with pytest.raises(OktaRefusedError):
        world.run()
    blind = world.said()["watch/certificates"]
    assert blind.state is State.OPEN
    assert "E0000011" in blind.facts["Error"]


def test_given_no_secret_yet_then_the_watch_is_blind(
    world: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSTIARY_OKTA_CREDENTIALS", "ostiary/none")
    wiring.watch.cache_clear()
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        world.run()
    assert world.said()["watch/certificates"].state is State.OPEN


def test_an_operator_is_shown_what_okta_has_and_what_identity_center_was_given(world: Deployed) -> None:
    world.okta.model.app.keys.generate(10, by=world.okta.model.organization.administrator)
    shown = handler.handle({"show": "certificates"}, CONTEXT)
    assert shown is not None
    (app,) = json.loads(json.dumps(shown))["apps"]
    signing, waiting = app["keys"]
    assert (signing["signs"], signing["trusted"]) == (True, True)
    assert (waiting["signs"], waiting["trusted"]) == (False, False)
    assert [each["fingerprint"] for each in app["trusted"]] == [signing["fingerprint"]]
    assert app["metadata"] == [signing["fingerprint"]]
    assert world.bus.findings == []
