"""One scene for a module, a new person for each test; waits between attempts are shortened, nothing else."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import botocore.endpoint
import pytest

from functions.aws.deny_policies import DenyPolicies
from functions.aws.pace import Pace
from functions.aws.person_access import PersonAccess
from functions.bus import EventBus
from functions.leavers.renderer import Renderer
from functions.okta.client import OktaClient
from tests.standins.identity.conftest import start
from tests.standins.leavers.scene import Scene, opened

__all__ = ["start"]


@pytest.fixture(scope="module")
def filled() -> Iterator[Scene]:
    def briefly(seconds: float) -> None:
        time.sleep(seconds / 100)

    with pytest.MonkeyPatch.context() as patch:
        for made in (DenyPolicies, Pace, PersonAccess, EventBus, Renderer, OktaClient):
            patch.setitem(made.__init__.__kwdefaults__ or {}, "sleep", briefly)
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=briefly, time=time.time))
        with opened() as scene:
            yield scene


@pytest.fixture
def scene(filled: Scene) -> Iterator[Scene]:
    """No faults at the start, none left at the end."""
    filled.faults([])
    yield filled
    filled.faults([])
