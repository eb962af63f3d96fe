"""One writer at a time, and one writing for everybody who was in the ledger when it began."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from functions.aws.deny_policies import DenyPolicyError
from functions.aws.lease import LeaseLostError, LeaseState
from functions.leavers.deny import Denied, Shape, document, render
from functions.leavers.renderer import (
    BREATH_SECONDS,
    LEASE_SECONDS,
    POLL_SECONDS,
    Renderer,
    RendererBusyError,
)
from functions.leavers.writing import Place, Report, in_safe_order
from tests.unit.leavers.twin_services import LeaseTwin, LedgerTwin, PoliciesTwin
from tests.unit.leavers.twins import START, World


def open_revocation(world: World, user_id: str | None) -> None:
    world.opened[f"okta:{user_id}"] = {"user_id": user_id, "since": START.isoformat()}


@dataclass
class Heard:
    """What the renderer tells of its writings."""

    reports: list[Report] = field(default_factory=list)

    def written(self, reports: Sequence[Report], *, check: bool) -> bool:
        self.reports.extend(reports)
        return True


def renderer(
    world: World,
    lease: LeaseTwin | None = None,
    policies: PoliciesTwin | None = None,
    watch: Heard | None = None,
) -> Renderer:
    return Renderer(
        LedgerTwin(world),
        lease or LeaseTwin(world),
        [Place("policies", policies or PoliciesTwin(world), world.shape)],
        watch or Heard(),
        now=lambda: world.seconds,
        sleep=world.sleep,
    )


def test_all_open_revocations_are_written_at_once() -> None:
    world = World()
    for user_id in ("u-1", "u-2", None):
        open_revocation(world, user_id)
    assert renderer(world).bring_up_to_date() == frozenset()
    assert world.denied() == {"u-1", "u-2"}
    assert world.updates == 1


def test_the_first_policy_is_there_before_anybody_is_denied_and_no_other() -> None:
    world = World()
    renderer(world).bring_up_to_date()
    assert world.policies == {1: document([])}


@dataclass
class Meanwhile(LeaseTwin):
    """Somebody else holds the lease; what they do while we sleep is scripted."""

    states: list[LeaseState] = field(default_factory=list)
    reads: int = 0

    def read(self) -> LeaseState:
        self.reads += 1
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        self.world.lease = state
        return state


def test_who_waits_does_nothing_if_a_later_writing_covers_them() -> None:
    """Writing 7 was under way when we came, so it may have missed us; 8 cannot have."""
    world = World(lease=LeaseState(begun=7, finished=6, until=START.timestamp() + 60))
    until = START.timestamp() + 60
    others = Meanwhile(world, [LeaseState(8, 7, until), LeaseState(8, 8, 0, ("u-9",))])

    assert renderer(world, others).bring_up_to_date() == {"u-9"}
    assert world.policies == {}, "the other one wrote"
    assert others.reads == 2, "what stood there when we came, the refusal has told"


def test_nobody_looks_while_the_writer_draws_breath() -> None:
    """Given a writing that has just begun in a burst, the first look is when it may be done."""
    now = START.timestamp()
    state = LeaseState(begun=7, finished=5, until=now + LEASE_SECONDS, finished_at=now - 0.5)
    world = World(lease=state)
    others = Meanwhile(world, [LeaseState(8, 8, 0)])
    renderer(world, others).bring_up_to_date()
    assert others.reads == 1
    assert world.seconds - now == pytest.approx(BREATH_SECONDS - 0.5 + POLL_SECONDS, abs=0.1)


def test_a_writing_that_began_before_us_does_not_count() -> None:
    world = World(lease=LeaseState(begun=7, finished=6, until=START.timestamp() + 60))
    open_revocation(world, "u-1")
    renderer(world, Meanwhile(world, [LeaseState(7, 7, 0)])).bring_up_to_date()

    assert world.denied() == {"u-1"}
    assert world.lease.finished == 8


def test_a_writer_who_was_killed_is_waited_for_no_longer_than_the_lease() -> None:
    world = World(lease=LeaseState(begun=1, finished=0, until=START.timestamp() + LEASE_SECONDS))
    open_revocation(world, "u-1")
    renderer(world).bring_up_to_date()
    assert world.denied() == {"u-1"}
    assert LEASE_SECONDS <= world.seconds - START.timestamp() < LEASE_SECONDS + 2


def test_nobody_waits_for_ever() -> None:
    world = World(lease=LeaseState(begun=1, finished=0, until=START.timestamp() + 10_000))
    with pytest.raises(RendererBusyError, match="35 s"):
        renderer(world).bring_up_to_date()


def test_a_failed_writing_lets_the_next_one_begin_at_once() -> None:
    world = World(broken={"policies"})
    open_revocation(world, "u-1")
    with pytest.raises(DenyPolicyError):
        renderer(world).bring_up_to_date()
    world.broken, before = set(), world.seconds
    renderer(world).bring_up_to_date()
    assert world.denied() == {"u-1"}
    assert world.seconds - before < 1


@dataclass
class Stolen(PoliciesTwin):
    """While this one writes, the lease runs out and somebody else takes it."""

    def bring(self, number: int, content: str, held: str | None) -> bool:
        super().bring(number, content, held)
        self.world.owner = "somebody else"
        return False


def test_a_writer_who_lost_the_lease_does_not_claim_success() -> None:
    world = World()
    with pytest.raises(LeaseLostError):
        renderer(world, policies=Stolen(world)).bring_up_to_date()
    assert world.lease.finished == 0


@dataclass
class Deadline(PoliciesTwin):
    deadlines: list[float] = field(default_factory=list)

    def until(self, deadline: float) -> None:
        self.deadlines.append(deadline)


def test_no_call_begins_when_the_lease_is_about_to_end() -> None:
    world = World()
    policies = Deadline(world)
    renderer(world, policies=policies).bring_up_to_date()
    (deadline,) = policies.deadlines
    assert 0 < deadline - START.timestamp() < LEASE_SECONDS


@dataclass
class InOrder(PoliciesTwin):
    numbers: list[int] = field(default_factory=list)

    def bring(self, number: int, content: str, held: str | None) -> bool:
        super().bring(number, content, held)
        self.numbers.append(number)
        return False


def test_somebody_who_moves_between_policies_is_denied_all_the_while() -> None:
    shape = Shape(len(document(["u-1", "u-2"])), count=2)
    people = [Denied("u-1", START), Denied("u-2", START)]

    def changes(held: Sequence[str], shape: Shape) -> list[int]:
        return [number for number, _ in in_safe_order(held, render(people, held, shape).documents)]

    world = World(shape=Shape(shape.size - 1, 2))
    world.policies = {1: document(["u-1", "u-2"]), 2: document([])}
    for each in people:
        open_revocation(world, each.user_id)
    renderer(world, policies=(written := InOrder(world))).bring_up_to_date()
    assert written.numbers == [2, 1]

    assert changes([document(["u-1", "u-2"]), document([])], Shape(shape.size - 1, 2)) == [2, 1]
    assert changes([document(["u-1"]), document(["u-2"])], Shape(shape.size, 1)) == [1, 2]


def test_what_somebody_edited_or_deleted_is_restored_and_told() -> None:
    world, heard = World(), Heard()
    open_revocation(world, "u-1")
    renderer(world).bring_up_to_date()
    for tampered, told in (({1: document(["u-9"])}, "edited"), ({}, "deleted"), ({1: "no json"}, "edited")):
        world.policies = dict(tampered)
        renderer(world, watch=heard).bring_up_to_date(check=True)
        assert world.policies == {1: document(["u-1"])}
        assert heard.reports[-1].repaired == (f"policy 1 of policies was {told}",)


def test_what_a_killed_writer_left_is_nobodys_meddling() -> None:
    """Given a writer that died between its last update and giving back the lease."""
    world, heard = World(), Heard()
    renderer(world).bring_up_to_date()
    open_revocation(world, "u-1")
    world.policies = {1: document(["u-1"])}
    world.lease = replace(world.lease, begun=world.lease.begun + 1)

    renderer(world, watch=heard).bring_up_to_date()

    assert heard.reports[-1].repaired == ()


def test_where_no_policy_can_be_made_those_that_exist_are_filled() -> None:
    """The management account without, and with one of, the organization stack's policies."""

    class Existing(PoliciesTwin):
        def contents(self, count: int) -> list[str | None]:
            return [*self.world.policies.values()]

    world = World()
    open_revocation(world, "u-1")
    assert renderer(world, policies=Existing(world)).bring_up_to_date() == frozenset()
    assert world.policies == {}

    world.policies = {1: document([])}
    renderer(world, policies=Existing(world)).bring_up_to_date()
    assert world.policies == {1: document(["u-1"])}


def test_in_a_burst_a_writing_waits_for_more_people_and_alone_it_does_not() -> None:
    world = World()
    open_revocation(world, "u-1")
    began = world.seconds
    renderer(world).bring_up_to_date()
    assert world.seconds - began < 0.5
    open_revocation(world, "u-2")
    renderer(world).bring_up_to_date()
    assert 1.0 <= world.seconds - began < 2


class Refused(PoliciesTwin):
    """AWS takes nothing here."""

    def contents(self, count: int) -> list[str | None]:
        raise DenyPolicyError("service control policies are refused")


def test_a_place_that_fails_does_not_keep_the_deny_from_the_other() -> None:
    world = World()
    open_revocation(world, "u-1")
    places = [Place("refused", Refused(world), world.shape), Place("here", PoliciesTwin(world), world.shape)]
    both = Renderer(
        LedgerTwin(world),
        LeaseTwin(world),
        places,
        Heard(),
        now=lambda: world.seconds,
        sleep=world.sleep,
    )
    with pytest.raises(DenyPolicyError, match="are refused"):
        both.bring_up_to_date()
    assert world.denied() == {"u-1"}
