"""What an event of Organizations, Control Tower or Identity Center says about which account.

The shapes are in events/aws. Where AWS's pages disagree or are silent, only the event's name and an
account id are believed; DescribeAccount says the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions import bus
from functions.accounts import group_events
from functions.accounts.event_fields import (
    EventError,
    account_id,
    find,
    is_account_id,
    member,
    result,
    section,
)
from functions.accounts.group_events import GroupAppeared, GroupPlanned, Ignored
from functions.inbox import Envelope

__all__ = ["EventError", "GroupAppeared", "GroupPlanned", "Ignored", "read_change"]

RECONCILE_ACCOUNT = "reconcile.account"
RECONCILE_GROUP = "reconcile.group"
"""Detail-types of `ostiary.accounts`: {"account": id} and {"group": id}, each with "because"."""

_OURS = "ostiary-"
"""How the names of Ostiary's own roles begin."""


class Kind(StrEnum):
    """What happened to the account."""

    JOINED = "joined"
    MOVED = "moved"
    TAGGED = "tagged"
    RENAMED = "renamed"
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


Change = AccountChange | CreationFailed | UnitRenamed | GroupAppeared | GroupPlanned | Ignored


def read_change(envelope: Envelope) -> Change:
    """What the event means. Raises EventError if it should name an account and does not."""
    detail = envelope.detail
    if detail.get("errorCode"):
        return Ignored(f"the call failed: {detail['errorCode']}")
    if envelope.source == bus.ACCOUNTS:
        return AccountChange(Kind.ASKED, account_id({"accountId": detail.get("account")}))
    if envelope.source == bus.OKTA:
        return group_events.planned(detail)
    if envelope.source == group_events.STORE and envelope.detail_type in group_events.NOTIFICATIONS:
        return group_events.notified(envelope)
    return _of_aws(envelope, str(detail.get("eventName", "")))


def _of_aws(envelope: Envelope, name: str) -> Change:  # noqa: C901 - one case an event, and nothing else
    detail = envelope.detail
    match name:
        case "CreateAccountResult" | "CreateManagedAccount" | "UpdateManagedAccount":
            return _created(envelope.id, detail)
        case "AccountJoinedOrganization":
            return AccountChange(Kind.JOINED, member(detail))
        case "AcceptHandshake":
            return _accepted(detail)
        case "MoveAccount":
            return AccountChange(Kind.MOVED, account_id(section(detail, "requestParameters")))
        case "PutAccountName":
            return _called(detail)
        case "TagResource" | "UntagResource":
            return _tagged(detail)
        case "AccountDepartedOrganization":
            return AccountChange(Kind.LEFT, member(detail))
        case "CloseAccountResult":
            return _closed(result(detail))
        case "RemoveAccountFromOrganization":
            return AccountChange(Kind.LEFT, account_id(section(detail, "requestParameters")))
        case "LeaveOrganization":
            return AccountChange(Kind.LEFT, account_id(section(detail, "userIdentity")))
        case "UpdateOrganizationalUnit":
            return _renamed(detail)
        case "CreateGroup" | "UpdateGroup" | "PatchGroup":
            return group_events.recorded(detail)
        case "CreateAccountAssignment" | "DeleteAccountAssignment":
            return _touched(detail)
        case _:
            return Ignored(f"no event of ours: {name or envelope.detail_type}")


def _created(event_id: str, detail: Mapping[str, Any]) -> Change:
    told = result(detail)
    state = str(find(told, "state") or "").upper()
    if state == "FAILED":
        reason = find(told, "failureReason") or find(told, "message") or "no reason given"
        return CreationFailed(str(find(told, "id") or event_id), str(reason))
    if state != "SUCCEEDED":
        return Ignored(f"not finished: {state or 'no state'}")
    return AccountChange(Kind.JOINED, account_id(told))


def _accepted(detail: Mapping[str, Any]) -> Change:
    """An invitation counts; consent to all features is a handshake too, and no account joins by it."""
    handshake = section(section(detail, "responseElements"), "handshake")
    action, state = (str(find(handshake, key) or "").upper() for key in ("action", "state"))
    if (action, state) != ("INVITE", "ACCEPTED"):
        return Ignored(f"handshake {action or 'without action'} is {state or 'without state'}")
    parties = find(handshake, "parties") or ()
    invited = [find(each, "id") for each in parties if str(find(each, "type")).upper() == "ACCOUNT"]
    return AccountChange(Kind.JOINED, account_id({"accountId": next(iter(invited), None)}))


def _tagged(detail: Mapping[str, Any]) -> Change:
    resource = str(find(section(detail, "requestParameters"), "resourceId") or "")
    if not is_account_id(resource):
        return Ignored(f"not an account: {resource}")
    return AccountChange(Kind.TAGGED, resource)


def _called(detail: Mapping[str, Any]) -> Change:
    """The management account names the account; one that renames itself is the caller."""
    asked = section(detail, "requestParameters")
    return AccountChange(
        Kind.RENAMED, account_id(asked if find(asked, "accountId") else section(detail, "userIdentity"))
    )


def _renamed(detail: Mapping[str, Any]) -> Change:
    asked = section(detail, "requestParameters")
    if not find(asked, "name"):
        return Ignored("the OU kept its name")
    unit_id = str(find(asked, "organizationalUnitId") or "")
    if not unit_id:
        raise EventError("no OU in requestParameters")
    return UnitRenamed(unit_id)


def _touched(detail: Mapping[str, Any]) -> Change:
    """Somebody else's change of an assignment. What our own functions do is no news to them."""
    issuer = section(section(section(detail, "userIdentity"), "sessionContext"), "sessionIssuer")
    if str(issuer.get("userName", "")).startswith(_OURS):
        return Ignored(f"our own doing: {issuer['userName']}")
    target = find(section(detail, "requestParameters"), "targetId")
    return AccountChange(Kind.TOUCHED, account_id({"accountId": target}))


def _closed(told: Mapping[str, Any]) -> Change:
    state = str(find(told, "state") or "SUCCEEDED").upper()
    if state != "SUCCEEDED":
        return Ignored(f"not closed: {state}")
    return AccountChange(Kind.LEFT, account_id(told))
