"""Which permission sets carry the deny of the management account: those used there, and no others."""

from typing import Any

import pytest
from aws_cdk import App

from functions.policy import loads
from infra.config import Deployment
from infra.permission_sets import PermissionSetsStack
from tests.template.templates import CONTEXT, of_type

DENIES = [f"ostiary-deny-leavers-{number}" for number in range(1, 5)]

POLICY = """
permission_sets:
  Anywhere: {managed: [PowerUserAccess]}
  Home: {managed: [Billing], customer_managed: [{name: Limits, path: /finance/}]}
  Both: {managed: [ViewOnlyAccess]}
  Patterned: {managed: [SecurityAudit]}
  Unused: {managed: [AdministratorAccess]}
grants:
  - {group: developers, permission_set: Anywhere, accounts: all}
  - {group: finance, permission_set: Home, accounts: management}
  - {group: security, permission_set: Both, accounts: [all, management]}
  - {groups: "aws-*-auditors", permission_set: Patterned, accounts: management}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The permission sets of a policy that marks some for the management account, by name."""
    app = App(
        analytics_reporting=False, context=CONTEXT, outdir=str(tmp_path_factory.mktemp("permission-sets"))
    )
    PermissionSetsStack(app, Deployment.read(app.node.try_get_context), loads(POLICY))
    assembly = app.synth()
    template = assembly.stacks[0].template
    found = of_type(template, "AWS::SSO::PermissionSet").values()
    return {properties["Name"]: properties for properties in found}


def references(permission_set: dict[str, Any]) -> list[tuple[str, str]]:
    listed = permission_set.get("CustomerManagedPolicyReferences", [])
    return [(each["Name"], each["Path"]) for each in listed]


@pytest.mark.parametrize("name", ["Both", "Patterned"])
def test_one_used_in_the_management_account_carries_the_deny(
    made: dict[str, dict[str, Any]], name: str
) -> None:
    assert references(made[name]) == [(deny, "/") for deny in DENIES]


def test_beside_its_own_policies_not_in_their_place(made: dict[str, dict[str, Any]]) -> None:
    assert references(made["Home"]) == [("Limits", "/finance/"), *((deny, "/") for deny in DENIES)]


def test_where_a_group_s_name_may_choose_the_set_each_of_them_does() -> None:
    chosen = loads(POLICY + '  - {groups: "home-{permission_set}", accounts: management}\n')
    assert chosen.used_in_management() == set(chosen.permission_sets)


@pytest.mark.parametrize("name", ["Anywhere", "Unused"])
def test_one_used_elsewhere_alone_does_not_for_member_accounts_have_no_such_policy(
    made: dict[str, dict[str, Any]], name: str
) -> None:
    assert references(made[name]) == []
