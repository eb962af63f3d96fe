"""The function killed between any two steps, again and again: a new one ends it right, and loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from functions.inbox import Envelope
from functions.leavers import wiring
from functions.leavers.record import Record
from functions.leavers.steps import Done, Step, Steps
from tests.standins.leavers.outcome import EVERYTHING, holding
from tests.standins.leavers.scene import Scene

pytestmark = pytest.mark.xdist_group("leavers-in-trouble")


class Killed(BaseException):
    """The process is gone. Nobody catches it."""


@dataclass
class Fuse:
    """Before which steps the process has died already; it dies once before each."""

    burnt: list[str] = field(default_factory=list)

    def burn(self, step: str) -> None:
        if step not in self.burnt:
            self.burnt.append(step)
            raise Killed


@dataclass(frozen=True)
class Fused:
    """A step before which the process may die."""

    step: Step
    fuse: Fuse

    @property
    def name(self) -> str:
        return self.step.name

    def run(self, record: Record) -> Done:
        self.fuse.burn(self.name)
        return self.step.run(record)


@pytest.fixture
def fuse(monkeypatch: pytest.MonkeyPatch) -> Fuse:
    """Sits before each step of every instance that is made."""
    fuse, made = Fuse(), wiring._steps

    def fused(*arguments: object) -> Steps:
        steps = made(*arguments)  # type: ignore[arg-type]

        def all_of(each: Sequence[Step]) -> list[Step]:
            return [Fused(step, fuse) for step in each]

        return Steps(all_of(steps.leaving), all_of(steps.returning))

    monkeypatch.setattr(wiring, "_steps", fused)
    return fuse


def delivered_until_it_is_taken(scene: Scene, event: Envelope) -> None:
    """To one new container after the other, as the queue does with a message that nobody hands back."""
    for _ in range(20):
        try:
            scene.instance().batch().receive(event)
        except Killed:
            continue
        return
    raise AssertionError("it never ends")


def test_killed_before_each_step_in_turn(scene: Scene, fuse: Fuse) -> None:
    # Given somebody with access of every kind
    person = scene.joins()
    before = person.has()

    # When they leave, and the function dies before each of its steps once
    delivered_until_it_is_taken(scene, person.leaves())

    # Then all holds, once
    assert fuse.burnt == [
        "deny",
        "okta-sessions",
        "stock",
        "entitled",
        "assignments",
        "memberships",
        "entitlements",
        "scim-disable",
    ]
    assert holding(person) == EVERYTHING

    # And the same on their way back: they have what they had
    delivered_until_it_is_taken(scene, person.returns())
    assert fuse.burnt[8:] == ["lift", "put-back", "scim-enable"]
    assert (person.has(), person.enabled()) == (before, True)
    assert person.denials() == (1, 1)
