"""The secret changes hands while Okta delivers: nothing is refused or lost, whatever dies."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.okta.errors import OktaError
from functions.okta.event_hook import EventHook, Identity, NotVerifiedError, Registrar
from functions.okta.event_types import CONSUMED
from functions.rotate.rotation import DUE, SETTLE, Outcome
from tests.unit.rotate.conftest import Place


def test_a_due_secret_is_replaced_and_every_delivery_meanwhile_is_accepted(place: Place) -> None:
    place.connect()
    before = place.secret.versions().current
    place.deliver()
    place.seconds = DUE.total_seconds()
    assert place.rotation().run() is Outcome.ROTATED
    place.deliver()
    after = place.secret.versions()
    assert (after.current.id != before.id, after.pending) == (True, None)
    assert place.secret.value(after.current) != place.secret.value(before)
    (hook,) = place.hooks()
    assert place.registrar.is_right(hook, place.uri, after.current.id)
    assert set(place.bus.uuids) == set(place.emitted)
    assert place.refused == []


def test_okta_uses_the_new_value_only_once_every_instance_of_the_hook_would_find_it(place: Place) -> None:
    """An instance that has just read the versions does not read them again for five seconds."""
    place.connect()
    place.deliver()
    place.rotation().run(at_once=True)
    assert SETTLE.total_seconds() - 5 < sum(place.slept) <= SETTLE.total_seconds()
    place.deliver()
    assert place.refused == []


def test_a_young_secret_stays(place: Place) -> None:
    hook = place.connect()
    place.seconds = (DUE - timedelta(hours=1)).total_seconds()
    assert place.rotation().run() is Outcome.YOUNG
    assert place.hooks() == [hook]


def test_without_a_hook_of_ours_nothing_is_touched(place: Place) -> None:
    other = Registrar(place.registrar._api, Identity("999999999999", "us-east-1"), CONSUMED)
    other.install(place.uri, "the-first-secret", "v1")
    before = place.secret.versions().current.id
    assert place.rotation().run(at_once=True) is Outcome.UNREGISTERED
    after = place.secret.versions()
    assert (after.current.id, after.pending) == (before, None)


def test_if_okta_cannot_verify_everything_is_as_before(place: Place) -> None:
    hook = place.connect()
    before = place.secret.versions().current.id
    place.reachable = False
    with pytest.raises(NotVerifiedError, match="503"):
        place.rotation().run(at_once=True)
    place.reachable = True
    place.refused.clear()
    assert place.hooks() == [hook]
    assert place.secret.versions().current.id == before
    place.deliver()
    assert place.emitted[-1] in place.bus.uuids
    assert place.refused == []


def test_a_hook_that_okta_calls_unverified_never_replaces_one_that_works(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given Okta answering a verification with 200 and a hook that is not verified, or not active."""
    hook = place.connect()
    before = place.secret.versions().current.id
    change = place.registrar._api.change

    def unimpressed(method: str, path: str, body: Any = None) -> Any:
        shown = change(method, path, body)
        return {**shown, "verificationStatus": "UNVERIFIED"} if path.endswith("/verify") else shown

    monkeypatch.setattr(place.registrar._api, "change", unimpressed)
    with pytest.raises(NotVerifiedError, match="UNVERIFIED"):
        place.rotation().run(at_once=True)
    assert place.hooks() == [hook]
    assert place.secret.versions().current.id == before


def test_the_next_run_takes_the_value_that_is_pending_already(place: Place) -> None:
    place.connect()
    place.reachable = False
    with pytest.raises(NotVerifiedError):
        place.rotation().run(at_once=True)
    pending = place.secret.versions().pending
    assert pending is not None
    place.reachable = True
    assert place.rotation().run() is Outcome.ROTATED
    assert place.secret.versions().current.id == pending.id


def _dying(method: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """Carries out what it was asked, or not, and dies; once."""
    alive = [True]

    def called(*arguments: Any) -> Any:
        if not alive:
            return method(*arguments)
        alive.clear()
        if after:
            method(*arguments)
        raise KeyboardInterrupt

    return called


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("part", "step"),
    [
        ("secret", "add_pending"),
        ("registrar", "install"),
        ("secret", "promote"),
        ("registrar", "retire_others"),
    ],
)
def test_killed_at_any_step_deliveries_go_on_and_the_next_run_ends_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, part: str, step: str, after: bool
) -> None:
    place.connect()
    owner = getattr(place, part)
    monkeypatch.setattr(owner, step, _dying(getattr(owner, step), after=after))
    with pytest.raises(KeyboardInterrupt):
        place.rotation().run(at_once=True)
    place.deliver()
    place.rotation().run()
    place.deliver()
    (hook,) = place.hooks()
    assert hook.works
    assert place.secret.versions().pending is None
    assert set(place.bus.uuids) == set(place.emitted)
    assert place.refused == []


def test_a_hook_that_was_made_but_not_verified_is_made_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.connect()
    change = place.registrar._api.change

    def dies_before_verifying(method: str, path: str, body: Any = None) -> Any:
        if path.endswith("/verify"):
            raise KeyboardInterrupt
        return change(method, path, body)

    monkeypatch.setattr(place.registrar._api, "change", dies_before_verifying)
    with pytest.raises(KeyboardInterrupt):
        place.rotation().run(at_once=True)
    assert [hook.works for hook in place.hooks()] == [True, False]
    monkeypatch.setattr(place.registrar._api, "change", change)
    assert place.rotation().run() is Outcome.ROTATED
    (hook,) = place.hooks()
    assert hook.works


@pytest.mark.parametrize("operation", ["ListEventHooks", "CreateEventHook", "VerifyEventHook"])
def test_while_okta_fails_the_old_secret_serves_on(place: Place, operation: str) -> None:
    place.connect()
    place.tenant.faults.set([{"operation": operation, "error": "E0000006", "status": 403}])
    with pytest.raises(OktaError):
        place.rotation().run(at_once=True)
    place.tenant.faults.set([])
    place.deliver()
    assert set(place.bus.uuids) == set(place.emitted)
    place.rotation().run(at_once=True)
    place.deliver()
    assert set(place.bus.uuids) == set(place.emitted)
    assert place.refused == []
    assert sum(hook.works for hook in place.hooks()) == 1


def _registered(place: Place, **change: Any) -> EventHook:
    """A hook for the same address that somebody made by hand, with one thing wrong."""
    body = dict(place.registrar._body(place.uri, "the-first-secret", "byhand00")) | change
    made = place.registrar._api.change("POST", "/api/v1/eventHooks", body)
    return EventHook.read(made)


@pytest.mark.parametrize(
    "wrong",
    [{"name": "Made by hand"}, {"events": {"type": "EVENT_TYPE", "items": ["user.lifecycle.suspend"]}}],
    ids=["name", "types"],
)
def test_connect_repairs_what_somebody_made(place: Place, wrong: dict[str, Any]) -> None:
    by_hand = _registered(place, **wrong)
    hook = place.connect()
    assert place.registrar.retire_others(hook) == [by_hand]
    (left,) = place.hooks()
    assert (left.works, left.items) == (True, CONSUMED)


def test_connect_again_changes_nothing(place: Place) -> None:
    assert place.connect() == place.connect()
    assert len(place.hooks()) == 1


def test_connect_replaces_a_hook_that_somebody_switched_off(place: Place) -> None:
    hook = place.connect()
    place.registrar._api.change("POST", f"/api/v1/eventHooks/{hook.id}/lifecycle/deactivate")
    again = place.connect()
    assert again.works
    assert [each.id for each in place.hooks()] == [again.id]
