"""Whatever the queue does - any order, any duplication, any failure - on-call hears the truth, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from functions.alerts.decision import Decision, Record, Sighting, decide, merge
from functions.finding import Finding, Severity, State

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
SPAN = timedelta(days=10)
RANK = list(Severity)


def seen(state: State, severity: Severity, after: timedelta) -> Sighting:
    finding = Finding("k", severity, "t", "s", START + after, "w", ("a",), "https://r", state)
    return Sighting(finding, START + after)


@dataclass(frozen=True)
class Sent:
    """A message that a channel took."""

    decision: Decision
    severity: Severity
    at: datetime


@dataclass(frozen=True)
class Delivery:
    """One delivery of a sighting: how long it waited in the queue, and whether the channel takes it."""

    sighting: Sighting
    delay: timedelta
    works: bool = True

    @property
    def now(self) -> datetime:
        return self.sighting.at + self.delay


whole_hours = st.integers(0, 240).map(lambda hours: timedelta(hours=hours))
sightings = st.builds(seen, st.sampled_from(State), st.sampled_from(Severity), whole_hours)


def deliveries(works: st.SearchStrategy[bool]) -> st.SearchStrategy[list[Delivery]]:
    """Sightings, each delivered up to three times, in the order in which the delays let them arrive."""
    delayed = st.builds(Delivery, sightings, whole_hours, works)
    repeated = st.lists(st.tuples(delayed, st.lists(whole_hours, max_size=2)), max_size=12)
    return repeated.map(
        lambda found: sorted(
            (
                again
                for first, more in found
                for again in (first, *(Delivery(first.sighting, delay, first.works) for delay in more))
            ),
            key=lambda delivery: delivery.now,
        )
    )


def play(arrived: Sequence[Delivery]) -> tuple[Record | None, list[Sent]]:
    """One channel's view of a queue."""
    record: Record | None = None
    sent: list[Sent] = []
    for delivery in arrived:
        record = merge(record, delivery.sighting)
        finding = record.latest.finding
        decision = decide(record.told.get("mail"), finding)
        if decision.speaks and delivery.works:
            record = record.tell("mail", delivery.now)
            sent.append(Sent(decision, finding.severity, delivery.now))
    return record, sent


@given(deliveries(st.just(True)))
def test_the_final_state_is_that_of_the_latest_sighting_in_any_order(arrived: list[Delivery]) -> None:
    record, sent = play(arrived)
    if record is None:
        return
    latest = max((delivery.sighting for delivery in arrived), key=lambda sighting: sighting.order)
    assert record.latest.finding.state is latest.finding.state
    last_is_open = bool(sent) and sent[-1].decision is not Decision.RESOLVED
    assert last_is_open == (latest.finding.state is State.OPEN)


@given(deliveries(st.just(True)), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_change_what_is_known(arrived: list[Delivery], random: Random) -> None:
    shuffled = list(arrived)
    random.shuffle(shuffled)
    known, other = play(arrived)[0], play(shuffled)[0]
    assert (known and known.latest.order) == (other and other.latest.order)


@given(deliveries(st.booleans()))
def test_each_message_says_something_new(arrived: list[Delivery]) -> None:
    _, sent = play(arrived)
    said = (False, Severity.INFO)
    for message in sent:
        says = (message.decision is not Decision.RESOLVED, message.severity)
        assert says[0] != said[0] or says[1] is not said[1]
        said = says


@given(deliveries(st.booleans()))
def test_messages_make_a_story(arrived: list[Delivery]) -> None:
    """Opened first; resolved only what is open, and once; worse only if it is worse than was said."""
    _, sent = play(arrived)
    is_open, severity = False, Severity.INFO
    for message in sent:
        match message.decision:
            case Decision.OPENED:
                assert not is_open
            case Decision.RESOLVED:
                assert is_open
            case Decision.WORSENED:
                assert is_open
                assert RANK.index(message.severity) > RANK.index(severity)
            case Decision.EASED:
                assert is_open
                assert RANK.index(message.severity) < RANK.index(severity)
        is_open, severity = message.decision is not Decision.RESOLVED, message.severity


@given(deliveries(st.booleans()))
def test_what_failed_is_made_up_by_any_later_delivery_that_works(arrived: list[Delivery]) -> None:
    record, _ = play(arrived)
    if record is None:
        return
    record, sent = play([*arrived, Delivery(record.latest, SPAN * 3)])
    told = record.told.get("mail") if record else None
    if record and record.latest.finding.state is State.OPEN:
        assert told is not None
        assert told.state is State.OPEN
        assert told.severity is record.latest.finding.severity
    else:
        assert told is None or told.state is State.CLEAR
    assert all(message.decision.speaks for message in sent)


@given(deliveries(st.just(True)))
def test_a_worse_severity_is_sent_at_once(arrived: list[Delivery]) -> None:
    record: Record | None = None
    for delivery in arrived:
        record = merge(record, delivery.sighting)
        told, finding = record.told.get("mail"), record.latest.finding
        decision = decide(told, finding)
        if (
            told is not None
            and told.state is State.OPEN
            and finding.state is State.OPEN
            and RANK.index(finding.severity) > RANK.index(told.severity)
        ):
            assert decision is Decision.WORSENED
        if decision.speaks:
            record = record.tell("mail", delivery.now)
