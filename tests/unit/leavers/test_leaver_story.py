"""A person leaves, and comes back: what holds afterwards, whatever fails on the way."""

from datetime import timedelta
from typing import Any

import pytest

from functions.aws.people import Person
from functions.finding import Severity, State
from functions.leavers.deny import Shape, document
from functions.leavers.revocations import StepsFailedError
from functions.okta.log_event import LogEventError
from tests.unit.leavers.twins import JOHN, LOGIN, START, USER_ID, World, envelope, request, sample

ENDED, FAILING = f"leaver/okta:{JOHN}", f"leaver/okta:{JOHN}/failing"


@pytest.fixture
def world() -> World:
    return World()


def deactivated() -> dict[str, Any]:
    return sample("hook-user-lifecycle-deactivate")


def later(name: str, minutes: float = 60) -> dict[str, Any]:
    """A sample, published so long after the deactivation."""
    return sample(name) | {"published": (START + timedelta(minutes=minutes)).isoformat()}


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


def test_somebody_who_returns_is_no_longer_denied(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.reception().receive(envelope(later("hook-reactivate")))

    assert world.denied() == set()
    assert world.state()["status"] == "closed"
    assert world.told(ENDED)[-1].state is State.CLEAR


def test_a_late_deactivate_does_not_undo_a_newer_return(world: World) -> None:
    world.reception().receive(envelope(later("hook-reactivate")))
    world.reception().receive(envelope(deactivated()))
    assert world.denied() == set()
    assert world.findings == []


def test_a_late_return_does_not_undo_a_newer_deactivate(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.reception().receive(envelope(later("hook-reactivate", minutes=-5)))
    assert world.denied() == {USER_ID}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_at_the_same_instant_leaving_counts(world: World, order: int) -> None:
    for name in ["hook-suspend", "hook-unsuspend"][::order]:
        world.reception().receive(envelope(later(name, 0)))
    assert world.denied() == {USER_ID}


def test_unlocked_but_still_suspended_stays_out(world: World) -> None:
    world.reception().receive(envelope(later("hook-suspend", 0)))
    world.reception().receive(envelope(later("hook-lock", 1)))
    told = list(world.findings)
    world.reception().receive(envelope(later("hook-unlock", 2)))
    assert world.denied() == {USER_ID}
    assert world.findings == told, "nothing has changed for on-call"
    world.reception().receive(envelope(later("hook-unsuspend", 3)))
    assert world.denied() == set()


def test_a_second_reason_takes_the_steps_again(world: World) -> None:
    """Whoever is only unassigned can still sign in to Okta, and may have done so since."""
    world.reception().receive(envelope(later("hook-app-membership-remove", 0)))
    world.reception().receive(envelope(later("hook-suspend", 1)))
    assert world.cleared == [JOHN, JOHN]


def test_the_newest_event_alone_answers_for_the_steps(world: World) -> None:
    world.broken = {"okta"}
    for name, minute in (("hook-app-membership-remove", 0), ("hook-suspend", 1)):
        with pytest.raises(StepsFailedError):
            world.reception().receive(envelope(later(name, minute)))

    world.reception().receive(envelope(later("hook-app-membership-remove", 0)))


def test_who_is_overtaken_between_two_steps_leaves_the_rest_to_the_newer_event(world: World) -> None:
    def return_meanwhile(what: str) -> None:
        if what == "clear":
            world.meanwhile = None
            world.reception().receive(envelope(later("hook-reactivate")))

    world.meanwhile = return_meanwhile
    world.reception().receive(envelope(deactivated()))

    assert world.denied() == set()
    assert world.state()["status"] == "closed"
    assert set(world.state()["steps"]) == {"lift", "put-back", "tell"}, (
        "nothing of the older event is among them"
    )
    assert world.told(ENDED)[-1].state is State.CLEAR


def test_a_failing_lift_is_repeated(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.broken = {"policies"}
    with pytest.raises(StepsFailedError, match="lift"):
        world.reception().receive(envelope(later("hook-reactivate")))
    assert world.told(FAILING)[-1].severity is Severity.WARNING
    world.broken = set()
    world.reception().receive(envelope(later("hook-reactivate")))
    assert world.denied() == set()


def test_nobody_in_identity_center_is_a_finding_and_okta_is_cleared(world: World) -> None:
    world.people = []
    world.reception().receive(envelope(deactivated()))

    (finding,) = world.told(ENDED)
    assert "not denied in AWS" in finding.title
    assert finding.severity is Severity.WARNING
    assert (world.denied(), world.cleared) == (set(), [JOHN])


def test_nobody_found_for_somebody_who_had_the_app_pages(world: World) -> None:
    world.people = []
    world.reception().receive(envelope(sample("hook-app-membership-remove")))
    assert world.told(ENDED)[0].severity is Severity.PAGE


def test_several_in_identity_center_page_and_nobody_is_denied(world: World) -> None:
    world.people = [Person("u-1", "a", JOHN), Person("u-2", "b", JOHN)]
    world.reception().receive(envelope(deactivated()))
    (finding,) = world.told(ENDED)
    assert (finding.severity, world.denied()) == (Severity.PAGE, set())
    assert world.step("deny") == "doubtful"


def test_an_id_known_from_before_serves_when_the_directory_has_forgotten(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.reception().receive(envelope(later("hook-reactivate")))
    world.people = []
    world.reception().receive(envelope(later("hook-suspend", 120)))
    assert world.denied() == {USER_ID}
    assert world.step("identify") == "done"


def test_a_protected_person_pages_instead(world: World) -> None:
    world.protected = (LOGIN.upper(),)
    world.reception().receive(envelope(deactivated()))
    (finding,) = world.findings
    assert finding.severity is Severity.PAGE
    assert (world.denied(), world.cleared, world.ledger) == (set(), [], {})


def test_over_capacity_pages_and_drops_nobody(world: World) -> None:
    world.shape = Shape(size=len(document([USER_ID])), count=1)
    world.people.append(Person("906788c1a2-other", "amara@example.com", "00u7p2qvBnWkZ4T8s1d7"))
    world.reception().receive(envelope(deactivated()))
    second = sample("hook-suspend")
    second["target"][0] |= {"id": "00u7p2qvBnWkZ4T8s1d7", "alternateId": "amara@example.com"}

    with pytest.raises(StepsFailedError, match="deny"):
        world.reception().receive(envelope(second))

    assert world.denied() == {USER_ID}
    (failing,) = world.told("leaver/okta:00u7p2qvBnWkZ4T8s1d7/failing")
    assert failing.severity is Severity.PAGE
    assert "full" in failing.facts["Deny policies"]


def test_an_unclear_event_pages(world: World) -> None:
    world.reception().receive(envelope(deactivated() | {"target": []}))
    (finding,) = world.findings
    assert finding.severity is Severity.PAGE
    assert deactivated()["uuid"] in finding.actions[0]


@pytest.mark.parametrize("person", [LOGIN, JOHN, USER_ID])
def test_an_operator_revokes_and_restores_by_any_name(world: World, person: str) -> None:
    world.reception().receive(request("leaver.revoke", person))
    assert (world.denied(), world.cleared) == ({USER_ID}, [JOHN])
    assert "ana" in world.told(ENDED)[0].facts["Asked"]

    world.reception().receive(request("leaver.restore", person, trigger="e-2", at=START + timedelta(hours=1)))
    assert world.denied() == set()


def test_okta_does_not_lift_what_an_operator_revoked(world: World) -> None:
    world.reception().receive(request("leaver.revoke", LOGIN))
    world.reception().receive(envelope(later("hook-reactivate")))
    assert world.denied() == {USER_ID}


def test_an_operator_restores_what_okta_revoked(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.people = []
    world.reception().receive(request("leaver.restore", LOGIN, at=START + timedelta(hours=1)))
    assert world.denied() == set()


def test_a_restore_that_failed_half_way_is_finished(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.broken = {"policies"}
    restore = request("leaver.restore", LOGIN, at=START + timedelta(hours=1))
    with pytest.raises(StepsFailedError):
        world.reception().receive(restore)
    world.broken = set()
    world.reception().receive(restore)
    assert world.denied() == set()


def test_somebody_who_is_not_from_okta_can_be_revoked(world: World) -> None:
    world.people = [Person("u-9", "contractor", None)]
    world.reception().receive(request("leaver.revoke", "contractor"))
    assert world.denied() == {"u-9"}
    assert world.state("user:u-9")["steps"]["okta-sessions"]["state"] == "nothing to do"


@pytest.mark.parametrize(
    ("kind", "severity"), [("leaver.revoke", Severity.PAGE), ("leaver.restore", Severity.WARNING)]
)
def test_an_operator_who_names_nobody_is_told(world: World, kind: str, severity: Severity) -> None:
    world.reception().receive(request(kind, "nobody@example.com"))
    (finding,) = world.findings
    assert (finding.severity, finding.subject) == (severity, "nobody@example.com")


def test_an_operator_who_names_several_is_told(world: World) -> None:
    world.people = [Person("u-1", "twin", None), Person("u-2", "twin", None)]
    world.reception().receive(request("leaver.revoke", "twin"))
    assert "2 users match" in world.findings[0].why
    assert world.denied() == set()


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
