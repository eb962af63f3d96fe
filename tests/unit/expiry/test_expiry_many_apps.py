"""Any number of SAML apps: each has its own certificate, its own trust records, its own findings."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from functions.expiry import handler, wiring
from functions.finding import Severity, State
from functions.okta.errors import OktaNotFoundError
from functions.policy import AccessPolicy
from sandbox.okta.app import App
from tests.unit.expiry.deployed import CONTEXT, Deployed, deployed

CHECKS = ("expiry", "strength", "dates", "trust", "successor", "metadata")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Given the AWS app and two more, all recorded."""
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={})) as world:
        more = [world.okta.model.add_app(label) for label in ("Grafana", "AWS GovCloud")]
        monkeypatch.setenv("OSTIARY_OKTA_MORE_APPS", ",".join(app.ref.id for app in more))
        wiring.watch.cache_clear()
        world.trust_signing()
        yield world


def second(world: Deployed) -> App:
    return world.okta.model.apps[1]


def switch(world: Deployed, app: App, days: float) -> None:
    """Another certificate signs for this app from now on; Identity Center never got it."""
    key = app.keys.add(timedelta(days=days), by=world.okta.model.organization.administrator)
    app.keys.activate(key.kid, by=world.okta.model.organization.administrator)


def test_every_app_is_examined_and_all_is_well(world: Deployed) -> None:
    assert not [key for key in world.opened() if key.startswith(("saml-certificate/", "watch/"))]
    ids = [app.ref.id for app in world.okta.model.apps]
    assert len(set(ids)) == 3
    assert {key for key in world.said() if key.startswith("saml-certificate/")} == {
        f"saml-certificate/{app}/{check}" for app in ids for check in CHECKS
    }


def test_what_ages_or_is_switched_in_one_app_is_found_in_that_app_alone(world: Deployed) -> None:
    app = second(world)
    switch(world, app, days=12)
    opened = {key: found for key, found in world.opened().items() if key.startswith("saml-certificate/")}
    assert {key: found.severity for key, found in opened.items()} == {
        f"saml-certificate/{app.ref.id}/expiry": Severity.PAGE,
        f"saml-certificate/{app.ref.id}/trust": Severity.PAGE,
    }
    assert all("Grafana" in found.subject for found in opened.values())
    # Recorded for that app, it clears; recorded for another one, it would not
    signing = wiring.watch().sources.trust.of(world.okta.app_id)
    wiring.watch().sources.trust.record(app.ref.id, signing[0])
    assert f"saml-certificate/{app.ref.id}/trust" in world.opened()
    world.trust_signing()
    assert f"saml-certificate/{app.ref.id}/trust" not in world.opened()


def test_an_event_about_a_further_app_starts_the_watch(world: Deployed) -> None:
    app = second(world)
    switch(world, app, days=3000)
    event = {
        "uuid": "u-1",
        "published": "2026-11-22T12:00:00.000Z",
        "eventType": "app.keys.rotate",
        "outcome": {"result": "SUCCESS"},
        "target": [{"type": "AppInstance", "id": app.ref.id}],
    }
    envelope = {"id": "1", "source": "ostiary.okta", "detail-type": "app.keys.rotate", "detail": event}
    record = {
        "messageId": "0",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:ostiary-expiry",
        "attributes": {"ApproximateReceiveCount": "1"},
        "receiptHandle": "handle",
        "body": json.dumps(envelope | {"time": "2026-11-22T12:00:01Z"}),
    }
    assert handler.handle({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    assert world.said()[f"saml-certificate/{app.ref.id}/trust"].state is State.OPEN


def test_an_operator_is_shown_every_app(world: Deployed) -> None:
    shown = handler.handle({"show": "certificates"}, CONTEXT)
    assert shown is not None
    assert [app["label"] for app in shown["apps"]] == ["AWS IAM Identity Center", "Grafana", "AWS GovCloud"]
    assert all(key["trusted"] for app in shown["apps"] for key in app["keys"])


def test_an_app_that_is_not_there_is_named(world: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSTIARY_OKTA_MORE_APPS", f"{second(world).ref.id},0oagone")
    wiring.watch.cache_clear()
    with pytest.raises(OktaNotFoundError, match="0oagone"):
        world.run()
    assert "0oagone" in world.said()["watch/certificates"].facts["Error"]


def test_an_app_that_cannot_be_read_blinds_no_other(world: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given somebody deleted an app that nobody needed, the one that everybody needs is still watched."""
    monkeypatch.setenv("OSTIARY_OKTA_MORE_APPS", f"0oagone,{second(world).ref.id}")
    wiring.watch.cache_clear()
    switch(world, second(world), days=12)
    world.okta.model.set_signing_certificate(days_left=3)
    with pytest.raises(OktaNotFoundError, match="0oagone"):
        world.run()
    for app in world.okta.model.apps[:2]:
        assert world.said()[f"saml-certificate/{app.ref.id}/expiry"].severity is Severity.PAGE
    assert "okta/tls" in world.said()
