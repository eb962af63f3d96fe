"""How access.yaml names accounts: `accounts` and `except` of a grant."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, StrictBool, Tag, model_validator

from functions.policy.fields import Name, OneOrMore, Strict, Text, given, some, wrong

ALL: Final = "all"
MANAGEMENT: Final = "management"

AccountId = Annotated[
    str,
    Text(r"[0-9]{12}", "an account id, which has 12 digits", most=999_999_999_999),
]
OuPath = Annotated[str, Text(r"/|(?:/[^/]+)+", "an OU path: / or /Workloads/Production, no / at its end")]
_KEYS = ("id", "name", "ou", "tag", "and", "or", "not")


class AccountFilter(Strict):
    """Accounts by what they are. Several keys narrow, several values of one key widen.

    An OU holds what is under it, at any depth, unless `direct`. A name and a tag's value may use `*` and
    `?`. The management account is never among them: it has its own word.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [given(key) for key in _KEYS],
            "if": {"required": ["direct"], "properties": {"direct": {"const": True}}},
            "then": given("ou"),
        }
    )

    id: OneOrMore[AccountId] = ()
    name: OneOrMore[Name] = ()
    ou: OneOrMore[OuPath] = ()
    direct: StrictBool = False
    """With `ou`: only accounts that stand in the OU itself."""
    tag: Annotated[
        dict[str, OneOrMore[str]], BeforeValidator(some), Field(json_schema_extra={"minProperties": 1})
    ] = Field(default_factory=dict)
    and_: "OneOrMore[AccountFilter]" = Field(default=(), alias="and")
    or_: "OneOrMore[AccountFilter]" = Field(default=(), alias="or")
    not_: "OneOrMore[AccountFilter]" = Field(default=(), alias="not")
    """Accounts that none of these hold."""

    @model_validator(mode="after")
    def _something(self) -> "AccountFilter":
        if not (self.id or self.name or self.ou or self.tag or self.and_ or self.or_ or self.not_):
            raise wrong("this names no account", "give id, name, ou or tag, or write accounts: all")
        if self.direct and not self.ou:
            raise wrong("direct says how an OU is meant, and there is none", "give ou too")
        return self


Selector = Annotated[
    Annotated[Literal["all", "management"], Tag("word")] | Annotated[AccountFilter, Tag("filter")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "filter"),
]
