"""What AWS would refuse in the middle of a deployment is a mistake of access.yaml, at its place."""

import json

import pytest

from functions.policy import PolicyError, loads
from functions.policy.permission_sets import MOST_SETS

OWN = [f"Own{number}" for number in range(25)]


def refused(text: str, denies: int = 4) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        loads(text, "access.yaml", denies)
    return [str(mistake) for mistake in caught.value.mistakes]


def one(fields: object) -> str:
    return "permission_sets:\n  A: " + json.dumps(fields, ensure_ascii=False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"description": "Leser \u2013 nur lesen"}, "is not a description"),
        ({"description": ""}, "is not a description"),
        ({"description": "x" * 701}, "is not a description"),
        ({"relay_state": "https://example.com/\u00fc"}, "is not a relay state"),
        ({"relay_state": "x" * 241}, "is not a relay state"),
        ({"inline": {"Statement": [{"Sid": "Pr\u00fcfer\u2019s"}]}}, "in the inline policy holds"),
        ({"inline": {"Statement": [{"\u0141": "x"}]}}, "in the inline policy holds"),
        ({"inline": {"Statement": ["x" * 10_240]}}, "Identity Center takes 10240"),
        ({"managed": ["Pr\u00fcfer"]}, "AWS managed policy"),
        ({"managed": "arn:aws:iam::aws:policy/"}, "AWS managed policy"),
        ({"customer_managed": ["Pr\u00fcfer"]}, "name of an IAM policy"),
        ({"customer_managed": [{"name": "x", "path": "/a b/"}]}, "a path such as"),
        ({"customer_managed": [{"name": "x", "path": "/" + "a" * 512 + "/"}]}, "a path such as"),
        ({"session": "\u0664h"}, "is not a duration"),
        ({"session": "PT3601S"}, "whole minutes"),
        ({"session": "P1DT"}, "is not a duration"),
        ({"tags": {f"k{n}": "v" for n in range(51)}}, "51 tags (AWS takes 50)"),
        ({"tags": {"k" * 129: "v"}}, "has 129 characters"),
        ({"tags": {"": "v"}}, "has 0 characters"),
        ({"tags": {"k": "v" * 257}}, "has 257 characters"),
        ({"tags": {"AWS:x": "v"}}, "AWS keeps that for itself"),
        ({"tags": {"k": "a;b"}}, "holds ';'"),
        ({"managed": ["ViewOnlyAccess", "job-function/ViewOnlyAccess"]}, "is given twice"),
        ({"customer_managed": ["x", {"name": "x"}]}, "x is given twice"),
        ({"managed": OWN, "customer_managed": ["x"]}, "26 policies (Identity Center takes 25"),
    ],
)
def test_a_field_that_aws_refuses_is_refused_here(fields: object, said: str) -> None:
    """Given one field that Identity Center's API does not take, the mistake is in that line and says why."""
    (found,) = refused(one(fields))
    assert found.startswith("access.yaml:2:")
    assert said in found


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "Pr\u00fcfung, \u00a7 1\nzweite Zeile"},
        {"relay_state": "https://console.aws.amazon.com/athena/home?region=eu-west-1#/query('x')"},
        {"inline": {"Statement": [{"Sid": "Pr\u00fcfer"}]}},
        {"inline": {"Statement": [" " * 20_000]}},
        {"inline": {"Statement": ["\u00fc" * 5_100]}},
        {"managed": [*OWN]},
        {"customer_managed": ["x", {"name": "x", "path": "/y/"}]},
        {"tags": {"Kostenstelle \u00fc": "", "team:x/y_z.1+2-3@4=5": "\u0663"}},
        {"session": "PT3600S"},
        {"session": "PT1H0M0.0S"},
    ],
)
def test_what_aws_takes_is_taken(fields: object) -> None:
    """Given what Identity Center's API takes, at the edge of what it takes, there is no mistake."""
    loads(one(fields))


@pytest.mark.parametrize("name", ["Pr\u00fcfer", "\u0661", "A\u00df", "A\n"])
def test_a_permission_sets_name_is_plain(name: str) -> None:
    """Given letters beyond A to Z, which CloudFormation would refuse first, the name is told."""
    assert "is not a permission set's name" in refused(json.dumps({"permission_sets": {name: {}}}))[0]


def test_digits_of_other_scripts_are_no_account_id() -> None:
    """Given an account id in Arabic digits, which Python takes for digits, it is a mistake."""
    arabic = "\u0661" * 12
    text = "permission_sets: {A: {}}\ngrants:\n  - {group: g, permission_set: A, accounts: {id: '%s'}}"
    assert refused(text % arabic)[0].startswith("access.yaml:3:")


def test_the_policies_that_deny_leavers_count_too() -> None:
    """Given a set used in the management account, the policies that a deployment adds there are counted."""
    text = one({"managed": OWN[:-4]}) + "\ngrants: [{group: g, permission_set: A, accounts: management}]"
    loads(text)
    found = refused(text, denies=5)
    assert found == [
        "access.yaml:2:6: 21 policies and the 5 that deny leavers in the management account "
        "(Identity Center takes 25 in one permission set)"
    ]
    loads(text.replace("management", "all"), denies=5)


def test_a_stack_holds_so_many_permission_sets_and_no_more() -> None:
    """Given one permission set more than a stack of CloudFormation holds, number and reason are told."""
    sets: dict[str, object] = {f"Set{number}": {} for number in range(MOST_SETS)}
    loads(json.dumps({"permission_sets": sets}))
    (found,) = refused(json.dumps({"permission_sets": {**sets, "More": {}}}))
    assert f"{MOST_SETS + 1} permission sets (one CloudFormation stack" in found
