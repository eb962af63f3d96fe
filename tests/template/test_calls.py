"""Each function may do what its code calls in AWS, and nothing else, where no stand-in would notice."""

import pytest

from tests.template.reaching import calls_of
from tests.template.templates import CAPABILITIES, MODULES, Stacks, actions

ROLES = {
    "ostiary-organization-read": ("accounts", "reconcile"),
    "ostiary-deny-policies": ("leavers",),
}
"""Roles of the management account, and the functions that assume them."""

OF_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
}
"""What Lambda itself does in a function's name: it logs, traces, and reads the queue."""

BESIDES = {
    "audit": {
        # Lambda reads the stream, and puts what it gives up into a queue.
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "sqs:SendMessage",
    },
    # Lambda puts a schedule's call that it gives up into a queue.
    "expiry": {"sqs:SendMessage"},
    # The same; and SNS asks for the topic's key in the publisher's name.
    "alerts": {"sqs:SendMessage", "kms:Decrypt", "kms:GenerateDataKey"},
    "ostiary-deny-policies": {
        # CreatePolicy with tags asks for it.
        "organizations:TagResource",
        # Account access manager asks for these in the caller's name.
        "identitystore:DescribeGroup",
        "organizations:DescribeAccount",
        "sso:ListInstances",
    },
}
"""What others do in the name of a function or a role, and no line of code calls."""

NOT_ASKED = {
    # IAM knows the parts of a transaction, not the transaction: see test_ledger_rights.
    "leavers": {"dynamodb:TransactWriteItems"},
    # Only where a log stream brings a queue.
    "catchup": {"sqs:ChangeMessageVisibility"},
    # An operator's part of the same gateway: see test_rights.
    "expiry": {"dynamodb:PutItem"},
}
"""Calls that need no right, each for its reason."""


def of_role(stacks: Stacks, capability: str) -> set[str]:
    """What a function may do under the role of the management account that it assumes."""
    assumed = [role for role, functions in ROLES.items() if capability in functions]
    return {action for role in assumed for action in actions(stacks.organization, role)}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_each_function_may_do_what_its_code_calls(capability: str, stacks: Stacks) -> None:
    """Not what some function may: each has a role of its own."""
    granted = actions(stacks.hub, f"ostiary-{capability}") | of_role(stacks, capability)

    assert calls_of(MODULES[capability]) - NOT_ASKED.get(capability, set()) <= granted


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_no_function_may_do_what_its_code_never_calls(capability: str, stacks: Stacks) -> None:
    own = actions(stacks.hub, f"ostiary-{capability}")

    assert own - calls_of(MODULES[capability]) <= OF_LAMBDA | BESIDES.get(capability, set())


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_for_what_nobody_who_assumes_it_calls(role: str, stacks: Stacks) -> None:
    called = {call for capability in ROLES[role] for call in calls_of(MODULES[capability])}

    assert actions(stacks.organization, role) - called <= BESIDES.get(role, set())


def test_where_a_log_stream_brings_a_queue_its_reader_may_put_a_message_off(
    shapes: dict[str, Stacks],
) -> None:
    granted = actions(shapes["one-place"].hub, "ostiary-catchup")

    assert calls_of(MODULES["catchup"]) <= granted


def test_what_the_code_calls_is_really_followed() -> None:
    """Given calls at the far end of long ways (a gateway's paginator, a page that only a failure asks for),
    they are seen; and one function's are not another's."""
    accounts, reconcile = calls_of(MODULES["accounts"]), calls_of(MODULES["reconcile"])

    assert {
        "identitystore:GetGroupId",
        "identitystore:DescribeGroup",
        "organizations:ListParents",
    } <= accounts
    assert {"sso:DescribeAccountAssignmentCreationStatus", "dynamodb:UpdateItem"} <= accounts
    assert {"dynamodb:Query", "dynamodb:PutItem", "sso:ProvisionPermissionSet"} <= reconcile
    assert not any("Delete" in call for call in accounts)
    assert "sso:DeleteAccountAssignment" in reconcile
