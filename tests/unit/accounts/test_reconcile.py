"""All access as the policy wants it: repaired, told, and taken away only as allowed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from functions.accounts.reconcile import DELEGATED, Reconciler, Reconciliation
from functions.accounts.reconcile_read import Reader
from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment, IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.aws.sweep_store import Stretch, _packed, _unpacked
from functions.finding import Finding, State
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import INSTANCE, MANAGEMENT, FakeIdentityCenter, MemberAccount, World

ONE, TWO, THREE = "111111111111", "222222222222", "333333333333"
GRANTS = """
permission_sets: {ReadOnly: {}, Operations: {}}
grants:
  - {group: audit, permission_set: ReadOnly, accounts: all}
  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads}}
"""
ENFORCE = GRANTS + "accounts: {prune: enforce, max_removals: 3}\n"
FULL = {(ONE, "audit", "ReadOnly"), (ONE, "sre", "Operations"), (TWO, "audit", "ReadOnly")}


class Sweeps:
    """The table of long readings, packed as the real one packs them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], bytes] = {}

    def put(self, sweep: str, number: int, stretch: Stretch, now: float) -> None:
        self.kept[sweep, number] = _packed(stretch)

    def stretches(self, sweep: str) -> list[Stretch]:
        return [_unpacked(data) for (name, _), data in sorted(self.kept.items()) if name == sweep]


class Company:
    """Two accounts, two groups, and a reconciler; `by_role` is Identity Center under the management role."""

    def __init__(self, policy: str = GRANTS, off_limits: dict[str, str] | None = None) -> None:
        self.world = World(loads(policy))
        self.world.store.push("audit", "sre")
        self.world.organizations.accounts |= {
            ONE: MemberAccount("one", "/Workloads"),
            TWO: MemberAccount("two", "/Data"),
        }
        self.center = self.world.center
        self.by_role = FakeIdentityCenter()
        self.by_role.assignments = self.center.assignments
        self.told: list[Finding] = []
        self.sweeps = Sweeps()
        reader = Reader(
            policy=self.world.admitter.policy,
            organizations=Organizations(cast(Any, self.world.organizations), MANAGEMENT),
            center=self.world.admitter.center,
            principals=IdentityCenter(cast(Any, self.by_role), INSTANCE),
            store=IdentityStore(cast(Any, self.world.store), "d-9067f01234"),
            off_limits=off_limits or {},
        )
        self.reconciler = Reconciler(
            reader,
            self.tell,
            "https://runbooks.test",
            cast(Any, self.sweeps),
            self.world.clock,
            self.world.clock.sleep,
        )

    def tell(self, findings: Sequence[Finding]) -> None:
        self.told += findings

    def run(self, scope: Scope | None = None, seconds: float = 870) -> Reconciliation:
        now: datetime = self.world.clock.now
        return self.reconciler.run(scope or Scope(), since=now, deadline=now + timedelta(seconds=seconds))

    def give(self, account: str, group: str, permission_set: str) -> None:
        self.center.assignments.add(AccountAssignment(account, f"arn:of:{permission_set}", f"id-of-{group}"))

    def access(self) -> set[tuple[str, str, str]]:
        return {
            (
                a.account_id,
                a.principal_id.removeprefix("id-of-"),
                a.permission_set_arn.removeprefix("arn:of:"),
            )
            for a in self.center.assignments
        }

    def writes(self) -> int:
        return self.center.calls["create_account_assignment"] + self.center.calls["delete_account_assignment"]


def opened(done: Reconciliation) -> dict[str, Finding]:
    return {finding.key: finding for finding in done.findings if finding.state is State.OPEN}


def test_what_is_missing_is_made_and_told() -> None:
    """EXT: believed its own table, so what was deleted by hand never came back."""
    company = Company()
    company.give(ONE, "audit", "ReadOnly")
    done = company.run()
    assert company.access() == FULL
    assert opened(done).keys() == {"accounts/reconcile/repaired"}
    assert opened(company.run()) == {}


def test_nothing_changed_costs_a_call_a_group() -> None:
    """Given access that is right, the groups are read under the role, and Identity Center is asked nothing
    else once names are known."""
    company = Company()
    company.run()
    company.center.calls.clear()
    company.by_role.calls.clear()
    company.run()
    assert dict(company.by_role.calls) == {"list_account_assignments_for_principal": 2}
    assert dict(company.center.calls) == {}
    assert company.world.organizations.calls["list_tags_for_resource"] == 0


def test_what_no_grant_wants_stays_where_removing_is_off() -> None:
    company = Company()
    company.give(TWO, "sre", "Operations")
    done = company.run()
    assert company.access() == FULL | {(TWO, "sre", "Operations")}
    assert company.center.calls["delete_account_assignment"] == 0
    assert "accounts/reconcile/unwanted" not in opened(done)


