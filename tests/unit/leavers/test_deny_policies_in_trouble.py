"""The deny policies where AWS Organizations refuses, is slow to show, or is at its limits."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.aws.deny_policies import PAUSES, DenyPolicyError
from tests.unit.leavers.test_deny_policies_gateway import ONE, TWO, Clock, gateway

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient


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


def test_a_deleted_policy_that_is_still_listed_counts_as_deleted(
    organizations: "OrganizationsClient",
) -> None:
    """Lists of AWS Organizations lag behind."""
    gone = organizations.exceptions.PolicyNotFoundException(
        {"Error": {"Code": "PolicyNotFoundException"}}, "DescribePolicy"
    )
    gateway(organizations).bring(1, ONE, None)
    assert gateway(Scripted(organizations, describe_policy=[gone])).contents(1) == [None]
