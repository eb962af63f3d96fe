"""One account or two, any Region: the same app."""

import json
from collections import Counter
from typing import Any

import pytest
from aws_cdk.assertions import Match
from aws_cdk.assertions import Template as CdkTemplate

from tests.template.templates import CONTEXT, SHAPES, Stacks, of_type

NOT_IN_THE_EMBEDDED_AWS = {
    "AWS::Events::EventBusPolicy",
    "AWS::SSO::PermissionSet",
    "AWS::SecretsManager::ResourcePolicy",
}


def environments(stacks: Stacks) -> dict[str, str]:
    manifest = json.loads((stacks.directory / "manifest.json").read_text())
    return {
        name: artifact["environment"].removeprefix("aws://")
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }


def test_permission_sets_come_after_the_role_and_the_policies_that_they_name(
    shapes: dict[str, Stacks],
) -> None:
    for stacks in shapes.values():
        artifacts = json.loads((stacks.directory / "manifest.json").read_text())["artifacts"]
        assert "ostiary-organization" in artifacts["ostiary-permission-sets"]["dependencies"]


def test_two_accounts(shapes: dict[str, Stacks]) -> None:
    assert environments(shapes["two-accounts"]) == {
        "ostiary-organization": "123456789012/us-east-1",
        "ostiary-permission-sets": "123456789012/eu-west-1",
        "ostiary-hub": "222222222222/eu-west-1",
    }


def test_one_account(shapes: dict[str, Stacks]) -> None:
    assert environments(shapes["one-account"]) == {
        "ostiary-organization": "123456789012/us-east-1",
        "ostiary-permission-sets": "123456789012/eu-west-1",
        "ostiary-hub": "123456789012/eu-west-1",
    }


def test_another_region(shapes: dict[str, Stacks]) -> None:
    made = shapes["us-east-1"]

    assert set(environments(made).values()) == {"123456789012/us-east-1", "222222222222/us-east-1"}
    for template in made.all().values():
        assert "eu-west-1" not in json.dumps(template)


def test_no_event_is_forwarded_twice_where_the_regions_are_one(shapes: dict[str, Stacks]) -> None:
    assert not of_type(shapes["us-east-1"].permission_sets, "AWS::Events::Rule")
    assert of_type(shapes["us-east-1"].organization, "AWS::Events::Rule")


@pytest.mark.parametrize("shape", SHAPES)
def test_both_shapes_have_the_same_resources_and_roles(shape: str, shapes: dict[str, Stacks]) -> None:
    """One code path: roles are assumed and the bus has its policy in one account as well."""
    kinds = {"AWS::IAM::Role", "AWS::Events::EventBusPolicy", "AWS::Lambda::Function"}

    def names(stacks: Stacks) -> list[tuple[str, str]]:
        return sorted(
            (logical_id, resource["Type"])
            for template in (stacks.organization, stacks.hub)
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] in kinds
        )

    assert names(shapes[shape]) == names(shapes["two-accounts"])


@pytest.mark.parametrize("shape", SHAPES)
def test_forwarding_ends_on_the_hubs_bus(shape: str, shapes: dict[str, Stacks]) -> None:
    context = {**CONTEXT, **SHAPES[shape]}
    bus = f"arn:aws:events:{context['hub_region']}:{context['hub_account']}:event-bus/ostiary"

    for rule in of_type(shapes[shape].organization, "AWS::Events::Rule").values():
        assert [target["Arn"] for target in rule["Targets"]] == [bus]
        assert rule["Targets"][0]["RoleArn"]


NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::SecretsManager::Secret": "Name",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_two_resources_of_one_place_have_one_name(shape: str, shapes: dict[str, Stacks]) -> None:
    where = environments(shapes[shape])
    seen = Counter(
        # Roles are global in an account
        (where[name].split("/")[0] if type_ == "AWS::IAM::Role" else where[name], type_, properties[key])
        for name, template in shapes[shape].all().items()
        for type_, key in NAMES.items()
        for properties in of_type(template, type_).values()
        if key in properties
    )

    assert [each for each, count in seen.items() if count > 1] == []


def test_what_operators_look_up_has_a_name_of_ours(stacks: Stacks) -> None:
    unnamed = [
        logical_id
        for template in stacks.all().values()
        for type_, key in NAMES.items()
        for logical_id, properties in of_type(template, type_).items()
        if "ostiary" not in str(properties.get(key, ""))
    ]

    # API Gateway's role for logs belongs to the account, not to the app
    assert [name for name in unnamed if "CloudWatchRole" not in name] == []


def test_stacks_need_nothing_of_each_other_from_cloudformation(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for template in stacks.all().values():
            text = json.dumps(template)
            assert "Fn::ImportValue" not in text
            assert "Export" not in text


def test_permission_sets_are_those_of_the_access_policy(stacks: Stacks) -> None:
    template = CdkTemplate.from_json(stacks.permission_sets)
    made = of_type(stacks.permission_sets, "AWS::SSO::PermissionSet")

    assert {p["InstanceArn"] for p in made.values()} == {CONTEXT["instance_arn"]}
    template.has_resource_properties(
        "AWS::SSO::PermissionSet",
        {
            "Name": "Developer",
            "ManagedPolicies": Match.array_with(["arn:aws:iam::aws:policy/PowerUserAccess"]),
            "SessionDuration": Match.string_like_regexp("^PT[0-9]+H$"),
        },
    )


def test_nothing_leans_on_what_the_embedded_aws_does_not_have(shapes: dict[str, Stacks]) -> None:
    """The sandbox deploys these very templates less the resources that its AWS lacks."""

    def references(node: Any) -> set[str]:
        match node:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                return {name}
            case dict():
                depends = node.get("DependsOn", [])
                own = {depends} if isinstance(depends, str) else set(depends)
                return own.union(*(references(value) for value in node.values()))
            case list():
                return set().union(*(references(value) for value in node))
            case _:
                return set()

    for stacks in shapes.values():
        for template in stacks.all().values():
            resources = template["Resources"]
            lacking = {n for n, r in resources.items() if r["Type"] in NOT_IN_THE_EMBEDDED_AWS}
            for resource in resources.values():
                assert not references(resource) & lacking
