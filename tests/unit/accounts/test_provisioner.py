"""Permission sets as access.yaml says, in every account that has them: what is different, told and spread."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from functions.accounts.provisioning import FEW, Provisioner
from functions.accounts.set_drift import differences
from functions.aws.assignment_requests import Request
from functions.aws.permission_set_state import Definition
from functions.finding import Finding, State
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import MANAGEMENT, World

POLICY = loads(
    """
permission_sets:
  Wide:
    managed: PowerUserAccess
    session: 4h
    inline: {Version: "2012-10-17", Statement: []}
    boundary: ViewOnlyAccess
  Narrow: {}
"""
)
AS_SAID = Definition(
    managed=frozenset({"arn:aws:iam::aws:policy/PowerUserAccess"}),
    session="PT4H",
    inline='{"Statement": [], "Version": "2012-10-17"}',
    boundary="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
)


def test_what_is_as_it_should_be_is_no_difference() -> None:
    assert differences(POLICY.permission_sets["Wide"], AS_SAID) == ()


def test_a_session_may_be_said_in_other_units() -> None:
    """Given PT14400S for the four hours of access.yaml, as the console or a script may have set it, none."""
    assert differences(POLICY.permission_sets["Wide"], replace(AS_SAID, session="PT14400S")) == ()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            replace(AS_SAID, boundary=""),
            "boundary is none, not arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        ),
        (replace(AS_SAID, session="PT12H"), "session is PT12H, not PT4H"),
        (replace(AS_SAID, inline=""), "the inline policy is another one"),
        (replace(AS_SAID, inline='{"Statement": [{}]}'), "the inline policy is another one"),
        (
            replace(AS_SAID, managed=frozenset()),
            "managed policy arn:aws:iam::aws:policy/PowerUserAccess is missing",
        ),
        (
            replace(AS_SAID, customer_managed=frozenset({"/team/more"})),
            "customer managed policy /team/more is there, and should not be",
        ),
    ],
)
def test_whatever_permits_more_or_less_is_a_difference(found: Definition, said: str) -> None:
    """Given somebody who took the boundary away, lengthened the session or wrote another policy by hand."""
    assert differences(POLICY.permission_sets["Wide"], found) == (said,)


@dataclass
class States:
    """Which accounts have an older state of which set, and who was asked for the latest."""

    outdated_in: dict[str, list[str]] = field(default_factory=dict)
    looked_at: list[str] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def definition(self, arn: str) -> Definition:
        self.looked_at.append(arn)
        return AS_SAID if arn.endswith("Wide") else Definition(session="PT1H")

    def outdated(self, arn: str) -> tuple[str, ...]:
        return tuple(self.outdated_in.get(arn, ()))

    def provision(self, arn: str, account: str | None) -> Request:
        self.asked.append((arn, account))
        left = [] if account is None else [each for each in self.outdated_in[arn] if each != account]
        self.outdated_in[arn] = left
        return Request("r", "SUCCEEDED")

    def provisionings(self, request_ids: Collection[str]) -> dict[str, Request]:
        """Nothing is ever under way: each ends at once."""
        return {each: Request(each, "SUCCEEDED") for each in request_ids}


def spread(states: States, only: str | None = None, off_limits: tuple[str, ...] = ()) -> list[Finding]:
    world = World(POLICY)
    provisioner = Provisioner(
        POLICY,
        world.admitter.center,
        cast(Any, states),
        off_limits,
        "https://runbooks.test",
        world.clock,
        world.clock.sleep,
    )
    return provisioner.run(only, since=world.clock.now, deadline=world.deadline(60))


def test_one_set_that_changed_costs_no_look_at_the_others() -> None:
    states = States()
    assert {f.subject for f in spread(states, "arn:of:Narrow")} == {"permission set Narrow"}
    assert states.looked_at == ["arn:of:Narrow"]
    states.looked_at.clear()
    spread(states)
    assert states.looked_at == ["arn:of:Narrow", "arn:of:Wide"]


def many(number: int) -> list[str]:
    return [f"{each:012d}" for each in range(number)]


def test_many_accounts_are_asked_for_together() -> None:
    states = States({"arn:of:Narrow": many(FEW + 1)})
    assert all(finding.state is State.CLEAR for finding in spread(states))
    assert states.asked == [("arn:of:Narrow", None)]


def test_a_set_that_is_used_where_the_hub_may_not_is_asked_for_account_by_account() -> None:
    """Given the management account among those with an older state, AWS refuses a delegated administrator who
    asks for all of them: so each of its own is asked for, and the other is told."""
    states = States({"arn:of:Narrow": [*many(FEW + 1), MANAGEMENT]})
    found = spread(states, off_limits=(MANAGEMENT,))
    assert states.asked == [("arn:of:Narrow", each) for each in many(FEW + 1)]
    (told,) = [finding for finding in found if finding.state is State.OPEN]
    assert told.facts.keys() == {MANAGEMENT}
