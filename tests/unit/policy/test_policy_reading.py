"""access.yaml means what it says, in every form that a person may write."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from functions.finding import Severity
from functions.policy import AccessPolicy, load, load_bundled, loads, schema
from functions.policy.permission_sets import JOB_FUNCTIONS

ROOT = Path(__file__).parents[3]
AWS_MANAGED = json.loads(aws_managed_policies_data)


def one(fields: str) -> AccessPolicy:
    return loads("permission_sets:\n  A: {" + fields + "}\n")


def test_the_policy_of_this_repository_is_without_mistakes() -> None:
    """Given access.yaml as it stands, it loads, and its grants use every permission set it defines."""
    policy = load(ROOT / "access.yaml")
    assert {grant.permission_set for grant in policy.grants} - {None} == set(policy.permission_sets)


def test_the_policy_of_this_repository_names_policies_that_aws_has() -> None:
    """Given its managed policies, AWS has each under the very ARN that we make of the name."""
    arns = {f"arn:aws:iam::aws:policy{item['Path']}{name}" for name, item in AWS_MANAGED.items()}
    for permission_set in load(ROOT / "access.yaml").permission_sets.values():
        assert set(permission_set.managed_arns()) <= arns


def test_job_function_policies_are_known_by_their_bare_names() -> None:
    """Given AWS's list, exactly the policies under job-function/ are put there."""
    assert {n for n, item in AWS_MANAGED.items() if item["Path"] == "/job-function/"} == JOB_FUNCTIONS


@pytest.mark.parametrize(
    ("written", "arn"),
    [
        ("ViewOnlyAccess", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"),
        ("job-function/ViewOnlyAccess", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"),
        ("PowerUserAccess", "arn:aws:iam::aws:policy/PowerUserAccess"),
        ("arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws:iam::aws:policy/PowerUserAccess"),
    ],
)
def test_a_managed_policy_may_be_written_three_ways(written: str, arn: str) -> None:
    """Given a name, a path and name, or an ARN, it is the same policy."""
    assert one(f"managed: {written}").permission_sets["A"].managed_arns() == (arn,)


@pytest.mark.parametrize(
    ("written", "iso"), [("4h", "PT4H"), ("90m", "PT1H30M"), ("1h30m", "PT1H30M"), ("PT12H", "PT12H")]
)
def test_a_session_becomes_what_aws_wants(written: str, iso: str) -> None:
    """Given a duration as people write it, SessionDuration is ISO 8601."""
    assert one(f"session: {written}").permission_sets["A"].session_iso == iso


def test_every_field_of_a_permission_set() -> None:
    """Given all fields, in their short and long forms, nothing is lost."""
    found = loads(
        """
permission_sets:
  A:
    description: Everything
    customer_managed: [team-policy, {name: other, path: /team/}]
    inline: '{"Version": "2012-10-17", "Statement": []}'
    boundary: {customer_managed: limit}
    relay_state: https://console.aws.amazon.com/athena/home
    tags: {cost-center: "42"}
"""
    ).permission_sets["A"]
    assert [(item.name, item.path) for item in found.customer_managed] == [
        ("team-policy", "/"),
        ("other", "/team/"),
    ]
    assert found.inline == {"Version": "2012-10-17", "Statement": []}
    assert found.boundary is not None
    assert found.boundary.customer_managed is not None
    assert found.boundary.customer_managed.name == "limit"
    assert found.tags == {"cost-center": "42"}


def test_a_date_in_an_inline_policy_stays_the_text_it_was() -> None:
    """Given Version: 2012-10-17 without quotes, IAM gets that text and no date."""
    found = one("inline: {Version: 2012-10-17, Statement: []}").permission_sets["A"].inline
    assert found == {"Version": "2012-10-17", "Statement": []}


def test_on_is_a_word() -> None:
    """Given `on:`, which YAML 1.1 reads as true, it is the key that was written."""
    policy = loads("permission_sets: {}\nleavers:\n  on: [lock]\n")
    assert policy.leavers.on == ("lock",)


def test_an_account_id_keeps_its_leading_zero() -> None:
    """Given an id without quotes that YAML takes for a number, no digit is lost."""
    policy = loads(
        "permission_sets: {A: {}}\n"
        "grants: [{group: g, permission_set: A, accounts: {id: [012345678901, '123456789012']}}]"
    )
    (selector,) = policy.grants[0].accounts
    assert not isinstance(selector, str)
    assert selector.id == ("012345678901", "123456789012")


def test_anchors_share_a_list() -> None:
    """Given an anchor and its alias, both places have the value."""
    policy = loads(
        "permission_sets: {A: {}}\n"
        "grants:\n"
        "  - {group: g, permission_set: A, accounts: {ou: &prod [/Production, /Data]}}\n"
        "  - {group: h, permission_set: A, accounts: all, except: {ou: *prod}}\n"
    )
    assert policy.grants[0].accounts == policy.grants[1].except_


def test_what_is_left_out_has_safe_values() -> None:
    """Given no leavers, expiry and alerts, the deny outlasts the longest session and on-call is told."""
    policy = loads("permission_sets: {}")
    assert policy.leavers.keep_deny == timedelta(hours=12)
    assert "lock" not in policy.leavers.on
    assert policy.alerts.channels(Severity.PAGE) == ("pagerduty", "slack", "mail")
    assert policy.alerts.channels(Severity.INFO) == ("mail",)


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (61, None),
        (60, Severity.INFO),
        (30, Severity.WARNING),
        (14.5, Severity.WARNING),
        (12, Severity.PAGE),
        (-3, Severity.PAGE),
    ],
)
def test_severity_grows_as_days_run_out(days: float, severity: Severity | None) -> None:
    """Given days left, the finding gets louder, and stays loud once the key has expired."""
    assert loads("permission_sets: {}").expiry.severity(days) == severity


