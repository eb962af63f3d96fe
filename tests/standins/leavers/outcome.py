"""What holds of a leaver, and one delivery of a message."""

from functions.inbox import Envelope
from functions.leavers.wiring import Leavers
from tests.standins.leavers.scene import Person

EVERYTHING = frozenset({"denied", "sessions", "assignments", "groups", "roles", "disabled"})


def delivered(container: Leavers, envelope: Envelope) -> bool:
    """One delivery; False: the message goes back to its queue."""
    try:
        container.batch().receive(envelope)
    except Exception:  # noqa: BLE001 - as functions.inbox.each_envelope does
        return False
    return True


def holding(person: Person) -> frozenset[str]:
    """What holds of a leaver now, as each service tells it. No fault is left after that."""
    person.scene.faults([])
    has, denials = person.has(), person.denials()
    held = {
        "denied": denials == (1, 1),
        "sessions": person.sessions() == 0,
        "assignments": not has.assignments,
        "groups": not has.groups,
        "roles": not has.roles,
        "disabled": not person.enabled(),
    }
    return frozenset(name for name, holds in held.items() if holds)
