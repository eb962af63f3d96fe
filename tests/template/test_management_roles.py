"""What the hub may do in the management account."""

import json
from pathlib import Path

import boto3
import pytest
from aws_cdk import App
from moto import mock_aws

from functions.aws.deny_policies import DenyPolicies
from functions.leavers.deny import document
from functions.policy import load, loads
from infra.app import build
from infra.config import Deployment
from infra.organization import OrganizationStack
from tests.template.reference import level
from tests.template.templates import (
    CONTEXT,
    ROOT,
    Stacks,
    Template,
    actions,
    granting,
    listed,
    named,
    of_type,
    refers_to,
)


@pytest.mark.parametrize(
    ("capabilities", "role"),
    [
        (("accounts", "reconcile"), "ostiary-organization-read"),
        (("reconcile",), "ostiary-management-access"),
        (("leavers",), "ostiary-deny-policies"),
    ],
)
def test_functions_assume_their_role_of_the_management_account_and_no_other(
    capabilities: tuple[str, ...], role: str, stacks: Stacks
) -> None:
    for capability in capabilities:
        (statement,) = granting(stacks.hub, f"ostiary-{capability}", "sts:AssumeRole")
        assert f"arn:aws:iam::123456789012:role/{role}" in listed(statement["Resource"])

    # And that role trusts these functions alone, not their whole account
    _, made = named(stacks.organization, "AWS::IAM::Role", "RoleName", role)
    (trust,) = made["AssumeRolePolicyDocument"]["Statement"]
    assert ":iam::222222222222:root" in json.dumps(trust["Principal"])
    assert trust["Action"] == "sts:AssumeRole"
    assert trust["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": [
                arn
                for capability in capabilities
                for arn in (
                    f"arn:aws:iam::222222222222:role/ostiary-{capability}",
                    f"arn:aws:sts::222222222222:assumed-role/ostiary-{capability}/*",
                )
            ]
        }
    }


def test_of_both_that_assign_only_reconcile_may_take_away(hub: Template) -> None:
    assert "sso:DeleteAccountAssignment" in actions(hub, "ostiary-reconcile")
    assert not {name for name in actions(hub, "ostiary-accounts") if name.startswith("sso:Delete")}


@pytest.mark.parametrize("capability", ["hook", "expiry", "alerts"])
def test_the_others_assume_no_role(capability: str, hub: Template) -> None:
    assert "sts:AssumeRole" not in actions(hub, f"ostiary-{capability}")


def test_the_read_role_changes_nothing(stacks: Stacks) -> None:
    for action in actions(stacks.organization, "ostiary-organization-read"):
        assert level(action) in ("Read", "List")


def test_the_deny_role_changes_only_policies_that_bear_its_tag(stacks: Stacks) -> None:
    policy = "arn:aws:organizations::123456789012:policy/o-*/service_control_policy/p-*"
    made = "ostiary-deny-policies"

    for action in ("organizations:UpdatePolicy", "organizations:AttachPolicy"):
        on_policies = [
            s for s in granting(stacks.organization, made, action) if ":policy/" in json.dumps(s["Resource"])
        ]
        for statement in on_policies:
            assert statement["Resource"] == policy
            assert statement["Condition"]["StringEquals"] == {
                "organizations:PolicyType": "SERVICE_CONTROL_POLICY",
                "aws:ResourceTag/ostiary:managed": "deny-policy",
            }
    for action in ("organizations:CreatePolicy", "organizations:TagResource"):
        (statement,) = granting(stacks.organization, made, action)
        assert statement["Condition"]["StringEquals"] == {
            "organizations:PolicyType": "SERVICE_CONTROL_POLICY",
            "aws:RequestTag/ostiary:managed": "deny-policy",
        }


def test_the_deny_role_takes_no_policy_away(stacks: Stacks) -> None:
    allowed = actions(stacks.organization, "ostiary-deny-policies")

    taking = {name for name in allowed if "Detach" in name or "Delete" in name or "Untag" in name}
    # Of five versions the oldest makes room; a leaver's own assignment or entitlement is no policy.
    assert taking == {
        "iam:DeletePolicyVersion",
        "sso:DeleteAccountAssignment",
        "account-access:DeleteEntitlement",
    }


def test_access_to_the_management_account_reaches_no_other_account(stacks: Stacks) -> None:
    """Given a grant for that account, the role for it assigns there alone, and makes no role but Identity
    Center's own."""
    made = "ostiary-management-access"
    for action in (
        "sso:CreateAccountAssignment",
        "sso:DeleteAccountAssignment",
        "sso:ProvisionPermissionSet",
    ):
        (statement,) = granting(stacks.organization, made, action)
        accounts = [name for name in statement["Resource"] if ":account/" in name]
        assert accounts == ["arn:aws:sso:::account/123456789012"]
    for action in ("iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"):
        (statement,) = granting(stacks.organization, made, action)
        (role,) = listed(statement["Resource"])
        assert role == "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*"
    assert not any(name.startswith("organizations:") for name in actions(stacks.organization, made))


