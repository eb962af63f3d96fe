"""What on-call reads about where a leaver is denied is where the policies are."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.leavers.console import Console
from functions.leavers.findings import Wording
from functions.leavers.record import Occasion, Record, StepOutcome, StepState
from functions.leavers.rules import Rules
from functions.leavers.steps import DENY, Deny

NOW = datetime(2026, 11, 22, tzinfo=UTC)
GONE = Record(
    key="00u1",
    okta_id="00u1",
    login="john@example.com",
    user_id="u-1",
    occasion=Occasion("uuid", NOW, "deactivated"),
    steps={DENY: StepOutcome(StepState.DONE, NOW)},
)


class Written:
    def bring_up_to_date(self) -> frozenset[str]:
        return frozenset()


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (("root",), "denied in every member account"),
        (("ou-ab12-workloads", "root"), "denied in every member account"),
        (
            ("ou-ab12-workloads", "ou-ab12-sandboxes"),
            "denied in every account under ou-ab12-workloads and ou-ab12-sandboxes, and in no other member",
        ),
    ],
)
def test_messages_say_what_is_covered_and_no_more(targets: tuple[str, ...], said: str) -> None:
    """Given policies on the root or on some units alone, step and message claim just that."""
    rules = Rules(timedelta(hours=12), targets=targets)
    assert said in Deny(Written(), rules.covered).run(GONE).note
    wording = Wording("https://runbooks", Console("eu-west-1", "arn:aws:sso:::instance/x"), rules.covered)
    assert said in wording.ended(GONE).why
