"""Who gets what where: `grants` of access.yaml."""

import re
from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from functions.policy.fields import OneOrMany, Strict, Text, wrong
from functions.policy.mistakes import did_you_mean

ALL: Final = "all"
MANAGEMENT: Final = "management"

CAPTURES = frozenset({"account", "permission_set"})
_CAPTURE = re.compile(r"\{([^{}]*)\}")

AccountId = Annotated[str, Text(r"\d{12}", "an account id, which has 12 digits")]
OuPath = Annotated[str, Text(r"/|(?:/[^/]+)+", "an OU path: / or /Workloads/Production, no / at its end")]
Name = Annotated[str, Text(r"\S(?:.*\S)?", "a name")]


class AccountFilter(Strict):
    """Accounts by what they are. Several keys narrow, several values of one key widen.

    An OU holds what is under it, at any depth. A name may use `*` and `?`. The management account is
    never among them: it has its own word.
    """

    id: OneOrMany[AccountId] = ()
    name: OneOrMany[Name] = ()
    ou: OneOrMany[OuPath] = ()
    tag: dict[str, OneOrMany[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> "AccountFilter":
        if not (self.id or self.name or self.ou or self.tag):
            raise wrong("this names no account", "give id, name, ou or tag, or write accounts: all")
        return self


Selector = Annotated[
    Annotated[Literal["all", "management"], Tag("word")] | Annotated[AccountFilter, Tag("filter")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "filter"),
]


class Grant(Strict):
    """One rule: groups, by name or by the shape of their name, get a permission set in some accounts."""

    group: Name | None = None
    groups: OneOrMany[Name] = ()
    permission_set: str | None = None
    accounts: OneOrMany[Selector] = ()
    except_: OneOrMany[Selector] = Field(default=(), alias="except")

    @property
    def names(self) -> tuple[str, ...]:
        """Groups given by name."""
        return tuple(name for name in self._written if not _CAPTURE.search(name))

    @property
    def patterns(self) -> tuple[str, ...]:
        """Groups given by the shape of their name."""
        return tuple(name for name in self._written if _CAPTURE.search(name))

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
            for capture in _CAPTURE.findall(name):
                if capture not in CAPTURES:
                    raise wrong(f"{{{capture}}} is not a capture", did_you_mean(capture, CAPTURES))
            if set("{}") & set(_CAPTURE.sub("", name)):
                raise wrong(f"a brace in {name!r} has no partner", "captures are {account}, {permission_set}")
        return value

    @model_validator(mode="after")
    def _whole(self) -> "Grant":
        if bool(self.group) == bool(self.groups):
            raise wrong("a grant has either group or groups")
        captured = [set(_CAPTURE.findall(name)) for name in self._written]
        if self.permission_set and any("permission_set" in found for found in captured):
            raise wrong("the group's name already says the permission set", "leave permission_set out")
        if not self.permission_set and any("permission_set" not in found for found in captured):
            raise wrong("permission_set is missing", "or let the group's name say it: {permission_set}")
        if not self.accounts and any("account" not in found for found in captured):
            raise wrong("accounts is missing", "all, management, or id, name, ou, tag")
        return self
