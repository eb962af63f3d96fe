"""The hook lets through what the rules on the bus pick up: no more, and above all no less."""

from functions.okta.event_types import CONSUMED, LOG_ONLY
from infra.patterns import ACCOUNTS_OKTA, GROUPS, LEAVERS, OKTA_WATCH
from sandbox.okta.eligibility import hook_eligible


def test_the_rules_pick_up_exactly_what_the_hook_lets_through_and_the_log_alone_tells() -> None:
    rules = (ACCOUNTS_OKTA, LEAVERS, GROUPS, OKTA_WATCH)
    picked_up = {each for rule in rules for each in rule.detail_type or []}
    assert picked_up == CONSUMED | LOG_ONLY


def test_a_hook_can_carry_all_that_it_is_registered_for_and_nothing_of_the_rest() -> None:
    assert all(hook_eligible(kind) for kind in CONSUMED)
    assert not any(hook_eligible(kind) for kind in LOG_ONLY)
