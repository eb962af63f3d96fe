"""Which event reaches whom: every sample of events/ against the patterns of the deployed rules."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from moto.events.models import EventPattern

from functions.accounts.reconcile_scope import Scope, read_scope
from functions.finding import Finding, Severity
from functions.inbox import Envelope
from functions.okta.event_types import LOG_ONLY, WATCH_EVENTS
from tests.template.templates import ROOT, Stacks, Template, named, of_type

ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
AWS_SAMPLES = sorted((ROOT / "events" / "aws").glob("*.json"))
HOOK_SAMPLES = sorted((ROOT / "events" / "okta").glob("hook-*.json"))

SIGN_INS = {"user-authentication", "get-role-credentials"}

IDENTITY = {
    "create-account-assignment",
    "delete-account-assignment",
    "create-group",
    "scim-create-group",
    "scim-patch-group",
}

IAM_USERS = {"create-user", "create-access-key", "create-login-profile", "delete-access-key"}

OTHERS = {"health-scim-token-expiry", "group-created", "stack-status-change"}

FACTORY = {"create-managed-account", "update-managed-account"}

LEAVER_TYPES = {
    "user.lifecycle.deactivate",
    "user.lifecycle.suspend",
    "user.lifecycle.delete.initiated",
    "user.account.lock",
    "application.user_membership.remove",
    "user.lifecycle.reactivate",
    "user.lifecycle.activate",
    "user.lifecycle.unsuspend",
    "user.account.unlock",
    "user.account.unlock_by_admin",
    "application.user_membership.add",
}

GROUP_TYPES = {"group.user_membership.add", "group.user_membership.remove", "group.lifecycle.delete"}


def rules_for(template: Template, event: dict[str, Any]) -> set[str]:
    """Amazon EventBridge User Guide, "Receiving read-only management events from AWS services": a rule that
    is plainly enabled matches none of them."""
    states = {"ENABLED", ALL_EVENTS} if not event["detail"].get("readOnly") else {ALL_EVENTS}
    return {
        rule["Name"]
        for rule in of_type(template, "AWS::Events::Rule").values()
        if "EventPattern" in rule
        and rule["State"] in states
        and EventPattern.load(json.dumps(rule["EventPattern"])).matches_event(cast(Any, event))
    }


def sample(path: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path.read_text())
    return event


@pytest.mark.parametrize("path", AWS_SAMPLES, ids=lambda path: path.stem)
def test_aws_event_reaches_the_bus_by_one_rule_and_the_function_by_one(path: Path, stacks: Stacks) -> None:
    # Given an event as AWS sends it
    event = sample(path)
    if path.stem in SIGN_INS:
        forward, inbox = {"ostiary-forward-sign-ins"}, {"ostiary-leavers-sign-ins"}
    elif path.stem == "health-scim-token-expiry":
        forward, inbox = {"ostiary-forward-scim-token"}, {"ostiary-expiry-scim-token"}
    elif path.stem in IAM_USERS:
        forward, inbox = {"ostiary-forward-iam"}, {"ostiary-expiry-iam"}
    elif path.stem in FACTORY:
        forward, inbox = {"ostiary-forward-account-factory"}, {"ostiary-accounts"}
    elif path.stem == "stack-status-change":
        forward, inbox = set(), {"ostiary-deployed"}  # it is told in the stack's Region alone
    elif path.stem == "group-created":
        forward, inbox = {"ostiary-forward-groups"}, {"ostiary-groups"}
    elif path.stem in IDENTITY:
        # The second rule of the hub listens where a delegated administrator's own calls are logged.
        forward = {"ostiary-forward-identity-center"}
        inbox = {"ostiary-identity-center", "ostiary-identity-center-here"}
    else:
        forward, inbox = {"ostiary-forward-organization"}, {"ostiary-accounts"}

    # Then exactly one rule forwards it, and exactly one rule of the hub's bus wants it: nothing twice
    assert rules_for(stacks.organization, event) == forward
    assert rules_for(stacks.hub, event) == inbox


@pytest.mark.parametrize("path", AWS_SAMPLES, ids=lambda path: path.stem)
def test_regional_event_is_forwarded_from_the_identity_center_region_too(path: Path, stacks: Stacks) -> None:
    event = sample(path)

    forwarded = rules_for(stacks.permission_sets, event)

    # Organizations' own events exist in us-east-1 alone; the others speak in their Region.
    regional = path.stem in FACTORY | IDENTITY | SIGN_INS | OTHERS
    assert bool(forwarded) == regional


def test_only_sign_ins_are_listened_for_where_nothing_changes(stacks: Stacks) -> None:
    """Every Describe and List of the account would come otherwise."""
    listening = {
        rule["Name"]
        for template in stacks.all().values()
        for rule in of_type(template, "AWS::Events::Rule").values()
        if rule["State"] == ALL_EVENTS
    }

    assert listening == {"ostiary-forward-sign-ins", "ostiary-leavers-sign-ins"}


@pytest.mark.parametrize("name", ["account-joined-organization", "account-departed-organization"])
def test_who_comes_and_goes_is_heard_of_whatever_aws_calls_the_event(name: str, stacks: Stacks) -> None:
    """No page of AWS says the detail-type of these two."""
    event = sample(ROOT / "events" / "aws" / f"{name}.json") | {"detail-type": "AWS Organizations Event"}

    assert rules_for(stacks.organization, event) == {"ostiary-forward-organization"}
    assert rules_for(stacks.hub, event) == {"ostiary-accounts"}


def changed(name: str, event_name: str) -> dict[str, Any]:
    """The sample, as CloudTrail records another call of the same service."""
    event = sample(ROOT / "events" / "aws" / f"{name}.json")
    event["detail"]["eventName"] = event_name
    return event


@pytest.mark.parametrize("name", ["create-group", "scim-create-group"])
@pytest.mark.parametrize("call", ["CreateGroup", "UpdateGroup", "PatchGroup"])
def test_a_group_is_heard_of_when_it_is_made_and_when_it_gets_another_name(
    name: str, call: str, stacks: Stacks
) -> None:
    event = changed(name, call)

    assert rules_for(stacks.permission_sets, event) == {"ostiary-forward-identity-center"}
    assert "ostiary-identity-center" in rules_for(stacks.hub, event)


@pytest.mark.parametrize("told", ["Group Created", "Group Updated"])
def test_the_identity_store_tells_of_groups_by_itself(told: str, stacks: Stacks) -> None:
    event = sample(ROOT / "events" / "aws" / "group-created.json") | {"detail-type": told}

    assert rules_for(stacks.permission_sets, event) == {"ostiary-forward-groups"}
    assert rules_for(stacks.hub, event) == {"ostiary-groups"}


@pytest.mark.parametrize(
    "call",
    [
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        "AttachManagedPolicyToPermissionSet",
        "DeleteInlinePolicyFromPermissionSet",
        "DeletePermissionsBoundaryFromPermissionSet",
        "DetachCustomerManagedPolicyReferenceFromPermissionSet",
        "DetachManagedPolicyFromPermissionSet",
        "PutInlinePolicyToPermissionSet",
        "PutPermissionsBoundaryToPermissionSet",
        "UpdatePermissionSet",
    ],
)
def test_whatever_changes_a_permission_set_by_hand_is_looked_at(call: str, stacks: Stacks) -> None:
    event = changed("create-account-assignment", call)

    assert rules_for(stacks.permission_sets, event) == {"ostiary-forward-permission-sets"}
    assert rules_for(stacks.hub, event) == {"ostiary-permission-sets", "ostiary-permission-sets-here"}


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE"])
def test_the_first_deployment_starts_a_reconcile_as_each_later_one_does(status: str, stacks: Stacks) -> None:
    event = sample(ROOT / "events" / "aws" / "stack-status-change.json")
    event["detail"]["status-details"]["status"] = status

    assert rules_for(stacks.hub, event) == {"ostiary-deployed"}


def test_where_hub_and_management_account_are_one_nothing_comes_twice(shapes: dict[str, Stacks]) -> None:
    event = sample(ROOT / "events" / "aws" / "create-group.json")

    assert rules_for(shapes["one-account"].hub, event) == {"ostiary-identity-center"}


@pytest.mark.parametrize("detail_type", ["reconcile.account"])
def test_work_for_one_account_reaches_accounts(detail_type: str, hub: Template) -> None:
    event = {"source": "ostiary.accounts", "detail-type": detail_type, "detail": {"account": "111111111111"}}

    assert rules_for(hub, event) == {"ostiary-accounts-asked"}


@pytest.mark.parametrize("detail_type", ["reconcile", "reconcile.group"])
def test_a_comparison_reaches_reconcile(detail_type: str, hub: Template) -> None:
    event = {"source": "ostiary.accounts", "detail-type": detail_type, "detail": {"scope": "all"}}

    assert rules_for(hub, event) == {"ostiary-reconcile"}


def test_a_deployment_of_the_policy_or_of_its_permission_sets_starts_a_reconcile(hub: Template) -> None:
    """An edit of access.yaml is in force once what it says has been compared with what is there."""
    event = sample(ROOT / "events" / "aws" / "stack-status-change.json")
    event["detail"]["stack-id"] = "arn:aws:cloudformation:eu-west-1:222222222222:stack/ostiary-hub/1-2-3"

    assert rules_for(hub, event) == {"ostiary-deployed-here"}
    event["detail"]["status-details"]["status"] = "UPDATE_ROLLBACK_COMPLETE"
    assert rules_for(hub, event) == set()


def test_reconcile_is_started_daily_over_its_queue(hub: Template) -> None:
    daily = {r["Name"]: r for r in of_type(hub, "AWS::Events::Rule").values() if "ScheduleExpression" in r}
    queue_id = next(
        id_ for id_, q in of_type(hub, "AWS::SQS::Queue").items() if q["QueueName"] == "ostiary-reconcile"
    )

    assert {name: rule["ScheduleExpression"] for name, rule in daily.items()} == {
        "ostiary-reconcile-daily": "cron(0 3 * * ? *)",
        "ostiary-permission-sets-daily": "cron(0 4 * * ? *)",
    }
    for rule in daily.values():
        assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": [queue_id, "Arn"]}]


def test_the_permission_sets_are_asked_for_in_words_that_reconcile_reads(hub: Template) -> None:
    """Given the rule's own message with an event's id and time put in, it is the scope that is meant."""
    rules = of_type(hub, "AWS::Events::Rule").values()
    (target,) = next(r for r in rules if r["Name"] == "ostiary-permission-sets-daily")["Targets"]
    message = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        value = {"$.id": "1", "$.time": "2026-11-20T04:00:00Z"}[path]
        message = message.replace(f"<{name}>", json.dumps(value))

    assert read_scope(Envelope.parse(message)) == Scope(permission_sets=True)


def test_leavers_upkeep_comes_as_often_as_is_promised(hub: Template) -> None:
    """What somebody changed is restored within 15 minutes, say docs/leavers.md and the findings."""
    _, upkeep = named(hub, "AWS::Scheduler::Schedule", "Name", "ostiary-leavers-upkeep")

    assert upkeep["ScheduleExpression"] == "rate(15 minutes)"
    assert upkeep["State"] == "ENABLED"


def test_a_permission_set_changed_by_hand_is_looked_at(hub: Template) -> None:
    event = sample(ROOT / "events" / "aws" / "create-account-assignment.json")
    event["detail"]["eventName"] = "AttachManagedPolicyToPermissionSet"

    assert rules_for(hub, event) == {"ostiary-permission-sets", "ostiary-permission-sets-here"}


@pytest.mark.parametrize(
    "name",
    ["move-account", "tag-resource", "remove-account-from-organization", "delete-account-assignment"],
)
def test_a_call_that_aws_refused_starts_nothing(name: str, stacks: Stacks) -> None:
    event = sample(ROOT / "events" / "aws" / f"{name}.json")
    event["detail"]["errorCode"] = "AccessDenied"

    assert rules_for(stacks.organization, event) == set()
    assert rules_for(stacks.hub, event) == set()


def okta_log_events() -> list[tuple[str, dict[str, Any]]]:
    deliveries = [(path.stem, sample(path)) for path in HOOK_SAMPLES if "verification" not in path.stem]
    return [
        (f"{name}-{number}", log_event)
        for name, delivery in deliveries
        for number, log_event in enumerate(delivery["data"]["events"])
    ]


@pytest.mark.parametrize(("name", "log_event"), okta_log_events())
def test_okta_event_reaches_leavers_if_a_person_came_or_went_and_the_watch_if_a_key_did(
    name: str, log_event: dict[str, Any], hub: Template
) -> None:
    event = {"source": "ostiary.okta", "detail-type": log_event["eventType"], "detail": log_event}

    watched = {"ostiary-expiry-okta"} if log_event["eventType"] in WATCH_EVENTS else set()
    watched |= {"ostiary-accounts-okta"} if log_event["eventType"] == "group.lifecycle.create" else set()
    watched |= {"ostiary-regroup"} if log_event["eventType"] in GROUP_TYPES else set()
    wanted = {"ostiary-leavers"} if log_event["eventType"] in LEAVER_TYPES else watched
    assert rules_for(hub, event) == wanted


@pytest.mark.parametrize("event_type", sorted(WATCH_EVENTS | LOG_ONLY))
def test_a_change_of_certificates_or_policies_starts_the_watch(event_type: str, hub: Template) -> None:
    event = {"source": "ostiary.okta", "detail-type": event_type, "detail": {"eventType": event_type}}

    assert rules_for(hub, event) == {"ostiary-expiry-okta"}


def test_every_leaver_event_has_a_sample() -> None:
    sampled = {log_event["eventType"] for _, log_event in okta_log_events()}
    assert sampled >= LEAVER_TYPES | GROUP_TYPES


@pytest.mark.parametrize("detail_type", ["leaver.revoke", "leaver.restore"])
def test_operator_reaches_leavers(detail_type: str, hub: Template) -> None:
    event = {"source": "ostiary.operator", "detail-type": detail_type, "detail": {"person": "kim"}}

    assert rules_for(hub, event) == {"ostiary-leavers-operator"}


def test_nobody_else_speaks_for_an_operator(hub: Template) -> None:
    event = {"source": "ostiary.okta", "detail-type": "leaver.restore", "detail": {"person": "kim"}}

    assert rules_for(hub, event) == set()


def test_finding_reaches_alerts(hub: Template) -> None:
    finding = Finding(
        key="k",
        severity=Severity.PAGE,
        title="t",
        subject="s",
        since=datetime(2026, 11, 1, tzinfo=UTC),
        why="w",
        actions=("a",),
        runbook="r",
    )
    event = {"source": "ostiary.findings", "detail-type": "finding", "detail": finding.to_detail()}

    assert rules_for(hub, event) == {"ostiary-alerts"}


def test_a_log_stream_brings_what_somebody_consumes_and_no_sign_in(shapes: dict[str, Stacks]) -> None:
    hub = shapes["one-place"].hub
    event = sample(ROOT / "events" / "okta" / "log-stream-eventbridge.json")
    rule = next(r for r in of_type(hub, "AWS::Events::Rule").values() if r["Name"] == "ostiary-log-stream")

    assert rules_for(hub, event) == {"ostiary-log-stream"}
    event["detail"]["eventType"] = "user.session.start"
    assert rules_for(hub, event) == set()
    assert rule["EventBusName"] == event["source"]
    assert len(json.dumps(rule["EventPattern"])) <= 2048
    assert {target["Arn"]["Fn::GetAtt"][0] for target in rule["Targets"]} == {
        logical_id
        for logical_id, queue in of_type(hub, "AWS::SQS::Queue").items()
        if queue["QueueName"] == "ostiary-logstream"
    }


def test_without_a_log_stream_nothing_waits_for_one(hub: Template) -> None:
    assert "ostiary-log-stream" not in {r["Name"] for r in of_type(hub, "AWS::Events::Rule").values()}
