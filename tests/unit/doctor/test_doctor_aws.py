"""Doctor's checks of the AWS side, given facts as they may be."""

import json

import pytest

from infra.config import Deployment
from infra.doctor import identity_center, organization
from infra.doctor.access import profile_for
from infra.doctor.organization import Rule, Trail
from infra.doctor.verdict import Verdict
from tests.template.templates import CONTEXT

PLACE = Deployment.read(CONTEXT.get)
BUS = "arn:aws:events:eu-west-1:222222222222:event-bus/ostiary"


@pytest.mark.parametrize(
    ("trails", "verdict", "says"),
    [
        ([Trail("t", True, True, "eu-west-1", True)], Verdict.OK, "t logs"),
        ([Trail("t", True, False, "us-east-1", True)], Verdict.OK, "t logs"),
        (
            [Trail("off", False, True, "us-east-1", True), Trail("on", True, True, "x", True)],
            Verdict.OK,
            "on",
        ),
        ([], Verdict.FAIL, "no trail"),
        ([Trail("t", False, True, "us-east-1", True)], Verdict.FAIL, "does not log"),
        ([Trail("t", True, False, "eu-west-1", True)], Verdict.FAIL, "us-east-1"),
        ([Trail("t", True, True, "us-east-1", False)], Verdict.FAIL, "management events"),
    ],
)
def test_trail(trails: list[Trail], verdict: Verdict, says: str) -> None:
    line = organization.trail(trails)
    assert line.verdict is verdict
    assert says in line.says


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        (Rule(True, (BUS,)), Verdict.OK),
        (Rule(False, (BUS,)), Verdict.FAIL),
        (Rule(True, ()), Verdict.FAIL),
        (Rule(True, (BUS.replace("eu-west-1", "eu-west-2"),)), Verdict.FAIL),
        (None, Verdict.FAIL),
    ],
)
def test_rule(rule: Rule | None, verdict: Verdict) -> None:
    assert organization.rule(rule, PLACE).verdict is verdict


def policy(principal: object, action: object = "events:PutEvents", effect: str = "Allow") -> str:
    return json.dumps({"Statement": [{"Effect": effect, "Principal": principal, "Action": action}]})


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (policy({"AWS": "arn:aws:iam::123456789012:root"}), Verdict.OK),
        (policy({"AWS": ["arn:aws:iam::1:root", "123456789012"]}, ["events:PutEvents"]), Verdict.OK),
        (policy({"AWS": "arn:aws:iam::999999999999:root"}), Verdict.FAIL),
        (policy({"AWS": "arn:aws:iam::123456789012:root"}, "events:PutRule"), Verdict.FAIL),
        (policy({"AWS": "arn:aws:iam::123456789012:root"}, effect="Deny"), Verdict.FAIL),
        (None, Verdict.FAIL),
    ],
)
def test_bus_policy(document: str | None, verdict: Verdict) -> None:
    assert organization.bus_policy(organization.parsed(document), PLACE).verdict is verdict


def test_a_bus_that_is_missing_is_a_failure() -> None:
    assert "missing" in organization.bus_policy(None, PLACE).says


def test_one_account_needs_neither_policy_nor_administrator() -> None:
    one = Deployment.read({**CONTEXT, "hub_account": CONTEXT["management_account"]}.get)
    assert organization.bus_policy({}, one).verdict is Verdict.OK
    assert organization.administrator([], one).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("people", "outside", "verdict"),
    [
        (10, 10, Verdict.OK),
        (10, 9, Verdict.WARN),
        (10, 0, Verdict.FAIL),
        (0, 0, Verdict.FAIL),
    ],
)
def test_identity_source(people: int, outside: int, verdict: Verdict) -> None:
    assert identity_center.identity_source(people, outside).verdict is verdict


@pytest.mark.parametrize(
    ("arn", "store", "status", "says"),
    [
        (PLACE.instance_arn, PLACE.identity_store_id, "ACTIVE", "is active"),
        (PLACE.instance_arn, PLACE.identity_store_id, "DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS"),
        (PLACE.instance_arn, "d-0000000000", "ACTIVE", "its identity store is d-0000000000"),
        ("arn:aws:sso:::instance/ssoins-0000000000000000", "d-0", "ACTIVE", "is not in eu-west-1"),
    ],
)
def test_instance(arn: str, store: str, status: str, says: str) -> None:
    assert says in identity_center.instance([identity_center.Instance(arn, store, status)], PLACE).says


def test_what_is_missing_is_named() -> None:
    assert identity_center.permission_sets(["B", "A"], ["A"]).says == "missing: B"
    assert identity_center.groups(["x", "y"], ["y"]).says == "not in Identity Center: y"


def test_a_profile_is_found_by_the_account_it_leads_to() -> None:
    profiles = {
        "plain": {"region": "eu-west-1"},
        "sso": {"sso_account_id": "123456789012"},
        "role": {"role_arn": "arn:aws:iam::222222222222:role/admin"},
    }
    assert profile_for("123456789012", profiles) == "sso"
    assert profile_for("222222222222", profiles) == "role"
    assert profile_for("999999999999", profiles) is None
