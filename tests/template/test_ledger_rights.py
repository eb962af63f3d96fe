"""What `leavers` may do to the ledger: what its gateways do, by kind of item, and nothing more."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.aws.directory_snapshot import DirectorySnapshot
from functions.aws.lease import Lease, Turn
from functions.aws.ledger import Ledger, LedgerConflictError, Write
from functions.aws.partial_losses import PartialLosses
from functions.aws.people import Person
from sandbox.evaluator import judged
from tests.template.templates import Template, statements

TABLE = "ostiary-ledger"
ARN = f"arn:aws:dynamodb:eu-west-1:222222222222:table/{TABLE}"

Call = tuple[str, str, bool]
"""An action, the partition key it is about, and whether it is part of a transaction."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Every call that the gateways make, as IAM sees it: a transaction is the sum of its parts."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    seen: list[Call] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "TransactWriteItems":
            for part in params["TransactItems"]:
                ((verb, what),) = part.items()
                seen.append((f"{verb}Item", (what.get("Item") or what["Key"])["pk"]["S"], True))
        elif model.name == "BatchGetItem":
            ((_, asked),) = params["RequestItems"].items()
            seen.extend((model.name, key["pk"]["S"], False) for key in asked["Keys"])
        else:
            key = params.get("Item") or params.get("Key") or params["ExpressionAttributeValues"]
            seen.append((model.name, (key.get("pk") or key[":pk"])["S"], False))

    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        keys = ("pk", "HASH"), ("sk", "RANGE")
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]  # two literals
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        )
        client.meta.events.register("provide-client-params.dynamodb.*", note)
        everything(client)
    return seen


def everything(client: Any) -> None:
    """Each thing that the function does with its table, once."""
    ledger, lease = Ledger(client, TABLE), Lease(client, TABLE, "deny-policies")
    snapshot = DirectorySnapshot(client, TABLE)
    ledger.read("okta:00u1")
    ledger.read_all(["okta:00u1", "okta:00u2"])
    ledger.write([Write("okta:00u1", {"a": "b"}, 0, {"user_id": "u"}, {"change": "left"})])
    ledger.write([Write("okta:00u1", {"a": "c"}, 1, None, {"change": "returned"})])
    with pytest.raises(LedgerConflictError):
        ledger.write([Write("okta:00u1", {}, 1, None, {})])
    ledger.open_entries()
    turn = lease.take("me", 1.0, 2.0)
    assert isinstance(turn, Turn)
    lease.finish("me", turn.number, [], [], at=1.5)
    lease.take("me", 3.0, 4.0)
    lease.abandon("me", 1, ())
    lease.read()
    losses = PartialLosses(client, TABLE)
    losses.write("00u1#00g1", {"a": "b"}, after=0)
    losses.of("00u1")
    losses.all()
    losses.delete("00u1#00g1", after=1)
    snapshot.taken_at()
    snapshot.find(["00u1"])
    snapshot.refresh([Person("u-1", "john", "00u1")], datetime(2026, 11, 22, tzinfo=UTC))


def verdicts(hub: Template, asked: list[Call]) -> list[str]:
    """Of the synthesized role, by an independent evaluator."""
    ours = [s for s in statements(hub, "ostiary-leavers") if "dynamodb:" in str(s["Action"])]
    own = [{**statement, "Resource": ARN} for statement in ours]
    return judged([_simulation(own, call) for call in asked])


def _simulation(own: list[dict[str, Any]], call: Call) -> dict[str, Any]:
    action, key, in_transaction = call
    context: dict[str, Any] = {"dynamodb:LeadingKeys": [key]}
    if in_transaction:
        context["dynamodb:EnclosingOperation"] = ["TransactWriteItems"]
    return {
        "request": {
            "principal": "arn:aws:sts::222222222222:assumed-role/ostiary-leavers/session",
            "action": f"dynamodb:{action}",
            "resource": {"resource": ARN, "accountId": "222222222222"},
            "contextVariables": context,
        },
        "identityPolicies": [{"name": "own", "policy": {"Version": "2012-10-17", "Statement": own}}],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


def test_what_the_gateways_do_is_allowed(calls: list[Call], hub: Template) -> None:
    """The embedded AWS knows no condition on keys, so nothing else would notice that one is missing."""
    asked = sorted(set(calls))

    assert {action for action, _, _ in asked} == {
        "GetItem",
        "BatchGetItem",
        "Query",
        "PutItem",
        "DeleteItem",
        "UpdateItem",
    }
    assert dict(zip(asked, verdicts(hub, asked), strict=True)) == dict.fromkeys(asked, "Allowed")


def test_history_is_neither_deleted_nor_changed_in_place(hub: Template) -> None:
    forbidden: list[Call] = [
        ("DeleteItem", "PERSON#okta:00u1", False),
        ("DeleteItem", "PERSON#okta:00u1", True),
        ("DeleteItem", "AUDIT#okta:00u1", False),
        ("DeleteItem", "AUDIT#okta:00u1", True),
        ("UpdateItem", "PERSON#okta:00u1", False),
        ("UpdateItem", "AUDIT#okta:00u1", False),
        ("UpdateItem", "OPEN", False),
        # Alone, without the record and the note that belong to it
        ("PutItem", "OPEN", False),
        ("DeleteItem", "OPEN", False),
        ("PutItem", "AUDIT#okta:00u1", False),
        ("DeleteItem", "DIRECTORY", False),
        ("UpdateItem", "LOSS", False),
        # What the function never reads: the notes
        ("Query", "AUDIT#okta:00u1", False),
        ("Scan", "PERSON#okta:00u1", False),
        ("BatchWriteItem", "OPEN", False),
    ]

    assert verdicts(hub, forbidden) == ["ImplicitlyDenied"] * len(forbidden)
