"""What an event means for a person: left, back, or nothing. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from functions.okta import event_types as okta
from functions.okta.log_event import APP_INSTANCE, APP_USER, USER, LogEvent


class Reason(StrEnum):
    """Why somebody's access ends: the words of access.yaml's `leavers.on`, and the operator's own word."""

    DEACTIVATE = "deactivate"
    SUSPEND = "suspend"
    DELETE = "delete"
    LOCK = "lock"
    UNASSIGN = "unassign"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Leaver:
    """Somebody whose access ends now. `login` is their userName in Identity Center as far as Okta knows.

    `okta_id` is None only where an operator names somebody who did not come from Okta.
    """

    okta_id: str | None
    login: str | None
    reason: Reason
    trigger: str
    published: datetime
    note: str = ""


@dataclass(frozen=True)
class Return:
    """Somebody who is back: the reasons in `lifts` no longer hold."""

    okta_id: str | None
    login: str | None
    lifts: frozenset[Reason]
    trigger: str
    published: datetime
    note: str = ""


@dataclass(frozen=True)
class Ignored:
    """Nothing to do, and why."""

    why: str


@dataclass(frozen=True)
class Unclear:
    """It concerns somebody, but does not say whom: a person must look."""

    why: str
    trigger: str
    published: datetime


@dataclass(frozen=True)
class OperatorRequest:
    """What an operator asked: `person` is a userName, an Okta id or an Identity Store id."""

    person: str
    leave: bool
    reason: str
    by: str
    trigger: str
    published: datetime


class OperatorRequestError(ValueError):
    """An operator's event that does not say what is asked."""


_LEAVES = {
    okta.DEACTIVATE: Reason.DEACTIVATE,
    okta.SUSPEND: Reason.SUSPEND,
    okta.DELETE_INITIATED: Reason.DELETE,
    okta.LOCK: Reason.LOCK,
    okta.APP_MEMBERSHIP_REMOVE: Reason.UNASSIGN,
}

_ACTIVE_AGAIN = frozenset({Reason.DEACTIVATE, Reason.SUSPEND, Reason.DELETE, Reason.LOCK})

_LIFTS = {
    okta.ACTIVATE: _ACTIVE_AGAIN,
    okta.REACTIVATE: _ACTIVE_AGAIN,
    okta.UNSUSPEND: frozenset({Reason.SUSPEND}),
    okta.UNLOCK: frozenset({Reason.LOCK}),
    okta.UNLOCK_BY_ADMIN: frozenset({Reason.LOCK}),
    okta.APP_MEMBERSHIP_ADD: frozenset({Reason.UNASSIGN}),
}
"""Each return takes back its own reason: an unlocked person who is suspended stays out."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""So much a clock may run ahead unnoticed; also, the bus tells its time in whole seconds."""

_OPERATOR = {"leaver.revoke": True, "leaver.restore": False}

Decision = Leaver | Return | Ignored | Unclear


def decide(event: LogEvent, reasons: Collection[str], app_id: str) -> Decision:
    """What a LogEvent means, if these `reasons` end access and this is the AWS app in Okta."""
    reason, lifts = _LEAVES.get(event.event_type), _LIFTS.get(event.event_type)
    if reason is None and lifts is None:
        return Ignored(f"{event.event_type} ends or restores nobody's access")
    if reason is not None and reason not in reasons:
        return Ignored(f"{reason} is not among the reasons of the access policy")
    if not _happened(event):
        return Ignored(f"it did not happen: outcome {event.result}")
    if _is_membership(event) and app_id not in {app.id for app in event.of_type(APP_INSTANCE)}:
        return Ignored("another app")
    return _of_person(event, reason, lifts)


def decide_operator(
    detail_type: str, detail: Mapping[str, Any], event_id: str, received: datetime
) -> OperatorRequest:
    """Read `leaver.revoke` or `leaver.restore`. Raises OperatorRequestError.

    A clock that runs ahead must not outrank what comes later: such a request counts as of `received`.
    """
    try:
        asked = _instant(_text(detail["at"]))
        return OperatorRequest(
            person=_text(detail["person"]),
            leave=_OPERATOR[detail_type],
            reason=_text(detail["reason"]),
            by=_text(detail["by"]),
            trigger=event_id,
            published=asked if asked <= received + CLOCKS_DIFFER else received,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OperatorRequestError(f"not an operator's request ({detail_type}): {error!r}") from error


def _of_person(event: LogEvent, reason: Reason | None, lifts: frozenset[Reason] | None) -> Decision:
    users = {user.id: user for user in event.of_type(USER)}
    if len(users) != 1:
        why = f"{event.event_type} names {len(users)} users as its target, not one"
        return Unclear(why, event.uuid, event.published)
    user = next(iter(users.values()))
    app_users = event.of_type(APP_USER)
    login = app_users[0].alternate_id if len(app_users) == 1 else user.alternate_id
    if reason is not None:
        return Leaver(user.id, login, reason, event.uuid, event.published)
    return Return(user.id, login, lifts or frozenset(), event.uuid, event.published)


def _happened(event: LogEvent) -> bool:
    """SUCCESS; a lock-out is published as the failed sign-in that caused it."""
    if event.event_type == okta.LOCK and event.reason == "LOCKED_OUT":
        return True
    return event.result == "SUCCESS"


def _is_membership(event: LogEvent) -> bool:
    return event.event_type in (okta.APP_MEMBERSHIP_REMOVE, okta.APP_MEMBERSHIP_ADD)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is no text")
    return value.strip()


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
