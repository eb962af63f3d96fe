"""A LogEvent: what happened in Okta, as System Log, event hooks and log streams tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

USER = "User"
APP_USER = "AppUser"
APP_INSTANCE = "AppInstance"
USER_GROUP = "UserGroup"


class LogEventError(ValueError):
    """Not a LogEvent: one of the three fields is missing or wrong without which none can be handled."""


@dataclass(frozen=True)
class Target:
    """One thing that the event happened to. `alternate_id` of a User is the Okta login."""

    id: str
    type: str
    alternate_id: str | None = None
    display_name: str | None = None


@dataclass(frozen=True)
class LogEvent:
    """The parts of a LogEvent that decide something (Okta API, "System Log": LogEvent object).

    The actor is left out on purpose: whoever did it is never whom it happened to.
    """

    uuid: str
    published: datetime
    event_type: str
    result: str | None
    reason: str | None
    targets: tuple[Target, ...]

    @classmethod
    def parse(cls, raw: Any) -> Self:
        """Read one, tolerantly: unknown fields, null and missing parts are fine.

        Raises LogEventError where uuid, published or eventType are not there.
        """
        if not isinstance(raw, Mapping):
            raise LogEventError("a LogEvent is an object")
        outcome = raw.get("outcome")
        outcome = outcome if isinstance(outcome, Mapping) else {}
        targets = raw.get("target")
        return cls(
            uuid=_required(raw, "uuid"),
            published=_instant(_required(raw, "published")),
            event_type=_required(raw, "eventType"),
            result=_text(outcome.get("result")),
            reason=_text(outcome.get("reason")),
            targets=tuple(_targets(targets)) if isinstance(targets, list) else (),
        )

    def of_type(self, kind: str) -> tuple[Target, ...]:
        """The targets of one type. Their order has no contract, so the type is the only way to find one."""
        return tuple(target for target in self.targets if target.type == kind)


def _targets(raw: list[Any]) -> list[Target]:
    return [
        Target(
            id=target["id"],
            type=target["type"],
            alternate_id=_text(target.get("alternateId")),
            display_name=_text(target.get("displayName")),
        )
        for target in raw
        if isinstance(target, Mapping) and _text(target.get("id")) and _text(target.get("type"))
    ]


def _required(raw: Mapping[str, Any], field: str) -> str:
    value = _text(raw.get(field))
    if not value:
        raise LogEventError(f"a LogEvent without {field}")
    return value


def _instant(value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise LogEventError("a LogEvent whose published is no time in ISO 8601") from error


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
