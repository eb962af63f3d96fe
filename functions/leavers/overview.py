"""Whose deny holds now, how far their steps have come, and until when: what an operator asks for. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from functions.leavers.partial import Loss
from functions.leavers.record import Record
from functions.leavers.steps import TITLES


@dataclass(frozen=True)
class Line:
    """One person. Times are ISO 8601 in UTC; `steps` are states by title."""

    person: str
    who: str
    user_id: str | None
    reasons: tuple[str, ...]
    since: str
    deny_until: str | None
    back: bool
    steps: Mapping[str, str]
    taken: Mapping[str, int]

    @property
    def failing(self) -> tuple[str, ...]:
        """Titles of the steps that are being repeated."""
        return tuple(title for title, state in self.steps.items() if state == "failed")

    def to_json(self) -> dict[str, Any]:
        """As `--json` writes it."""
        return {
            "person": self.person,
            "who": self.who,
            "user_id": self.user_id,
            "state": "returned" if self.back else "denied",
            "reasons": list(self.reasons),
            "since": self.since,
            "deny_until": self.deny_until,
            "steps": dict(self.steps),
            "failing": list(self.failing),
            "taken": dict(self.taken),
        }


def line(entry: Mapping[str, Any], record: Record) -> Line:
    """The line of an entry among the open ones, with what its record knows."""
    return Line(
        person=str(entry["person"]),
        who=record.who,
        user_id=entry["user_id"],
        reasons=tuple(entry["reasons"]),
        since=str(entry["since"]),
        deny_until=entry["deny_until"],
        back=bool(entry.get("before")),
        steps={TITLES.get(name, name): outcome.state.value for name, outcome in record.steps.items()},
        taken={
            "assignments": len(record.taken.assignments),
            "groups": len(record.taken.groups),
            "entitlements": len(record.taken.entitlements),
        },
    )


def loss_json(loss: Loss, waiting: Collection[str]) -> dict[str, Any]:
    """Somebody who lost a group, as `--json` writes it among the others.

    `waiting`: whom the last writing found no room for in the deny policies of some accounts.
    """
    return {
        "person": f"okta:{loss.person}",
        "who": loss.who,
        "user_id": loss.user_id,
        "state": "partial",
        "group": loss.group,
        "room": loss.who not in waiting,
        "lost": [{"account": account, "permission_set": name} for account, name in loss.lost],
        "since": loss.at.isoformat(),
        "deny_until": loss.until.isoformat(),
    }


def lost_in_words(loss: Loss) -> str:
    """By permission set: in which account, or in how many."""
    sets = sorted({name for _, name in loss.lost})
    accounts = {name: [account for account, each in loss.lost if each == name] for name in sets}
    return "; ".join(
        f"{name} in {found[0] if len(found) == 1 else f'{len(found)} accounts'}"
        for name, found in accounts.items()
    )


def until_in_words(loss: Loss, waiting: Collection[str]) -> str:
    """Until when it is denied; or that it is not, for now."""
    until = f"{loss.until:%Y-%m-%d %H:%M} UTC"
    return f"NOT DENIED: no room; matters until {until}" if loss.who in waiting else until
