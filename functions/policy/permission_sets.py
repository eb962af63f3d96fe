"""What a permission set is: `permission_sets` of access.yaml."""

import json
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from functions.policy.durations import Duration, iso_duration
from functions.policy.fields import OneOrMany, Strict, Text, wrong

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

PolicyPath = Annotated[str, Text(r"/(?:[!-.0-~]+/)*", "a path such as / or /team/")]
PolicyName = Annotated[str, Text(r"[\w+=,.@-]{1,128}", "the name of an IAM policy")]
ManagedPolicy = Annotated[
    str,
    Text(
        r"arn:aws[a-z-]*:iam::aws:policy/[\w+=,.@/-]+|(?:[\w-]+/)*[\w+=,.@-]+",
        "the name, path/name or ARN of an AWS managed policy",
    ),
]
SetName = Annotated[str, Text(r"[\w+=,.@-]{1,32}", "a permission set's name: 1 to 32 of A-Z a-z 0-9 _+=,.@-")]


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
    CustomerManaged, BeforeValidator(_by_name, json_schema_input_type=str | CustomerManaged)
]


class Boundary(Strict):
    """A permissions boundary: one AWS managed or one customer managed policy."""

    managed: ManagedPolicy | None = None
    customer_managed: CustomerManagedRef | None = None

    @model_validator(mode="after")
    def _one(self) -> "Boundary":
        if (self.managed is None) == (self.customer_managed is None):
            raise wrong("a boundary is one policy", "give either managed or customer_managed")
        return self


def _as_boundary(value: object) -> object:
    return {"managed": value} if isinstance(value, str) else value


def _as_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise wrong(f"the inline policy is not JSON: {error}") from error


class PermissionSet(Strict):
    """One permission set, every field that `AWS::SSO::PermissionSet` has but its name."""

    description: Annotated[str, StringConstraints(min_length=1, max_length=700)] | None = None
    managed: OneOrMany[ManagedPolicy] = ()
    customer_managed: OneOrMany[CustomerManagedRef] = ()
    inline: (
        Annotated[dict[str, Any], BeforeValidator(_as_json, json_schema_input_type=dict[str, Any] | str)]
        | None
    ) = None
    boundary: (
        Annotated[Boundary, BeforeValidator(_as_boundary, json_schema_input_type=str | Boundary)] | None
    ) = None
    session: Annotated[timedelta, Duration(timedelta(hours=1), timedelta(hours=12))] = timedelta(hours=1)
    relay_state: Annotated[str, StringConstraints(min_length=1, max_length=240)] | None = None
    tags: dict[str, str] = Field(default_factory=dict)

    @field_validator("inline")
    @classmethod
    def _inline(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        size = len("".join(json.dumps(value).split()).encode()) if value else 0
        if value is not None and "Statement" not in value:
            raise wrong("the inline policy has no Statement")
        if size > INLINE_BYTES:
            raise wrong(f"the inline policy has {size} bytes", f"Identity Center takes {INLINE_BYTES}")
        return value

    @model_validator(mode="after")
    def _few(self) -> "PermissionSet":
        count = len(self.managed) + len(self.customer_managed)
        if count > POLICIES:
            raise wrong(f"{count} policies", f"Identity Center takes {POLICIES} in one permission set")
        return self

    @property
    def session_iso(self) -> str:
        """`SessionDuration` as AWS wants it, such as `PT4H`."""
        return iso_duration(self.session)

    def managed_arns(self, partition: str = "aws") -> tuple[str, ...]:
        """The ARNs of its AWS managed policies."""
        return tuple(managed_policy_arn(name, partition) for name in self.managed)
