"""A person's record, and what they lost by leaving a group, as the ledger stores them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.aws.person_access import Entitlement
from functions.leavers.decide import Reason
from functions.leavers.marks import Mark
from functions.leavers.partial import Loss
from functions.leavers.record import Occasion, Record, StepOutcome, StepState
from functions.leavers.taken import Taken


def to_document(record: Record) -> dict[str, Any]:
    """As the ledger stores it: texts, lists and maps only; times in ISO 8601, UTC."""
    occasion = record.occasion
    return {
        "okta_id": record.okta_id,
        "login": record.login,
        "user_id": record.user_id,
        "status": "open" if record.open else "closed",
        "marks": marks_document({reason.value: mark for reason, mark in record.marks.items()}),
        "groups": marks_document(record.groups),
        "deny_until": record.deny_until and record.deny_until.isoformat(),
        "occasion": occasion
        and {
            "trigger": occasion.trigger,
            "published": occasion.published.isoformat(),
            "reason": occasion.reason,
            "note": occasion.note,
        },
        "steps": {
            name: {"state": step.state.value, "at": step.at.isoformat(), "note": step.note}
            for name, step in record.steps.items()
        },
        "triggers": list(record.triggers),
        "taken": taken_document(record.taken),
        "narrowed": record.narrowed and record.narrowed.isoformat(),
        "clean_since": record.clean_since and record.clean_since.isoformat(),
        "lifted": record.lifted,
    }


def marks_document(marks: Mapping[str, Mark]) -> dict[str, Any]:
    """What is known of reasons, or of groups: in the record, and in the audit trail."""
    return {
        name: {"gone": mark.gone, "at": mark.at.isoformat(), "trigger": mark.trigger}
        for name, mark in marks.items()
    }


def taken_document(taken: Taken) -> dict[str, Any]:
    """What was taken away: in the record, and in the audit trail."""
    return {
        "assignments": [list(each) for each in taken.assignments],
        "groups": list(taken.groups),
        "entitlements": [list(each) for each in taken.entitlements],
    }


def from_document(key: str, stored: Mapping[str, Any]) -> Record:
    """Read it back. Raises KeyError or ValueError where the ledger holds something else."""
    occasion, taken = stored["occasion"], stored.get("taken", {})
    return Record(
        key=key,
        okta_id=stored["okta_id"],
        login=stored["login"],
        user_id=stored["user_id"],
        marks={Reason(name): mark for name, mark in _marks(stored["marks"]).items()},
        deny_until=_instant(stored["deny_until"]),
        occasion=occasion
        and Occasion(
            occasion["trigger"],
            datetime.fromisoformat(occasion["published"]),
            occasion["reason"],
            occasion["note"],
        ),
        steps={
            name: StepOutcome(StepState(step["state"]), datetime.fromisoformat(step["at"]), step["note"])
            for name, step in stored["steps"].items()
        },
        triggers=tuple(stored["triggers"]),
        taken=Taken(
            tuple((account, arn) for account, arn in taken.get("assignments", ())),
            tuple(taken.get("groups", ())),
            tuple(Entitlement(*each) for each in taken.get("entitlements", ())),
        ),
        narrowed=_instant(stored.get("narrowed")),
        clean_since=_instant(stored.get("clean_since")),
        lifted=stored.get("lifted", False),
        groups=_marks(stored.get("groups", {})),
    )


def loss_document(loss: Loss) -> dict[str, Any]:
    """As the ledger stores it, under its own key."""
    return {
        "joined": loss.joined,
        "at": loss.at.isoformat(),
        "trigger": loss.trigger,
        "until": loss.until.isoformat(),
        "login": loss.login,
        "group": loss.group,
        "group_id": loss.group_id,
        "user_id": loss.user_id,
        "lost": [list(pair) for pair in loss.lost],
        "kept": [list(pair) for pair in loss.kept],
        "looked": loss.looked and loss.looked.isoformat(),
    }


def loss_from(key: str, stored: Mapping[str, Any]) -> Loss:
    """Read it back. Raises KeyError or ValueError where the ledger holds something else."""
    return Loss(
        key=key,
        joined=stored["joined"],
        at=datetime.fromisoformat(stored["at"]),
        trigger=stored["trigger"],
        until=datetime.fromisoformat(stored["until"]),
        login=stored["login"],
        group=stored["group"],
        group_id=stored["group_id"],
        user_id=stored["user_id"],
        lost=tuple((account, name) for account, name in stored["lost"]),
        kept=tuple((account, name) for account, name in stored["kept"]),
        looked=_instant(stored["looked"]),
    )


def _marks(stored: Mapping[str, Any]) -> dict[str, Mark]:
    return {
        name: Mark(mark["gone"], datetime.fromisoformat(mark["at"]), mark["trigger"])
        for name, mark in stored.items()
    }


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