def test_without_a_grant_for_the_management_account_there_is_no_such_role(tmp_path: Path) -> None:
    app = App(analytics_reporting=False, context=CONTEXT, outdir=str(tmp_path))
    policy = loads("permission_sets: {A: {}}\ngrants: [{group: g, permission_set: A, accounts: all}]")
    OrganizationStack(app, Deployment.read(app.node.try_get_context), policy)
    template = app.synth().stacks[0].template
    roles = {role.get("RoleName") for role in of_type(template, "AWS::IAM::Role").values()}
    assert "ostiary-management-access" not in roles


def test_entitlements_are_taken_in_the_region_of_identity_center_and_nothing_is_enabled_or_deleted(
    stacks: Stacks,
) -> None:
    made = "ostiary-deny-policies"
    (statement,) = granting(stacks.organization, made, "account-access:DeleteEntitlement")
    assert statement["Resource"] == "arn:aws:account-access:eu-west-1:123456789012:application/*"
    allowed = {each for each in actions(stacks.organization, made) if each.startswith("account-access:")}
    assert allowed == {
        f"account-access:{name}"
        for name in ("ListApplications", "ListEntitlements", "CreateEntitlement", "DeleteEntitlement")
    }


def test_in_its_own_account_the_deny_role_writes_the_deny_policies_alone(stacks: Stacks) -> None:
    made = "ostiary-deny-policies"
    names = {
        policy["ManagedPolicyName"]
        for policy in of_type(stacks.organization, "AWS::IAM::ManagedPolicy").values()
    }
    assert names == {f"ostiary-deny-leavers-{number}" for number in range(1, 5)}
    (statement,) = granting(stacks.organization, made, "iam:CreatePolicyVersion")
    assert {resource.rpartition("/")[2] for resource in statement["Resource"]} == names
    (statement,) = granting(stacks.organization, made, "sso:DeleteAccountAssignment")
    assert "arn:aws:sso:::account/123456789012" in statement["Resource"]
    assert "arn:aws:sso:::account/*" not in statement["Resource"]


def test_what_is_missing_of_them_it_may_make_and_no_other_policy(stacks: Stacks) -> None:
    (statement,) = granting(stacks.organization, "ostiary-deny-policies", "iam:CreatePolicy")
    names = [resource.rpartition(":")[2] for resource in listed(statement["Resource"])]
    assert names == [f"policy/ostiary-deny-leavers-{number}" for number in range(1, 5)]


def test_it_may_make_none_before_the_stack_has_made_them_all(stacks: Stacks) -> None:
    """Otherwise the function could be quicker than the deployment, which would fail over a name in use."""
    role, _ = named(stacks.organization, "AWS::IAM::Role", "RoleName", "ostiary-deny-policies")
    resources = stacks.organization["Resources"].values()
    (rights,) = [
        r for r in resources if r["Type"] == "AWS::IAM::Policy" and refers_to(r["Properties"]["Roles"], role)
    ]
    assert set(of_type(stacks.organization, "AWS::IAM::ManagedPolicy")) <= set(rights["DependsOn"])


def test_where_no_deny_is_wanted_there_there_is_none_and_no_right_to_it(
    tmp_path: Path, bundle_stub: Path
) -> None:
    app = App(
        analytics_reporting=False, context={**CONTEXT, "deny_management_policies": "0"}, outdir=str(tmp_path)
    )
    build(app, Deployment.read(app.node.try_get_context), load(ROOT / "access.yaml"), bundle_stub)
    app.synth()
    made = Stacks.read(tmp_path)

    assert not of_type(made.organization, "AWS::IAM::ManagedPolicy")
    assert not {a for a in actions(made.organization, "ostiary-deny-policies") if a.startswith("iam:")}
    for permission_set in of_type(made.permission_sets, "AWS::SSO::PermissionSet").values():
        assert "ostiary-deny-leavers" not in str(permission_set.get("CustomerManagedPolicyReferences"))


def test_the_deny_policies_of_the_management_account_never_change_by_deployment(stacks: Stacks) -> None:
    """What they say is written at run time; a changed template would write it back to nobody."""
    for policy in of_type(stacks.organization, "AWS::IAM::ManagedPolicy").values():
        assert policy["PolicyDocument"] == {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Action": ["*"],
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "identitystore:userId": ["0000000000-00000000-0000-0000-0000-000000000000"]
                        }
                    },
                }
            ],
        }


@mock_aws
def test_the_gateway_gives_a_new_deny_policy_the_tag_that_its_role_asks_for() -> None:
    # Given an organization without a deny policy
    organizations = boto3.client("organizations", region_name="us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    (root,) = organizations.list_roots()["Roots"]
    organizations.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")

    # When the first one is written
    gateway = DenyPolicies(organizations, sleep=lambda _seconds: None)
    gateway.bring(1, document([]), gateway.contents(1)[0])

    # Then it bears the tag, and so may be updated and attached
    policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (made,) = [policy for policy in policies if policy["Name"].startswith("ostiary-")]
    tags = organizations.list_tags_for_resource(ResourceId=made["Id"])["Tags"]
    assert tags == [{"Key": "ostiary:managed", "Value": "deny-policy"}]