def test_the_bundle_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the policy written for the Lambda bundle, the functions read the very same policy."""
    policy = load(ROOT / "access.yaml")
    (tmp_path / "access.json").write_text(policy.to_json())
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    assert load_bundled() == policy


@pytest.mark.parametrize(
    ("grant", "used"),
    [
        ("{group: g, permission_set: A, accounts: management}", {"A"}),
        ("{group: g, permission_set: A, accounts: all}", set()),
        ("{groups: 'aws-{permission_set}', accounts: management}", {"A", "B"}),
    ],
)
def test_permission_sets_that_no_scp_binds_are_known(grant: str, used: set[str]) -> None:
    """Given a grant, it is clear which permission sets reach the management account."""
    assert loads(f"permission_sets: {{A: {{}}, B: {{}}}}\ngrants: [{grant!s}]").used_in_management() == used


def test_the_schema_that_editors_read_is_the_models() -> None:
    """Given the file that access.yaml's first line points at, it is what the model says today."""
    written = json.loads((ROOT / "functions/policy/access.schema.json").read_text())
    assert written == schema()


def test_the_schema_knows_the_short_forms() -> None:
    """Given `managed: x` or `accounts: all`, an editor does not mark it as wrong."""
    definitions = schema()["$defs"]
    assert definitions["PermissionSet"]["properties"]["managed"] != {"type": "array", "text": True}
    managed = definitions["PermissionSet"]["properties"]["managed"]
    assert {each["type"] for each in managed["anyOf"]} == {"string", "array"}
    assert definitions["Grant"]["additionalProperties"] is False


def test_nothing_is_removed_until_somebody_says_so() -> None:
    """Given no accounts section, removal is off, few at a time, and nothing is protected yet."""
    accounts = loads("permission_sets: {}").accounts
    assert (accounts.prune, accounts.max_removals) == ("off", 10)
    assert accounts.protected.groups == ()


def test_what_is_never_removed_is_named() -> None:
    """Given protected groups, users, permission sets and accounts, each is read."""
    accounts = loads(
        "permission_sets: {}\n"
        "accounts:\n"
        "  prune: enforce\n"
        "  max_removals: 3\n"
        "  protected: {groups: 'break-*', users: kim, permission_sets: Emergency, accounts: management}\n"
    ).accounts
    assert (accounts.prune, accounts.max_removals) == ("enforce", 3)
    assert accounts.protected.groups == ("break-*",)
    assert accounts.protected.accounts == ("management",)


def test_every_way_to_write_a_grant_survives_the_bundle() -> None:
    """Given dates, conditions of every kind, users and shapes, the functions read the very same policy."""
    policy = loads(
        """
permission_sets: {A: {}, Home: {}}
grants:
  - {user: kim, permission_set: Home, accounts: management, until: 2027-03-31, owner: team, reason: because}
  - {groups: ["{ou}-*-{permission_set}"], accounts: {or: [{ou: /X, direct: true}, {not: {tag: {a: "*"}}}]}}
  - {group: g, permission_set: A, accounts: {and: [{id: "111111111111"}, {name: "x?"}]}, except: management}
accounts: {prune: report, max_removals: 7, protected: {accounts: [management, {ou: /Y}]}}
"""
    )
    assert AccessPolicy.from_json(policy.to_json()) == policy
