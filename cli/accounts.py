"""`ostiary plan`, `explain`, `apply`: who gets what where, and why."""

import getpass
import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from cli.adopt import Saved, saved
from cli.context import access_policy
from cli.exits import ERRORS, Exit, aws_errors, confirmed, leave
from cli.options import AsJson, Region, Yes
from cli.screen import screen
from cli.survey import Survey, find_account
from cli.views import account_names, explanation_json, plan_json, show_explanation, show_plan
from functions import bus
from functions.accounts.nowhere import nowhere
from functions.accounts.plan import Picture, Plan, plan_all, withhold
from functions.accounts.why import NobodyError, why
from functions.aws.organizations import AccountUnknownError
from functions.bus import BusEvent, EventBus
from functions.policy import AccessPolicy
from infra import names

Policy = Annotated[
    Path, typer.Option("--policy", help="The access policy to read.", exists=True, dir_okay=False)
]
OneAccount = Annotated[str | None, typer.Option("--account", help="Only this account, by id or name.")]
Who = Annotated[str, typer.Argument(help="A user name, or a group's name in Identity Center.")]
Where = Annotated[str, typer.Argument(help="An account, by id or name.")]

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
    rules, today = access_policy(policy), datetime.now(UTC).date()
    picture, off_limits, unread = _picture(rules, account, snapshot, region)
    made = withhold(plan_all(rules, picture, today), off_limits, unread)
    for gap in picture.gaps:
        ERRORS.print(f"not read: {gap}", markup=False, soft_wrap=True)
    for each in () if account or picture.gaps else nowhere(rules, picture.accounts, today):
        ERRORS.print(f"{each.line}: {each.why}", markup=False, soft_wrap=True)
    if account:
        one = find_account(picture.accounts, account)
        made = _of(made, one.id)
    known = account_names(picture.accounts)
    if as_json:
        typer.echo(json.dumps(plan_json(made, known), indent=2))
    else:
        show_plan(made, known, screen())


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
    rules, today = access_policy(policy), datetime.now(UTC).date()
    if snapshot:
        seen = saved(snapshot)
    else:
        with aws_errors():
            survey = Survey.connect(region)
            seen = survey.around(who, _account_id(survey, account))
    try:
        where = find_account(seen.accounts, account)
        if where.id in seen.off_limits:
            leave(Exit.FAILED, f"Account {where.id}: {seen.off_limits[where.id]}.")
        found = why(rules, seen, who, where, today)
    except NobodyError as error:
        leave(Exit.FAILED, f"{error}.")
    if as_json:
        typer.echo(json.dumps(explanation_json(found), indent=2))
    else:
        show_explanation(found, screen())


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
        screen().print(
            f"{what}: being reconciled; what does not come right becomes a finding.",
            markup=False,
            soft_wrap=True,
        )


_Read = tuple[Picture, Mapping[str, str], Collection[str]]
"""What was read, accounts that are off limits, and principals that could not be read."""


def _picture(policy: AccessPolicy, account: str | None, snapshot: Path | None, region: str | None) -> _Read:
    if snapshot:
        seen_then = saved(snapshot)
        return seen_then.picture(), seen_then.off_limits, ()
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
