"""Who gets what where: `grants` of access.yaml."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from functions.policy.fields import NAME, Day, Name, OneOrMore, Strict, Text, wrong
from functions.policy.filters import MANAGEMENT, Selector
from functions.policy.grant_schema import GRANT
from functions.policy.mistakes import did_you_mean
from functions.policy.patterns import CAPTURE, CAPTURES, is_pattern

GroupName = Annotated[
    str,
    # Identity Center keeps spaces around a name that a directory pushes with them.
    Text(
        r"[\s\S]*\S[\s\S]*",
        "a group's name",
        schema=r"(?=[\s\S]*\S)(?:[^{}]|\{(?:" + "|".join(sorted(CAPTURES)) + r")\})+",
    ),
]
UserName = Annotated[str, Text(NAME, "a user name", schema=r"(?!\s)(?![^\n]*\{[^{}]*\})[^*?\n]*[^\s*?]")]


class Grant(Strict):
    """One rule: groups, by name or by the shape of their name, or users get a permission set in some
    accounts."""

    model_config = ConfigDict(json_schema_extra=GRANT)

    group: GroupName | None = None
    groups: OneOrMore[GroupName] = ()
    user: UserName | None = None
    users: OneOrMore[UserName] = ()
    """User names as Okta and Identity Center both know them. Groups are better: they outlive people."""
    permission_set: str | None = None
    accounts: OneOrMore[Selector] = ()
    except_: OneOrMore[Selector] = Field(default=(), alias="except")
    until: Day | None = None
    """The last day, in UTC, on which the grant gives anything."""
    owner: Name | None = None
    """Who answers for the grant."""
    reason: Name | None = None
    """Why it exists."""

    @property
    def names(self) -> tuple[str, ...]:
        """Groups given by name."""
        return tuple(name for name in self._written if not is_pattern(name))

    @property
    def patterns(self) -> tuple[str, ...]:
        """Groups given by the shape of their name."""
        return tuple(name for name in self._written if is_pattern(name))

    @property
    def people(self) -> tuple[str, ...]:
        """Users given by their user names."""
        return (self.user, *self.users) if self.user else self.users

    @property
    def beyond_management(self) -> bool:
        """Does it reach member accounts?"""
        return any(selector != MANAGEMENT for selector in self.accounts) or not self.accounts

    def ended(self, today: date) -> bool:
        """Is its last day over?"""
        return self.until is not None and today > self.until

    @property
    def _written(self) -> tuple[str, ...]:
        return (self.group, *self.groups) if self.group else self.groups

    @field_validator("permission_set")
    @classmethod
    def _known(cls, value: str | None, info: ValidationInfo) -> str | None:
        known = (info.context or {}).get("permission_sets")
        if value is not None and known is not None and value not in known:
            raise wrong(f"there is no permission set {value!r}", did_you_mean(value, known))
        return value

    @field_validator("group", "groups")
    @classmethod
    def _captures(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for name in (value,) if isinstance(value, str) else value or ():
            for capture in CAPTURE.findall(name):
                if capture not in CAPTURES:
                    raise wrong(f"{{{capture}}} is not a capture", did_you_mean(capture, CAPTURES))
            if set("{}") & set(CAPTURE.sub("", name)):
                raise wrong(
                    f"a brace in {name!r} has no partner",
                    "captures are {account}, {ou}, {permission_set}",
                )
        return value

    @field_validator("user", "users")
    @classmethod
    def _plain(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for name in (value,) if isinstance(value, str) else value or ():
            if is_pattern(name):
                raise wrong(f"{name!r} is a shape, and users are given by name", "use a group")
        return value

    @model_validator(mode="after")
    def _whole(self) -> "Grant":
        if not (self._written or self.people):
            raise wrong("a grant names nobody", "give group, groups, user or users")
        if (self.group and self.groups) or (self.user and self.users):
            raise wrong("a grant has either group or groups, either user or users")
        captured = [set(CAPTURE.findall(name)) for name in (*self._written, *self.people)]
        if self.permission_set and any("permission_set" in found for found in captured):
            raise wrong("the group's name already says the permission set", "leave permission_set out")
        if not self.permission_set and any("permission_set" not in found for found in captured):
            raise wrong("permission_set is missing", "or let the group's name say it: {permission_set}")
        if not self.accounts and any(not found & {"account", "ou"} for found in captured):
            raise wrong("accounts is missing", "all, management, or id, name, ou, tag")
        return self
