"""Ostiary's own alarms: one that cannot ring, and one that rings on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.expiry.alarms import PATIENCE, Alarm, AlarmsUnreadableError, examine, read_alarms
from functions.expiry.check import Desk
from functions.finding import Finding, Severity, State
from functions.policy import AccessPolicy
from functions.policy.watch import Expiry
from tests.unit.expiry.conftest import RUNBOOKS
from tests.unit.expiry.deployed import ALARM, Deployed, client_of, deployed

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
DESK = Desk(NOW, Expiry().severity, RUNBOOKS)


def alarm(state: str, hours: float = 0, *, may_act: bool = True, name: str = "ostiary-x") -> Alarm:
    return Alarm(name, state, NOW - timedelta(hours=hours), "because", may_act)


def judged(*alarms: Alarm) -> tuple[Finding, Finding]:
    mute, ringing = examine(alarms, DESK)
    return mute, ringing


def test_alarms_that_are_ok_are_no_news() -> None:
    assert {finding.state for finding in judged(alarm("OK"), alarm("OK", 99))} == {State.CLEAR}


def test_a_new_alarm_may_be_without_data_for_a_day() -> None:
    hours = PATIENCE / timedelta(hours=1)
    assert judged(alarm("INSUFFICIENT_DATA", hours))[0].state is State.CLEAR
    mute, _ = judged(alarm("INSUFFICIENT_DATA", hours + 1), alarm("OK", name="ostiary-other"))
    assert (mute.state, mute.severity) == (State.OPEN, Severity.WARNING)
    assert mute.title == "1 alarm cannot ring: ostiary-x"
    assert mute.since == NOW - timedelta(hours=hours + 1)


def test_an_alarm_that_somebody_silenced_cannot_ring() -> None:
    mute, _ = judged(alarm("OK", may_act=False))
    assert mute.facts == {"ostiary-x": "its actions are switched off"}


def test_no_alarm_at_all_is_the_worst_silence() -> None:
    assert "no alarm whose name begins with ostiary-" in judged()[0].title


def test_what_rings_on_is_told_since_it_began() -> None:
    _, ringing = judged(alarm("ALARM", 3, name="ostiary-leavers-dead-letters"), alarm("ALARM", 5))
    assert ringing.state is State.OPEN
    assert ringing.title == "2 alarms ring: ostiary-x, ostiary-leavers-dead-letters"
    assert ringing.since == NOW - timedelta(hours=5)
    assert ringing.facts["ostiary-x"] == "since 2026-11-22 01:00 UTC: because"


def test_an_answer_without_a_state_is_no_all_clear() -> None:
    with pytest.raises(AlarmsUnreadableError, match="StateValue"):
        read_alarms([{"AlarmName": "ostiary-x", "StateUpdatedTimestamp": NOW}])


def test_cloudwatchs_own_answer_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the watch as deployed, an alarm of ours that rings, and one of somebody else."""
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={})) as world:
        world.trust_signing()
        ring(ALARM, "ALARM")
        opened = world.opened()
        assert opened["alarms/ringing"].title == f"1 alarm rings: {ALARM}"
        assert "alarms/mute" not in opened
        ring(ALARM, "OK")
        assert not {"alarms/ringing", "alarms/mute"} & world.opened().keys()
        without_data(world)


def without_data(world: Deployed) -> None:
    ring(ALARM, "INSUFFICIENT_DATA")
    assert "alarms/mute" not in world.opened()
    world.clock.moves(days=1, minutes=1)
    assert "alarms/mute" in world.opened()


def ring(name: str, state: str) -> None:
    client_of("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
