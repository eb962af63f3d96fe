"""A finding, a message about it, and the function's table in an AWS that moto plays."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from functions.alerts.decision import Decision, Record, Sighting
from functions.alerts.digest import Digest, open_entries
from functions.alerts.message import Message
from functions.alerts.store import FindingStore
from functions.alerts.wire import ChannelError
from functions.finding import Finding, Severity, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-west-1"
TABLE = "ostiary-findings"
MORNING = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)

FINDING = Finding(
    key="saml-certificate/0oa1aws/expiry",
    severity=Severity.WARNING,
    title="SAML signing certificate of AWS expires in 30 days",
    subject="Okta app AWS (0oa1aws)",
    since=MORNING,
    why="When it ends, nobody reaches AWS.",
    actions=("Generate a new certificate, inactive.", "Import it in Identity Center.", "Activate it."),
    runbook="https://example.com/runbooks/saml-certificate.md",
    facts={"Key id": "kid-1", "Valid until": "2026-12-22 06:00 UTC"},
)


def finding(severity: Severity = Severity.WARNING, state: State = State.OPEN, **changes: Any) -> Finding:
    return replace(FINDING, severity=severity, state=state, **changes)


def message(decision: Decision = Decision.OPENED, **changes: Any) -> Message:
    return Message(decision, finding(**changes), MORNING, MORNING)


def digest() -> Digest:
    """A page, a warning."""
    page = finding(Severity.PAGE, key="leaver/00u1/failing", title="Access of Ada is not fully ended")
    records = [Record(Sighting(each, MORNING), MORNING) for each in (finding(), page)]
    return Digest(open_entries(records), MORNING)


HUGE = "ä<&>" * 5000


def huge() -> dict[str, Any]:
    return {
        "title": HUGE,
        "subject": HUGE,
        "why": HUGE,
        "actions": (HUGE, HUGE),
        "key": "k" * 3000,
        "facts": {f"{HUGE}{number}": HUGE for number in range(30)},
    }


@dataclass
class Heard:
    """A channel that keeps what it was told, and fails while `down`."""

    name: str
    down: bool = False
    messages: list[Message] = field(default_factory=list)
    digests: list[Digest] = field(default_factory=list)

    def send(self, message: Message) -> None:
        if self.down:
            raise ChannelError(f"{self.name}: HTTP 500")
        self.messages.append(message)

    def send_digest(self, digest: Digest) -> None:
        if self.down:
            raise ChannelError(f"{self.name}: HTTP 500")
        self.digests.append(digest)

    @property
    def decisions(self) -> list[str]:
        return [message.decision.value for message in self.messages]


def make_table(dynamodb: "DynamoDBClient") -> FindingStore:
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return FindingStore(dynamodb, TABLE)


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield boto3.client("dynamodb", region_name=REGION)


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> FindingStore:
    return make_table(dynamodb)
