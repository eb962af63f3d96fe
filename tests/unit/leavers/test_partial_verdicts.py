"""What people who lost a group may still call, by a policy evaluator that is not ours."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.leavers.deny import Shape, document
from functions.leavers.partial import Loss, Pair
from functions.leavers.partial_render import fill
from functions.leavers.partial_scopes import places
from sandbox.evaluator import Call, verdicts

REMOVED = datetime(2026, 11, 16, 18, 50, 11, 675000, tzinfo=UTC)
LOOKED = REMOVED + timedelta(seconds=4)
BEFORE, AFTER = "2026-11-16T18:50:11Z", "2026-11-16T18:50:16Z"
JOHN, JANE = (f"906788c1a2-0c4c1f8e-90d1-70f0-2c1b-{n:012d}" for n in range(2))
ONE, TWO, MANAGEMENT = "111111111111", "222222222222", "999999999999"


def lost(*pairs: Pair, kept: tuple[Pair, ...] = ()) -> Loss:
    return Loss(
        "00u1#00g1",
        False,
        REMOVED,
        "t-1",
        REMOVED + timedelta(hours=12),
        user_id=JOHN,
        lost=pairs,
        kept=kept,
        looked=LOOKED,
    )


def policies(loss: Loss, *, management: bool = False) -> list[dict[str, Any]]:
    """As they are written: for the members, or in the management account."""
    found = places([loss], lambda account: (account == MANAGEMENT) is management)
    filled = fill([document([])], [], found, Shape(count=1))
    assert not filled.waiting
    return [json.loads(each) for each in filled.documents]


def call(account: str, user_id: str, issued_at: str, permission_set: str = "Developer", **more: str) -> Call:
    return Call(account, user_id, "s3:ListAllMyBuckets", "*", issued_at, permission_set, **more)


DENIED, ALLOWED = "ExplicitlyDenied", "Allowed"

EVERYWHERE = (
    (call(ONE, JOHN, BEFORE), DENIED),
    (call(ONE, JOHN, BEFORE, region="us-east-1"), DENIED),
    (call(ONE, JOHN, AFTER), ALLOWED),
    (call(ONE, JOHN, BEFORE, "ReadOnly"), ALLOWED),
    (call(ONE, JOHN, BEFORE, "Developer_Extra"), ALLOWED),
    (call(ONE, JOHN, BEFORE, "AWSReservedSSO_Developer"), ALLOWED),
    (call(ONE, JANE, BEFORE), ALLOWED),
)


@pytest.mark.parametrize("management", [False, True], ids=["member", "management"])
def test_only_sessions_of_the_lost_permission_set_from_before_are_denied(management: bool) -> None:
    """Lost, begun before: denied. Begun after coming back, another set, a colleague: allowed."""
    account = MANAGEMENT if management else ONE
    said = policies(lost((account, "Developer")), management=management)
    calls = [Call(**{**vars(each), "account": account}) for each, _ in EVERYWHERE]

    found = verdicts(calls, [], said) if management else verdicts(calls, said)

    assert found == [verdict for _, verdict in EVERYWHERE]


@pytest.mark.parametrize("kept", [((TWO, "Developer"),), ((TWO, "Developer"), ("333333333333", "Developer"))])
def test_the_same_permission_set_elsewhere_is_theirs_still(kept: tuple[Pair, ...]) -> None:
    """Given a set that another group gives in some accounts, sessions there go on; named or left out."""
    also = [(f"{n:012d}", "Developer") for n in range(444444444444, 444444444446)]
    said = policies(lost((ONE, "Developer"), *also, kept=kept))

    found = verdicts([call(ONE, JOHN, BEFORE), call(TWO, JOHN, BEFORE)], said)

    assert found == [DENIED, ALLOWED]


def test_a_session_that_nobody_says_the_user_of_is_not_denied() -> None:
    """A chained role drops identitystore:userId, as docs/security.md says: an honest limit."""
    said = policies(lost((ONE, "Developer")))
    assert verdicts([Call(ONE, None, "s3:ListAllMyBuckets", "*", BEFORE)], said) == [ALLOWED]
