"""`python -m sandbox demo` and `python -m sandbox up`; the Makefile calls both."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from sandbox import demo as demo_
from sandbox import up as up_
from sandbox.deploy import DeployError
from sandbox.embedded import EmbeddedAwsError
from sandbox.show import CONSOLE
from sandbox.synth import SynthesisError
from sandbox.world import Shape

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
DIRECTORY = Path(os.environ.get("OSTIARY_SANDBOX", ".sandbox"))

ShapeOption = Annotated[Shape, typer.Option(help="Where the hub lives.")]


@app.command()
def demo(
    *,
    shape: ShapeOption = Shape.TWO_ACCOUNTS,
    as_json: Annotated[bool, typer.Option("--json", help="The table as JSON.")] = False,
) -> None:
    """Three stories over real wires, then a table. Exit 0 only if every expectation held."""
    raise typer.Exit(demo_.run(DIRECTORY, shape, as_json=as_json))


@app.command()
def up(*, shape: ShapeOption = Shape.ONE_ACCOUNT) -> None:
    """The same world, up until Ctrl-C, reached through .sandbox/endpoints.json.

    In one account unless told otherwise: a client that has one access key then reaches everything.
    """
    up_.run(DIRECTORY, shape)


def main() -> int:
    """Run a command; an error that can be expected is a sentence, not a traceback."""
    # A shell that starts this in the background has it ignore Ctrl-C's signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    _forget_aws()
    try:
        app()
    except (DeployError, EmbeddedAwsError, SynthesisError) as error:
        CONSOLE.print(f"[red]{error}[/]", markup=True)
        return 1
    return 0


def _forget_aws() -> None:
    """Whatever profile or key your shell holds, nothing here may reach a real account with it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
