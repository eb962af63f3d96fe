"""Everything that runs on one machine, and how to reach it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import boto3

from infra.config import ORGANIZATIONS_REGION
from sandbox import embedded, identity, okta, oncall
from sandbox.assembly import Stack
from sandbox.deploy import Deployed, LeftOut
from sandbox.embedded import EmbeddedAws

ROOT = Path(__file__).resolve().parent.parent
MANAGEMENT = identity.MANAGEMENT_ACCOUNT


class Shape(StrEnum):
    """Where the hub lives: in a delegated administrator account, or in the management account."""

    TWO_ACCOUNTS = "two-accounts"
    ONE_ACCOUNT = "one-account"

    @property
    def hub_account(self) -> str:
        """The account of the hub stack."""
        return "222222222222" if self is Shape.TWO_ACCOUNTS else MANAGEMENT

    @property
    def hub_region(self) -> str:
        """Identity Center's primary Region; another one in each shape, so that none is special."""
        return "eu-west-1" if self is Shape.TWO_ACCOUNTS else "eu-central-1"


@dataclass(frozen=True)
class World:
    """Everything that runs, and how to reach it."""

    shape: Shape
    aws: EmbeddedAws
    identity: identity.IdentityServer
    okta: okta.OktaServer
    oncall: oncall.OncallServer
    hub: Deployed
    stacks: Mapping[str, Stack]
    """What was deployed, by name: an edit of `access.yaml` is an update of one of them."""
    left_out: tuple[LeftOut, ...]
    hook_secret: str
    root_id: str

    @property
    def hook_url(self) -> str:
        """The deployed endpoint, in the form that needs no name resolution."""
        host, _, path = self.hub.outputs["HookUrl"].removeprefix("https://").partition("/")
        stage, _, resource = path.partition("/")
        return f"{self.aws.url}/restapis/{host.split('.')[0]}/{stage}/_user_request_/{resource}"

    def hub_client(self, service: Any) -> Any:
        """A client of the hub's account and Region, with root rights."""
        return self.aws.client(service, self.shape.hub_account, self.shape.hub_region)

    def identity_client(
        self, service: Any, account: str = MANAGEMENT, region: str = ORGANIZATIONS_REGION
    ) -> Any:
        """A client of Organizations, Identity Center or Identity Store, called by `account`.

        Only account access manager heeds the Region.
        """
        return identity_client(self.identity.url, service, account, region)

    def endpoints(self) -> dict[str, Any]:
        """The contract for one's own client, as `.sandbox/endpoints.json` holds it."""
        return {
            "hook_url": self.hook_url,
            "hook_secret": self.hook_secret,
            "aws": {
                "endpoint_url": self.aws.url,
                "identity_endpoint_url": self.identity.url,
                "region": self.shape.hub_region,
                "access_key_id": self.shape.hub_account,
                "secret_access_key": embedded.SECRET,
            },
            "okta": {"url": self.okta.url, "token": self.okta.token, "app_id": self.okta.app_id},
            "alerts_url": self.oncall.url,
        }


def identity_client(url: str, service: Any, account: str, region: str = ORGANIZATIONS_REGION) -> Any:
    """A boto3 client of the identity plane, calling as `account`."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=account,
        aws_secret_access_key=embedded.SECRET,
    )
