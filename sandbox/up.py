"""`make sandbox`: the world stays up for one's own client until Ctrl-C."""

import json
import signal
from pathlib import Path

from sandbox.bring_up import running
from sandbox.deploy import NOT_EMBEDDED
from sandbox.show import CONSOLE, step
from sandbox.world import Shape, World


def run(directory: Path, shape: Shape) -> None:
    """Bring it up, write `endpoints.json`, wait for Ctrl-C or SIGTERM, take everything down."""
    endpoints = directory / "endpoints.json"
    try:
        with running(directory, step, shape=shape) as world:
            endpoints.write_text(json.dumps(world.endpoints(), indent=2) + "\n")
            _introduce(world, endpoints)
            signal.pause()
    except KeyboardInterrupt:
        CONSOLE.print("Everything is down.")
    finally:
        endpoints.unlink(missing_ok=True)


def _introduce(world: World, endpoints: Path) -> None:
    CONSOLE.print(f"\nThe world is up; its addresses are in [bold]{endpoints}[/]. Ctrl-C takes it down.")
    for name in sorted({resource.type for resource in world.left_out}):
        count = sum(resource.type == name for resource in world.left_out)
        CONSOLE.print(f"[dim]Not deployed here: {count} of {name} ({NOT_EMBEDDED[name]})[/]")
