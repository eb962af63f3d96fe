"""The variables of the leavers function."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from functions.leavers.deny import SMALL, Shape


@dataclass(frozen=True)
class Environment:
    """The variables of this function. Reading raises KeyError with the name of one that is not set."""

    bus: str
    runbooks: str
    region: str
    ledger_table: str
    turns_table: str
    deny_role: str
    instance_arn: str
    identity_store_id: str
    okta_url: str
    okta_credentials: str
    okta_app_id: str
    deny_size: int
    deny_count: int
    deny_management: int
    scim_credentials: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Size (characters) and number of the deny policies default to what fits every organization."""
        return cls(
            bus=environ["OSTIARY_BUS"],
            runbooks=environ["OSTIARY_RUNBOOKS"],
            region=environ["AWS_REGION"],
            ledger_table=environ["OSTIARY_LEDGER_TABLE"],
            turns_table=environ["OSTIARY_TURNS_TABLE"],
            deny_role=environ["OSTIARY_DENY_ROLE"],
            instance_arn=environ["OSTIARY_INSTANCE_ARN"],
            identity_store_id=environ["OSTIARY_IDENTITY_STORE_ID"],
            okta_url=environ["OSTIARY_OKTA_URL"],
            okta_credentials=environ["OSTIARY_OKTA_CREDENTIALS"],
            okta_app_id=environ["OSTIARY_OKTA_APP_ID"],
            deny_size=int(environ.get("OSTIARY_DENY_POLICY_SIZE", SMALL)),
            deny_count=int(environ.get("OSTIARY_DENY_POLICIES", Shape().count)),
            deny_management=int(environ.get("OSTIARY_DENY_MANAGEMENT_POLICIES", Shape().count)),
            scim_credentials=environ.get("OSTIARY_SCIM_CREDENTIALS", ""),
        )
