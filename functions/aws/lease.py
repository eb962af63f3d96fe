"""A lease in the ledger's table: one worker at a time, and a way to know whose work covers whose.

`begun` numbers the works in the order in which they began. Whoever has written something and then sees
`begun` = n, knows that every work with a higher number has seen what was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


LEASE = "LEASE"

DENY_POLICIES = "deny-policies"
"""The name of the lease under which the deny policies are written."""


class LeaseLostError(Exception):
    """The lease ran out before the work was done, and somebody else may have taken it."""


@dataclass(frozen=True)
class LeaseState:
    """`until` is in seconds since the epoch, 0 when free. The rest is what the last finished work said.

    `left_over` are user ids of leavers for whom there was no room, `waiting` what on-call calls those who
    lost a group and found none; `written` are the marks of what was left.
    """

    begun: int = 0
    finished: int = 0
    until: float = 0
    left_over: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    finished_at: float = 0
    """When the last work came to its end, in seconds since the epoch."""


@dataclass(frozen=True)
class Turn:
    """One's turn to work. `written` is what the work before left, where it could still say so."""

    number: int
    written: tuple[str, ...] | None = None
    finished_at: float = 0
    """When the last work came to its end, in seconds since the epoch."""


class Lease:
    """Gateway to one lease. All times are seconds since the epoch, passed in."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, name: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._key: dict[str, AttributeValueTypeDef] = {"pk": {"S": LEASE}, "sk": {"S": name}}

    def read(self) -> LeaseState:
        """The state as last written."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=self._key, ConsistentRead=True)
        return _state(answer.get("Item", {}))

    def take(self, owner: str, now: float, until: float) -> Turn | LeaseState:
        """Begin a work; where somebody else holds the lease, the state that it is in with them.

        Amazon DynamoDB API Reference, "UpdateItem": a condition that fails can answer with the item. Where
        the answer to the first attempt is lost, the client's next one finds `owner` to have it already.
        """
        try:
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression="SET #owner = :owner, #until = :until ADD begun :one",
                ConditionExpression="attribute_not_exists(#until) OR #until <= :now OR #owner = :owner",
                ExpressionAttributeNames={"#owner": "owner", "#until": "until"},
                ExpressionAttributeValues={
                    ":owner": {"S": owner},
                    ":until": {"N": str(until)},
                    ":now": {"N": str(now)},
                    ":one": {"N": "1"},
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as refused:
            told: Any = refused.response  # Of the item in it the stubs know nothing.
            return _state(told["Item"])
        return _turn(answer["Attributes"])

    def finish(
        self,
        owner: str,
        number: int,
        left_over: Sequence[str],
        written: Sequence[str],
        *,
        waiting: Sequence[str] = (),
        at: float,
    ) -> None:
        """The work of this number is done. Raises LeaseLostError if the lease is no longer the owner's."""
        self._give_back(
            owner,
            "SET finished = :number, left_over = :left_over, written = :written, waiting = :waiting, "
            "finished_at = :at REMOVE #owner, #until",
            {
                ":number": {"N": str(number)},
                ":at": {"N": str(at)},
                ":left_over": {"L": [{"S": entry} for entry in left_over]},
                ":written": {"L": [{"S": entry} for entry in written]},
                ":waiting": {"L": [{"S": entry} for entry in waiting]},
            },
        )

    def abandon(self, owner: str, number: int, written: Sequence[str] | None) -> None:
        """The work failed: let the next one begin at once, with what is known of `written` all the same.

        Raises LeaseLostError as `finish` does.
        """
        if written is None:
            self._give_back(owner, "REMOVE #owner, #until", {})
            return
        self._give_back(
            owner,
            "SET abandoned = :number, written = :written REMOVE #owner, #until",
            {":number": {"N": str(number)}, ":written": {"L": [{"S": entry} for entry in written]}},
        )

    def _give_back(self, owner: str, update: str, values: "dict[str, AttributeValueTypeDef]") -> None:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression=update,
                ConditionExpression="#owner = :owner",
                ExpressionAttributeNames={"#owner": "owner", "#until": "until"},
                ExpressionAttributeValues={":owner": {"S": owner}, **values},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            raise LeaseLostError("the lease ran out while the deny policies were written") from error


def _state(item: "Mapping[str, AttributeValueTypeDef]") -> LeaseState:
    return LeaseState(
        begun=_number(item, "begun"),
        finished=_number(item, "finished"),
        until=_seconds(item, "until"),
        left_over=_texts(item, "left_over"),
        written=_texts(item, "written"),
        waiting=_texts(item, "waiting"),
        finished_at=_seconds(item, "finished_at"),
    )


def _turn(item: "Mapping[str, AttributeValueTypeDef]") -> Turn:
    number = _number(item, "begun")
    in_order = number - 1 in (_number(item, "finished"), _number(item, "abandoned"))
    written = _texts(item, "written") if in_order and number > 1 else None
    return Turn(number, written, _seconds(item, "finished_at"))


def _seconds(item: "Mapping[str, AttributeValueTypeDef]", name: str) -> float:
    return float(item.get(name, {}).get("N", "0"))


def _number(item: "Mapping[str, AttributeValueTypeDef]", name: str) -> int:
    return int(item.get(name, {}).get("N", "0"))


def _texts(item: "Mapping[str, AttributeValueTypeDef]", name: str) -> tuple[str, ...]:
    return tuple(entry["S"] for entry in item.get(name, {}).get("L", []))
