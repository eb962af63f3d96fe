"""Stack `ostiary-permission-sets`: the permission sets of access.yaml, and the events of Identity Center's
Region, in the management account."""

import hashlib
import re
from collections.abc import Iterable, Sequence

from aws_cdk import CfnTag, Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sso as sso
from constructs import Construct

from functions.policy import AccessPolicy, PermissionSet
from functions.policy.permission_sets import Boundary, managed_policy_arn
from infra import names
from infra.config import ORGANIZATIONS_REGION, Deployment
from infra.patterns import (
    ACCOUNT_FACTORY,
    GROUPS_TOLD,
    IDENTITY_CENTER,
    PERMISSION_SETS,
    SCIM_TOKEN,
    SIGN_INS,
    deployed,
)
from infra.resources.forwarding import Forwarding


class PermissionSetsStack(Stack):
    """One `AWS::SSO::PermissionSet` each. Only the management account may change those used in itself."""

    def __init__(self, scope: Construct, deployment: Deployment, policy: AccessPolicy) -> None:
        super().__init__(
            scope,
            names.PERMISSION_SETS,
            description="Ostiary: the permission sets of access.yaml",
            env=Environment(account=deployment.management_account, region=deployment.hub_region),
        )
        in_management = policy.used_in_management()
        ids = _construct_ids(policy.permission_sets)
        for name, permission_set in policy.permission_sets.items():
            denies = names.management_denies(deployment) if name in in_management else ()
            _permission_set(self, ids[name], deployment.instance_arn, name, permission_set, denies)
        # These speak in their own Region, not where Organizations does; us-east-1 has its rules already.
        if deployment.hub_region != ORGANIZATIONS_REGION:
            role = iam.Role.from_role_arn(
                self,
                "ForwardRole",
                names.role_arn(deployment.management_account, names.FORWARD),
                mutable=False,
            )
            Forwarding(
                self,
                "Forwarding",
                deployment,
                patterns={
                    "account-factory": ACCOUNT_FACTORY,
                    "identity-center": IDENTITY_CENTER,
                    "groups": GROUPS_TOLD,
                    "permission-sets": PERMISSION_SETS,
                    "deployed": deployed(names.PERMISSION_SETS, deployment.management_account, self.region),
                    "scim-token": SCIM_TOKEN,
                    "sign-ins": SIGN_INS,
                },
                role=role,
            )


def _construct_ids(sets: Iterable[str]) -> dict[str, str]:
    """A construct id for each name.

    CloudFormation's logical ids hold letters and digits alone, so `Read-Only` and `ReadOnly` come out the
    same. The first of them in access.yaml keeps the plain id; each later one has a hash of its name.
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for name in sets:
        plain = re.sub("[^A-Za-z0-9]", "", name)
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        ids[name] = f"PermissionSet-{name}" if plain not in taken else f"PermissionSet-{name}-{digest}"
        taken.add(plain)
    return ids


def _permission_set(
    scope: Construct, id_: str, instance_arn: str, name: str, wanted: PermissionSet, denies: Sequence[str]
) -> sso.CfnPermissionSet:
    """`denies`: policies of the management account that deny leavers there, where no SCP binds."""
    policies = [*((policy.name, policy.path) for policy in wanted.customer_managed)]
    policies += [(deny, "/") for deny in denies]
    return sso.CfnPermissionSet(
        scope,
        id_,
        instance_arn=instance_arn,
        name=name,
        description=wanted.description,
        session_duration=wanted.session_iso,
        managed_policies=list(wanted.managed_arns()) or None,
        customer_managed_policy_references=[
            sso.CfnPermissionSet.CustomerManagedPolicyReferenceProperty(name=policy, path=path)
            for policy, path in policies
        ]
        or None,
        inline_policy=wanted.inline,
        permissions_boundary=_boundary(wanted.boundary),
        relay_state_type=wanted.relay_state,
        tags=[CfnTag(key=key, value=value) for key, value in wanted.tags.items()] or None,
    )


def _boundary(wanted: Boundary | None) -> sso.CfnPermissionSet.PermissionsBoundaryProperty | None:
    if wanted is None:
        return None
    if wanted.managed:
        return sso.CfnPermissionSet.PermissionsBoundaryProperty(
            managed_policy_arn=managed_policy_arn(wanted.managed)
        )
    policy = wanted.customer_managed
    if policy is None:
        raise ValueError("a boundary without a policy; the access policy's own check lets none through")
    return sso.CfnPermissionSet.PermissionsBoundaryProperty(
        customer_managed_policy_reference=sso.CfnPermissionSet.CustomerManagedPolicyReferenceProperty(
            name=policy.name, path=policy.path
        )
    )
