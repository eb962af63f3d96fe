"""Rights with their reasons: a statement on a wildcard cannot be written without one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_iam as iam
from constructs import IConstruct

WILDCARDS = ("*", "?")


@dataclass(frozen=True)
class Grant:
    """What a role may do to what. `why` is the reason for each wildcard among the resources."""

    actions: Sequence[str]
    resources: Sequence[str]
    why: str = ""
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.wildcards() and not self.why:
            raise ValueError(f"{self.actions[0]} on a wildcard resource needs a reason")

    def wildcards(self) -> list[str]:
        """The resources that name more than one thing."""
        return [resource for resource in self.resources if any(mark in resource for mark in WILDCARDS)]

    def statement(self) -> iam.PolicyStatement:
        """The IAM statement."""
        return iam.PolicyStatement(
            actions=list(self.actions), resources=list(self.resources), conditions=dict(self.conditions)
        )


def acknowledge(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept findings of cdk-nag below `scope`: rule id to the reason."""
    Validations.of(scope).acknowledge(*(Acknowledgment(id=id_, reason=why) for id_, why in reasons.items()))


def allow(role: iam.Role, grants: Iterable[Grant]) -> None:
    """Give `role` the grants, each wildcard acknowledged with its reason."""
    for grant in grants:
        role.add_to_policy(grant.statement())
        acknowledge(role, {f"AwsSolutions-IAM5[Resource::{name}]": grant.why for name in grant.wildcards()})
