"""What the tests of leavers' stories share."""

from datetime import timedelta
from typing import Any

from tests.unit.leavers.twins import JOHN, START, sample

ENDED, FAILING = f"leaver/okta:{JOHN}", f"leaver/okta:{JOHN}/failing"


def deactivated() -> dict[str, Any]:
    return sample("hook-user-lifecycle-deactivate")


def later(name: str, minutes: float = 60) -> dict[str, Any]:
    """A sample, published so long after the deactivation."""
    return sample(name) | {"published": (START + timedelta(minutes=minutes)).isoformat()}
