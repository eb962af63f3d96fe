"""Every mistake in access.yaml is found at once, at its place, with what was meant."""

from pathlib import Path

import pytest

from functions.policy import Mistake, PolicyError, load, loads

SETS = "permission_sets:\n  ReadOnly: {managed: [ViewOnlyAccess]}\n"


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(PolicyError) as caught:
        loads(text, "access.yaml")
    return caught.value.mistakes


MISTAKES: list[tuple[str, tuple[int, int], str, str]] = [
    ("permission_sets: {}\ngrant: []", (2, 1), "unknown key 'grant'", "did you mean grants?"),
    (
        "permission_sets:\n  A: {manged: [ViewOnlyAccess]}",
        (2, 7),
        "unknown key 'manged'",
        "did you mean managed?",
    ),
    ("grants: []", (1, 1), "permission_sets is missing", ""),
    ("permission_sets: [A]", (1, 18), "must be a mapping", ""),
    ("permission_sets:\n  A:\n    session: 13h", (3, 14), "13h is not between 1h and 12h", ""),
    ("permission_sets:\n  A:\n    session: four hours", (3, 14), "not a duration", "4h"),
    ("permission_sets:\n  A:\n    session: 4", (3, 14), "4 is not a duration", "4h"),
    ("permission_sets:\n  A:\n    session: h", (3, 14), "not a duration", "4h"),
    ("permission_sets:\n  A: {tags: {cost: 1}}", (2, 20), "must be text, not 1", "quotes"),
    ("permission_sets:\n  A: {managed: View Only}", (2, 16), "AWS managed policy", ""),
    ("permission_sets:\n  A: {managed: [x]}\n  A: {}", (3, 3), "A is given twice", "first in line 2"),
    ("permission_sets:\n  A B: {}", (2, 3), "permission set's name", ""),
    ("permission_sets:\n  A: {boundary: {}}", (2, 17), "boundary is one policy", "either"),
    ("permission_sets:\n  A: {inline: {Version: x}}", (2, 15), "no Statement", ""),
    ("permission_sets:\n  A: {inline: '{'}", (2, 15), "not JSON", ""),
    (
        SETS + "grants:\n  - {group: x, permission_set: Readonly, accounts: all}",
        (4, 32),
        "there is no permission set 'Readonly'",
        "did you mean ReadOnly?",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: everywhere}",
        (4, 52),
        "'everywhere' is not known here",
        "all, management",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {id: 12345}}",
        (4, 57),
        "12345 is not an account id",
        "",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {ou: Workloads}}",
        (4, 57),
        "'Workloads' is not an OU path",
        "",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {our: /Workloads}}",
        (4, 53),
        "unknown key 'our'",
        "did you mean ou?",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {}}",
        (4, 52),
        "no account",
        "all",
    ),
    (SETS + "grants:\n  - {group: x, permission_set: ReadOnly}", (4, 5), "accounts is missing", "all"),
    (SETS + "grants:\n  - {group: x, accounts: all}", (4, 5), "permission_set is missing", ""),
    (
        SETS + "grants:\n  - {permission_set: ReadOnly, accounts: all}",
        (4, 5),
        "a grant names nobody",
        "user or users",
    ),
    (SETS + 'grants:\n  - {groups: "aws-{acount}"}', (4, 14), "{acount} is not a capture", "account?"),
    (SETS + 'grants:\n  - {groups: "aws-{account"}', (4, 14), "a brace", "captures are"),
    (
        SETS + 'grants:\n  - {groups: "{permission_set}", permission_set: ReadOnly, accounts: all}',
        (4, 5),
        "already says the permission set",
        "leave permission_set out",
    ),
    (
        SETS + "grants:\n  - {group: a, groups: [b], permission_set: ReadOnly, accounts: all}",
        (4, 5),
        "either group or groups",
        "",
    ),
    (
        SETS + "grants:\n  - {user: 'kim*', permission_set: ReadOnly, accounts: all}",
        (4, 12),
        "users are given by name",
        "use a group",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: all, until: tomorrow}",
        (4, 64),
        "'tomorrow' is not a date",
        "2027-03-31",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: all, until: 2026-02-30}",
        (4, 64),
        "'2026-02-30' is not a date",
        "",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {tag: {a: b}, direct: true}}",
        (4, 52),
        "direct says how an OU is meant",
        "give ou",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {or: [{nam: a}, {not: {}}]}}",
        (4, 59),
        "unknown key 'nam'",
        "did you mean name?",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {or: [{name: a}, {not: {}}]}}",
        (4, 75),
        "names no account",
        "",
    ),
    (
        SETS + "grants:\n  - {group: x, permission_set: ReadOnly, accounts: {not: management}}",
        (4, 58),
        "must be a mapping",
        "",
    ),
    (SETS + "accounts: {prune: on}", (3, 19), "'on' is not known", "enforce"),
    (SETS + "accounts: {max_removals: 0}", (3, 26), "greater than or equal to 1", ""),
    (SETS + "accounts: {protected: {group: x}}", (3, 24), "unknown key 'group'", "groups?"),
    (SETS + "grants:\n  - 5", (4, 5), "must be a mapping", ""),
    (SETS + "grants: {}", (3, 9), "must be a list", ""),
    (SETS + "leavers: {on: [deactivated]}", (3, 16), "'deactivated' is not known", "deactivate?"),
    (SETS + "leavers: {keep_deny: 8h}", (3, 22), "8h is not between 12h", ""),
    (SETS + "leavers: {lost_groups: dney}", (3, 24), "'dney' is not known", "did you mean deny?"),
    (SETS + "leavers: {deny_target: here}", (3, 24), "'here' is not root", ""),
    (SETS + "expiry: {info: 10}", (3, 9), "info >= warning", ""),
    (SETS + "expiry: {info: soon}", (3, 16), "must be a whole number", ""),
    (SETS + "alerts: {page: [sms]}", (3, 17), "'sms' is not known", "mail, pagerduty, slack"),
    (SETS + "x: &a 1\ngrants: &a []", (4, 9), "&a is set twice", "first in line 3"),
    ("permission_sets: &a {b: *a}", (1, 18), "&a contains itself", "write the value out"),
    (SETS + "leavers:\n  <<: {on: [lock]}", (4, 3), "merge keys", "write the keys out"),
    (SETS + "leavers: !Ref x", (3, 10), "tag !Ref means nothing", ""),
    ("permission_sets: [", (1, 19), "not YAML", ""),
    ("a: b: c", (1, 5), "not YAML: mapping values", ""),
    ("a: *b", (1, 4), "undefined alias", "an alias needs its anchor"),
    (
        SETS + "grants:\n  - {groups: *-auditors, permission_set: ReadOnly, accounts: all}",
        (4, 14),
        "undefined alias",
        "put a name that begins with * in quotes",
    ),
    (SETS + "grants:\n  - groups: *\n", (4, 14), "but found", "begins with * in quotes"),
    (
        SETS + "grants:\n  - {groups: aws-{account}-{permission_set}}",
        (4, 18),
        "expected ',' or '}'",
        'in quotes: "aws-{account}"',
    ),
    (SETS + "grants:\n  - groups: {ou}-{permission_set}", (4, 17), "not YAML", "with braces in quotes"),
    (SETS + "grants:\n  - groups: {account}", (4, 13), "not a group's name", "with braces in quotes"),
    (SETS + "grants:\n  - group: @sre", (4, 12), "cannot start any token", "put it in quotes"),
    ("a: .inf", (1, 4), ".inf is no number here", "in quotes"),
    ('a: "\\ud800"', (1, 4), "holds half a character", ""),
    ("? [a]\n: b", (1, 3), "a key must be text", ""),
    ("permission_sets: {A: {inline: '{\"Statement\": NaN}'}}", (1, 31), "not JSON: NaN", ""),
    ("a: 1\n---\nb: 2", (2, 1), "another document", ""),
    ("a: \x00", (1, 1), "not YAML: unacceptable character", ""),
    ("", (1, 1), "the file is empty", "permission_sets"),
    ("- a", (1, 1), "must be a mapping", ""),
]


