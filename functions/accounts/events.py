"""What an event of Organizations, Control Tower or Identity Center says about which account.

The shapes are in events/aws. Where AWS's pages disagree or are silent, only the event's name and an
account id are believed; DescribeAccount says the rest.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions import bus
from functions.inbox import Envelope

RECONCILE_ACCOUNT = "reconcile.account"
RECONCILE_GROUP = "reconcile.group"
"""Detail-types of `ostiary.accounts`: {"account": id} and {"group": id}, each with "because"."""

_OURS = "ostiary-"
"""How the names of Ostiary's own roles begin."""

_ACCOUNT_ID = re.compile(r"\d{12}")


class EventError(ValueError):
    """An event that should name an account and does not: it belongs in the dead-letter queue."""


class Kind(StrEnum):
    """What happened to the account."""

    JOINED = "joined"
    MOVED = "moved"
    TAGGED = "tagged"
    LEFT = "left"
    TOUCHED = "touched by hand"
    ASKED = "asked for"


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
class UnitRenamed:
    """An OU has another name, so grants by OU path may reach other accounts under it."""

    unit_id: str


@dataclass(frozen=True)
class GroupAppeared:
    """Identity Center has a group that it did not have, or that had another name."""

    group_id: str


@dataclass(frozen=True)
class Ignored:
    """Nothing to do, and why."""

    why: str


Change = AccountChange | CreationFailed | UnitRenamed | GroupAppeared | Ignored


def read_change(envelope: Envelope) -> Change:
    """What the event means. Raises EventError if it should name an account and does not."""
    detail = envelope.detail
    if detail.get("errorCode"):
        return Ignored(f"the call failed: {detail['errorCode']}")
    if envelope.source == bus.ACCOUNTS:
        return AccountChange(Kind.ASKED, _account_id({"accountId": detail.get("account")}))
    return _of_aws(envelope, str(detail.get("eventName", "")))


def _of_aws(envelope: Envelope, name: str) -> Change:  # noqa: C901 - one case an event, and nothing else
    detail = envelope.detail
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
        case "UpdateOrganizationalUnit":
            return _renamed(detail)
        case "CreateGroup" | "UpdateGroup":
            return _appeared(detail)
        case "CreateAccountAssignment" | "DeleteAccountAssignment":
            return _touched(detail)
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


def _renamed(detail: Mapping[str, Any]) -> Change:
    asked = _section(detail, "requestParameters")
    if not asked.get("name"):
        return Ignored("the OU kept its name")
    unit_id = str(asked.get("organizationalUnitId") or "")
    if not unit_id:
        raise EventError("no OU in requestParameters")
    return UnitRenamed(unit_id)


def _appeared(detail: Mapping[str, Any]) -> Change:
    """CloudTrail masks the group's name; its id is in the answer to a creation, in the question otherwise."""
    found = _find(_section(detail, "responseElements"), "groupId") or _find(
        _section(detail, "requestParameters"), "groupId"
    )
    if not found:
        raise EventError("no group id")
    return GroupAppeared(str(found))


def _touched(detail: Mapping[str, Any]) -> Change:
    """Somebody else's change of an assignment. What our own functions do is no news to them."""
    issuer = _section(_section(_section(detail, "userIdentity"), "sessionContext"), "sessionIssuer")
    if str(issuer.get("userName", "")).startswith(_OURS):
        return Ignored(f"our own doing: {issuer['userName']}")
    target = _section(detail, "requestParameters").get("targetId")
    return AccountChange(Kind.TOUCHED, _account_id({"accountId": target}))


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
