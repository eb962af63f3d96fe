"""`ostiary import` and `snapshot` from organizations that have something which access.yaml cannot hold."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.exits import Exit
from cli.main import app
from functions.accounts.snapshot import KnownSet, Snapshot, dump
from functions.policy import AccessPolicy, load
from functions.policy.expand import Directory
from functions.policy.permission_sets import MOST_SETS
from tests.unit.cli.test_accounts_commands import CHECKOUT, MANAGEMENT, PLAY, SEEN, has

RUN = CliRunner(env={"COLUMNS": "250"})
STATEMENT = {"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def imported(seen: Snapshot) -> tuple[Result, AccessPolicy]:
    """What the command said, and the policy it wrote: loaded, with a plan that changes nothing."""
    Path("seen.json").write_text(dump(seen))
    told = RUN.invoke(app, ["import", "new.yaml", "--snapshot", "seen.json"])
    assert told.exit_code == Exit.OK, told.output
    made = json.loads(
        RUN.invoke(app, ["plan", "--policy", "new.yaml", "--snapshot", "seen.json", "--json"]).stdout
    )
    assert (made["create"], made["remove"]) == ([], [])
    return told, load(Path("new.yaml"))


def with_set(definition: dict[str, Any]) -> Snapshot:
    """An organization in which the permission set ReadOnly is this."""
    known = {**SEEN.permission_sets, "ReadOnly": KnownSet("arn:of:ReadOnly", definition)}
    return replace(SEEN, permission_sets=known)


@pytest.mark.parametrize("session", ["PT3600S", "PT1H0M0S", "P0DT1H", "PT60M", "PT3600.0S"])
def test_a_session_may_be_written_as_aws_has_it(session: str) -> None:
    """Given any ISO 8601 duration of whole minutes, it is kept."""
    told, policy = imported(with_set({"session": session}))
    assert policy.permission_sets["ReadOnly"].session_iso == "PT1H"
    assert "left out" not in told.stderr


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("session", "PT3601S", "PT3601S is not a number of whole minutes"),
        ("session", "P1M", "'P1M' is not a duration"),
        ("description", "x" * 701, "is not a description"),
        ("relay_state", "x" * 241, "is not a relay state"),
        ("tags", {"made;by": "somebody"}, "holds ';'"),
    ],
)
def test_a_field_that_permits_nothing_is_left_out_alone(field: str, value: object, reason: str) -> None:
    """Given a field that cannot be kept and permits nothing, the rest of the set is written."""
    told, policy = imported(with_set({"managed": ["SecurityAudit"], field: value}))
    assert f"left out: {field} of permission set ReadOnly: " in told.stderr
    assert reason in told.stderr
    assert policy.permission_sets["ReadOnly"].managed == ("SecurityAudit",)
    assert [grant.group for grant in policy.grants if grant.permission_set == "ReadOnly"] == ["audit"]


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ({"inline": {**STATEMENT, "Id": "x" * 10_240}}, "the inline policy has"),
        ({"inline": {"Version": "2012-10-17"}}, "the inline policy has no Statement"),
        ({"managed": [f"Policy{number}" for number in range(26)]}, "26 policies"),
    ],
)
def test_a_set_that_would_permit_something_else_is_left_alone(
    definition: dict[str, Any], reason: str
) -> None:
    """Given a policy that cannot be kept, its set is not written without it, which would permit something
    else. Its assignments stay, because a set that the file does not define is nobody's to touch."""
    told, policy = imported(with_set(definition))
    assert f"left out: permission set ReadOnly: {reason}" in told.stderr
    assert "what the file does not define is not Ostiary's" in told.stderr
    assert set(policy.permission_sets) == {"Home", "Operations"}
    assert {grant.permission_set for grant in policy.grants} == {"Home", "Operations"}


def test_a_group_keeps_the_space_at_the_end_of_its_name() -> None:
    """Given names with odd spaces, as directories push them, grants hold them in quotes."""
    names = ["audit ", "  sre", "two\nlines"]
    directory = Directory({name: f"id-of-{name}" for name in names}, {})
    there = tuple(has(PLAY, "ReadOnly", name) for name in names)
    _, policy = imported(replace(SEEN, directory=directory, assignments=there))
    assert {name for grant in policy.grants for name in grant.names} == set(names)


