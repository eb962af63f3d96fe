"""A person whom nobody knows, or several are, or nobody may touch, or for whom there is no room."""

import pytest

from functions.aws.people import Person
from functions.finding import Severity
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.deny import Shape, document
from tests.unit.leavers.story import ENDED, deactivated, later
from tests.unit.leavers.twins import JOHN, LOGIN, USER_ID, World, envelope, sample


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
