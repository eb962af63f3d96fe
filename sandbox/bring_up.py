"""Bring the whole world up: embedded AWS, identity plane, Okta, on-call; deployed and filled."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from infra import names
from sandbox import assembly, embedded, identity, okta, oncall, permission_sets, seed, surroundings
from sandbox.connect import connect
from sandbox.deploy import Deployed, bootstrap, deploy
from sandbox.embedded import EmbeddedAws
from sandbox.synth import synthesize
from sandbox.world import MANAGEMENT, ROOT, Shape, World, identity_client

IDENTITY_PORT, OKTA_PORT, ONCALL_PORT = 15000, 15010, 15020

Step = Callable[[str], AbstractContextManager[None]]


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
                hub=deployed[names.HUB],
                stacks=stacks,
                left_out=left_out,
                root_id=root_id,
                hook_secret=_hook_secret(aws, shape),
            )
            connect(world)
            surroundings.put_up(world)
        yield world


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
    manager = identity_client(plane.url, "account-access", MANAGEMENT, shape.hub_region)
    manager.create_application(identitySource={"identityCenter": {"instanceArn": identity.INSTANCE_ARN}})
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
    """All stacks side by side, but for those that the assembly puts after another."""
    bootstrap(aws, stacks.values())
    under_way: dict[str, Future[Deployed]] = {}

    def when_due(stack: assembly.Stack) -> Deployed:
        wait(under_way[name] for name in stack.after)
        return deploy(aws, stack)

    for name, stack in stacks.items():  # The assembly names a stack after those that it waits for.
        under_way[name] = pool.submit(when_due, stack)
    deployed = {}
    for name, future in under_way.items():
        with step(f"Deploying {name} ({len(stacks[name].template['Resources'])} resources)"):
            deployed[name] = future.result()
    return deployed


def _hook_secret(aws: EmbeddedAws, shape: Shape) -> str:
    secrets = aws.client("secretsmanager", shape.hub_account, shape.hub_region)
    return str(secrets.get_secret_value(SecretId=names.HOOK_SECRET)["SecretString"])
