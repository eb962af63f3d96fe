"""A person leaves: what holds afterwards, whatever fails on the way."""

import pytest

from functions.finding import Severity, State
from functions.leavers.carrying_out import StepsFailedError
from functions.okta.log_event import LogEventError
from tests.unit.leavers.story import ENDED, FAILING, deactivated
from tests.unit.leavers.twins import JOHN, LOGIN, USER_ID, World, envelope


def test_a_leaver_is_denied_and_has_no_okta_session_left(world: World) -> None:
    world.reception().receive(envelope(deactivated()))

    assert world.denied() == {USER_ID}
    assert world.cleared == [JOHN]
    assert world.state()["status"] == "open"
    assert world.state()["triggers"] == [deactivated()["uuid"]]


def test_on_call_hears_once_what_holds_and_what_only_the_console_can_do(world: World) -> None:
    world.reception().receive(envelope(deactivated()))

    (ended,) = world.told(ENDED)
    assert (ended.state, ended.severity) == (State.OPEN, Severity.WARNING)
    assert LOGIN in ended.title
    assert ended.facts["Deny policies"].startswith("done")
    assert ended.facts["Okta sessions"].startswith("done")
    portal, disable = ended.actions
    assert f"users/user-details/{USER_ID}" in portal
    assert "enable, end the session, disable" in portal
    assert "Disable the user" in disable
    assert ended.runbook == "https://runbooks/leaver.md"


def test_the_time_from_okta_to_the_deny_in_force_is_measured(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    (seconds,) = world.measured
    assert 0 < seconds < 1


def test_the_deny_is_promised_for_the_longest_session(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    assert world.state()["deny_until"].startswith("2026-11-17T06:15:13")


def test_a_duplicate_changes_and_tells_nothing(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    before = (world.updates, list(world.cleared), list(world.findings), list(world.audit))

    world.reception().receive(envelope(deactivated()))

    assert before == (world.updates, world.cleared, world.findings, world.audit)


def test_when_okta_fails_the_deny_holds_and_only_okta_is_repeated(world: World) -> None:
    world.broken = {"okta"}
    with pytest.raises(StepsFailedError, match="okta-sessions"):
        world.reception().receive(envelope(deactivated()))
    assert world.denied() == {USER_ID}
    (failing,) = world.told(FAILING)
    assert (failing.state, failing.severity) == (State.OPEN, Severity.PAGE)
    assert failing.facts["Deny policies"].startswith("done")
    assert failing.facts["Okta sessions"].startswith("failing")
    measured = list(world.measured)

    world.broken = set()
    world.reception().receive(envelope(deactivated()))

    assert world.cleared == [JOHN]
    assert world.told(FAILING)[-1].state is State.CLEAR
    assert world.told(ENDED)[-1].state is State.OPEN
    assert world.measured == measured, "the deny was not taken anew"


def test_when_the_deny_fails_okta_is_cleared_all_the_same(world: World) -> None:
    world.broken = {"policies"}
    with pytest.raises(StepsFailedError, match="deny"):
        world.reception().receive(envelope(deactivated()))
    assert (world.denied(), world.cleared) == (set(), [JOHN])

    world.broken = set()
    world.reception().receive(envelope(deactivated()))
    assert (world.denied(), world.cleared) == ({USER_ID}, [JOHN])


def test_when_the_directory_fails_the_search_is_repeated(world: World) -> None:
    world.broken = {"directory"}
    with pytest.raises(StepsFailedError, match="identify, deny"):
        world.reception().receive(envelope(deactivated()))
    assert world.cleared == [JOHN]

    world.broken = set()
    world.reception().receive(envelope(deactivated()))
    assert world.denied() == {USER_ID}


@pytest.mark.parametrize("fuse", range(20))
def test_killed_at_any_call_it_resumes(world: World, fuse: int) -> None:
    world.fuse = fuse
    try:
        world.reception().receive(envelope(deactivated()))
    except BaseException:  # noqa: BLE001 - the process is gone, whatever it says while going
        assert world.dead
    world.dead, world.fuse = False, None

    world.reception().receive(envelope(deactivated()))

    assert world.denied() == {USER_ID}
    assert JOHN in world.cleared
    assert world.told(ENDED)
    assert world.step("tell") == "done"


def test_what_nobody_handles_goes_to_the_dead_letter_queue(world: World) -> None:
    with pytest.raises(ValueError, match=r"aws\.health"):
        world.reception().receive(envelope({}, source="aws.health", kind="x"))
    with pytest.raises(LogEventError, match="uuid"):
        world.reception().receive(envelope({"eventType": "user.lifecycle.suspend"}))


def test_every_change_leaves_an_audit_item(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    left, steps = world.audit
    assert (left["change"], steps["change"]) == ("left", "steps")
    assert [*steps["steps"]] == [
        "identify",
        "deny",
        "okta-sessions",
        "stock",
        "entitled",
        "assignments",
        "memberships",
        "entitlements",
        "tell",
    ]
    assert world.audit[0]["trigger"] == deactivated()["uuid"]
