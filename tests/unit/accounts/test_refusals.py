"""AWS refuses one assignment for want of a right: the others are made, and on-call hears which and why."""

import pytest

from functions.accounts.refusals import RefusedError
from tests.unit.accounts.aws_in_memory import World
from tests.unit.accounts.company import ENFORCE, FULL, ONE, TWO, Company, opened
from tests.unit.accounts.door import NEW, Bus, bus, deliver, sample, world
from tests.unit.accounts.test_reconcile_handler import Bus as ReconcileBus
from tests.unit.accounts.test_reconcile_handler import run

__all__ = ["bus", "world"]

DENIED = "AccessDeniedException: as the test wants it"


def test_a_refused_assignment_stops_no_other_and_is_named() -> None:
    """Given the first of three creations refused, two are made, and the finding of its account names the
    third, AWS's reason, and what to do about it."""
    company = Company()
    company.center.trouble["create_account_assignment"] = ["AccessDeniedException"]
    done = company.run()
    assert len(company.access()) == len(FULL) - 1
    assert not done.refused
    (missing,) = FULL - company.access()
    finding = opened(done)[f"accounts/{missing[0]}/access"]
    assert finding.facts == {f"{missing[1]} → {missing[2]}": DENIED}
    assert any("CloudTrail" in action for action in finding.actions)


def test_a_refused_removal_stops_no_other_and_is_named() -> None:
    company = Company(ENFORCE)
    company.run()
    company.world.store.push("old")
    company.give(ONE, "old", "Operations")
    company.give(TWO, "sre", "Operations")
    company.center.trouble["delete_account_assignment"] = ["AccessDeniedException"]
    done = company.run()
    (left,) = company.access() - FULL
    finding = opened(done)["accounts/reconcile/removals"]
    assert finding.facts[f"{left[1]} → {left[2]} in {left[0]}"] == DENIED
    assert not done.refused


def test_where_all_is_refused_the_event_comes_back_once_it_is_told() -> None:
    """Given every creation refused, it is the function's right that is missing: told, and tried again."""
    company, bus = Company(), ReconcileBus()
    company.center.trouble["create_account_assignment"] = ["AccessDeniedException"] * 3
    with pytest.raises(RefusedError):
        run(company, bus)
    assert bus.open() == {f"accounts/{ONE}/access", f"accounts/{TWO}/access"}
    run(company, bus)
    assert company.access() == FULL


def test_an_account_gets_all_that_is_not_refused(world: World, bus: Bus) -> None:
    world.store.push("fresh-B")
    world.center.trouble["create_account_assignment"] = ["AccessDeniedException"]
    assert deliver(sample("create-account-result")) == []
    assert world.access(NEW) == {("fresh-B", "B")}
    assert bus.open() == {f"accounts/{NEW}/access"}


def test_an_account_where_all_is_refused_is_told_and_comes_back(world: World, bus: Bus) -> None:
    world.center.trouble["create_account_assignment"] = ["AccessDeniedException"]
    assert deliver(sample("create-account-result")) == ["0"]
    assert bus.open() == {f"accounts/{NEW}/access"}
    assert deliver(sample("create-account-result")) == []
    assert world.access(NEW) == {("audit", "A")}
