"""The sandbox keeps to this machine, and its functions to their rights."""

import os

from sandbox.embedded import open_listeners
from sandbox.world import World


def test_every_listener_is_on_loopback(world: World) -> None:
    """Given the world up, neither the embedded AWS and its functions nor this process listen elsewhere."""
    assert open_listeners(world.aws.pid) == []
    assert open_listeners(os.getpid()) == []
