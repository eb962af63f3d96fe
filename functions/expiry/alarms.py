"""Ostiary's own CloudWatch alarms: can they ring, and does one ring already? Pure: time is passed in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.wording import counted, moment, some_of
from functions.finding import Finding, Severity

PREFIX = "ostiary-"
"""How the names of all alarms of the hub begin."""

PATIENCE = timedelta(days=1)
"""A new alarm has no data for minutes. One that has none for a day measures something that is not there."""

_RUNBOOK = "alarms.md"
_SUBJECT = "CloudWatch alarms of Ostiary"

MUTE = Guide(
    why=(
        "These alarms are what rings when nothing else can speak any more: work that was given up, a watch "
        "that does not run, a promise that is broken. One that cannot ring makes that silent."
    ),
    actions=(
        "CloudWatch > All alarms, in the hub's account and Region: open each alarm listed below.",
        "No data: does the metric in its graph exist? Deploy again; if it stays so, the function no longer "
        "writes that metric.",
        "Actions switched off: somebody silenced it. Ask who, then: `aws cloudwatch enable-alarm-actions "
        "--alarm-names <name>`.",
        "No alarms at all: `cdk deploy ostiary-hub`.",
    ),
    runbook=_RUNBOOK,
)

RINGING = Guide(
    why=(
        "The alarm's own mail was sent once, when it began. It rings still: what it stands for goes on, and "
        "perhaps nobody has read that mail."
    ),
    actions=(
        "Read below which alarm rings, since when, and what CloudWatch says. CloudWatch > All alarms shows "
        "its description, which says what is wrong and what to do.",
        "Dead letters: `ostiary dlq list` shows the work that was given up, `ostiary dlq redrive` brings it "
        "back once its cause is gone.",
        "This clears with the daily watch after the alarm is OK again.",
    ),
    runbook=_RUNBOOK,
)


class AlarmsUnreadableError(ValueError):
    """CloudWatch's answer does not say in which state an alarm is."""


@dataclass(frozen=True)
class Alarm:
    """One alarm. `since`: when it came into its state."""

    name: str
    state: str
    since: datetime
    reason: str
    may_act: bool


def read_alarms(raw: Iterable[Mapping[str, Any]]) -> tuple[Alarm, ...]:
    """CloudWatch API Reference, "DescribeAlarms": MetricAlarm. Raises AlarmsUnreadableError."""
    try:
        return tuple(
            Alarm(
                name=each["AlarmName"],
                state=each["StateValue"],
                since=(each.get("StateTransitionedTimestamp") or each["StateUpdatedTimestamp"]).astimezone(
                    UTC
                ),
                reason=each.get("StateReason", ""),
                may_act=each.get("ActionsEnabled", True),
            )
            for each in raw
        )
    except (AttributeError, KeyError) as error:
        raise AlarmsUnreadableError(f"an alarm without {error}") from error


def examine(alarms: Sequence[Alarm], desk: Desk) -> tuple[Finding, ...]:
    """Two findings: alarms that cannot ring, and alarms that do."""
    return (
        desk.write("alarms/mute", _SUBJECT, _mute(alarms, desk), MUTE),
        desk.write("alarms/ringing", _SUBJECT, _ringing(alarms), RINGING),
    )


def _mute(alarms: Sequence[Alarm], desk: Desk) -> Found:
    if not alarms:
        return Found(Severity.WARNING, f"There is no alarm whose name begins with {PREFIX}")
    blind = [
        each for each in alarms if each.state == "INSUFFICIENT_DATA" and desk.now - each.since > PATIENCE
    ]
    silenced = [each for each in alarms if not each.may_act]
    facts = {each.name: f"INSUFFICIENT_DATA since {moment(each.since)}" for each in blind}
    facts |= {each.name: "its actions are switched off" for each in silenced}
    if not facts:
        return Found(None, f"All {len(alarms)} alarms can ring")
    title = f"{counted(len(facts), 'alarm')} cannot ring: {some_of(sorted(facts))}"
    began = min((each.since for each in blind), default=None) if not silenced else None
    return Found(Severity.WARNING, title, facts, began)


def _ringing(alarms: Sequence[Alarm]) -> Found:
    ringing = sorted((each for each in alarms if each.state == "ALARM"), key=lambda each: each.since)
    if not ringing:
        return Found(None, "No alarm rings")
    facts = {each.name: f"since {moment(each.since)}: {each.reason}" for each in ringing}
    title = (
        f"{counted(len(ringing), 'alarm')} {'rings' if len(ringing) == 1 else 'ring'}: {some_of(list(facts))}"
    )
    return Found(Severity.WARNING, title, facts, ringing[0].since)
