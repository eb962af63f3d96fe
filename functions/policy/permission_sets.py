"""What a permission set is: `permission_sets` of access.yaml."""

import json
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from functions.policy.durations import Duration, iso_duration
from functions.policy.fields import OneOrMany, Strict, given, wrong
from functions.policy.sso_text import (
    Description,
    ManagedPolicy,
    PolicyName,
    PolicyPath,
    RelayState,
    Tags,
    check_policy_text,
)

JOB_FUNCTIONS = frozenset(
    {
        "AWSManagementConsoleAdministratorAccess",
        "AmazonODBAutonomousDatabaseAdmin",
        "AmazonODBAutonomousVmClusterAdmin",
        "AmazonODBExadataInfrastructureAdmin",
        "AmazonODBExadataVmClusterAdmin",
        "AmazonODBExascaleStorageVaultAdmin",
        "AmazonODBExascaleVmClusterAdmin",
        "AmazonODBNetworkAdmin",
        "Billing",
        "DataScientist",
        "DatabaseAdministrator",
        "NetworkAdministrator",
        "SupportUser",
        "SystemAdministrator",
        "ViewOnlyAccess",
    }
)
"""IAM User Guide, "AWS managed policies for job functions": these live under `job-function/`."""

INLINE_BYTES = 10_240
"""IAM Identity Center User Guide, "Quotas": an inline policy's bytes, white space not counted."""

POLICIES = 25
"""The same page: AWS managed and customer managed policies of one permission set."""

MOST_SETS = 480
"""AWS CloudFormation User Guide, "Understand CloudFormation quotas": a stack holds 500 resources. The sets
share theirs with the forwarding of events, and stay in one: one that moved to another stack would be deleted
and made anew, and its access with it."""


def managed_policy_arn(name: str, partition: str = "aws") -> str:
    """The ARN of an AWS managed policy from its name, its path/name, or itself."""
    if name.startswith("arn:"):
        return name
    path = "job-function/" if name in JOB_FUNCTIONS else ""
    return f"arn:{partition}:iam::aws:policy/{path}{name}"


class CustomerManaged(Strict):
    """A policy that exists under this name and path in every account where the set is used."""

    name: PolicyName
    path: PolicyPath = "/"


def _by_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


CustomerManagedRef = Annotated[
    CustomerManaged, BeforeValidator(_by_name, json_schema_input_type=PolicyName | CustomerManaged)
]


class Boundary(Strict):
    """A permissions boundary: one AWS managed or one customer managed policy."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [given("managed"), given("customer_managed")]})

    managed: ManagedPolicy | None = None
    customer_managed: CustomerManagedRef | None = None

    @model_validator(mode="after")
    def _one(self) -> "Boundary":
        if (self.managed is None) == (self.customer_managed is None):
            raise wrong("a boundary is one policy", "give either managed or customer_managed")
        return self


def _as_boundary(value: object) -> object:
    return {"managed": value} if isinstance(value, str) else value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is Python's and not JSON's")


def _as_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise wrong(f"the inline policy is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise wrong("the inline policy is not JSON of a policy document", "it begins with {")
    return read


def _once(policies: list[tuple[str, str]]) -> None:
    """Raises for a policy (what it is, how it is called) that stands there twice."""
    seen: set[str] = set()
    for policy, name in policies:
        if policy in seen:
            raise wrong(f"{name} is given twice", "write it once")
        seen.add(policy)


_Document = Annotated[dict[str, Any], Field(json_schema_extra={"required": ["Statement"]})] | str


MANY = f"Identity Center takes {POLICIES} in one permission set"


class PermissionSet(Strict):
    """One permission set, every field that `AWS::SSO::PermissionSet` has but its name."""

    description: Description | None = None
    managed: OneOrMany[ManagedPolicy] = ()
    customer_managed: OneOrMany[CustomerManagedRef] = ()
    inline: Annotated[dict[str, Any], BeforeValidator(_as_json, json_schema_input_type=_Document)] | None = (
        None
    )
    boundary: (
        Annotated[Boundary, BeforeValidator(_as_boundary, json_schema_input_type=ManagedPolicy | Boundary)]
        | None
    ) = None
    session: Annotated[timedelta, Duration(timedelta(hours=1), timedelta(hours=12))] = timedelta(hours=1)
    relay_state: RelayState | None = None
    tags: Tags = Field(default_factory=dict)

    @field_validator("inline")
    @classmethod
    def _inline(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is None:
            return value
        if "Statement" not in value:
            raise wrong("the inline policy has no Statement")
        check_policy_text(value)
        size = len("".join(json.dumps(value, ensure_ascii=False).split()).encode())
        if size > INLINE_BYTES:
            raise wrong(f"the inline policy has {size} bytes", f"Identity Center takes {INLINE_BYTES}")
        return value

    @field_validator("managed")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        _once([(managed_policy_arn(name), name) for name in value])
        return value

    @field_validator("customer_managed")
    @classmethod
    def _own_each_once(cls, value: tuple[CustomerManaged, ...]) -> tuple[CustomerManaged, ...]:
        _once([(f"{policy.path}{policy.name}", policy.name) for policy in value])
        return value

    @model_validator(mode="after")
    def _few(self) -> "PermissionSet":
        if self.policies > POLICIES:
            raise wrong(f"{self.policies} policies", MANY)
        return self

    @property
    def policies(self) -> int:
        """How many AWS managed and customer managed policies it names."""
        return len(self.managed) + len(self.customer_managed)

    @property
    def session_iso(self) -> str:
        """`SessionDuration` as AWS wants it, such as `PT4H`."""
        return iso_duration(self.session)

    def managed_arns(self, partition: str = "aws") -> tuple[str, ...]:
        """The ARNs of its AWS managed policies."""
        return tuple(managed_policy_arn(name, partition) for name in self.managed)