def test_where_removing_is_reported_it_is_told_and_stays() -> None:
    company = Company(GRANTS + "accounts: {prune: report}\n")
    company.give(TWO, "sre", "Operations")
    done = company.run()
    assert (TWO, "sre", "Operations") in company.access()
    finding = opened(done)["accounts/reconcile/unwanted"]
    assert finding.facts.keys() == {f"sre → Operations in {TWO}"}


def test_where_removing_is_enforced_the_plan_is_told_before_anything_goes() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.world.store.push("old-team")
    company.give(ONE, "old-team", "Operations")
    seen_when_told: list[set[tuple[str, str, str]]] = []

    def tell(findings: Sequence[Finding]) -> None:
        company.told.extend(findings)
        seen_when_told.append(company.access())

    company.reconciler = Reconciler(
        company.reconciler.reader,
        tell,
        "https://r.test",
        cast(Any, company.sweeps),
        company.world.clock,
        company.world.clock.sleep,
    )
    done = company.run()
    assert company.access() == FULL
    assert [finding.key for finding in company.told] == ["accounts/reconcile/removals"]
    assert (TWO, "sre", "Operations") in seen_when_told[0]
    assert len(done.removed.removed) == 2
    assert "accounts/reconcile/removals" not in opened(company.run())


def test_more_than_the_maximum_is_nothing_at_all() -> None:
    """Given a lost grant, four removals where three are allowed: it is told, and nothing goes."""
    company = Company(ENFORCE)
    for group in ("a", "b", "c", "d"):
        company.world.store.push(group)
        company.give(TWO, group, "Operations")
    done = company.run()
    assert len(company.access()) == 3 + 4
    assert len(opened(done)["accounts/reconcile/unwanted"].facts) == 4


def test_one_failed_read_removes_nothing_and_the_rest_is_repaired() -> None:
    """AUTO: one failed read became an empty list, and 100 grants were deleted.

    Given a group that cannot be read, nothing is removed anywhere, others are repaired, and it is told.
    """
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.by_role.trouble["list_account_assignments_for_principal"] = ["InternalServerException"]
    done = company.run()
    assert company.center.calls["delete_account_assignment"] == 0
    assert (TWO, "sre", "Operations") in company.access()
    assert (ONE, "sre", "Operations") in company.access()
    assert not any(group == "audit" for _, group, _ in company.access())
    assert done.gaps
    assert "accounts/reconcile/reading" in opened(done)
    assert company.run().gaps == ()
    assert company.access() >= FULL


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("organizations", "list_accounts"),
        ("organizations", "list_organizational_units_for_parent"),
        ("store", "list_groups"),
        ("center", "list_permission_sets"),
    ],
)
def test_what_everything_depends_on_is_read_or_nothing_is_touched(service: str, operation: str) -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    getattr(company.world, service).trouble[operation] = ["AccessDeniedException"]
    with pytest.raises(ClientError, match="AccessDenied"):
        company.run()
    assert company.writes() == 0


def test_where_the_role_may_not_be_used_accounts_are_read_one_by_one() -> None:
    """From a delegated administrator: a call for each account, one for each set provisioned there."""
    company = Company(off_limits={MANAGEMENT: DELEGATED})
    company.run()
    company.center.calls.clear()
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    company.center.assignments.discard(AccountAssignment(TWO, "arn:of:ReadOnly", "id-of-audit"))
    company.run()
    assert company.access() == FULL
    assert company.center.calls["list_permission_sets_provisioned_to_account"] == 2
    assert company.center.calls["list_account_assignments"] == 2


def test_an_account_that_cannot_be_read_is_left_alone_and_nothing_is_removed() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    company.center.trouble["list_permission_sets_provisioned_to_account"] = ["InternalServerException"]
    done = company.run()
    assert company.center.calls["delete_account_assignment"] == 0
    assert done.gaps
    assert "accounts/reconcile/reading" in opened(done)


def test_a_group_that_cannot_be_read_by_itself_is_handed_over_account_by_account() -> None:
    """Given a delegated administrator, one group is looked for in every account, by events of their own."""
    company = Company()
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    done = company.run(Scope(group="audit"))
    assert set(done.handed_over) == {MANAGEMENT, ONE, TWO}
    assert {event.detail_type for event in done.events()} == {"reconcile.account"}
    assert company.writes() == 0


def test_more_than_fits_into_one_run_is_handed_over_account_by_account() -> None:
    """Given 3 assignments to make and a second of time, each account's part becomes an event."""
    company = Company()
    done = company.run(seconds=1)
    assert set(done.handed_over) == {ONE, TWO}
    assert [dict(event.detail)["account"] for event in done.events()] == list(done.handed_over)
    assert company.writes() == 0


