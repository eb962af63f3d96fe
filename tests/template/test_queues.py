"""Nothing that was put on the bus is lost in silence."""

from typing import Any

import pytest

from tests.template.templates import (
    Stacks,
    Template,
    alarms_on,
    function,
    listed,
    named,
    of_type,
    refers_to,
)

CONSUMERS = ("accounts", "reconcile", "leavers", "expiry", "alerts")
FOURTEEN_DAYS = 14 * 24 * 3600


def queue(template: Template, name: str) -> tuple[str, dict[str, Any]]:
    return named(template, "AWS::SQS::Queue", "QueueName", name)


@pytest.mark.parametrize("capability", CONSUMERS)
def test_what_is_given_up_is_kept_for_fourteen_days(capability: str, hub: Template) -> None:
    dead_id, dead = queue(hub, f"ostiary-{capability}-dlq")
    _, live = queue(hub, f"ostiary-{capability}")

    assert live["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [dead_id, "Arn"]},
        "maxReceiveCount": 15,
    }
    assert dead["MessageRetentionPeriod"] == FOURTEEN_DAYS


@pytest.mark.parametrize("capability", CONSUMERS)
def test_a_message_is_not_handed_out_again_while_its_function_may_still_run(
    capability: str, hub: Template
) -> None:
    queue_id, live = queue(hub, f"ostiary-{capability}")

    mappings = of_type(hub, "AWS::Lambda::EventSourceMapping").values()
    (mapping,) = [m for m in mappings if refers_to(m["EventSourceArn"], queue_id)]
    filling = mapping.get("MaximumBatchingWindowInSeconds", 0)
    assert live["VisibilityTimeout"] >= 6 * function(hub, capability)["Timeout"] + filling


@pytest.mark.parametrize("capability", CONSUMERS)
def test_a_message_that_fails_goes_back_alone(capability: str, hub: Template) -> None:
    queue_id, _ = queue(hub, f"ostiary-{capability}")
    mappings = of_type(hub, "AWS::Lambda::EventSourceMapping").values()
    (mapping,) = [m for m in mappings if refers_to(m["EventSourceArn"], queue_id)]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert refers_to(
        mapping["FunctionName"],
        named(hub, "AWS::Lambda::Function", "FunctionName", f"ostiary-{capability}")[0],
    )


def test_nobody_who_leaves_waits_behind_those_who_change_groups(hub: Template) -> None:
    """Given hundreds who are regrouped, their messages lie in another queue, and start few instances."""
    mappings = of_type(hub, "AWS::Lambda::EventSourceMapping").values()
    regroup, leavers = (
        next(m for m in mappings if refers_to(m["EventSourceArn"], queue(hub, f"ostiary-{name}")[0]))
        for name in ("regroup", "leavers")
    )
    _, live = queue(hub, "ostiary-regroup")

    assert refers_to(
        regroup["FunctionName"],
        named(hub, "AWS::Lambda::Function", "FunctionName", "ostiary-leavers")[0],
    )
    assert regroup["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert regroup["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "MaximumBatchingWindowInSeconds" not in leavers
    assert live["VisibilityTimeout"] >= 6 * function(hub, "leavers")["Timeout"]


def test_every_queue_of_every_stack_is_encrypted_and_refuses_plain_http(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for template in stacks.all().values():
            policies = of_type(template, "AWS::SQS::QueuePolicy").values()
            for queue_id, properties in of_type(template, "AWS::SQS::Queue").items():
                assert properties["SqsManagedSseEnabled"] is True
                mine = [p for p in policies if refers_to(p["Queues"], queue_id)]
                denied = [s for p in mine for s in p["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
                assert {"Bool": {"aws:SecureTransport": "false"}} in [s["Condition"] for s in denied]


def test_every_rule_target_has_dead_letters(stacks: Stacks) -> None:
    for template in stacks.all().values():
        for rule in of_type(template, "AWS::Events::Rule").values():
            for target in rule["Targets"]:
                dead = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
                assert of_type(template, "AWS::SQS::Queue")[dead]["QueueName"].endswith("-dlq")


def test_only_the_rule_may_send_to_its_queue(hub: Template) -> None:
    for policy in of_type(hub, "AWS::SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                rule = statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][0]
                assert rule in of_type(hub, "AWS::Events::Rule")
                assert "sqs:SendMessage" in listed(statement["Action"])


def test_every_dead_letter_queue_rings(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for template in stacks.all().values():
            watched = [
                a["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
                for a in alarms_on(template, "ApproximateNumberOfMessagesVisible")
            ]
            dead = [
                queue_id
                for queue_id, properties in of_type(template, "AWS::SQS::Queue").items()
                if properties["QueueName"].endswith("-dlq")
            ]
            assert sorted(watched) == sorted(dead)


def test_a_queue_that_stands_still_rings_after_a_second_attempt_was_due(hub: Template) -> None:
    alarms = {a["AlarmName"]: a for a in alarms_on(hub, "ApproximateAgeOfOldestMessage")}

    for capability in CONSUMERS:
        _, live = queue(hub, f"ostiary-{capability}")
        assert alarms[f"ostiary-{capability}-age"]["Threshold"] == 2 * live["VisibilityTimeout"]


def test_every_alarm_tells_people_and_says_what_to_do(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for template in stacks.all().values():
            (topic,) = of_type(template, "AWS::SNS::Topic") or [None]
            for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
                assert alarm["AlarmActions"] == [{"Ref": topic}]
                assert "https://example.com/ostiary/docs/runbooks" in alarm["AlarmDescription"]