@pytest.mark.parametrize("name", ["team-*", "team-?", "team-{account}", "team-{x}", "team{x", "}"])
def test_a_name_that_would_mean_something_else_is_left_out(name: str) -> None:
    """Given a group whose name reads as a shape of names, it is named and not written: it would mean many."""
    directory = Directory({**SEEN.directory.groups, name: "id-of-odd"}, SEEN.directory.users)
    odd = replace(SEEN, directory=directory, assignments=(*SEEN.assignments, has(PLAY, "ReadOnly", "odd")))
    told, policy = imported(odd)
    assert f"left out: group {name} in {PLAY.id}: its name cannot be written" in told.stderr
    assert not any(grant.patterns for grant in policy.grants)


def test_what_a_deployment_adds_is_not_imported() -> None:
    """Given a set that a deployment has made, its denies of leavers and AWS's own tags are not written."""
    denies = [f"ostiary-deny-leavers-{number}" for number in range(1, 5)]
    tags = {"aws:cloudformation:stack-name": "ostiary-permission-sets", "cost": "42"}
    _, policy = imported(with_set({"customer_managed": ["own", *denies], "tags": tags}))
    assert [item.name for item in policy.permission_sets["ReadOnly"].customer_managed] == ["own"]
    assert policy.permission_sets["ReadOnly"].tags == {"cost": "42"}


def test_a_set_with_no_room_for_the_denies_of_the_management_account_is_left_alone() -> None:
    """Given 22 policies on a set that is used in the management account, four more would be refused."""
    full = with_set({"managed": [f"Policy{number}" for number in range(22)]})
    _, policy = imported(full)
    assert "ReadOnly" in policy.permission_sets
    Path("new.yaml").unlink()
    there = (*full.assignments, has(MANAGEMENT, "ReadOnly", "audit"))
    told, policy = imported(replace(full, assignments=there))
    assert "22 policies leave no room for the 4 that deny leavers" in told.stderr
    assert "ReadOnly" not in policy.permission_sets


def test_more_permission_sets_than_a_file_takes() -> None:
    """Given too many sets, as many as the file takes are written, and each other one is named."""
    many = {f"Set{number:04}": KnownSet(f"arn:of:Set{number:04}") for number in range(MOST_SETS + 1)}
    told, policy = imported(replace(SEEN, permission_sets=many, assignments=()))
    assert len(policy.permission_sets) == MOST_SETS
    assert f"left out: permission set Set{MOST_SETS:04}: access.yaml takes {MOST_SETS}" in told.stderr


def test_an_ou_whose_name_no_path_can_hold_becomes_ids() -> None:
    """Given an OU with a slash at the end of its name, its accounts are written by their ids."""
    odd = [replace(account, ou_path="/Odd/") for account in (CHECKOUT, PLAY)]
    there = tuple(has(account, "ReadOnly", "audit") for account in odd)
    third = replace(CHECKOUT, id="999999999999", name="third", ou_path="/")
    _, policy = imported(replace(SEEN, accounts=(MANAGEMENT, *odd, third), assignments=there))
    (selector,) = policy.grants[0].accounts
    assert not isinstance(selector, str)
    assert set(selector.id) == {CHECKOUT.id, PLAY.id}


def test_an_account_that_could_not_be_read_is_named() -> None:
    """Given a snapshot from a delegated administrator, the management account is left out, and what to do is
    said; nothing is planned there, and nobody is told that they cannot get in."""
    away = replace(
        SEEN,
        off_limits={MANAGEMENT.id: "sign in there and run this again"},
        assignments=tuple(a for a in SEEN.assignments if a.account_id != MANAGEMENT.id),
    )
    told, policy = imported(away)
    assert f"left out: account {MANAGEMENT.id}: sign in there and run this again" in told.stderr
    assert not any("management" in grant.accounts for grant in policy.grants)
    Path("access.yaml").write_text(
        "permission_sets: {Operations: {}}\n"
        "grants: [{user: kim@example.com, permission_set: Operations, accounts: management}]\n"
    )
    made = json.loads(RUN.invoke(app, ["plan", "--json", "--snapshot", "seen.json"]).stdout)
    assert made["create"] == []
    assert [entry["because"][0] for entry in made["blocked"]] == ["sign in there and run this again"]
    told = RUN.invoke(app, ["explain", "kim@example.com", "management", "--snapshot", "seen.json"])
    assert told.exit_code == Exit.FAILED
    assert "sign in there" in told.stderr


def test_a_set_of_both_the_management_account_and_members_stays_with_the_members() -> None:
    """Given one set in both, which AWS would not provision with the denies, the policy that is written loads,
    and what is left out in the management account is named with what to do."""
    told, policy = imported(
        replace(SEEN, assignments=(*SEEN.assignments, has(MANAGEMENT, "ReadOnly", "sre")))
    )
    assert "left out: group sre in 123456789012, ReadOnly: member accounts have this" in told.stderr
    assert policy.used_in_management() == {"Home"}
