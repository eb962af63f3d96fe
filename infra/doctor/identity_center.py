"""IAM Identity Center's side of the chain. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from infra.config import Deployment
from infra.doctor.verdict import Line, fail, ok, warn


@dataclass(frozen=True)
class Instance:
    """An instance as ListInstances shows it."""

    arn: str
    identity_store: str
    status: str


def instance(instances: Sequence[Instance], deployment: Deployment) -> Line:
    """Whether the instance of cdk.json is there, in this Region."""
    check = "Identity Center"
    found = next((each for each in instances if each.arn == deployment.instance_arn), None)
    if found is None:
        seen = ", ".join(each.arn for each in instances) or "none"
        return fail(
            check,
            f"instance {deployment.instance_arn} is not in {deployment.hub_region} (there: {seen})",
            'set "instance_arn" and "hub_region" in cdk.json as IAM Identity Center > Settings shows them',
        )
    if found.identity_store != deployment.identity_store_id:
        return fail(
            check,
            f"its identity store is {found.identity_store}, not {deployment.identity_store_id}",
            f'set "identity_store_id" in cdk.json to "{found.identity_store}"',
        )
    if found.status != "ACTIVE":
        return fail(
            check,
            f"instance {found.arn} is {found.status}",
            "wait until it is ACTIVE, then look at IAM Identity Center > Dashboard",
        )
    return ok(check, f"instance {found.arn} is active")


def identity_source(people: int, from_outside: int) -> Line:
    """No API tells the identity source. What SCIM made carries an id of its maker; what the console made
    does not."""
    check = "identity source"
    steps = "IAM Identity Center > Settings > Identity source: External identity provider, SCIM on"
    if not people:
        return fail(check, "nobody is in the directory: Okta has provisioned no one", steps)
    if not from_outside:
        return fail(
            check, "nobody in the directory came by SCIM: Okta seems not to be the identity source", steps
        )
    if from_outside < people:
        return warn(
            check,
            f"{people - from_outside} of {people} people looked at did not come by SCIM",
            "if they are not break-glass people, delete them in Identity Center: Okta cannot show them out",
        )
    return ok(check, f"all {people} people looked at came by SCIM")


def permission_sets(wanted: Collection[str], there: Collection[str]) -> Line:
    """Whether each permission set of the access policy exists."""
    check = "permission sets"
    missing = sorted(set(wanted) - set(there))
    if missing:
        return fail(check, f"missing: {', '.join(missing)}", "cdk deploy ostiary-permission-sets")
    return ok(check, f"all {len(wanted)} of the access policy exist")


def groups(wanted: Collection[str], missing: Sequence[str]) -> Line:
    """Whether each group that a grant names exists."""
    check = "groups"
    if missing:
        return fail(
            check,
            f"not in Identity Center: {', '.join(sorted(missing))}",
            "push them in Okta (the AWS app > Push Groups), or correct their names in the access policy",
        )
    return ok(check, f"all {len(wanted)} that grants name exist")
