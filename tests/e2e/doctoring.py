"""How the tests break one thing of the world, and put it right again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from functions.okta.scopes import LOGS, NEEDED
from infra import names
from infra.config import ORGANIZATIONS_REGION
from infra.doctor.organization import RULE, SSO
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.okta import jwk_of
from sandbox.surroundings import TRAIL, let_in
from sandbox.world import World

Arguments = tuple[str, ...]
Breakage = Callable[[World, Path], Iterator[Arguments]]
BROKEN: dict[str, tuple[str, Breakage]] = {}
"""What is broken, to the check that must name it. A breakage yields what doctor is called with."""

OWN_SECRET = "ostiary/doctor"


def breaks(check: str) -> Callable[[Breakage], Breakage]:
    """Add a breakage that `check` must name, alone."""

    def add(breakage: Breakage) -> Breakage:
        BROKEN[breakage.__name__.replace("_", " ")] = check, breakage
        return breakage

    return add


@breaks("trail")
def the_trail_is_stopped(world: World, _: Path) -> Iterator[Arguments]:
    cloudtrail = world.aws.client("cloudtrail", MANAGEMENT_ACCOUNT, ORGANIZATIONS_REGION)
    cloudtrail.stop_logging(Name=TRAIL)
    yield ()
    cloudtrail.start_logging(Name=TRAIL)


@breaks("us-east-1 rule")
def the_rule_is_disabled(world: World, _: Path) -> Iterator[Arguments]:
    events = world.aws.client("events", MANAGEMENT_ACCOUNT, ORGANIZATIONS_REGION)
    events.disable_rule(Name=RULE)
    yield ()
    events.enable_rule(Name=RULE)


@breaks("bus policy")
def the_bus_lets_nobody_in(world: World, _: Path) -> Iterator[Arguments]:
    world.hub_client("events").remove_permission(EventBusName=names.BUS, RemoveAllPermissions=True)
    yield ()
    let_in(world)


@breaks("hub stack")
def the_hub_was_never_deployed(_world: World, _: Path) -> Iterator[Arguments]:
    # Deleting it would take the world with it: another name is as absent.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infra.doctor.ask_aws.STACK_NAME", "ostiary-hub-of-nobody")
        yield ()


@breaks("SCP type")
def service_control_policies_are_off(world: World, _: Path) -> Iterator[Arguments]:
    organizations = world.identity_client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.disable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    yield ()
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")


@breaks("delegated administrator")
def the_hub_administers_nothing(world: World, _: Path) -> Iterator[Arguments]:
    organizations, hub = world.identity_client("organizations"), world.shape.hub_account
    organizations.deregister_delegated_administrator(AccountId=hub, ServicePrincipal=SSO)
    yield ()
    organizations.register_delegated_administrator(AccountId=hub, ServicePrincipal=SSO)


@breaks("hook active")
def the_hook_is_switched_off(world: World, _: Path) -> Iterator[Arguments]:
    (hook,) = world.okta.model.hooks.all()
    hook.active = False
    yield ()
    hook.active = True


@breaks("hook verified")
def the_hook_is_not_verified(world: World, _: Path) -> Iterator[Arguments]:
    (hook,) = world.okta.model.hooks.all()
    hook.verified = False
    yield ()
    hook.verified = True


@breaks("hook event types")
def the_hook_lacks_an_event_type(world: World, _: Path) -> Iterator[Arguments]:
    (hook,) = world.okta.model.hooks.all()
    items = list(hook.items)
    hook.items.remove("user.lifecycle.suspend")
    yield ()
    hook.items[:] = items


@breaks("event hook")
def the_hook_points_elsewhere(world: World, _: Path) -> Iterator[Arguments]:
    (hook,) = world.okta.model.hooks.all()
    name, channel = hook.name, hook.channel
    hook.name, hook.channel = "something else", replace(channel, uri="https://example.com/hook")
    yield ()
    hook.name, hook.channel = name, channel


@breaks("Identity Center")
def the_instance_is_being_made(world: World, _: Path) -> Iterator[Arguments]:
    world.identity.state.instance_status = "CREATE_IN_PROGRESS"
    yield ()
    world.identity.state.instance_status = "ACTIVE"


@breaks("identity source")
def nobody_came_by_scim(world: World, _: Path) -> Iterator[Arguments]:
    users = world.identity.state.directory.users.values()
    before = {user.id: user.external_ids for user in users}
    for user in users:
        user.external_ids = ()
    yield ()
    for user in users:
        user.external_ids = before[user.id]


@breaks("permission sets")
def a_permission_set_is_not_deployed(world: World, directory: Path) -> Iterator[Arguments]:
    more = "permission_sets:\n  Auditor: {managed: [SecurityAudit], session: 1h}\n"
    yield _policy(directory, "permission_sets:\n", more)


@breaks("groups")
def a_group_was_renamed(world: World, _: Path) -> Iterator[Arguments]:
    groups = world.identity.state.directory.groups.values()
    group = next(group for group in groups if group.display_name == "sre-oncall")
    group.display_name = "sre-on-call"
    yield ()
    group.display_name = "sre-oncall"


@breaks("Okta sign-in")
def the_token_is_wrong(world: World, _: Path) -> Iterator[Arguments]:
    yield from _credentials(world, '{"token": "00wrong"}')


@breaks("Okta scopes")
def a_scope_is_not_granted(world: World, _: Path) -> Iterator[Arguments]:
    public = world.hub_client("kms").get_public_key(KeyId=names.OKTA_KEY_ALIAS)["PublicKey"]
    granted = tuple(scope for scope in NEEDED if scope != LOGS)
    app = world.okta.model.add_service_app(jwk_of(public), granted)
    yield from _credentials(world, f'{{"client_id": "{app}", "kms_key": "{names.OKTA_KEY_ALIAS}"}}')


@breaks("certificate")
def the_certificate_has_five_days_left(world: World, _: Path) -> Iterator[Arguments]:
    world.okta.model.set_signing_certificate(days_left=5)
    yield ()
    world.okta.model.set_signing_certificate(days_left=3650)


@breaks("SAML metadata")
def the_metadata_is_not_served(world: World, _: Path) -> Iterator[Arguments]:
    gone = {"service": "okta", "operation": "GetSamlMetadata", "error": "E0000007", "status": 404}
    world.okta.faults.set([gone])
    yield ()
    world.okta.faults.set([])


@breaks("SAML NameID")
def the_name_id_is_not_a_mail_address(world: World, _: Path) -> Iterator[Arguments]:
    app = world.okta.model.app
    before, app.name_id_format = app.name_id_format, "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    yield ()
    app.name_id_format = before


@breaks("SAML audience")
def the_audience_ends_with_a_slash(world: World, _: Path) -> Iterator[Arguments]:
    app = world.okta.model.app
    before, app.entity_id = app.entity_id, f"{app.entity_id}/"
    yield ()
    app.entity_id = before


@breaks("SAML ACS URL")
def the_acs_url_is_of_another_region(world: World, _: Path) -> Iterator[Arguments]:
    app = world.okta.model.app
    before, app.acs_url = app.acs_url, app.acs_url.replace(world.shape.hub_region, "ap-southeast-2")
    yield ()
    app.acs_url = before


@breaks("provisioning")
def somebody_did_not_arrive(world: World, _: Path) -> Iterator[Arguments]:
    user = world.okta.model.app.assignments.all()[0]
    before, user.sync_state = user.sync_state, "ERROR"
    yield ()
    user.sync_state = before


@breaks("deactivate users")
def leavers_are_not_disabled(world: World, _: Path) -> Iterator[Arguments]:
    world.okta.model.app.features.deactivate = False
    yield ()
    world.okta.model.app.features.deactivate = True


@breaks("deactivate users")
def provisioning_was_never_set_up(world: World, _: Path) -> Iterator[Arguments]:
    refused = {
        "service": "okta",
        "operation": "ListFeaturesForApplication",
        "error": "E0000001",
        "status": 400,
    }
    world.okta.faults.set([refused])
    yield ()
    world.okta.faults.set([])


@breaks("us-east-1 rule")
def the_rule_sends_nowhere(world: World, _: Path) -> Iterator[Arguments]:
    events = world.aws.client("events", MANAGEMENT_ACCOUNT, ORGANIZATIONS_REGION)
    targets = events.list_targets_by_rule(Rule=RULE)["Targets"]
    events.remove_targets(Rule=RULE, Ids=[target["Id"] for target in targets])
    yield ()
    events.put_targets(Rule=RULE, Targets=targets)


@breaks("SCIM token")
def the_scim_token_has_expired(world: World, directory: Path) -> Iterator[Arguments]:
    issued = date.today() - timedelta(days=400)  # noqa: DTZ011 - a whole day more or less is the same here
    yield _policy(directory, "expiry:\n", f"expiry:\n  scim_token_issued: {issued}\n")


@breaks("clocks")
def this_machines_clock_is_late(world: World, _: Path) -> Iterator[Arguments]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cli.doctor._now", lambda: datetime.now(UTC) - timedelta(minutes=10))
        yield ()


@breaks("hub credentials")
def the_shell_is_signed_in_elsewhere(world: World, _: Path) -> Iterator[Arguments]:
    yield ("--profile", "stranger")


@breaks("management credentials")
def the_management_profile_leads_elsewhere(world: World, _: Path) -> Iterator[Arguments]:
    yield ("--management-profile", "stranger")


def _policy(directory: Path, old: str, new: str) -> Arguments:
    text = Path("access.yaml").read_text()
    assert old in text
    file = directory / "access.yaml"
    file.write_text(text.replace(old, new, 1))
    return "-c", f"policy_file={file}"


def _credentials(world: World, value: str) -> Iterator[Arguments]:
    """A secret of its own, so that no function ever reads it."""
    secrets = world.hub_client("secretsmanager")
    secrets.create_secret(Name=OWN_SECRET, SecretString=value)
    yield "-c", f"okta_credentials={OWN_SECRET}"
    secrets.delete_secret(SecretId=OWN_SECRET, ForceDeleteWithoutRecovery=True)
