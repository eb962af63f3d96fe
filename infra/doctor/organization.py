"""The management account's side of the chain. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra import names
from infra.config import ORGANIZATIONS_REGION, Deployment
from infra.doctor.verdict import Line, fail, ok

SSO = "sso.amazonaws.com"
SCP = "SERVICE_CONTROL_POLICY"
RULE = "ostiary-forward-organization"


@dataclass(frozen=True)
class Trail:
    """A trail as the management account sees it."""

    name: str
    logging: bool
    everywhere: bool
    home: str
    management_events: bool


@dataclass(frozen=True)
class Rule:
    """A rule of the default bus, and where it sends."""

    enabled: bool
    targets: tuple[str, ...]


def credentials(check: str, account: str, wanted: str, option: str) -> Line:
    """Whether somebody is signed in to the account that the next checks look into."""
    if account == wanted:
        return ok(check, f"signed in to account {account}")
    return fail(
        check,
        f"signed in to account {account}, but {wanted} is to be looked into",
        f"give {option} with a profile of account {wanted}",
    )


def trail(trails: Sequence[Trail]) -> Line:
    """AWS Organizations User Guide, "AWS Organizations and Amazon EventBridge": no trail, no events."""
    check = "trail"
    for each in trails:
        here = each.everywhere or each.home == ORGANIZATIONS_REGION
        if each.logging and here and each.management_events:
            return ok(check, f"trail {each.name} logs management events")
    if not trails:
        return fail(
            check,
            "the management account has no trail, so Organizations' events reach nobody",
            "create a multi-Region trail with management events in the management account",
        )
    stopped = [each.name for each in trails if not each.logging]
    if stopped:
        name = stopped[0]
        return fail(check, f"trail {name} does not log", f"aws cloudtrail start-logging --name {name}")
    return fail(
        check,
        f"no trail logs management events in {ORGANIZATIONS_REGION}",
        f"aws cloudtrail update-trail --name {trails[0].name} --is-multi-region-trail; log management events",
    )


def rule(found: Rule | None, deployment: Deployment) -> Line:
    """The rule that forwards Organizations' events to the hub."""
    check, bus = "us-east-1 rule", names.bus_arn(deployment)
    if found is None:
        return fail(check, f"rule {RULE} is missing", "cdk deploy ostiary-organization")
    if not found.enabled:
        return fail(
            check,
            f"rule {RULE} is disabled",
            f"aws events enable-rule --name {RULE} --region {ORGANIZATIONS_REGION}",
        )
    if bus not in found.targets:
        sent = ", ".join(found.targets) or "nowhere"
        return fail(check, f"rule {RULE} sends to {sent}, not to {bus}", "cdk deploy ostiary-organization")
    return ok(check, f"rule {RULE} forwards to {bus}")


def bus_policy(policy: Mapping[str, Any] | None, deployment: Deployment) -> Line:
    """Whether the hub's bus lets the management account in."""
    check = "bus policy"
    if deployment.management_account == deployment.hub_account:
        return ok(check, "the hub is in the management account, so none is needed")
    principal = f"arn:aws:iam::{deployment.management_account}:root"
    if policy is None:
        return fail(check, f"bus {names.BUS} is missing", "cdk deploy ostiary-hub")
    for statement in policy.get("Statement", ()):
        allowed = statement.get("Effect") == "Allow" and "events:PutEvents" in _many(statement.get("Action"))
        if allowed and {principal, deployment.management_account} & _principals(statement.get("Principal")):
            return ok(check, f"account {deployment.management_account} may put events on bus {names.BUS}")
    return fail(
        check,
        f"bus {names.BUS} lets account {deployment.management_account} put no events: all of them are lost",
        "cdk deploy ostiary-hub",
    )


def policy_type(types: Mapping[str, str]) -> Line:
    """Without the type enabled, a service control policy denies nothing."""
    check = "SCP type"
    if types.get(SCP) == "ENABLED":
        return ok(check, "service control policies are enabled on the root")
    return fail(
        check,
        "service control policies are not enabled on the root: no leaver is denied anything",
        f"aws organizations enable-policy-type --policy-type {SCP} --root-id <the root's id>",
    )


def administrator(accounts: Sequence[str], deployment: Deployment) -> Line:
    """Whether the hub may administer Identity Center."""
    check, hub = "delegated administrator", deployment.hub_account
    if hub == deployment.management_account:
        return ok(check, "the hub is the management account, so none is needed")
    if hub in accounts:
        return ok(check, f"account {hub} administers Identity Center")
    return fail(
        check,
        f"account {hub} is no delegated administrator of Identity Center",
        f"aws organizations register-delegated-administrator --account-id {hub} --service-principal {SSO}",
    )


def parsed(policy: str | None) -> Mapping[str, Any]:
    """The bus's policy; a bus without one has no statement."""
    read: Mapping[str, Any] = json.loads(policy) if policy else {}
    return read


def _many(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _principals(principal: Any) -> set[str]:
    return set(_many(principal.get("AWS"))) if isinstance(principal, dict) else set(_many(principal))