@pytest.mark.parametrize(("text", "place", "message", "hint"), MISTAKES)
def test_a_mistake_is_shown_at_its_place(text: str, place: tuple[int, int], message: str, hint: str) -> None:
    """Given a file with one mistake, line and column point at it and the words say what was meant."""
    found = [m for m in mistakes(text) if message in m.message]
    assert [(m.line, m.column) for m in found] == [place]
    assert hint in found[0].hint


def test_all_mistakes_come_at_once_in_the_files_order() -> None:
    """Given four mistakes of different kinds, one reading shows them all."""
    text = (
        "permission_sets:\n"
        "  ReadOnly: {managed: [ViewOnlyAccess], session: 13h}\n"
        "  ReadOnly: {}\n"
        "grants:\n"
        "  - {group: x, permission_set: Nobody, accounts: al}\n"
        "alert: {}\n"
    )
    assert [m.line for m in mistakes(text)] == [2, 3, 5, 5, 6]


def test_a_mistake_reads_as_editors_and_compilers_write_it() -> None:
    """Given a mistake, its text starts file:line:column, so that a terminal can jump there."""
    with pytest.raises(PolicyError) as caught:
        loads("permission_sets: {}\ngrant: []", "access.yaml")
    assert str(caught.value) == "access.yaml:2:1: unknown key 'grant' (did you mean grants?)"


def test_a_file_that_cannot_be_read_is_a_mistake_too(tmp_path: Path) -> None:
    """Given no file, or one that is no text, the error is the same kind and names the file."""
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    for name in ("none.yaml", "binary.yaml"):
        with pytest.raises(PolicyError, match=f"{name}:1:1: cannot be read"):
            load(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a: " + "[" * 3000, 1, "nested more than 40 levels deep"),
        ("a: " + "[" * 300 + "]" * 300, 43, "nested more than 40 levels deep"),
        ("a: " + "1" * 5000, 4, "11111111111111111111 is no number here"),
        ("permission_sets: {A: {inline: '" + "[" * 50_000 + "'}}", 31, "the inline policy is not JSON"),
    ],
    ids=["never closed", "closed", "digits", "JSON in a text"],
)
def test_no_end_of_anything_is_a_mistake_and_no_traceback(text: str, column: int, message: str) -> None:
    """Given brackets or digits without an end, there is one line about it, at its place."""
    found = [m for m in mistakes(text) if message in m.message]
    assert [(m.line, m.column) for m in found] == [(1, column)]


@pytest.mark.parametrize("written", ["READONLY", "readonly", "rEADoNLY"])
def test_capitals_do_not_hide_what_was_meant(written: str) -> None:
    """Given a name in other capitals throughout, the one that was meant is still the nearest."""
    (found,) = mistakes(SETS + f"grants: [{{group: x, permission_set: {written}, accounts: all}}]")
    assert found.hint == "did you mean ReadOnly?"
