"""An operator names somebody."""

from datetime import timedelta

import pytest

from functions.aws.people import Person
from functions.finding import Severity
from functions.leavers.carrying_out import StepsFailedError
from tests.unit.leavers.story import ENDED, deactivated, later
from tests.unit.leavers.twins import JOHN, LOGIN, START, USER_ID, World, envelope, request


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
