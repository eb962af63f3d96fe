"""Whom the deny of a leaver does not touch, by an evaluator that is not ours; how many it has room for."""

import json
from pathlib import Path

import pytest

from functions.leavers.deny import LARGE, MANAGED, SMALL, Denied, Shape, document, render
from sandbox.evaluator import Call, judged, verdicts
from tests.unit.leavers.twins import START

JOHN = "906788c1a2-0c4c1f8e-90d1-70f0-2c1b-000000000000"
ACCOUNT, BREAK_GLASS = "111111111111", "break-glass"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
DENY = json.loads(document([JOHN], {"2026-11-16T18:15:13Z": ["somebody-who-came-back"]}))
LEAVERS = Path(__file__).parents[3] / "docs" / "leavers.md"


def test_a_break_glass_role_is_not_denied_while_everybody_who_left_is() -> None:
    """A role that is not of Identity Center carries no user id, so no deny of a person reaches it."""
    # Given a break-glass role of IAM, and a policy that denies John everything
    call = {
        "request": {
            "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/{BREAK_GLASS}/on-call",
            "action": "iam:CreateUser",
            "resource": {"resource": "*", "accountId": ACCOUNT},
            "contextVariables": {
                "aws:TokenIssueTime": "2026-01-01T00:00:00Z",
                "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{BREAK_GLASS}",
            },
        },
        "identityPolicies": [{"name": "own", "policy": ALLOW}, {"name": "deny", "policy": DENY}],
        "serviceControlPolicies": [
            {
                "orgIdentifier": "root",
                "policies": [
                    {"name": "FullAWSAccess", "policy": ALLOW},
                    {"name": "deny", "policy": DENY},
                ],
            }
        ],
        "resourceControlPolicies": [],
    }

    # Then it may do everything, and John nothing
    assert judged([call]) == ["Allowed"]
    assert verdicts([Call(ACCOUNT, JOHN, "iam:CreateUser", "*")], [DENY]) == ["ExplicitlyDenied"]


@pytest.mark.parametrize(
    ("size", "count", "people"),
    [(SMALL, 4, 396), (SMALL, 5, 495), (LARGE, 4, 804), (LARGE, 9, 1_809), (MANAGED, 4, 480)],
)
def test_how_many_may_have_left_at_once(size: int, count: int, people: int) -> None:
    """As docs/leavers.md says of each configuration."""
    left = [Denied(f"{JOHN[:-12]}{number:012d}", START) for number in range(people + 1)]
    assert render(left[:-1], [], Shape(size, count)).left_over == ()
    assert len(render(left, [], Shape(size, count)).left_over) == 1
    assert f"| {count} of {size:,} | {people:,} |" in LEAVERS.read_text()
