"""The deny policies in AWS Organizations: created, attached, written, repaired, read back."""

from typing import TYPE_CHECKING, Any

from functions.aws.deny_policies import NAME, DenyPolicies
from functions.leavers.deny import document

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

ONE, TWO = document(["u-1"]), document(["u-2"])


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def gateway(client: Any, clock: Clock | None = None, **options: Any) -> DenyPolicies:
    clock = clock or Clock()
    return DenyPolicies(client, sleep=clock.sleep, now=clock.now, **options)


def in_force(client: "OrganizationsClient") -> dict[str, tuple[str, list[str]]]:
    """Our policies by name: what each says, and where it is attached."""
    summaries = client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    ours = {each["Name"]: each["Id"] for each in summaries if each["Name"].startswith("ostiary")}
    return {
        name: (
            client.describe_policy(PolicyId=id_)["Policy"]["Content"],
            [target["TargetId"] for target in client.list_targets_for_policy(PolicyId=id_)["Targets"]],
        )
        for name, id_ in ours.items()
    }


def root(client: "OrganizationsClient") -> str:
    return client.list_roots()["Roots"][0]["Id"]


def test_a_policy_that_is_absent_is_created_and_attached_to_the_root(
    organizations: "OrganizationsClient",
) -> None:
    policies = gateway(organizations)
    assert policies.contents(2) == [None, None]
    policies.bring(1, ONE, None)
    assert in_force(organizations) == {f"{NAME}-1": (ONE, [root(organizations)])}
    assert policies.contents(2) == [ONE, None]


def test_an_organizational_unit_can_be_the_target(organizations: "OrganizationsClient") -> None:
    unit = organizations.create_organizational_unit(ParentId=root(organizations), Name="w")
    unit_id = unit["OrganizationalUnit"]["Id"]
    gateway(organizations, targets=[unit_id]).bring(1, ONE, None)
    assert in_force(organizations)[f"{NAME}-1"][1] == [unit_id]


def test_several_units_are_each_denied_and_put_right_alone(organizations: "OrganizationsClient") -> None:
    """Given two units as targets, both have the policy; where somebody detaches it, it is attached again."""
    parent = root(organizations)
    units = [
        organizations.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
        for name in ("a", "b")
    ]
    gateway(organizations, targets=units).bring(1, ONE, None)
    assert sorted(in_force(organizations)[f"{NAME}-1"][1]) == sorted(units)
    (policy,) = (
        each["Id"]
        for each in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        if each["Name"] == f"{NAME}-1"
    )
    organizations.detach_policy(PolicyId=policy, TargetId=units[1])
    again = gateway(organizations, targets=units)
    again.contents(1)
    assert again.bring(1, ONE, ONE) is True
    assert sorted(in_force(organizations)[f"{NAME}-1"][1]) == sorted(units)


def test_another_container_finds_the_policy_and_updates_it(organizations: "OrganizationsClient") -> None:
    gateway(organizations).bring(1, ONE, None)
    second = gateway(organizations)
    (held,) = second.contents(1)
    second.bring(1, TWO, held)
    assert in_force(organizations) == {f"{NAME}-1": (TWO, [root(organizations)])}


def test_a_policy_made_since_we_looked_is_seen(organizations: "OrganizationsClient") -> None:
    first = gateway(organizations)
    assert first.contents(1) == [None]
    gateway(organizations).bring(1, ONE, None)
    assert first.contents(1) == [ONE]


def test_a_policy_beyond_the_count_is_seen_too(organizations: "OrganizationsClient") -> None:
    gateway(organizations).bring(3, ONE, None)
    assert gateway(organizations).contents(1) == [None, None, ONE]


def detach(client: "OrganizationsClient") -> str:
    """Detach our only policy by hand, and return its id."""
    policies = client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (ours,) = [policy["Id"] for policy in policies if policy["Name"].startswith(NAME)]
    client.detach_policy(PolicyId=ours, TargetId=root(client))
    return ours


def test_a_detached_policy_is_attached_again(organizations: "OrganizationsClient") -> None:
    policies = gateway(organizations)
    policies.bring(1, ONE, None)
    detach(organizations)
    policies.bring(1, ONE, ONE)
    assert in_force(organizations)[f"{NAME}-1"][1] == [root(organizations)]


def test_a_deleted_policy_is_created_again(organizations: "OrganizationsClient") -> None:
    policies = gateway(organizations)
    policies.bring(1, ONE, None)
    organizations.delete_policy(PolicyId=detach(organizations))
    (held,) = policies.contents(1)
    policies.bring(1, TWO, held)
    assert in_force(organizations) == {f"{NAME}-1": (TWO, [root(organizations)])}


def test_a_policy_deleted_and_made_anew_by_another_container_is_found(
    organizations: "OrganizationsClient",
) -> None:
    first = gateway(organizations)
    first.bring(1, ONE, None)
    organizations.delete_policy(PolicyId=detach(organizations))
    gateway(organizations).bring(1, TWO, None)
    assert first.contents(1) == [TWO]


class Paged:
    """A client in front of the real one that gives lists one by one, as AWS may at any length."""

    def __init__(self, client: "OrganizationsClient") -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_paginator(self, name: str) -> "Paged":
        self._name = name
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        (pages,) = list(self._client.get_paginator(self._name).paginate(**asked))  # type: ignore[call-overload]
        (key,) = [each for each in ("Policies", "Targets", "Roots") if each in pages]
        return [{key: []}, *({key: [each]} for each in pages[key])]


def test_of_long_lists_every_page_counts(organizations: "OrganizationsClient") -> None:
    """Given policies on several pages, and one attached to several targets, ours on the last page."""
    for number, content in enumerate((ONE, TWO), 1):
        gateway(organizations).bring(number, content, None)
    made = organizations.create_organizational_unit(ParentId=root(organizations), Name="u")
    unit = made["OrganizationalUnit"]["Id"]
    ids = [each["Id"] for each in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]]
    for policy_id in ids:
        organizations.attach_policy(PolicyId=policy_id, TargetId=unit)

    policies = gateway(Paged(organizations))
    assert policies.contents(2) == [ONE, TWO]
    assert policies.bring(1, ONE, ONE) is False, "the root is among the targets, and nothing is attached"
    assert gateway(Paged(organizations), targets=[unit]).contents(2) == [ONE, TWO]


def test_only_who_found_it_detached_says_that_it_was(organizations: "OrganizationsClient") -> None:
    """Given a policy that is new, one as it should be, and one that somebody has detached."""
    policies = gateway(organizations)
    assert policies.bring(1, ONE, None) is False, "nobody had it attached before"
    assert policies.bring(1, ONE, ONE) is False
    detach(organizations)
    assert policies.bring(1, ONE, ONE) is True
    assert in_force(organizations)[f"{NAME}-1"][1] == [root(organizations)]