def test_a_run_that_ends_in_the_middle_hands_over_the_rest() -> None:
    """Given requests that never end, the run says so in time; the accounts are looked at again."""
    company = Company()
    company.center.looks = 10**6
    done = company.run(seconds=60)
    assert set(done.handed_over) == {ONE, TWO}


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_a_suspended_account_does_not_break_the_run(state: str) -> None:
    """AUTO #31. Given one, the others are repaired, and what it has stays."""
    company = Company(ENFORCE)
    company.world.organizations.accounts[THREE] = MemberAccount("three", "/Workloads", state=state)
    company.give(THREE, "audit", "Operations")
    done = company.run()
    assert company.access() == FULL | {(THREE, "audit", "Operations")}
    assert opened(done).keys() == {"accounts/reconcile/repaired"}


def test_the_management_account_is_given_access_where_the_hub_is_in_it() -> None:
    company = Company(GRANTS + "  - {group: sre, permission_set: Operations, accounts: management}\n")
    company.run()
    assert (MANAGEMENT, "sre", "Operations") in company.access()


def test_a_delegated_administrator_leaves_the_management_account_alone_and_says_why() -> None:
    """Given a grant there, it is blocked with the reason, and asked for by nobody, again and again."""
    policy = GRANTS + "  - {group: sre, permission_set: Operations, accounts: management}\n"
    company = Company(policy, off_limits={MANAGEMENT: DELEGATED})
    done = company.run()
    assert company.access() == FULL
    assert opened(done)[f"accounts/{MANAGEMENT}/access"].facts == {"sre → Operations": DELEGATED}


def test_nothing_is_removed_from_the_management_account_by_a_delegated_administrator() -> None:
    company = Company(ENFORCE, off_limits={MANAGEMENT: DELEGATED})
    company.give(MANAGEMENT, "sre", "Operations")
    company.run()
    assert (MANAGEMENT, "sre", "Operations") in company.access()


def test_one_group_is_compared_alone() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.run(Scope(group="sre"))
    assert company.access() == {(ONE, "sre", "Operations")}
    company.run(Scope(group_id="id-of-audit"))
    assert company.access() == FULL


def test_a_group_that_is_not_there_is_nothing_to_do() -> None:
    company = Company(ENFORCE)
    done = company.run(Scope(group="nobody"))
    assert (company.writes(), done.gaps) == (0, ())


def test_one_account_is_compared_alone() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    done = company.run(Scope(account=TWO))
    assert company.access() == {(TWO, "audit", "ReadOnly")}
    assert company.by_role.calls["list_account_assignments_for_principal"] == 0
    assert opened(done).keys() == {"accounts/reconcile/removals"}


def test_a_removal_that_fails_is_told_with_its_reason() -> None:
    company = Company(ENFORCE)
    company.run()
    company.give(TWO, "sre", "Operations")
    company.center.fails["Operations"] = "the role is in use"
    finding = opened(company.run())["accounts/reconcile/removals"]
    assert finding.facts == {f"sre → Operations in {TWO}": "the role is in use"}


@pytest.mark.parametrize(
    "code", ["ConflictException", "ThrottlingException", "ServiceQuotaExceededException"]
)
def test_throttled_creates_end_right(code: str) -> None:
    """Given AWS full for a while, every assignment is there in the end and none is called failed."""
    company = Company()
    company.center.trouble["create_account_assignment"] = [code] * 5
    done = company.run()
    assert company.access() == FULL
    assert done.applied.failed == ()


def test_a_quota_that_stays_full_is_a_failure_with_its_reason() -> None:
    company = Company()
    company.center.trouble["create_account_assignment"] = ["ServiceQuotaExceededException"] * 100
    done = company.run()
    assert {failed.reason.split(":")[0] for failed in done.applied.failed} == {
        "ServiceQuotaExceededException"
    }


def test_being_throttled_while_looking_loses_nothing() -> None:
    company = Company()
    company.center.trouble["list_account_assignment_creation_status"] = ["ThrottlingException"] * 3
    company.run()
    assert company.access() == FULL
    assert company.center.calls["create_account_assignment"] == 3


def test_what_somebody_gave_a_user_by_hand_is_told_and_left_to_the_daily_run() -> None:
    """Given an assignment to a person that no group's list shows, a look into the account tells of it, and
    nothing that an event started takes it away."""
    company = Company(ENFORCE)
    company.run()
    by_hand = AccountAssignment(TWO, "arn:of:Operations", "id-of-kim", "USER")
    company.center.assignments.add(by_hand)
    done = company.run(Scope(account=TWO, remove=False))
    assert by_hand in company.center.assignments
    finding = opened(done)[f"accounts/{TWO}/unwanted"]
    assert finding.facts.keys() == {f"id-of-kim → Operations in {TWO}"}
    company.center.assignments.discard(by_hand)
    assert opened(company.run(Scope(account=TWO, remove=False))) == {}
