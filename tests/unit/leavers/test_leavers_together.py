"""The messages of one batch, worked on side by side: what all of them cost, and what one keeps to itself."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from functions.aws.ledger import Stored
from functions.aws.people import Person
from functions.bus import BusError
from functions.inbox import Envelope
from functions.leavers.story import OutOfTimeError
from functions.leavers.together import PATIENCE
from tests.unit.leavers.story import deactivated
from tests.unit.leavers.twins import APP_ID, START, Killed, World, envelope

TEN = [Person(f"u-{n}", f"user-{n}", f"00u{n:017d}") for n in range(10)]


def leaves(person: Person, *, uuid: str = "", second: float = 0) -> Envelope:
    at = (START + timedelta(seconds=second)).isoformat()
    event: dict[str, Any] = deactivated() | {"uuid": uuid or f"uuid-{person.user_id}", "published": at}
    event["target"] = [event["target"][0] | {"id": person.okta_id, "alternateId": person.user_name}]
    return envelope(event)


def about(person: Person, kind: str, second: int) -> Envelope:
    return envelope(
        {
            "uuid": kind,
            "published": (START + timedelta(seconds=second)).isoformat(),
            "eventType": kind,
            "outcome": {"result": "SUCCESS"},
            "actor": {"id": "00uTheAdministrator0", "type": "User"},
            "target": [{"id": person.okta_id, "type": "User"}, {"id": APP_ID, "type": "AppInstance"}],
        }
    )


def company(groups: int = 0) -> World:
    """Ten people, each in so many groups that have access."""
    here = World(people=list(TEN))
    here.memberships = {(person.user_id, f"g-{n}") for person in TEN for n in range(groups)}
    return here


def delivered(here: World, *messages: Envelope) -> list[Exception | None]:
    """One batch; what came of each message."""
    batch, found = here.reception(), list[Exception | None]()
    batch.admit(messages)
    for each in messages:
        try:
            batch.receive(each)
        except Exception as error:  # noqa: BLE001 - as functions.inbox.each_envelope does
            found.append(error)
        else:
            found.append(None)
    return found


def key(person: Person) -> str:
    return f"okta:{person.okta_id}"


@pytest.mark.parametrize(("groups", "writes"), [(0, 2), (2, 3)])
def test_ten_leavers_cost_the_ledger_the_bus_and_the_policies_what_one_does(groups: int, writes: int) -> None:
    here = company(groups)

    assert delivered(here, *map(leaves, TEN)) == [None] * 10

    assert here.denied() == {person.user_id for person in TEN}
    assert here.memberships == set()
    counted = Counter(here.calls)
    shared = {"read": 1, "write": writes, "tell": 1, "update": 1, "take": 1, "open_entries": 1}
    assert {what: counted[what] for what in shared} == shared
    assert counted["find"] == counted["reach"] == counted["clear"] == 10
    assert counted["snapshot"] == 1


def test_only_whose_notice_the_bus_refuses_comes_again_and_only_they_are_told_again() -> None:
    # Given a bus that does not take what is told of two of ten
    here = company()
    here.refused = {f"leaver/{key(TEN[3])}", f"leaver/{key(TEN[7])}"}

    # When all ten leave at once
    came = delivered(here, *map(leaves, TEN))

    # Then the messages of the two come again, and what stands in the ledger says that they are not told
    assert [n for n, error in enumerate(came) if error] == [3, 7]
    assert all(isinstance(error, BusError) for error in came if error)
    told = [person for person in TEN if "tell" in here.state(key(person))["steps"]]
    assert told == [person for n, person in enumerate(TEN) if n not in (3, 7)]

    # And once the bus is well they are told, and nobody else a second time
    here.refused = set()
    assert delivered(here, leaves(TEN[3]), leaves(TEN[7])) == [None, None]
    assert [len(here.told(f"leaver/{key(person)}")) for person in TEN] == [1] * 10


def test_one_whose_record_somebody_else_changes_holds_up_nobody() -> None:
    """Given another instance that writes one person's record between our look and our writing."""
    here = company()

    def other_instance(what: str) -> None:
        if what == "write":
            here.meanwhile = None
            assert delivered(here, leaves(TEN[5], uuid="later", second=5)) == [None]

    here.meanwhile = other_instance
    assert delivered(here, *map(leaves, TEN)) == [None] * 10
    assert here.denied() == {person.user_id for person in TEN}
    assert here.state(key(TEN[5]))["occasion"]["trigger"] == "later"
    assert isinstance(here.ledger[key(TEN[0])], Stored)


