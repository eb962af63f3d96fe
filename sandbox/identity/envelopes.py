"""EventBridge envelopes of what happened, made from the samples in events/aws."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from sandbox.identity.settings import MANAGEMENT_ACCOUNT

_SAMPLES = Path(__file__).resolve().parents[2] / "events" / "aws"

Envelope = dict[str, Any]


def of_service(sample: str, details: Mapping[str, Any], now: datetime) -> Envelope:
    """An event that Organizations logs by itself; `details` replaces what the sample says happened."""
    envelope = _fresh(sample, now)
    envelope["detail"]["serviceEventDetails"] = dict(details)
    return envelope


def of_call(
    sample: str,
    params: Mapping[str, Any] | None,
    caller: str,
    now: datetime,
    response: Mapping[str, Any] | None = None,
    role: str = "",
) -> Envelope:
    """An event of an API call, its parameters and response in CloudTrail's lower camel case."""
    envelope = _fresh(sample, now)
    detail = envelope["detail"]
    detail["requestID"] = str(uuid4())
    detail["requestParameters"] = lower_camel(params) if params else None
    detail["responseElements"] = lower_camel(response) if response else None
    for identity in (detail["userIdentity"], detail["userIdentity"]["sessionContext"]["sessionIssuer"]):
        identity["arn"] = identity["arn"].replace(identity["accountId"], caller)
        identity["accountId"] = caller
    if role:
        detail["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = role
    return envelope


def of_scim(sample: str, group_id: str, operations: Any, now: datetime) -> Envelope:
    """An event of a SCIM call about a group: names and values are masked."""
    envelope = _fresh(sample, now)
    detail = envelope["detail"]
    detail["requestID"] = str(uuid4())
    if detail["responseElements"]:
        detail["responseElements"]["id"] = group_id
    else:
        detail["requestParameters"]["id"] = group_id
        detail["requestParameters"]["httpBody"]["operations"] = operations
    return envelope


def stamp(moment: datetime) -> str:
    """A time as Organizations writes it into CloudTrail, e.g. `Oct 14, 2026 9:20:50 AM`, in UTC."""
    hour = moment.hour % 12 or 12
    return f"{moment:%b} {moment.day}, {moment.year} {hour}:{moment:%M:%S %p}"


def lower_camel(value: Any) -> Any:
    """A structure of the API with CloudTrail's member names; times as `stamp` writes them."""
    if isinstance(value, Mapping):
        return {f"{key[0].lower()}{key[1:]}": lower_camel(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [lower_camel(item) for item in value]
    return stamp(value) if isinstance(value, datetime) else value


def _fresh(sample: str, now: datetime) -> Envelope:
    envelope: Envelope = json.loads(_text(sample))
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    envelope |= {"id": str(uuid4()), "time": moment, "account": MANAGEMENT_ACCOUNT}
    envelope["detail"] |= {
        "eventTime": moment,
        "eventID": str(uuid4()),
        "recipientAccountId": MANAGEMENT_ACCOUNT,
    }
    return envelope


@cache
def _text(sample: str) -> str:
    return (_SAMPLES / f"{sample}.json").read_text(encoding="utf-8")
