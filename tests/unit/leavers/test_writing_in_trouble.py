"""A writing that fails half way, and on-call that cannot be told: nobody is let go, nothing goes unsaid."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from functions.aws.deny_policies import DenyPolicyError
from functions.bus import BusError
from functions.finding import Finding, Severity, State
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.deny import Shape, document
from functions.leavers.renderer import Renderer
from functions.leavers.writing import Place
from tests.unit.leavers import twin_services
from tests.unit.leavers.story import deactivated, later
from tests.unit.leavers.test_deny_renderer import Heard, Refused, open_revocation
from tests.unit.leavers.twin_services import LeaseTwin, LedgerTwin, PoliciesTwin
from tests.unit.leavers.twins import USER_ID, World, envelope

TAMPERED = "leavers/tampered/service control policies"
UNWRITTEN = "leavers/unwritten/service control policies"


def left(world: World) -> None:
    world.reception().receive(envelope(deactivated()))


def check(world: World) -> None:
    world.seconds += 900
    world.upkeep().run()


def failing_once(monkeypatch: pytest.MonkeyPatch, *, written: bool) -> None:
    """The next writing of a policy fails; `written`: after AWS has taken it."""
    bring, hits = PoliciesTwin.bring, list[int]()

    def once(self: PoliciesTwin, number: int, content: str, held: str | None) -> bool:
        if hits:
            return bring(self, number, content, held)
        hits.append(number)
        if written:
            bring(self, number, content, held)
        raise DenyPolicyError("TooManyRequests")

    monkeypatch.setattr(PoliciesTwin, "bring", once)


@pytest.mark.parametrize("written", [False, True])
def test_meddling_is_told_though_the_first_repair_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    left(world)
    world.policies[1] = document([])
    failing_once(monkeypatch, written=written)
    with pytest.raises(StepsFailedError, match="TooManyRequests"):
        check(world)
    assert world.told(UNWRITTEN)[-1].state is State.OPEN

    check(world)

    assert world.denied() == {USER_ID}
    (found,) = [each for each in world.told(TAMPERED) if each.state is State.OPEN]
    assert (found.severity, "policy 1" in found.why) == (Severity.PAGE, True)
    assert world.told(UNWRITTEN)[-1].state is State.CLEAR
    check(world)
    assert world.told(TAMPERED)[-1].state is State.CLEAR


def test_what_a_writing_that_failed_has_written_is_nobodys_meddling(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(world)
    failing_once(monkeypatch, written=True)
    with pytest.raises(StepsFailedError):
        left(world)
    left(world)
    check(world)
    assert world.denied() == {USER_ID}
    assert not [each for each in world.told(TAMPERED) if each.state is State.OPEN]


def test_what_was_restored_where_it_can_be_is_told_though_another_place_fails(world: World) -> None:
    """Given a place that refuses: of the other, the meddling is told at once, and once."""
    open_revocation(world, "u-1")
    heard, places = Heard(), [Place("here", PoliciesTwin(world), world.shape)]
    refused = Place("refused", Refused(world), world.shape)

    def write() -> None:
        Renderer(
            LedgerTwin(world),
            LeaseTwin(world),
            places,
            heard,
            now=lambda: world.seconds,
            sleep=world.sleep,
        ).bring_up_to_date()

    write()
    world.policies, heard.reports = {1: document([])}, []
    places.append(refused)
    for _ in range(2):
        with pytest.raises(DenyPolicyError, match="refused"):
            write()
    told = [each for report in heard.reports if report.title == "here" for each in report.repaired]
    assert told == ["policy 1 of here was edited"]


def a_dumb_bus(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A bus that takes nothing, until what is returned is called."""
    speaks = twin_services.Told.put_findings

    def refuse(_: Any, findings: Sequence[Finding]) -> None:
        raise BusError(f"{len(findings)} events are not on the bus")

    monkeypatch.setattr(twin_services.Told, "put_findings", refuse)
    return lambda: monkeypatch.setattr(twin_services.Told, "put_findings", speaks)


def test_whoever_cannot_be_told_about_loses_everything_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given policies that are nearly full, which on-call is to hear of before the other steps."""
    world = World(shape=Shape(200, 1), assignments={(USER_ID, "111111111111", "arn")})
    a_dumb_bus(monkeypatch)
    with pytest.raises(BusError):
        left(world)
    assert world.denied() == {USER_ID}
    assert (bool(world.cleared), world.assignments) == (True, set())


def test_what_could_not_be_told_is_told_by_the_next_writing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(world)
    world.policies[1] = document([])
    speak = a_dumb_bus(monkeypatch)
    check(world)
    assert world.denied() == {USER_ID}
    speak()
    check(world)
    assert [each.state for each in world.told(TAMPERED)] == [State.OPEN]


def test_who_returns_while_the_policies_are_full_is_not_said_to_be_denied_in_old_sessions() -> None:
    """Given room for one leaver, and not for the statement of somebody who has come back."""
    world = World(shape=Shape(size=len(document([USER_ID])), count=1))
    left(world)
    with pytest.raises(StepsFailedError, match="lift"):
        world.reception().receive(envelope(later("hook-reactivate")))
    assert (world.step("lift"), world.narrowed()) == ("failed", {})
    assert "full" in world.state()["steps"]["lift"]["note"]

    world.shape = Shape()
    world.reception().receive(envelope(later("hook-reactivate")))
    assert (world.step("lift"), set(world.narrowed())) == ("done", {USER_ID})
