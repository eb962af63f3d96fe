"""What the function is told by its environment."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Environment:
    """Read once, when the first event comes. The AWS app is the first of `okta_apps`."""

    bus: str
    runbooks: str
    okta_url: str
    okta_credentials: str
    okta_apps: tuple[str, ...]
    trust_table: str
    management_account: str
    hook_secret: str
    scim_credentials: str

    @classmethod
    def read(cls) -> Self:
        """Raises KeyError with the name of the variable that is missing."""
        more = os.environ["OSTIARY_OKTA_MORE_APPS"]
        return cls(
            bus=os.environ["OSTIARY_BUS"],
            runbooks=os.environ["OSTIARY_RUNBOOKS"],
            okta_url=os.environ["OSTIARY_OKTA_URL"],
            okta_credentials=os.environ["OSTIARY_OKTA_CREDENTIALS"],
            okta_apps=(os.environ["OSTIARY_OKTA_APP_ID"], *(app for app in more.split(",") if app)),
            trust_table=os.environ["OSTIARY_TRUST_TABLE"],
            management_account=os.environ["OSTIARY_MANAGEMENT_ACCOUNT"],
            hook_secret=os.environ["OSTIARY_HOOK_SECRET"],
            scim_credentials=os.environ["OSTIARY_SCIM_CREDENTIALS"],
        )
