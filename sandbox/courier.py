"""Carries events of AWS's own services over the deployed rules, as EventBridge would.

The embedded bus neither accepts events of `aws.*` sources nor delivers across accounts and Regions. So the
courier asks the embedded EventBridge itself which deployed rules match (TestEventPattern), follows a rule
that targets another bus, and hands the envelope to the queues that the last rules name.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.deploy import LeftOut
from sandbox.embedded import EmbeddedAws


class UndeliverableError(Exception):
    """On AWS this event would be lost on its way; the message says where."""


@dataclass(frozen=True)
class Arn:
    """The parts of an ARN that say where something lives."""

    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> "Arn":
        _, _, service, region, account, resource = text.split(":", 5)
        return cls(service, region, account, resource)


@dataclass(frozen=True)
class _Rule:
    name: str
    pattern: str
    targets: tuple[Mapping[str, Any], ...]
    read_only: bool
    """Whether events of calls that change nothing are matched at all."""


class Courier:
    """One per world; `account` and `region` hold the default bus on which AWS's own events appear."""

    def __init__(self, aws: EmbeddedAws, account: str, region: str, left_out: Sequence[LeftOut] = ()) -> None:
        self._aws = aws
        self._origin = Arn("events", region, account, "event-bus/default")
        self._bus_policies = [r for r in left_out if r.type == "AWS::Events::EventBusPolicy"]
        self._rules = cache(self._read_rules)

    def deliver(self, envelope: Mapping[str, Any]) -> int:
        """Deliver one event; the number of queues it reached. Raises UndeliverableError."""
        return self._offer(self._origin, envelope)

    def _offer(self, bus: Arn, envelope: Mapping[str, Any]) -> int:
        events, body = self._aws.client("events", bus.account, bus.region), json.dumps(envelope)
        return sum(
            self._hand_over(bus, Arn.parse(target["Arn"]), envelope)
            for rule in self._rules(bus)
            if rule.read_only or not _changes_nothing(envelope)
            if events.test_event_pattern(EventPattern=rule.pattern, Event=body)["Result"]
            for target in rule.targets
        )

    def _hand_over(self, bus: Arn, target: Arn, envelope: Mapping[str, Any]) -> int:
        if target.service == "events":
            self._check_crossing(bus, target)
            return self._offer(target, envelope)
        if target.service == "sqs":
            sqs = self._aws.client("sqs", target.account, target.region)
            url = sqs.get_queue_url(QueueName=target.resource)["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(envelope))
            return 1
        raise UndeliverableError(f"a rule of {bus.resource} targets {target}; the courier knows no such road")

    def _check_crossing(self, bus: Arn, target: Arn) -> None:
        """Amazon EventBridge User Guide, "Sending and receiving events between accounts"."""
        if bus.account == target.account:
            return
        home = (target.account, target.region)
        if not any(
            (policy.account, policy.region) == home and bus.account in json.dumps(policy.properties)
            for policy in self._bus_policies
        ):
            raise UndeliverableError(
                f"no policy of {target.resource} lets account {bus.account} put events on it"
            )

    def _read_rules(self, bus: Arn) -> tuple[_Rule, ...]:
        events = self._aws.client("events", bus.account, bus.region)
        name = bus.resource.removeprefix("event-bus/")
        return tuple(
            _Rule(
                rule["Name"],
                rule["EventPattern"],
                tuple(events.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)["Targets"]),
                rule["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
            )
            for rule in events.list_rules(EventBusName=name)["Rules"]
            if rule["State"] != "DISABLED" and "EventPattern" in rule
        )


def _changes_nothing(envelope: Mapping[str, Any]) -> bool:
    """Amazon EventBridge User Guide, "Receiving read-only management events from AWS services"."""
    return "CloudTrail" in envelope.get("detail-type", "") and envelope["detail"].get("readOnly") is True
