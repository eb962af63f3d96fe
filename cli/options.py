"""Options that several commands share."""

from typing import Annotated

import typer

Region = Annotated[
    str | None, typer.Option("--region", help="The hub's Region; otherwise as your AWS profile says.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without this nothing is done.")]
