"""`ostiary plan`, `explain`, `import`, `snapshot` and `apply`, read from a saved snapshot."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.exits import Exit
from cli.main import app
from functions.accounts.snapshot import KnownSet, Snapshot, dump
from functions.aws.identity_center import AccountAssignment
from functions.policy import load
from functions.policy.expand import Directory
from functions.policy.selectors import Account

RUN = CliRunner(env={"COLUMNS": "250"})
MANAGEMENT = Account("123456789012", "management", "/", is_management=True)
CHECKOUT = Account("111111111111", "checkout", "/Workloads/Production")
CARDS = Account("222222222222", "cards", "/Workloads/Production")
PLAY = Account("333333333333", "play", "/Sandbox")
CLOSED = Account("444455556666", "old", "/Sandbox", state="SUSPENDED")
POLICY = """
permission_sets: {ReadOnly: {}, Operations: {}, Home: {}}
grants:
  - {group: audit, permission_set: ReadOnly, accounts: all}
  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads}}
  - {group: sre, permission_set: Operations, accounts: {ou: /Sandbox}, until: 2026-01-31}
  - {user: kim@example.com, permission_set: Home, accounts: management}
"""


def has(account: Account, permission_set: str, who: str, kind: str = "GROUP") -> AccountAssignment:
    return AccountAssignment(
        account.id, f"arn:of:{permission_set}", f"id-of-{who}", "USER" if kind == "USER" else "GROUP"
    )


SEEN = Snapshot(
    taken=datetime(2026, 11, 22, tzinfo=UTC),
    accounts=(MANAGEMENT, CHECKOUT, CARDS, PLAY, CLOSED),
    permission_sets={
        "ReadOnly": KnownSet(
            "arn:of:ReadOnly", {"managed": ["job-function/ViewOnlyAccess"], "session": "PT4H"}
        ),
        "Operations": KnownSet(
            "arn:of:Operations",
            {
                "description": "Everything",
                "customer_managed": [{"name": "limits", "path": "/team/"}],
                "inline": {"Version": "2012-10-17", "Statement": []},
                "boundary": {"managed": "PowerUserAccess"},
                "tags": {"cost": "42"},
            },
        ),
        "Home": KnownSet("arn:of:Home", {"managed": ["Billing"]}),
    },
    directory=Directory(
        {"audit": "id-of-audit", "sre": "id-of-sre", "everyone": "id-of-everyone"},
        {"kim@example.com": "id-of-kim", "lee@example.com": "id-of-lee"},
    ),
    memberships={"id-of-sre": ("id-of-kim",), "id-of-audit": ("id-of-lee",)},
    assignments=(
        has(CHECKOUT, "ReadOnly", "audit"),
        has(CARDS, "ReadOnly", "audit"),
        has(PLAY, "ReadOnly", "audit"),
        has(CHECKOUT, "Operations", "sre"),
        has(CARDS, "Operations", "sre"),
        has(PLAY, "Operations", "lee", "USER"),
        has(MANAGEMENT, "Home", "kim", "USER"),
        has(CLOSED, "ReadOnly", "audit"),
    ),
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with an access policy and a snapshot in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "access.yaml").write_text(POLICY)
    write(SEEN)
    return tmp_path


def write(seen: Snapshot) -> None:
    Path("seen.json").write_text(dump(seen))


def run(*words: str) -> Result:
    return RUN.invoke(app, [*words, "--snapshot", "seen.json"])


def test_a_plan_says_what_and_why(here: Path) -> None:
    """Given one assignment missing and two that nobody wants, each is on its line with its reason."""
    write(replace(SEEN, assignments=SEEN.assignments[1:]))
    told = run("plan")
    assert told.exit_code == Exit.OK, told.output
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert "+ 111111111111 checkout ReadOnly audit grant 1: group audit, all accounts" in lines
    assert any(
        line.startswith("= 333333333333 play Operations lee@example.com no grant wants it") for line in lines
    )
    assert lines[-1].startswith("1 to make (+), 0 to take away (-), 0 blocked (!), 2 unwanted that stay (=)")


def test_a_plan_as_json_can_be_of_one_account(here: Path) -> None:
    """Given --json and --account by name, a program reads that account's entries alone."""
    write(replace(SEEN, assignments=()))
    made = json.loads(run("plan", "--json", "--account", "cards").stdout)
    assert {(e["account"], e["permission_set"], e["principal"]) for e in made["create"]} == {
        (CARDS.id, "ReadOnly", "audit"),
        (CARDS.id, "Operations", "sre"),
    }
    assert made["create"][0]["because"] == ["grant 1: group audit, all accounts"]


def test_a_plan_says_which_grant_reaches_nothing(here: Path) -> None:
    """Given an OU misspelt in a grant, the plan is empty of it, and a line beside it says why."""
    (here / "access.yaml").write_text(POLICY.replace("{ou: /Workloads}", "{ou: /Workload}"))
    told = run("plan", "--json")
    assert told.exit_code == Exit.OK, told.output
    assert told.stderr == (
        "grant 2 (sre): it reaches no account: no account is in OU /Workload (did you mean /Workloads?)\n"
    )
    json.loads(told.stdout)
    assert run("plan", "--account", "cards").stderr == ""


def test_a_policy_with_mistakes_is_not_planned(here: Path) -> None:
    """Given a mistake, plan says it with its place, as validate does."""
    Path("access.yaml").write_text("permission_sets: {}\ngrant: []\n")
    told = run("plan")
    assert told.exit_code == Exit.MISTAKES
    assert "access.yaml:2:1" in told.stderr


