"""The hook lets through what the rules on the bus pick up: no more, and above all no less."""

from functions.okta.event_types import CONSUMED
from infra.patterns import LEAVERS


def test_the_rule_for_leavers_picks_up_exactly_what_the_hook_lets_through() -> None:
    assert set(LEAVERS.detail_type or []) == CONSUMED
