"""What the function is told by its environment."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Environment:
    """Read once, when the first event comes."""

    bus: str
    runbooks: str
    okta_url: str
    okta_credentials: str
    okta_app_id: str

    @classmethod
    def read(cls) -> Self:
        """Raises KeyError with the name of the variable that is missing."""
        return cls(
            bus=os.environ["OSTIARY_BUS"],
            runbooks=os.environ["OSTIARY_RUNBOOKS"],
            okta_url=os.environ["OSTIARY_OKTA_URL"],
            okta_credentials=os.environ["OSTIARY_OKTA_CREDENTIALS"],
            okta_app_id=os.environ["OSTIARY_OKTA_APP_ID"],
        )
