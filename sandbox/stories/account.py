"""Story 1: an account joins (created, created and moved, invited), and every grant that matches holds."""

import time
from collections.abc import Iterator

from sandbox import seed
from sandbox.expect import Seen, watch
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN
from sandbox.world import World

_STORY = "Account joins"
INVITED = "333333333333"

EVERYWHERE = frozenset(
    {("billing", "Billing"), ("security-audit", "SecurityAudit"), ("sre-oncall", "ReadOnly")}
)
PRODUCTION = EVERYWHERE | {
    ("aws-loyalty-production-Operations", "Operations"),
    ("aws-production-developers", "Developer"),
    ("platform-admin", "Operations"),
    ("read-only-exec", "ReadOnly"),
    ("sre-oncall", "Operations"),
}
"""What access.yaml means for such an account, written down by hand: (group, permission set)."""


def play(world: World) -> Iterator[Seen]:
    """Three ways in, one after the other."""
    organizations = world.identity_client("organizations")
    since = time.monotonic()
    created = _create(world, "warehouse")
    yield _granted(world, "created", created, EVERYWHERE, since)
    since = time.monotonic()
    moved = _create(world, "loyalty-production")
    organizations.move_account(
        AccountId=moved,
        SourceParentId=world.root_id,
        DestinationParentId=_unit(world, "Workloads", "Production"),
    )
    yield _granted(world, "created and moved into /Workloads/Production", moved, PRODUCTION, since)
    since = time.monotonic()
    seed.join_by_invitation(organizations, world.identity_client("organizations", INVITED), INVITED)
    yield _granted(world, "invited", INVITED, EVERYWHERE, since)


def assignments(world: World, account: str) -> frozenset[tuple[str, str]]:
    """Every (group, permission set) of the account, as Identity Center lists them."""
    sso, store = world.identity_client("sso-admin"), world.identity_client("identitystore")
    sets = sso.list_permission_sets_provisioned_to_account(InstanceArn=INSTANCE_ARN, AccountId=account)
    found = set()
    for arn in sets.get("PermissionSets", []):
        described = sso.describe_permission_set(InstanceArn=INSTANCE_ARN, PermissionSetArn=arn)
        listed = sso.list_account_assignments(
            InstanceArn=INSTANCE_ARN, AccountId=account, PermissionSetArn=arn
        )
        for assignment in listed["AccountAssignments"]:
            group = store.describe_group(IdentityStoreId=IDENTITY_STORE_ID, GroupId=assignment["PrincipalId"])
            found.add((group["DisplayName"], described["PermissionSet"]["Name"]))
    return frozenset(found)


def _granted(
    world: World, how: str, account: str, expected: frozenset[tuple[str, str]], since: float
) -> Seen:
    return watch(
        _STORY,
        f"{how}: {len(expected)} assignments, each by a grant",
        since=since,
        read=lambda: assignments(world, account),
        holds=lambda found: found == expected,
        tell=lambda found: _difference(found, expected),
    )


def _difference(found: frozenset[tuple[str, str]], expected: frozenset[tuple[str, str]]) -> str:
    parts = [f"{len(found & expected)} of {len(expected)} there"]
    parts += [f"missing {group} {name}" for group, name in sorted(expected - found)]
    parts += [f"unwanted {group} {name}" for group, name in sorted(found - expected)]
    return ", ".join(parts)


def _create(world: World, name: str) -> str:
    organizations = world.identity_client("organizations")
    request = organizations.create_account(Email=f"aws+{name}@example.com", AccountName=name)
    return seed.wait_for_account(organizations, request["CreateAccountStatus"]["Id"])


def _unit(world: World, *path: str) -> str:
    organizations = world.identity_client("organizations")
    parent = world.root_id
    for name in path:
        listed = organizations.list_organizational_units_for_parent(ParentId=parent)["OrganizationalUnits"]
        parent = next(unit["Id"] for unit in listed if unit["Name"] == name)
    return str(parent)
