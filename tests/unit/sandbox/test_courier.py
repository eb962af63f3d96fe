"""The courier follows deployed rules, and says so where AWS would lose an event."""

import json
from typing import Any, cast

import pytest

from sandbox.courier import Courier, UndeliverableError
from sandbox.deploy import LeftOut
from sandbox.embedded import EmbeddedAws

MANAGEMENT, HUB = "123456789012", "222222222222"
HUB_BUS = f"arn:aws:events:eu-west-1:{HUB}:event-bus/ostiary"
EVENT = {"source": "aws.organizations", "detail": {}}


class FakeAws:
    """A default bus that forwards `aws.organizations` to the hub's bus, which hands it to a queue."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.state = dict.fromkeys(((MANAGEMENT, "us-east-1"), (HUB, "eu-west-1")), "ENABLED")
        self.targets = {
            (MANAGEMENT, "us-east-1"): [{"Arn": HUB_BUS}],
            (HUB, "eu-west-1"): [{"Arn": f"arn:aws:sqs:eu-west-1:{HUB}:ostiary-accounts"}],
        }

    def client(self, service: str, account: str, region: str) -> "FakeClient":
        return FakeClient(self, (account, region))


class FakeClient:
    def __init__(self, aws: FakeAws, place: tuple[str, str]) -> None:
        self.aws = aws
        self.place = place

    def list_rules(self, EventBusName: str) -> Any:  # noqa: N803 - AWS's name
        pattern = json.dumps({"source": ["aws.organizations"]})
        return {
            "Rules": [
                {"Name": "r", "State": self.aws.state[self.place], "EventPattern": pattern},
                {"Name": "off", "State": "DISABLED", "EventPattern": pattern},
            ]
        }

    def list_targets_by_rule(self, Rule: str, EventBusName: str) -> Any:  # noqa: N803 - AWS's names
        return {"Targets": self.aws.targets[self.place]}

    def test_event_pattern(self, EventPattern: str, Event: str) -> Any:  # noqa: N803 - AWS's names
        return {"Result": json.loads(Event)["source"] in json.loads(EventPattern)["source"]}

    def get_queue_url(self, QueueName: str) -> Any:  # noqa: N803 - AWS's name
        return {"QueueUrl": QueueName}

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - AWS's names
        self.aws.sent.append(f"{QueueUrl} {MessageBody}")


def bus_policy(account: str) -> LeftOut:
    statement = {"Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "events:PutEvents"}
    return LeftOut(HUB, "eu-west-1", "hub", "P", "AWS::Events::EventBusPolicy", {"Statement": statement})


def courier(aws: FakeAws, *left_out: LeftOut) -> Courier:
    return Courier(cast("EmbeddedAws", aws), MANAGEMENT, "us-east-1", left_out)


def test_an_event_travels_over_both_buses() -> None:
    """Given a rule that forwards and one that targets a queue, the whole envelope is in the queue, once."""
    aws = FakeAws()
    assert courier(aws, bus_policy(MANAGEMENT)).deliver(EVENT) == 1
    assert aws.sent == [f"ostiary-accounts {json.dumps(EVENT)}"]


def test_an_event_that_no_rule_wants_stays() -> None:
    """Given an event of another source, nothing is delivered."""
    aws = FakeAws()
    assert courier(aws, bus_policy(MANAGEMENT)).deliver({"source": "aws.ec2", "detail": {}}) == 0
    assert aws.sent == []


@pytest.mark.parametrize("policies", [(), (bus_policy("999999999999"),)])
def test_without_the_buss_leave_nothing_crosses_accounts(policies: tuple[LeftOut, ...]) -> None:
    """Given no policy of the hub's bus that names the account, the event is lost, and that is said."""
    aws = FakeAws()
    with pytest.raises(UndeliverableError, match="no policy of event-bus/ostiary lets account 123456789012"):
        courier(aws, *policies).deliver(EVENT)
    assert aws.sent == []


def test_a_call_that_changes_nothing_needs_rules_that_listen_for_it_on_every_bus() -> None:
    """Given rules that are plainly enabled at one bus of two, a read-only event is lost there."""
    aws = FakeAws()
    read = EVENT | {"detail-type": "AWS API Call via CloudTrail", "detail": {"readOnly": True}}
    for place in list(aws.state):
        assert courier(aws, bus_policy(MANAGEMENT)).deliver(read) == 0
        aws.state[place] = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert courier(aws, bus_policy(MANAGEMENT)).deliver(read) == 1