@pytest.mark.parametrize("account", ["nowhere", "999999999999"])
def test_an_account_that_is_not_there_is_one_sentence(here: Path, account: str) -> None:
    """Given an unknown account, the command says so and fails."""
    told = run("plan", "--account", account)
    assert told.exit_code == Exit.FAILED
    assert f"No accounts are called {account}." in told.stderr


def test_a_file_that_is_no_snapshot_is_one_sentence(here: Path) -> None:
    """Given some other JSON, the command says what makes a snapshot."""
    Path("seen.json").write_text("{}")
    told = run("plan")
    assert told.exit_code == Exit.FAILED
    assert "is not a snapshot" in told.stderr


def test_why_can_they(here: Path) -> None:
    """Given a member of a group, the answer goes from the person through the group to the grant."""
    told = run("explain", "kim@example.com", "checkout").stdout
    assert "can use Operations through group sre" in told
    assert "because grant 2: group sre, OU /Workloads" in told
    assert "grant 1 gives ReadOnly here to group audit; kim@example.com is not among them" in told
    assert "grant 4 gives Home to user kim@example.com, but not here" in told


def test_a_disabled_person_is_called_disabled(here: Path) -> None:
    """TEAM #187: disabled people were still listed as if they could get in. Given one, the answer says so,
    and a colleague's does not."""
    write(replace(SEEN, disabled=("id-of-kim",)))
    told = run("explain", "kim@example.com", "checkout").stdout
    assert "user kim@example.com is disabled in Identity Center" in told
    assert "disabled" not in run("explain", "lee@example.com", "play").stdout


def test_why_cant_they(here: Path) -> None:
    """Given no access, each grant that comes near says what is in its way: place, day, membership."""
    told = run("explain", "sre", "play").stdout
    assert "sre cannot get into play (333333333333, OU /Sandbox)." in told
    assert "to group sre, but not here: OU /Workloads is wanted, play is in OU /Sandbox" in told
    assert "grant 3 gives Operations to group sre here until 2026-01-31, which is over" in told


def test_what_nobody_granted_and_what_is_not_there_yet(here: Path) -> None:
    """Given an assignment made by hand and one that is missing, both are told apart from what is right."""
    assert "though no grant wants it" in run("explain", "lee@example.com", "play").stdout
    write(replace(SEEN, assignments=()))
    found = json.loads(run("explain", "audit", "play", "--json").stdout)
    assert found["access"] == [
        {
            "permission_set": "ReadOnly",
            "through": "group audit",
            "there": False,
            "because": ["grant 1: group audit, all accounts"],
        }
    ]


def test_nobody_is_nobody(here: Path) -> None:
    """Given a name that Identity Center does not know, the command says so."""
    told = run("explain", "nobody", "play")
    assert told.exit_code == Exit.FAILED
    assert "no user and no group nobody" in told.stderr


def test_the_first_plan_of_an_imported_organization_is_empty(here: Path) -> None:
    """Given what exists, the policy written from it wants exactly that, and says it in few words."""
    told = run("import", "new.yaml")
    assert told.exit_code == Exit.OK, told.output
    written = load(Path("new.yaml"))
    made = json.loads(run("plan", "--policy", "new.yaml", "--json").stdout)
    assert (made["create"], made["remove"], made["blocked"]) == ([], [], [])
    assert [entry["because"] for entry in made["kept"]] == [["its account is SUSPENDED"]]
    assert [(g.group or g.user, g.permission_set) for g in written.grants] == [
        ("kim@example.com", "Home"),
        ("lee@example.com", "Operations"),
        ("sre", "Operations"),
        ("audit", "ReadOnly"),
    ]
    assert "accounts: all" in Path("new.yaml").read_text()


def test_an_imported_permission_set_is_whole(here: Path) -> None:
    """Given every field of a permission set, the policy has it, in the policy's own words."""
    run("import", "new.yaml")
    sets = load(Path("new.yaml")).permission_sets
    assert sets["ReadOnly"].managed_arns() == ("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",)
    assert sets["ReadOnly"].session_iso == "PT4H"
    full = sets["Operations"]
    assert (full.description, full.tags) == ("Everything", {"cost": "42"})
    assert (full.customer_managed[0].name, full.customer_managed[0].path) == ("limits", "/team/")
    assert full.boundary is not None
    assert full.boundary.managed == "PowerUserAccess"
    assert full.inline == {"Version": "2012-10-17", "Statement": []}


def test_what_cannot_be_imported_is_said(here: Path) -> None:
    """Given an assignment of a group that is gone, it is named, and everything else is imported."""
    write(replace(SEEN, assignments=(*SEEN.assignments, has(PLAY, "ReadOnly", "ghost"))))
    told = run("import", "new.yaml")
    assert told.exit_code == Exit.OK
    assert "left out: id-of-ghost in 333333333333" in told.stderr


def test_no_file_is_overwritten(here: Path) -> None:
    """Given a file that exists, import and snapshot leave it alone."""
    for words in (["import", "access.yaml", "--snapshot", "seen.json"], ["snapshot", "seen.json"]):
        told = RUN.invoke(app, words)
        assert told.exit_code == Exit.USAGE
        assert "is not overwritten" in told.stderr
    assert Path("access.yaml").read_text() == POLICY


def test_apply_needs_yes() -> None:
    """Given no --yes and no AWS at all, nothing is done."""
    told = RUN.invoke(app, ["apply"])
    assert told.exit_code == Exit.UNCONFIRMED
