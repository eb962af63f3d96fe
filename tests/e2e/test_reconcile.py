"""Access kept true in the deployed world: repaired, told, and nothing taken away that must not be."""

from collections.abc import Iterator

import pytest

from functions.aws.identity_center import AccountAssignment
from sandbox.identity import INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.world import World
from tests.e2e.accessing import Access, reconcile, told, unseen
from tests.e2e.waiting import eventually


@pytest.fixture
def access(world: World) -> Iterator[Access]:
    """No fault is left behind."""
    yield Access(world)
    world.identity.faults.set([])


def test_access_is_repaired_and_nothing_is_taken_however_aws_behaves(world: World, access: Access) -> None:
    """Given an assignment deleted by hand, one that nobody granted, a suspended account, a list that fails
    once and a throttled creation: the first comes back, the second stays, the failure is told."""
    if not world.aws.enforces_iam:
        pytest.skip("the other shape, which enforces IAM, shows it")
    missing = access.named("network", "platform-admin", "Operations")
    extra = access.named("network", "bi-analysts", "Operations")
    suspended = next(each.id for each in access.accounts if each.name == "sandbox-4")
    with unseen(world):
        access.give_all()
        access.take(missing)
        access.give(extra)
        world.identity_client("organizations").close_account(AccountId=suspended)
    world.identity.faults.reset()
    sso = {"service": "sso-admin", "status": 400}
    listing = {"operation": "ListAccountAssignmentsForPrincipal", "error": "ResourceNotFoundException"}
    creating = {"operation": "CreateAccountAssignment", "error": "ThrottlingException"}
    world.identity.faults.set([{**sso, **listing, "times": 1}, {**sso, **creating, "times": 4}])

    reconcile(world, "all")

    eventually(lambda: access.has(missing), "the assignment deleted by hand")
    eventually(lambda: told(world, "Reconcile could not read everything"), "word of the list that failed")
    assert access.has(extra)
    calls = world.identity.faults.calls()["sso-admin"]
    assert "DeleteAccountAssignment" not in calls
    assert calls["CreateAccountAssignment"] == 1 + 4, "four throttled, and none for the suspended account"


def test_access_to_the_management_account_is_kept_true_by_its_own_role(world: World, access: Access) -> None:
    """Given a grant there that is not carried out, in either shape: a role of that account makes it, and its
    permission set carries the policies that deny leavers where no service control policy binds."""
    missing = AccountAssignment(
        MANAGEMENT_ACCOUNT, access.sets["Organization"], access.groups["platform-admin"]
    )
    with unseen(world):
        access.take(missing)

    reconcile(world, {"account": MANAGEMENT_ACCOUNT})

    eventually(lambda: access.has(missing), "the assignment in the management account")
    listed = world.identity_client("sso-admin").list_customer_managed_policy_references_in_permission_set(
        InstanceArn=INSTANCE_ARN, PermissionSetArn=missing.permission_set_arn
    )["CustomerManagedPolicyReferences"]
    assert {each["Name"] for each in listed} == {f"ostiary-deny-leavers-{n}" for n in range(1, 5)}


def test_a_group_is_compared_when_somebody_asks(world: World, access: Access) -> None:
    """Given assignments of one group that are not there, asking for that group brings them."""
    missing = access.named("data-lake", "bi-analysts", "DataAnalyst")
    with unseen(world):
        access.take(missing)

    reconcile(world, {"group": "bi-analysts"})

    eventually(lambda: access.has(missing), "the assignment of the group")
