"""The door of reconcile: who may ask for what, and what comes back to the queue."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from functions.accounts import wiring
from functions.accounts.reconcile import DELEGATED
from functions.accounts.reconcile_handler import IncompleteError, on_event
from functions.accounts.reconcile_scope import Scope, ScopeError, read_scope
from functions.accounts.wiring import Environment, ReconcileTools, off_limits
from functions.bus import EventBus
from functions.inbox import Envelope
from functions.policy import loads
from tests.unit.accounts.company import FULL, Company

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def asked(detail: Mapping[str, Any], detail_type: str = "reconcile") -> Envelope:
    return Envelope("1", "ostiary.accounts", detail_type, NOW, detail)


@dataclass
class Bus:
    """EventBridge: what was put there."""

    put: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's spelling
        self.put += [(entry["DetailType"], json.loads(entry["Detail"])) for entry in Entries]
        return {"Entries": [{"EventId": "1"} for _ in Entries]}

    def open(self) -> set[str]:
        return {detail["key"] for kind, detail in self.put if kind == "finding" and detail["state"] == "open"}


def run(company: Company, bus: Bus, seconds: float = 870) -> None:
    nobody = cast(Any, None)  # the permission sets are another scope
    tools = ReconcileTools(company.reconciler, nobody, EventBus(cast(Any, bus), "ostiary"))
    on_event(asked({"scope": "all"}), tools, company.world.clock.now + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("envelope", "scope"),
    [
        (asked({"scope": "all"}), Scope()),
        (asked({"scope": "all", "calls": 500}), Scope(calls=500)),
        (asked({"scope": {"sweep": "s", "number": 2}, "calls": 5}), Scope(sweep="s", number=2, calls=5)),
        (asked({"scope": {"account": "111111111111"}}), Scope(account="111111111111")),
        (
            asked({"scope": {"account": "111111111111"}, "remove": False}),
            Scope(account="111111111111", remove=False),
        ),
        (asked({"scope": {"group": "audit"}}), Scope(group="audit")),
        (asked({"group": "id-1", "because": "it is new"}, "reconcile.group"), Scope(group_id="id-1")),
        (asked({"scope": "permission-sets"}), Scope(permission_sets=True)),
        (Envelope("1", "aws.events", "Scheduled Event", NOW, {}), Scope()),
        (Envelope("1", "aws.cloudformation", "CloudFormation Stack Status Change", NOW, {}), Scope()),
        (
            Envelope(
                "1",
                "aws.sso",
                "AWS API Call via CloudTrail",
                NOW,
                {"requestParameters": {"permissionSetArn": "arn:ps"}},
            ),
            Scope(permission_set="arn:ps"),
        ),
    ],
)
def test_who_asks_for_what(envelope: Envelope, scope: Scope) -> None:
    assert read_scope(envelope) == scope


@pytest.mark.parametrize("detail", [{}, {"scope": "everything"}, {"scope": {"unit": "/Data"}}])
def test_a_scope_nobody_knows_says_what_is_possible(detail: Mapping[str, Any]) -> None:
    with pytest.raises(ScopeError, match='scope is "all"'):
        read_scope(asked(detail))


@pytest.mark.parametrize("calls", [0, -1, "many", 1.5])
def test_a_number_of_calls_nobody_can_keep_to_is_refused(calls: object) -> None:
    with pytest.raises(ScopeError, match="above 0"):
        read_scope(asked({"scope": "all", "calls": calls}))


def test_a_run_mends_and_tells() -> None:
    company, bus = Company(), Bus()
    run(company, bus)
    assert company.access() == FULL
    assert bus.open() == {"accounts/reconcile/repaired"}


def test_a_gap_is_told_and_the_event_comes_back() -> None:
    """Given a group that could not be read, on-call knows, and the queue brings the rest again."""
    company, bus = Company(), Bus()
    company.by_role.trouble["list_account_assignments_for_principal"] = ["InternalServerException"]
    with pytest.raises(IncompleteError, match="group audit"):
        run(company, bus)
    assert "accounts/reconcile/reading" in bus.open()


def test_nothing_readable_is_told_as_well() -> None:
    company, bus = Company(), Bus()
    company.world.organizations.trouble["list_accounts"] = ["AccessDeniedException"]
    with pytest.raises(ClientError, match="AccessDenied"):
        run(company, bus)
    assert bus.open() == {"accounts/reconcile/reading"}


def test_what_is_handed_over_is_an_event_for_each_account() -> None:
    company, bus = Company(), Bus()
    run(company, bus, seconds=1)
    handed = [detail["account"] for kind, detail in bus.put if kind == "reconcile.account"]
    assert sorted(handed) == ["111111111111", "222222222222"]


def environment(hub: str) -> Environment:
    return Environment(
        "ostiary", "https://r.test", "role", "123456789012", hub, "instance", "store", "turns", "access"
    )


def test_only_a_delegated_administrator_keeps_out_of_the_management_account() -> None:
    policy = loads("permission_sets: {}")
    assert off_limits(environment("123456789012"), policy) == {}
    assert off_limits(environment("222222222222"), policy) == {"123456789012": DELEGATED}


def test_a_grant_for_the_management_account_lets_it_in_by_a_role_there() -> None:
    """Given such a grant, access there is kept true from either account."""
    policy = loads("permission_sets: {A: {}}\ngrants: [{user: k, permission_set: A, accounts: management}]")
    assert off_limits(environment("222222222222"), policy) == {}


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What Lambda sets, and a bundled policy."""
    policy = loads("permission_sets: {A: {}}\ngrants: []\n")
    monkeypatch.setattr(wiring, "load_bundled", lambda: policy)
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "OSTIARY_BUS": "ostiary",
        "OSTIARY_RUNBOOKS": "https://runbooks.test",
        "OSTIARY_ORGANIZATION_ROLE": "arn:aws:iam::123456789012:role/ostiary-organization-read",
        "OSTIARY_MANAGEMENT_ACCOUNT": "123456789012",
        "OSTIARY_HUB_ACCOUNT": "222222222222",
        "OSTIARY_INSTANCE_ARN": "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6",
        "OSTIARY_IDENTITY_STORE_ID": "d-9067f01234",
        "OSTIARY_SWEEP_TABLE": "ostiary-sweep",
        "OSTIARY_TURNS_TABLE": "ostiary-turns",
        "OSTIARY_MANAGEMENT_ACCESS": "arn:aws:iam::123456789012:role/ostiary-management-access",
    }.items():
        monkeypatch.setenv(name, value)
    wiring.reconcile_tools.cache_clear()
    yield
    wiring.reconcile_tools.cache_clear()


@pytest.mark.usefixtures("variables")
def test_the_tools_of_reconcile_fit_together() -> None:
    reader = wiring.reconcile_tools().reconciler.reader
    assert set(reader.policy.permission_sets) == {"A"}
    assert reader.off_limits.keys() == {"123456789012"}
