"""`ostiary snapshot`, `import`: what exists, saved, and written as an access policy."""

import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from ruamel.yaml import YAML

from cli.context import access_policy
from cli.exits import ERRORS, Exit, aws_errors, leave
from cli.options import Region
from cli.screen import screen
from cli.survey import Survey
from functions.accounts.adopt import adopt
from functions.accounts.plan import plan_all, withhold
from functions.accounts.snapshot import Snapshot, dump, parse

Saved = Annotated[
    Path | None,
    typer.Option("--snapshot", help="Read this saved snapshot, not AWS.", exists=True, dir_okay=False),
]
OutFile = Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]


def save(file: OutFile, *, region: Region = None) -> None:
    """Save who has what now, for plan, explain and import. The file names people: keep it as such."""
    _must_be_new(file)
    taken = _everything(region)
    file.touch(mode=0o600)
    file.write_text(dump(taken), encoding="utf-8")
    for account, reason in sorted(taken.off_limits.items()):
        ERRORS.print(f"left out: account {account}: {reason}", markup=False, soft_wrap=True)
    screen().print(f"{file}: {len(taken.assignments)} assignments.", markup=False, soft_wrap=True)


def import_(file: OutFile = Path("access.yaml"), *, snapshot: Saved = None, region: Region = None) -> None:
    """Write an access policy from what exists, so that the first plan is empty."""
    _must_be_new(file)
    seen = saved(snapshot) if snapshot else _everything(region)
    adopted = adopt(seen)
    file.write_text(_yaml(adopted.policy), encoding="utf-8")
    for sentence in adopted.left_out:
        ERRORS.print(f"left out: {sentence}", markup=False, soft_wrap=True)
    made = plan_all(access_policy(file), seen.picture(), datetime.now(UTC).date())
    rest = withhold(made, seen.off_limits)
    if rest.create or rest.remove:
        leave(Exit.FAILED, f"{file} is written, but its plan is not empty: read it before you deploy it.")
    sets, grants = len(adopted.policy["permission_sets"]), len(adopted.policy["grants"])
    screen().print(
        f"{file}: {sets} permission sets, {grants} grants; its plan is empty.", markup=False, soft_wrap=True
    )


def saved(file: Path) -> Snapshot:
    """What `save` has written. Leaves where it is something else."""
    try:
        return parse(file.read_text(encoding="utf-8"))
    except ValueError:
        leave(Exit.FAILED, f"{file} is not a snapshot; `ostiary snapshot FILE` makes one.")


def _everything(region: str | None) -> Snapshot:
    with aws_errors():
        return Survey.connect(region).all(lambda text: ERRORS.print(f"{text} …", markup=False))


def _must_be_new(file: Path) -> None:
    """Before anything is read, which takes minutes."""
    if file.exists():
        leave(Exit.USAGE, f"{file} exists; it is not overwritten.")
    if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        leave(Exit.USAGE, f"{file} cannot be written: there is no such folder, or it is not yours.")


def _yaml(policy: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(policy, text)
    head = "# yaml-language-server: $schema=functions/policy/access.schema.json\n#\n"
    return f"{head}# Written by `ostiary import` from what existed.\n{text.getvalue()}"
