"""What an event of Organizations or Control Tower says about which account.

The shapes are in events/aws. Where AWS's pages disagree or are silent, only the event's name and an
account id are believed; DescribeAccount says the rest.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions.inbox import Envelope

_ACCOUNT_ID = re.compile(r"\d{12}")


class EventError(ValueError):
    """An event that should name an account and does not: it belongs in the dead-letter queue."""


class Kind(StrEnum):
    """What happened to the account."""

    JOINED = "joined"
    MOVED = "moved"
    TAGGED = "tagged"
    LEFT = "left"


@dataclass(frozen=True)
class AccountChange:
    """Something happened to an account that may change who should get into it."""

    kind: Kind
    account_id: str


@dataclass(frozen=True)
class CreationFailed:
    """AWS or Control Tower could not create an account; there is no account id to go on with."""

    request_id: str
    reason: str


@dataclass(frozen=True)
class Ignored:
    """Nothing to do, and why."""

    why: str


Change = AccountChange | CreationFailed | Ignored


def read_change(envelope: Envelope) -> Change:
    """What the event means. Raises EventError if it should name an account and does not."""
    detail = envelope.detail
    if detail.get("errorCode"):
        return Ignored(f"the call failed: {detail['errorCode']}")
    name = str(detail.get("eventName", ""))
    match name:
        case "CreateAccountResult" | "CreateManagedAccount" | "UpdateManagedAccount":
            return _created(envelope.id, detail)
        case "AccountJoinedOrganization":
            return AccountChange(Kind.JOINED, _account_id(_result(detail)))
        case "AcceptHandshake":
            return _accepted(detail)
        case "MoveAccount":
            return AccountChange(Kind.MOVED, _account_id(_section(detail, "requestParameters")))
        case "TagResource" | "UntagResource":
            return _tagged(detail)
        case "CloseAccountResult" | "AccountDepartedOrganization":
            return _gone(_result(detail))
        case "RemoveAccountFromOrganization":
            return AccountChange(Kind.LEFT, _account_id(_section(detail, "requestParameters")))
        case "LeaveOrganization":
            return AccountChange(Kind.LEFT, _account_id(_section(detail, "userIdentity")))
        case _:
            return Ignored(f"no event of ours: {name or envelope.detail_type}")


def _created(event_id: str, detail: Mapping[str, Any]) -> Change:
    result = _result(detail)
    state = str(_find(result, "state") or "").upper()
    if state == "FAILED":
        reason = _find(result, "failureReason") or _find(result, "message") or "no reason given"
        return CreationFailed(str(_find(result, "id") or event_id), str(reason))
    if state != "SUCCEEDED":
        return Ignored(f"not finished: {state or 'no state'}")
    return AccountChange(Kind.JOINED, _account_id(result))


def _accepted(detail: Mapping[str, Any]) -> Change:
    """An invitation counts; consent to all features is a handshake too, and no account joins by it."""
    handshake = _section(detail, "responseElements").get("handshake") or {}
    if (handshake.get("action"), handshake.get("state")) != ("INVITE", "ACCEPTED"):
        return Ignored(f"handshake {handshake.get('action')} is {handshake.get('state')}")
    parties = handshake.get("parties") or ()
    invited = [party["id"] for party in parties if party.get("type") == "ACCOUNT"]
    return AccountChange(Kind.JOINED, _account_id({"accountId": next(iter(invited), None)}))


def _tagged(detail: Mapping[str, Any]) -> Change:
    resource = str(_section(detail, "requestParameters").get("resourceId", ""))
    if not _ACCOUNT_ID.fullmatch(resource):
        return Ignored(f"not an account: {resource}")
    return AccountChange(Kind.TAGGED, resource)


def _gone(result: Mapping[str, Any]) -> Change:
    state = str(_find(result, "state") or "SUCCEEDED").upper()
    if state != "SUCCEEDED":
        return Ignored(f"not closed: {state}")
    return AccountChange(Kind.LEFT, _account_id(result))


def _result(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a service event says; the part beside it names the caller's account, not the one we want."""
    return _section(detail, "serviceEventDetails")


def _section(detail: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = detail.get(name)
    return section if isinstance(section, Mapping) else {}


def _account_id(section: Mapping[str, Any]) -> str:
    found = str(_find(section, "accountId") or "")
    if not _ACCOUNT_ID.fullmatch(found):
        raise EventError(f"no account id in {', '.join(section) or 'an empty section'}")
    return found


def _find(section: Mapping[str, Any], key: str) -> Any:
    """The outermost value under `key`, however deep it stands and however the key is capitalized."""
    levels: list[Mapping[str, Any]] = [section]
    while levels:
        for name, value in _items(levels):
            if name.casefold() == key.casefold() and not isinstance(value, Mapping):
                return value
        levels = [value for _, value in _items(levels) if isinstance(value, Mapping)]
    return None


def _items(levels: list[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for level in levels:
        yield from level.items()
