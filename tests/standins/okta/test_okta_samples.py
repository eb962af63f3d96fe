"""The samples in events/okta agree with the catalogue, with the stand-in and with their own table."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.okta.eligibility import catalogue, hook_eligible
from sandbox.okta.logevent import SYSTEM, Occurrence
from tests.standins.okta.api import Api

SAMPLES = Path("events/okta")
HOOKS = sorted(path for path in SAMPLES.glob("hook-*.json") if path.name != "hook-verification.json")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def events() -> Iterator[dict[str, Any]]:
    for path in HOOKS:
        yield from read(path)["data"]["events"]
    yield from read(SAMPLES / "system-log-page.json")["response"]["body"]
    yield read(SAMPLES / "log-stream-eventbridge.json")["detail"]


def shape(value: Any) -> Any:
    """The names of an object, two levels deep, without what has no contract."""
    return {
        name: sorted(inner) if isinstance(inner, dict) and name != "debugContext" else None
        for name, inner in value.items()
    }


@pytest.mark.parametrize("path", HOOKS, ids=lambda path: path.stem)
def test_a_hook_carries_only_types_it_can_carry(path: Path) -> None:
    for event in read(path)["data"]["events"]:
        assert hook_eligible(event["eventType"])


def test_every_type_is_in_the_catalogue() -> None:
    assert {event["eventType"] for event in events()} <= catalogue().keys()


def test_every_event_has_the_shape_that_the_stand_in_writes(api: Api) -> None:
    written = api.server.model.organization.record(Occurrence("user.session.start", "x", SYSTEM))
    for event in events():
        assert shape(event).keys() == shape(written).keys()
        for part in ("actor", "outcome", "transaction", "authenticationContext", "client"):
            assert set(event[part]) == set(written[part]), f"{event['eventType']}: {part}"


def test_the_same_event_has_the_same_id_wherever_it_is_seen() -> None:
    (hooked,) = read(SAMPLES / "hook-user-lifecycle-deactivate.json")["data"]["events"]
    assert read(SAMPLES / "system-log-page.json")["response"]["body"][0] == hooked
    assert read(SAMPLES / "log-stream-eventbridge.json")["detail"] == hooked


def test_different_events_have_different_ids() -> None:
    by_id: dict[str, dict[str, Any]] = {}
    for event in events():
        assert by_id.setdefault(event["uuid"], event) == event


def test_two_people_means_two_people() -> None:
    targets = [event["target"][0]["id"] for event in read(SAMPLES / "hook-two-people.json")["data"]["events"]]
    assert len(set(targets)) == 2


def test_the_table_names_every_file_and_no_other() -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    named = {part for part in readme.split("`") if part.endswith(".json") and "*" not in part}
    assert named == {path.name for path in SAMPLES.glob("*.json")}
