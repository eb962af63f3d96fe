"""How access.yaml names accounts: `accounts` and `except` of a grant."""

from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from functions.policy.fields import Name, OneOrMany, Strict, Text, wrong

ALL: Final = "all"
MANAGEMENT: Final = "management"

AccountId = Annotated[str, Text(r"\d{12}", "an account id, which has 12 digits")]
OuPath = Annotated[str, Text(r"/|(?:/[^/]+)+", "an OU path: / or /Workloads/Production, no / at its end")]


class AccountFilter(Strict):
    """Accounts by what they are. Several keys narrow, several values of one key widen.

    An OU holds what is under it, at any depth, unless `direct`. A name and a tag's value may use `*` and
    `?`. The management account is never among them: it has its own word.
    """

    id: OneOrMany[AccountId] = ()
    name: OneOrMany[Name] = ()
    ou: OneOrMany[OuPath] = ()
    direct: bool = False
    """With `ou`: only accounts that stand in the OU itself."""
    tag: dict[str, OneOrMany[str]] = Field(default_factory=dict)
    and_: "OneOrMany[AccountFilter]" = Field(default=(), alias="and")
    or_: "OneOrMany[AccountFilter]" = Field(default=(), alias="or")
    not_: "OneOrMany[AccountFilter]" = Field(default=(), alias="not")
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
