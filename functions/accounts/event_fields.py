"""Finding things in events whose shape AWS documents in part, or in two ways."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_ACCOUNT_ID = re.compile(r"\d{12}")


class EventError(ValueError):
    """An event that should name an account or a group and does not: it belongs in the dead-letter queue."""


def section(detail: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The mapping under `name`, however that is written; an empty one where there is none."""
    named = (value for key, value in detail.items() if _plain(key) == _plain(name))
    return next((value for value in named if isinstance(value, Mapping)), {})


def result(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a service event says; the part beside it names the caller's account, not the one we want."""
    return section(detail, "serviceEventDetails")


def find(within: Mapping[str, Any], key: str) -> Any:
    """The outermost value under `key`, however deep it stands and however the key is written: `groupId`,
    `GroupId`, `group-id`."""
    levels: list[Mapping[str, Any]] = [within]
    while levels:
        for name, value in _items(levels):
            if _plain(name) == _plain(key) and not isinstance(value, Mapping):
                return value
        levels = [value for _, value in _items(levels) if isinstance(value, Mapping)]
    return None


def account_id(within: Mapping[str, Any]) -> str:
    """The account's id. Raises EventError if there is none."""
    found = str(find(within, "accountId") or "")
    if not is_account_id(found):
        raise EventError(f"no account id in {', '.join(within) or 'an empty section'}")
    return found


def member(detail: Mapping[str, Any]) -> str:
    """The account that an event of the organization is about, where AWS documents no shape: under what a
    service event says, else under what was asked or answered; as `accountId`, `account` or `account.id`.

    Raises EventError if there is none.
    """
    parts = [result(detail), section(detail, "requestParameters"), section(detail, "responseElements")]
    for part in parts:
        for found in (find(part, "accountId"), find(part, "account"), find(section(part, "account"), "id")):
            if is_account_id(str(found)):
                return str(found)
    raise EventError("no account id in any section of the event")


def is_account_id(text: str) -> bool:
    """Twelve digits."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def _plain(key: str) -> str:
    return key.casefold().replace("-", "")


def _items(levels: list[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for level in levels:
        yield from level.items()
