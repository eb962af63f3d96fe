"""A policy in several files is one policy, and each mistake is told where it was made."""

from pathlib import Path

import pytest

from functions.policy import AccessPolicy, PolicyError, load

MAIN = "include: teams/*.yaml\npermission_sets:\n  ReadOnly: {}\ngrants:\n"
MAIN += "  - {group: audit, permission_set: ReadOnly, accounts: all}\n"
TEAM = "grants:\n  - {group: data, permission_set: ReadOnly, accounts: {ou: /Data}}\n"


def written(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        file = tmp_path / name.replace("__", "/")
        file.parent.mkdir(exist_ok=True)
        file.with_suffix(".yaml").write_text(text)
    return tmp_path / "access.yaml"


def mistakes(file: Path) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load(file)
    return [str(mistake).replace(f"{file.parent}/", "") for mistake in caught.value.mistakes]


def test_permission_sets_and_grants_add_up(tmp_path: Path) -> None:
    """Given a file for each team, the grants follow in the order of the files' names."""
    more = "permission_sets: {Lake: {}}\ngrants: [{group: lake, permission_set: Lake, accounts: all}]\n"
    policy = load(written(tmp_path, access=MAIN, teams__data=TEAM, teams__lake=more))
    assert [grant.group for grant in policy.grants] == ["audit", "data", "lake"]
    assert set(policy.permission_sets) == {"ReadOnly", "Lake"}


def test_the_bundle_holds_one_policy(tmp_path: Path) -> None:
    """Given included files, what travels with the functions is whole and names no file."""
    policy = load(written(tmp_path, access=MAIN, teams__data=TEAM))
    assert "include" not in policy.to_json()
    assert AccessPolicy.from_json(policy.to_json()) == policy


def test_a_mistake_is_told_in_the_file_that_holds_it(tmp_path: Path) -> None:
    """Given mistakes in two files, each has its own file, line and column."""
    bad = "grants:\n  - {group: x, permission_set: Readonly, accounts: all}\n"
    file = written(tmp_path, access=MAIN + "leavers: {on: [gone]}\n", teams__data=TEAM, teams__z=bad)
    assert mistakes(file) == [
        "access.yaml:6:16: 'gone' is not known here (known: deactivate, delete, lock, suspend, unassign)",
        "teams/z.yaml:2:32: there is no permission set 'Readonly' (did you mean ReadOnly?)",
    ]


def test_the_second_grant_of_a_file_is_told_at_its_own_line(tmp_path: Path) -> None:
    """Given an included file with a good grant and a bad one below it, the bad one's line is told."""
    bad = TEAM + "  - {group: x, permission_set: ReadOnly, accounts: al}\n"
    (found,) = mistakes(written(tmp_path, access=MAIN, teams__data=bad))
    assert found.startswith("teams/data.yaml:3:52: 'al' is not known here")


@pytest.mark.parametrize(
    ("included", "told"),
    [
        (
            "permission_sets: {ReadOnly: {}}\n",
            "teams/x.yaml:1:19: ReadOnly is given in two files (first in access.yaml:3)",
        ),
        (
            "leavers: {on: [lock]}\n",
            "teams/x.yaml:1:1: leavers is given in two files (first in access.yaml:6)",
        ),
        ("- 1\n", "teams/x.yaml:1:1: this must be a mapping (key: value)"),
        ("grants: [\n", "teams/x.yaml:2:1: not YAML:"),
        ("grants: {}\n", "teams/x.yaml:1:1: grants is given in two files (first in access.yaml:4)"),
        ("grant: []\n", "teams/x.yaml:1:1: unknown key 'grant' (did you mean grants?)"),
        ("include: ../access.yaml\n", "teams/x.yaml:1:10: teams/../access.yaml is included twice"),
        ("include: [nothing.yaml]\n", "teams/x.yaml:1:11: teams/nothing.yaml cannot be read"),
        ("include: no-*.yaml\n", "teams/x.yaml:1:10: no file is called no-*.yaml"),
        ("include: /abs/*.yaml\n", "teams/x.yaml:1:10: '/abs/*.yaml' cannot be looked for"),
        ("include: 'a**b/*.yaml'\n", "teams/x.yaml:1:10: 'a**b/*.yaml' cannot be looked for"),
        ('include: "a\\0b"\n', "teams/x.yaml:1:10: 'a\\x00b' cannot be looked for"),
        ("include: {a: b}\n", "teams/x.yaml:1:10: {'a': 'b'} is not the path of a file"),
    ],
)
def test_what_an_included_file_may_not_do(tmp_path: Path, included: str, told: str) -> None:
    """Given one mistake of an included file, it is the only one told, and it is told there."""
    (found,) = mistakes(written(tmp_path, access=MAIN + "leavers: {on: [lock]}\n", teams__x=included))
    assert found.startswith(told)
