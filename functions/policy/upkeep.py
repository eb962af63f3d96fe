"""What may be taken away: `accounts` of access.yaml."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from functions.policy.fields import Name, OneOrMany, Strict
from functions.policy.filters import Selector

Prune = Literal["off", "report", "enforce"]


class Protected(Strict):
    """What is never removed, whatever the grants say. Names may use `*` and `?`."""

    groups: OneOrMany[Name] = ()
    users: OneOrMany[Name] = ()
    permission_sets: OneOrMany[Name] = ()
    accounts: OneOrMany[Selector] = ()


class Accounts(Strict):
    """Whether assignments that no grant wants are removed, and how many in one run."""

    prune: Prune = "off"
    """`off`: nothing is removed. `report`: a plan of removals is told. `enforce`: they are made."""
    max_removals: Annotated[StrictInt, Field(ge=1, le=1000)] = 10
    """A run that would remove more removes nothing: it is a mistake until somebody has looked."""
    protected: Protected = Field(default_factory=Protected)
