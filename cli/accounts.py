"""`ostiary plan`, `explain`, `import`, `snapshot`, `apply`: who gets what where, before and after."""

import getpass
import io
import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from rich.console import Console
from ruamel.yaml import YAML

from cli.exits import ERRORS, Exit, aws_errors, confirmed, leave
from cli.survey import Survey, find_account
from cli.views import account_names, explanation_json, plan_json, show_explanation, show_plan
from functions import bus
from functions.accounts.adopt import adopt
from functions.accounts.plan import Picture, Plan, plan_all, withhold
from functions.accounts.snapshot import Snapshot, dump, parse
from functions.accounts.why import NobodyError, why
from functions.aws.organizations import AccountUnknownError
from functions.bus import BusEvent, EventBus
from functions.policy import AccessPolicy, PolicyError, load
from infra import names

Policy = Annotated[
    Path, typer.Option("--policy", help="The access policy to read.", exists=True, dir_okay=False)
]
Saved = Annotated[
    Path | None,
    typer.Option("--snapshot", help="Read this saved snapshot, not AWS.", exists=True, dir_okay=False),
]
OneAccount = Annotated[str | None, typer.Option("--account", help="Only this account, by id or name.")]
Region = Annotated[
    str | None, typer.Option("--region", help="The hub's Region; otherwise as your AWS profile says.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without this nothing is done.")]
Who = Annotated[str, typer.Argument(help="A user name, or a group's name in Identity Center.")]
Where = Annotated[str, typer.Argument(help="An account, by id or name.")]
OutFile = Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]

ACCESS = Path("access.yaml")


def plan(
    *,
    policy: Policy = ACCESS,
    account: OneAccount = None,
    snapshot: Saved = None,
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """What would be made and taken away, and why; nothing is changed."""
    rules, today = _load(policy), datetime.now(UTC).date()
    picture, off_limits, unread = _picture(rules, account, snapshot, region)
    made = withhold(plan_all(rules, picture, today), off_limits, unread)
    for gap in picture.gaps:
        ERRORS.print(f"not read: {gap}", markup=False, soft_wrap=True)
    if account:
        one = find_account(picture.accounts, account)
        made = _of(made, one.id)
    known = account_names(picture.accounts)
    if as_json:
        typer.echo(json.dumps(plan_json(made, known), indent=2))
    else:
        show_plan(made, known, Console())


def explain(
    who: Who,
    account: Where,
    *,
    policy: Policy = ACCESS,
    snapshot: Saved = None,
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """Why somebody can get into an account, or why they cannot."""
    rules, today = _load(policy), datetime.now(UTC).date()
    if snapshot:
        seen = _saved(snapshot)
    else:
        with aws_errors():
            survey = Survey.connect(region)
            seen = survey.around(who, _account_id(survey, account))
    try:
        found = why(rules, seen, who, find_account(seen.accounts, account), today)
    except NobodyError as error:
        leave(Exit.FAILED, f"{error}.")
    if as_json:
        typer.echo(json.dumps(explanation_json(found), indent=2))
    else:
        show_explanation(found, Console())


def save(file: OutFile, *, region: Region = None) -> None:
    """Save who has what now, for plan, explain and import. The file names people: keep it as such."""
    _must_be_new(file)
    with aws_errors():
        taken = Survey.connect(region).all(lambda text: ERRORS.print(f"{text} …", markup=False))
    file.touch(mode=0o600)
    file.write_text(dump(taken), encoding="utf-8")
    Console().print(f"{file}: {len(taken.assignments)} assignments.", markup=False)


def import_(file: OutFile = ACCESS, *, snapshot: Saved = None, region: Region = None) -> None:
    """Write an access policy from what exists, so that the first plan is empty."""
    _must_be_new(file)
    if snapshot:
        seen = _saved(snapshot)
    else:
        with aws_errors():
            seen = Survey.connect(region).all(lambda text: ERRORS.print(f"{text} …", markup=False))
    adopted = adopt(seen)
    file.write_text(_yaml(adopted.policy), encoding="utf-8")
    for sentence in adopted.left_out:
        ERRORS.print(f"left out: {sentence}", markup=False)
    rest = plan_all(_load(file), seen.picture(), datetime.now(UTC).date())
    if rest.create or rest.remove:
        leave(Exit.FAILED, f"{file} is written, but its plan is not empty: read it before you deploy it.")
    sets, grants = len(adopted.policy["permission_sets"]), len(adopted.policy["grants"])
    Console().print(f"{file}: {sets} permission sets, {grants} grants; its plan is empty.", markup=False)


def apply(
    *, account: OneAccount = None, yes: Yes = False, region: Region = None, as_json: AsJson = False
) -> None:
    """Let the hub reconcile now, with the policy that is deployed. Removals are made only as it says."""
    what = f"account {account}" if account else "the whole organization"
    confirmed(f"This brings the access of {what} to what the deployed policy says.", yes=yes)
    with aws_errors():
        scope: Any = {"account": _account_id(Survey.connect(region), account)} if account else "all"
        detail = {"scope": scope, "by": getpass.getuser(), "at": datetime.now(UTC).isoformat()}
        events = boto3.client("events", region_name=region)
        EventBus(events, names.BUS).put([BusEvent(bus.ACCOUNTS, "reconcile", detail)])
    if as_json:
        typer.echo(json.dumps({"scope": scope, "accepted": True}))
    else:
        Console().print(
            f"{what}: being reconciled; what does not come right becomes a finding.", markup=False
        )


_Read = tuple[Picture, Mapping[str, str], Collection[str]]
"""What was read, accounts that are off limits, and principals that could not be read."""


def _picture(policy: AccessPolicy, account: str | None, saved: Path | None, region: str | None) -> _Read:
    if saved:
        return _saved(saved).picture(), {}, ()
    with aws_errors():
        survey = Survey.connect(region)
        reader = survey.reader(policy)
        if account:
            seen = reader.account(_account_id(survey, account))
        else:
            seen = reader.all(budget=1_000_000, today=datetime.now(UTC).date())
        return seen.picture, survey.off_limits, seen.unread


def _account_id(survey: Survey, account: str) -> str:
    try:
        return survey.account_id(account)
    except AccountUnknownError as error:
        leave(Exit.FAILED, f"{error}.")


def _of(made: Plan, account_id: str) -> Plan:
    """The part of a plan that is about one account."""
    return Plan(
        create=tuple(step for step in made.create if step.assignment.account_id == account_id),
        unchanged=tuple(step for step in made.unchanged if step.assignment.account_id == account_id),
        blocked=tuple(item for item in made.blocked if item.wanted.account_id == account_id),
        remove=tuple(item for item in made.remove if item.assignment.account_id == account_id),
        kept=tuple(item for item in made.kept if item.assignment.account_id == account_id),
    )


def _load(file: Path) -> AccessPolicy:
    try:
        return load(file)
    except PolicyError as error:
        for mistake in error.mistakes:
            ERRORS.print(str(mistake), markup=False)
        raise typer.Exit(Exit.MISTAKES) from None


def _saved(file: Path) -> Snapshot:
    try:
        return parse(file.read_text(encoding="utf-8"))
    except ValueError:
        leave(Exit.FAILED, f"{file} is not a snapshot; `ostiary snapshot FILE` makes one.")


def _must_be_new(file: Path) -> None:
    if file.exists():
        leave(Exit.USAGE, f"{file} exists; it is not overwritten.")


def _yaml(policy: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(policy, text)
    head = "# yaml-language-server: $schema=functions/policy/access.schema.json\n#\n"
    return f"{head}# Written by `ostiary import` from what existed.\n{text.getvalue()}"
