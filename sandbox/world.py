"""The whole world on one machine: embedded AWS, identity plane, Okta, on-call; deployed and filled."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import boto3

from infra import names
from infra.config import ORGANIZATIONS_REGION
from sandbox import assembly, embedded, identity, okta, oncall, permission_sets, seed, surroundings
from sandbox.connect import connect
from sandbox.deploy import Deployed, LeftOut, bootstrap, deploy
from sandbox.embedded import EmbeddedAws
from sandbox.synth import synthesize

ROOT = Path(__file__).resolve().parent.parent
MANAGEMENT = identity.MANAGEMENT_ACCOUNT
HUB_STACK, ORGANIZATION_STACK, SETS_STACK = "ostiary-hub", "ostiary-organization", "ostiary-permission-sets"
IDENTITY_PORT, OKTA_PORT, ONCALL_PORT = 15000, 15010, 15020


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


Step = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class World:
    """Everything that runs, and how to reach it."""

    shape: Shape
    aws: EmbeddedAws
    identity: identity.IdentityServer
    okta: okta.OktaServer
    oncall: oncall.OncallServer
    hub: Deployed
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

    def identity_client(self, service: Any, account: str = MANAGEMENT) -> Any:
        """A client of Organizations, Identity Center or Identity Store, called by `account`."""
        return identity_client(self.identity.url, service, account)

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


@contextmanager
def running(
    directory: Path, step: Step, *, shape: Shape = Shape.TWO_ACCOUNTS, enforce_iam: bool = False
) -> Iterator[World]:
    """Bring everything up, deployed and filled; take everything down at the end.

    `directory` takes the cloud assembly and the logs. Nothing reaches the functions while the world is
    filled: the wires are connected last.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with step("Starting the embedded AWS, the identity plane, the Okta stand-in and on-call"):
            plane = stack.enter_context(identity.serve(IDENTITY_PORT))
            tenant = stack.enter_context(okta.serve(OKTA_PORT, settings=_okta_settings(plane, shape)))
            sink = stack.enter_context(oncall.serve(ONCALL_PORT))
            home = shape.hub_account, shape.hub_region
            aws = stack.enter_context(
                embedded.serve(ROOT, directory, plane.url, *home, enforce_iam=enforce_iam)
            )
        pool = stack.enter_context(ThreadPoolExecutor(4))
        filled = pool.submit(_fill, plane, tenant, shape)
        with step("Synthesizing the CDK app"):
            synthesize(ROOT, directory / "cdk.out", _context(shape, tenant))
            stacks = assembly.read(directory / "cdk.out")
        deployed = _deploy(aws, stacks, pool, step)
        with step("Filling them: 35 accounts, 400 people"):
            root_id = filled.result()
            left_out = tuple(resource for each in deployed.values() for resource in each.left_out)
            permission_sets.create(identity_client(plane.url, "sso-admin", MANAGEMENT), left_out)
        with step("Connecting the wires"):
            world = World(
                shape=shape,
                aws=aws,
                identity=plane,
                okta=tenant,
                oncall=sink,
                hub=deployed[HUB_STACK],
                left_out=left_out,
                root_id=root_id,
                hook_secret=_hook_secret(aws, shape),
            )
            connect(world)
            surroundings.put_up(world)
        yield world


def identity_client(url: str, service: Any, account: str) -> Any:
    """A boto3 client of the identity plane, calling as `account`."""
    return boto3.client(
        service,
        region_name=ORGANIZATIONS_REGION,
        endpoint_url=url,
        aws_access_key_id=account,
        aws_secret_access_key=embedded.SECRET,
    )


def _okta_settings(plane: identity.IdentityServer, shape: Shape) -> okta.Settings:
    saml = f"https://{shape.hub_region}.signin.aws.amazon.com/platform/saml"
    return okta.Settings(
        scim_url=plane.scim_url,
        scim_token=plane.scim_token,
        acs_url=f"{saml}/acs/7223a1b2c3d4e5f6",
        entity_id=f"{saml}/{identity.IDENTITY_STORE_ID}",
    )


def _fill(plane: identity.IdentityServer, tenant: okta.OktaServer, shape: Shape) -> str:
    """The company's accounts and people; the id of the organization's root."""
    organizations = identity_client(plane.url, "organizations", MANAGEMENT)
    root_id = seed.organization(organizations)
    if shape.hub_account != MANAGEMENT:
        hub = identity_client(plane.url, "organizations", shape.hub_account)
        seed.join_by_invitation(organizations, hub, shape.hub_account)
        organizations.enable_aws_service_access(ServicePrincipal="sso.amazonaws.com")
        organizations.register_delegated_administrator(
            AccountId=shape.hub_account, ServicePrincipal="sso.amazonaws.com"
        )
    seed.people(tenant)
    return root_id


def _context(shape: Shape, tenant: okta.OktaServer) -> dict[str, str]:
    return {
        "management_account": MANAGEMENT,
        "hub_account": shape.hub_account,
        "hub_region": shape.hub_region,
        "instance_arn": identity.INSTANCE_ARN,
        "identity_store_id": identity.IDENTITY_STORE_ID,
        "okta_url": tenant.url,
        "okta_app_id": tenant.app_id,
        "bundle_platform": "local",
    }


def _deploy(
    aws: EmbeddedAws, stacks: Mapping[str, assembly.Stack], pool: ThreadPoolExecutor, step: Step
) -> dict[str, Deployed]:
    """All stacks side by side: none of them reads another's outputs."""
    bootstrap(aws, stacks.values())
    under_way: dict[str, Future[Deployed]] = {
        name: pool.submit(deploy, aws, stack) for name, stack in stacks.items()
    }
    deployed = {}
    for name, future in under_way.items():
        with step(f"Deploying {name} ({len(stacks[name].template['Resources'])} resources)"):
            deployed[name] = future.result()
    return deployed


def _hook_secret(aws: EmbeddedAws, shape: Shape) -> str:
    secrets = aws.client("secretsmanager", shape.hub_account, shape.hub_region)
    return str(secrets.get_secret_value(SecretId=names.HOOK_SECRET)["SecretString"])
