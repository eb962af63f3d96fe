"""A deny policy of the management account is missing: what is written, and what on-call is told."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from functions.aws.deny_health import NOT_CARRIED, NOT_THERE, Health, Lack
from functions.finding import Finding, Severity, State
from functions.leavers.console import Console
from functions.leavers.deny import MANAGED, Denied, Shape, document
from functions.leavers.findings import Wording
from functions.leavers.lacking import lacking
from functions.leavers.writing import Place, Report, rendered

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WORDING = Wording("https://example.com/runbooks", Console("eu-west-1", "arn:aws:sso:::instance/ssoins-1"))
TITLE = "policies of the management account"


class Policies:
    """What a look finds, and what is written then."""

    def __init__(self, *held: str | None) -> None:
        self.held = list(held)

    def until(self, deadline: float) -> None:
        assert deadline

    def contents(self, count: int) -> Sequence[str | None]:
        return self.held[:count]

    def bring(self, number: int, content: str, held: str | None) -> bool:
        assert self.held[number - 1] == held
        self.held[number - 1] = content
        return False


def write(policies: Policies, health: Health, *people: str) -> Report:
    denied = [Denied(person, NOW) for person in people]
    place = Place(TITLE, policies, Shape(MANAGED, 2), health=lambda: health)
    return rendered(place, denied, None)[0]


def told(report: Report) -> Finding:
    (found,) = lacking(WORDING, report, NOW)
    return found


def test_people_are_denied_by_what_is_there_while_one_is_missing() -> None:
    policies = Policies(document([]))

    report = write(policies, Health(lacks=(Lack("ostiary-deny-leavers-2", NOT_THERE),)), "u-1")

    assert "u-1" in str(policies.held[0])
    assert report.left_over == ()
    assert report.lacks


def test_what_is_not_there_is_a_page_that_says_what_to_type() -> None:
    found = told(write(Policies(document([])), Health(lacks=(Lack("ostiary-deny-leavers-2", NOT_THERE),))))

    assert (found.severity, found.state, found.subject) == (Severity.PAGE, State.OPEN, TITLE)
    assert "ostiary-deny-leavers-2 is not there" in found.why
    assert "npx cdk deploy ostiary-organization" in found.actions[0]
    assert found.runbook.endswith("leaver.md")


def test_it_is_told_even_where_none_is_there_at_all() -> None:
    lacks = tuple(Lack(f"ostiary-deny-leavers-{n}", NOT_THERE) for n in (1, 2))

    assert told(write(Policies(), Health(lacks=lacks), "u-1")).severity is Severity.PAGE


@pytest.mark.parametrize(("urgent", "severity"), [(True, Severity.PAGE), (False, Severity.WARNING)])
def test_what_no_role_carries_wakes_somebody_only_if_it_denies_somebody(
    urgent: bool, severity: Severity
) -> None:
    lack = Lack("ostiary-deny-leavers-2", NOT_CARRIED, urgent=urgent)

    found = told(write(Policies(document([]), document([])), Health(lacks=(lack,))))

    assert found.severity is severity
    assert "npx cdk deploy ostiary-permission-sets" in found.actions[0]


def test_it_resolves_by_itself_when_all_are_there() -> None:
    missing = told(write(Policies(document([])), Health(lacks=(Lack("ostiary-deny-leavers-2", NOT_THERE),))))
    back = told(write(Policies(document([]), None), Health(made=(2,))))

    assert (back.key, back.state) == (missing.key, State.CLEAR)


def test_what_was_made_again_is_told_as_meddling_once() -> None:
    report = write(Policies(document([]), None), Health(made=(2,)))

    assert report.repaired == (f"policy 2 of {TITLE} was deleted",)


def test_of_policies_that_are_made_at_run_time_nothing_is_asked() -> None:
    """Service control policies are created whenever they are missing: no finding for each look at them."""
    policies = Policies(None)

    report, _ = rendered(Place("service control policies", policies, Shape()), [Denied("u-1", NOW)], None)

    assert json.loads(str(policies.held[0]))
    assert list(lacking(WORDING, report, NOW)) == []
