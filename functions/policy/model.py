"""The access policy as a whole."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from functions.policy.fields import Name, OneOrMany, Strict, wrong
from functions.policy.filters import MANAGEMENT
from functions.policy.grants import Grant
from functions.policy.permission_sets import MOST_SETS, POLICIES, PermissionSet
from functions.policy.sso_text import SetName
from functions.policy.upkeep import Accounts
from functions.policy.watch import Alerts, Expiry, Leavers, Watch


def _few_enough(sets: dict[str, PermissionSet]) -> dict[str, PermissionSet]:
    if len(sets) > MOST_SETS:
        raise wrong(
            f"{len(sets)} permission sets",
            f"one CloudFormation stack holds them, and takes {MOST_SETS} beside what else is in it",
        )
    return sets


class AccessPolicy(Strict):
    """access.yaml, read and checked: what the organization wants."""

    include: OneOrMany[Name] = Field(default=(), exclude=True)
    """Other files, by path or glob, whose permission sets and grants belong to this policy too."""
    permission_sets: Annotated[
        dict[SetName, PermissionSet],
        AfterValidator(_few_enough),
        Field(json_schema_extra={"maxProperties": MOST_SETS, "additionalProperties": False}),
    ]
    grants: tuple[Grant, ...] = ()
    accounts: Accounts = Field(default_factory=Accounts)
    leavers: Leavers = Field(default_factory=Leavers)
    expiry: Expiry = Field(default_factory=Expiry)
    watch: Watch = Field(default_factory=Watch)
    alerts: Alerts = Field(default_factory=Alerts)

    @model_validator(mode="before")
    @classmethod
    def _names(cls, data: Any, info: ValidationInfo) -> Any:
        """Let every grant know which permission sets there are."""
        sets = data.get("permission_sets") if isinstance(data, dict) else None
        if isinstance(sets, dict) and info.context is not None:
            info.context["permission_sets"] = frozenset(sets)
        return data

    def used_in_management(self) -> frozenset[str]:
        """Permission sets that some grant gives in the management account, where no SCP binds."""
        granted = [grant for grant in self.grants if MANAGEMENT in grant.accounts]
        if any(grant.patterns and not grant.permission_set for grant in granted):
            return frozenset(self.permission_sets)
        return frozenset(grant.permission_set for grant in granted if grant.permission_set)

    def given_in_both(self) -> dict[int, str]:
        """By the number (from 0) of a grant that reaches member accounts, what is wrong with it: its
        permission set is also given in the management account.

        Such a set refers to policies that deny leavers there, and "you must have an IAM policy that matches
        the name and path in each AWS account" (API Reference, "CustomerManagedPolicyReference"); a delegated
        administrator may not touch it anywhere (User Guide, "Delegated administration").
        """
        used = self.used_in_management()
        return {
            number: f"{grant.permission_set or 'what it chooses'} is given in the management account too"
            for number, grant in enumerate(self.grants)
            if grant.beyond_management and (grant.permission_set in used or MANAGEMENT in grant.accounts)
        }

    def given_to_members(self) -> frozenset[str]:
        """Permission sets that member accounts may have: all but those of the management account."""
        return frozenset(self.permission_sets) - self.used_in_management()

    def too_many_policies(self, denies: int) -> dict[str, str]:
        """By the name of a permission set, what is wrong where a deployment adds `denies` policies that
        deny leavers in the management account."""
        used = {name: self.permission_sets[name].policies for name in self.used_in_management()}
        return {
            name: f"{count} policies and the {denies} that deny leavers in the management account"
            for name, count in used.items()
            if count + denies > POLICIES
        }

    def to_json(self) -> str:
        """The same policy for the Lambda bundle, where no YAML parser is."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read `to_json` back. Raises pydantic's ValidationError if it is anything else."""
        return cls.model_validate_json(text, context={})
