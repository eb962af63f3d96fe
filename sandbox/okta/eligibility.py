"""Which event types exist, and which of them a hook can carry: Okta's "Event types", 2026.08.1."""

from functools import cache
from pathlib import Path

_CATALOGUE = Path(__file__).with_name("event-types.txt")


@cache
def catalogue() -> dict[str, bool]:
    """Every event type; true where an event hook can carry it."""
    types = {}
    for line in _CATALOGUE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            mark, name = line.split()
            types[name] = mark == "H"
    return types


def hook_eligible(event_type: str) -> bool:
    """Whether a hook may subscribe to it."""
    return catalogue().get(event_type, False)