def test_of_two_events_about_one_person_the_newer_is_carried_out_and_once() -> None:
    """As Okta sends them: a deactivation also takes the app away, and catch-up brings both again."""
    here = company()
    older, newer = leaves(TEN[0], uuid="a"), leaves(TEN[0], uuid="b", second=1)

    assert delivered(here, older, newer, older, newer) == [None] * 4

    assert here.state(key(TEN[0]))["triggers"] == ["a", "b"]
    counted = Counter(here.calls)
    assert (counted["clear"], counted["reach"], counted["tell"]) == (1, 1, 1)


def test_what_was_written_last_is_carried_out_whichever_message_came_first() -> None:
    """Given somebody locked out, and in one batch the loss of the app, then the unlocking: a return needs no
    look at the directory, so it is written first, and they are out for the other reason."""
    here = company()
    locked = about(TEN[0], "user.account.lock", 4)
    assert delivered(here, locked) == [None]
    batch = [
        about(TEN[0], "application.user_membership.remove", 2),
        about(TEN[0], "user.account.unlock", 6),
    ]

    assert delivered(here, *batch) == [None, None]

    state = here.state(key(TEN[0]))
    assert state["occasion"]["trigger"] == "application.user_membership.remove"
    assert "tell" in state["steps"]
    assert TEN[0].user_id in here.denied()
    assert not [each for each in (*here.assignments, *here.memberships) if each[0] == TEN[0].user_id]


def test_who_waits_for_another_message_about_the_same_person_does_not_wait_for_ever() -> None:
    """Given an admission that takes longer than anybody's patience."""
    here = company()

    def slow(what: str) -> None:
        here.seconds += 2 * PATIENCE if what in ("find", "read") else 0

    here.meanwhile = slow
    messages = [leaves(TEN[n % 2], uuid=f"{n}", second=n) for n in range(6)]
    assert len(delivered(here, *messages)) == 6
    assert here.denied() <= {TEN[0].user_id, TEN[1].user_id}
    assert here.state(key(TEN[0]))["triggers"] == ["0", "2", "4"]


def test_what_is_not_begun_in_time_comes_again_and_is_denied_already() -> None:
    """Given an Okta that takes its time for each person."""
    here = company()

    def slow(what: str) -> None:
        here.seconds += 20 if what == "clear" else 0

    here.meanwhile = slow
    first, *others, last = delivered(here, *map(leaves, TEN))
    assert first is None
    assert {type(error) for error in (*others[3:], last)} == {OutOfTimeError}
    assert here.denied() == {person.user_id for person in TEN}

    here.meanwhile = None
    assert delivered(here, *map(leaves, TEN)) == [None] * 10
    assert here.cleared == [person.okta_id for person in TEN]


def test_nobody_waits_long_for_the_others_so_that_little_is_lost_with_the_process() -> None:
    """Given steps so slow that the process is killed before the tenth person's are done."""
    here = company()

    def slow(what: str) -> None:
        here.seconds += PATIENCE / 2 if what == "clear" else 0
        if len(here.cleared) == 7:
            here.fuse = 0

    here.meanwhile = slow
    with pytest.raises(Killed):
        delivered(here, *map(leaves, TEN))

    done = [person for person in TEN if "deny" in here.state(key(person))["steps"]]
    assert done == TEN[:3]


def test_all_of_a_batch_are_denied_before_anybody_waits_for_the_rest() -> None:
    """Given steps after the deny that take their time, as with everybody's turn at Identity Center."""
    here = company()

    def slow(what: str) -> None:
        here.seconds += 5 if what == "reach" else 0

    here.meanwhile = slow
    delivered(here, *(leaves(person) for person in TEN))
    assert len(here.measured) == len(TEN)
    assert max(here.measured) - min(here.measured) < 1
