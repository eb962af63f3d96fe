"""An OU gets another name, and an operator looks: both in the deployed world."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from cli.main import app
from functions.aws.turn_line import LINE
from infra import names
from sandbox import embedded, seed
from sandbox.stories.account import EVERYWHERE, assignments
from sandbox.world import World
from tests.e2e.waiting import eventually

DATA = EVERYWHERE | {("bi-analysts", "DataAnalyst"), ("sre-oncall", "Operations")}


@pytest.fixture
def lake(world: World) -> Iterator[tuple[str, str, str]]:
    """An account in an OU of its own: (account id, that OU's id, the id of /Data). Afterwards the OUs have
    their names back."""
    organizations = world.identity_client("organizations")
    unit = organizations.create_organizational_unit(ParentId=world.root_id, Name="Lake")
    unit_id = unit["OrganizationalUnit"]["Id"]
    listed = organizations.list_organizational_units_for_parent(ParentId=world.root_id)["OrganizationalUnits"]
    (data_id,) = [unit["Id"] for unit in listed if unit["Name"] == "Data"]
    request = organizations.create_account(Email="aws+fish@example.com", AccountName="fish")
    account_id = seed.wait_for_account(organizations, request["CreateAccountStatus"]["Id"])
    organizations.move_account(
        AccountId=account_id, SourceParentId=world.root_id, DestinationParentId=unit_id
    )
    yield account_id, unit_id, data_id
    rename(world, unit_id, "Lake")
    rename(world, data_id, "Data")


def rename(world: World, unit_id: str, name: str) -> None:
    organizations = world.identity_client("organizations")
    organizations.update_organizational_unit(OrganizationalUnitId=unit_id, Name=name)


def wait_for(world: World, account: str, expected: frozenset[tuple[str, str]]) -> None:
    eventually(lambda: assignments(world, account) == expected, f"exactly {sorted(expected)} in {account}")


@pytest.fixture
def operator(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """A shell that is signed in to the hub account, in a directory with the access policy."""
    (tmp_path / "access.yaml").write_text((Path(__file__).parents[2] / "access.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers who was signed in before
    for service in ("ORGANIZATIONS", "SSO_ADMIN", "IDENTITYSTORE"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", world.identity.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.aws.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", world.shape.hub_account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", embedded.SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", world.shape.hub_region)
    return CliRunner(env={"COLUMNS": "200"})


def answer(operator: CliRunner, *words: str) -> str:
    told = operator.invoke(app, [*words])
    assert told.exit_code == 0, told.output
    return told.stdout


def turns_end(world: World) -> float:
    """When the line of turns ends, in seconds since the epoch, as the deployed functions keep it."""
    found = world.hub_client("dynamodb").get_item(TableName=names.TURNS, Key={"pk": {"S": LINE}})
    return float(found["Item"]["ends"]["N"])


def test_an_ou_with_another_name_brings_what_the_name_gives(world: World, lake: tuple[str, str, str]) -> None:
    """Given an account in /Lake that becomes /Data, it gets what grants give in /Data."""
    account, unit_id, data_id = lake
    wait_for(world, account, EVERYWHERE)
    before = turns_end(world)
    rename(world, data_id, "Data-before")
    rename(world, unit_id, "Data")
    wait_for(world, account, DATA)
    assert turns_end(world) > before, "what was called has stood in line"


def test_an_operator_sees_plan_reasons_and_imports(world: World, operator: CliRunner) -> None:
    """Given the live world, the plan says what is missing, explain says why, and a policy imported from
    a snapshot has an empty plan."""
    # An account outside of /Data, where the renaming above may still be at work.
    made = json.loads(answer(operator, "plan", "--account", "network", "--json"))
    assert not made["remove"]
    whole = json.loads(answer(operator, "plan", "--json"))
    of_it = [entry for entry in whole["create"] if entry["name"] == "network"]
    assert sorted(map(str, of_it)) == sorted(map(str, made["create"]))
    assert "OU /Data" in answer(operator, "explain", "bi-analysts", "machine-learning")
    assert "saved" not in answer(operator, "snapshot", "seen.json")
    assert "its plan is empty" in answer(operator, "import", "new.yaml", "--snapshot", "seen.json")
    again = json.loads(answer(operator, "plan", "--policy", "new.yaml", "--snapshot", "seen.json", "--json"))
    assert (again["create"], again["remove"], again["blocked"]) == ([], [], [])
