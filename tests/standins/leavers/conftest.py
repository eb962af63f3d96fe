"""One scene for a module, a new person for each test; waits between attempts are shortened, nothing else."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import botocore.endpoint
import pytest

from functions.aws.deny_policies import DenyPolicies
from functions.aws.management_deny import ManagementDeny
from functions.aws.pace import Pace
from functions.aws.person_access import PersonAccess
from functions.bus import EventBus
from functions.leavers.renderer import Renderer
from functions.okta.client import OktaClient
from tests.standins.identity.conftest import start
from tests.standins.leavers.container import clients_kept
from tests.standins.leavers.lost import CLOCK
from tests.standins.leavers.scene import Scene, opened

__all__ = ["start"]


@pytest.fixture(scope="module")
def filled() -> Iterator[Scene]:
    def briefly(seconds: float) -> None:
        time.sleep(seconds / 1000)

    def until_through(_: float) -> None:
        """However busy the machine is: Identity Center has carried out what it was asked for."""
        for scene in scenes:
            scene.plane.server.settle()

    scenes: list[Scene] = []
    with pytest.MonkeyPatch.context() as patch:
        for made in (DenyPolicies, Pace, EventBus, Renderer, OktaClient):
            patch.setitem(made.__init__.__kwdefaults__ or {}, "sleep", briefly)
        for writing in (DenyPolicies, ManagementDeny, Renderer):
            patch.setitem(writing.__init__.__kwdefaults__ or {}, "now", CLOCK)
        patch.setitem(PersonAccess.__init__.__kwdefaults__ or {}, "sleep", until_through)
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=briefly, time=time.time))
        with clients_kept(), opened() as scene:
            scenes.append(scene)
            yield scene


@pytest.fixture
def scene(filled: Scene) -> Iterator[Scene]:
    """No faults at the start, none left at the end, and nobody in the ledger."""
    filled.forget()
    yield filled
    filled.forget()
