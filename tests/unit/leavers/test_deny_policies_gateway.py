"""The deny policies in AWS Organizations: created, attached, written, repaired, read back."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.aws.deny_policies import NAME, PAUSES, DenyPolicies, DenyPolicyError
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


def test_a_deleted_policy_that_is_still_listed_counts_as_deleted(
    organizations: "OrganizationsClient",
) -> None:
    """Lists of AWS Organizations lag behind."""
    gone = organizations.exceptions.PolicyNotFoundException(
        {"Error": {"Code": "PolicyNotFoundException"}}, "DescribePolicy"
    )
    gateway(organizations).bring(1, ONE, None)
    assert gateway(Scripted(organizations, describe_policy=[gone])).contents(1) == [None]


class Scripted:
    """A client in front of the real one that fails or answers as told, call by call."""

    def __init__(self, client: "OrganizationsClient", **script: list[Any]) -> None:
        self._client = client
        self._script = {operation: deque(steps) for operation, steps in script.items()}
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real: Any = getattr(self._client, name)
        if name in ("exceptions", "get_paginator"):
            return real

        def call(**parameters: Any) -> Any:
            self.calls.append(name)
            step = self._script[name].popleft() if self._script.get(name) else None
            if isinstance(step, Exception):
                raise step
            return step or real(**parameters)

        return call


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "said so"}}, "UpdatePolicy")


@pytest.fixture
def scripted(organizations: "OrganizationsClient") -> Callable[..., Scripted]:
    """Policy 1 says ONE; what happens then is scripted."""
    gateway(organizations).bring(1, ONE, None)
    return lambda **script: Scripted(organizations, **script)


@pytest.mark.parametrize(
    "code",
    [
        "ConcurrentModificationException",
        "PolicyChangesInProgressException",
        "TooManyRequestsException",
        "ServiceException",
    ],
)
def test_errors_that_pass_are_waited_out(scripted: Callable[..., Scripted], code: str) -> None:
    client = scripted(update_policy=[refusal(code)] * len(PAUSES))
    policies = gateway(client)
    policies.contents(1)
    policies.bring(1, TWO, ONE)
    assert policies.contents(1) == [TWO]


def test_an_error_that_does_not_pass_is_said(scripted: Callable[..., Scripted]) -> None:
    client = scripted(update_policy=[refusal("TooManyRequestsException")] * (len(PAUSES) + 1))
    policies = gateway(client)
    policies.contents(1)
    with pytest.raises(DenyPolicyError, match="TooManyRequests"):
        policies.bring(1, TWO, ONE)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (refusal("ConstraintViolationException"), "quota"),
        (refusal("AccessDeniedException"), "organization stack"),
        (refusal("AccessDeniedException"), "tag ostiary:managed=deny-policy"),
        (refusal("PolicyNotFoundException"), "deleted .* while it was written"),
        (refusal("MalformedPolicyDocumentException"), "refuses"),
        (EndpointConnectionError(endpoint_url="https://x"), "does not answer"),
    ],
)
def test_errors_that_need_a_person_say_what_to_do(
    scripted: Callable[..., Scripted], error: Exception, advice: str
) -> None:
    client = scripted(update_policy=[error])
    policies = gateway(client)
    policies.contents(1)
    with pytest.raises(DenyPolicyError, match=advice):
        policies.bring(1, TWO, ONE)
    assert client.calls.count("update_policy") == 1


def test_what_reads_back_differently_is_not_called_done(scripted: Callable[..., Scripted]) -> None:
    stale = {"Policy": {"Content": ONE}}
    policies = gateway(scripted(describe_policy=[stale] * 9))
    policies.contents(1)
    with pytest.raises(DenyPolicyError, match="reads back differently"):
        policies.bring(1, TWO, ONE)


def test_reading_back_waits_until_it_shows(scripted: Callable[..., Scripted]) -> None:
    stale = {"Policy": {"Content": ONE}}
    policies = gateway(scripted(describe_policy=[stale] * 3))
    policies.contents(1)
    policies.bring(1, TWO, ONE)


def test_a_policy_that_says_it_already_is_not_written(scripted: Callable[..., Scripted]) -> None:
    client = scripted()
    policies = gateway(client)
    (held,) = policies.contents(1)
    policies.bring(1, ONE, held)
    assert "update_policy" not in client.calls


def test_two_updates_keep_the_distance_that_the_quota_asks(scripted: Callable[..., Scripted]) -> None:
    clock = Clock()
    policies = gateway(scripted(), clock)
    policies.contents(1)
    policies.bring(1, TWO, ONE)
    policies.bring(1, ONE, TWO)
    policies.bring(1, TWO, ONE)
    assert clock.seconds == pytest.approx(1001.0)


def test_who_is_late_writes_no_more(scripted: Callable[..., Scripted]) -> None:
    client, clock = scripted(update_policy=[refusal("TooManyRequestsException")] * 3), Clock()
    policies = gateway(client, clock)
    policies.contents(1)
    policies.until(clock.seconds + 1)
    with pytest.raises(DenyPolicyError, match="no time was left"):
        policies.bring(1, TWO, ONE)
    assert client.calls.count("update_policy") == 2


def test_service_control_policies_that_are_not_enabled_are_said(
    organizations: "OrganizationsClient",
) -> None:
    client = Scripted(organizations, attach_policy=[refusal("PolicyTypeNotEnabledException")])
    with pytest.raises(DenyPolicyError, match="enable service control policies"):
        gateway(client).bring(1, ONE, None)


def test_an_attachment_made_meanwhile_is_fine(organizations: "OrganizationsClient") -> None:
    duplicate = organizations.exceptions.DuplicatePolicyAttachmentException(
        {"Error": {"Code": "DuplicatePolicyAttachmentException"}}, "AttachPolicy"
    )
    gateway(Scripted(organizations, attach_policy=[duplicate])).bring(1, ONE, None)


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
