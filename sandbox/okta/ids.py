"""Ids and times of Okta's form."""

import secrets
import string
from datetime import datetime

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """An id of 20 characters: `00u…` a person, `00g…` a group, `0ua…` an app user, `who…` an event hook."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(20 - len(prefix)))


def iso(moment: datetime) -> str:
    """Okta's time: UTC, milliseconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def iso_or_none(moment: datetime | None) -> str | None:
    """The same where Okta has null."""
    return None if moment is None else iso(moment)


def parse_time(text: str) -> datetime:
    """An ISO 8601 time with a zone. Raises ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment
