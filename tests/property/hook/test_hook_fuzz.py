"""Whatever is thrown at the hook, it answers, and an error is never its own."""

import base64
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.bus import ENTRIES_PER_CALL, BusEvent
from functions.okta.entries import CALL_LIMIT, calls, size
from functions.okta.event_types import CONSUMED
from tests.unit.hook.conftest import SECRET, Hook, post

ANSWERS = {200, 204, 400, 401, 405, 413, 415}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
targets = st.lists(
    json_values
    | st.fixed_dictionaries(
        {"id": st.text() | json_values, "type": st.sampled_from(["User", "AppUser", "AppInstance"])},
        optional={"alternateId": json_values, "displayName": json_values},
    ),
    max_size=4,
)
log_events = st.fixed_dictionaries(
    {},
    optional={
        "uuid": st.text() | json_values,
        "published": st.datetimes().map(lambda at: at.isoformat()) | st.text() | json_values,
        "eventType": st.sampled_from(sorted(CONSUMED)) | st.text() | json_values,
        "outcome": st.fixed_dictionaries({"result": json_values}) | json_values,
        "target": targets | json_values,
        "more": json_values,
    },
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "eventType": st.just("com.okta.event_hook") | json_values,
        "data": st.fixed_dictionaries({"events": st.lists(log_events | json_values) | json_values})
        | json_values,
    },
)
bodies = (envelopes | json_values).map(json.dumps) | st.text() | st.none()
proxy_events = st.fixed_dictionaries(
    {},
    optional={
        "httpMethod": st.sampled_from(["GET", "POST", "PUT", "post"]) | json_values,
        "headers": st.dictionaries(st.text(), st.text() | scalars) | json_values,
        "multiValueHeaders": st.dictionaries(st.text(), st.lists(scalars)) | json_values,
        "body": bodies | json_values,
        "isBase64Encoded": st.booleans() | json_values,
    },
)


@settings(deadline=None, max_examples=300)
@given(body=bodies)
def test_any_body_of_somebody_who_knows_the_secret(body: str | None) -> None:
    hook = Hook()
    status, _ = hook.answer(post(body))
    assert status in ANSWERS
    for event in hook.bus.events:
        assert event.detail_type in CONSUMED
        json.dumps(event.detail, allow_nan=False)


@settings(deadline=None, max_examples=200)
@given(raw=st.binary() | bodies.map(lambda body: (body or "").encode("utf-8", "surrogatepass")))
def test_any_bytes_in_base64(raw: bytes) -> None:
    status, _ = Hook().answer(post(base64.b64encode(raw).decode(), isBase64Encoded=True))
    assert status in ANSWERS


@settings(deadline=None, max_examples=300)
@given(event=proxy_events)
def test_any_request(event: dict[str, Any]) -> None:
    status, _ = Hook().answer(event)
    assert status in ANSWERS


@settings(deadline=None, max_examples=100)
@given(presented=st.text())
def test_nobody_guesses_the_secret(presented: str) -> None:
    hook = Hook()
    status, _ = hook.answer(post("{}", headers={"authorization": presented}))
    assert status == (400 if presented == SECRET else 401)


@settings(deadline=None, max_examples=100)
@given(lengths=st.lists(st.integers(0, CALL_LIMIT - 100), max_size=40))
def test_no_call_to_the_bus_is_larger_than_it_may_be_and_nothing_is_lost(lengths: list[int]) -> None:
    entries = [BusEvent("s", "t", {"n": n, "x": "x" * length}) for n, length in enumerate(lengths)]
    groups = list(calls(entries))
    assert [event for group in groups for event in group] == entries
    for group in groups:
        assert 1 <= len(group) <= ENTRIES_PER_CALL
        assert sum(map(size, group)) <= CALL_LIMIT
