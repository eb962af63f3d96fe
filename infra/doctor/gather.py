"""Every check with what it reads: AWS's and Okta's answers as facts, and nothing is changed."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from functions.okta import scopes
from functions.okta.errors import OktaError, OktaNotFoundError, OktaRefusedError, OktaSecretError
from functions.okta.event_types import CONSUMED
from infra import names
from infra.config import ORGANIZATIONS_REGION
from infra.doctor import hook, identity_center, okta, organization, saml
from infra.doctor.access import Access, account_of, clock_of_aws
from infra.doctor.run import Probe
from infra.doctor.verdict import Line, Verdict, fail, ok

HUB, MANAGEMENT = "hub credentials", "management credentials"
ADMINISTRATOR, STACK, SIGN_IN = "delegated administrator", "hub stack", "Okta sign-in"
PEOPLE_LOOKED_AT = 100


def probes(at: Access) -> list[Probe]:
    """All checks, in the order of the chain."""
    return [*_accounts(at), *_organization(at), *_hub(at), *_identity_center(at), *_okta(at)]


def _accounts(at: Access) -> Iterator[Probe]:
    place = at.deployment

    def hub() -> Line:
        account = account_of(at.hub, place.hub_region)
        return organization.credentials(HUB, account, place.hub_account, "--profile")

    def management() -> Line:
        account = account_of(at.management, ORGANIZATIONS_REGION)
        option = "--management-profile"
        return organization.credentials(MANAGEMENT, account, place.management_account, option)

    yield Probe((HUB,), hub)
    yield Probe((MANAGEMENT,), management)


def _organization(at: Access) -> Iterator[Probe]:
    place = at.deployment

    def policy_type() -> Line:
        (root,) = at.in_management("organizations").list_roots()["Roots"]
        return organization.policy_type({each["Type"]: each["Status"] for each in root["PolicyTypes"]})

    def administrator() -> Line:
        pages = at.in_management("organizations").get_paginator("list_delegated_administrators")
        found = pages.paginate(ServicePrincipal=organization.SSO)
        ids = [each["Id"] for page in found for each in page["DelegatedAdministrators"]]
        return organization.administrator(ids, place)

    needs = (MANAGEMENT,)
    yield Probe(("trail",), lambda: organization.trail(list(_trails(at))), needs)
    yield Probe(("us-east-1 rule",), lambda: organization.rule(_rule(at), place), needs)
    yield Probe(("SCP type",), policy_type, needs)
    yield Probe((ADMINISTRATOR,), administrator, needs)


def _hub(at: Access) -> Iterator[Probe]:
    yield Probe((STACK,), lambda: _stack(at)[0], (HUB,))
    yield Probe(("bus policy",), lambda: organization.bus_policy(_bus_policy(at), at.deployment), (HUB,))


def _identity_center(at: Access) -> Iterator[Probe]:
    place = at.deployment

    def instance() -> Line:
        found = at.in_hub("sso-admin").list_instances()["Instances"]
        shapes = [
            identity_center.Instance(
                each["InstanceArn"], each["IdentityStoreId"], each.get("Status", "ACTIVE")
            )
            for each in found
        ]
        return identity_center.instance(shapes, place)

    def source() -> Line:
        pages = at.in_hub("identitystore").get_paginator("list_users")
        some = {"MaxItems": PEOPLE_LOOKED_AT, "PageSize": PEOPLE_LOOKED_AT}
        found = pages.paginate(IdentityStoreId=place.identity_store_id, PaginationConfig=some)
        people = [person for page in found for person in page["Users"]]
        return identity_center.identity_source(
            len(people), sum(bool(one.get("ExternalIds")) for one in people)
        )

    def sets() -> Line:
        return identity_center.permission_sets(at.policy.permission_sets, list(_permission_sets(at)))

    def groups() -> Line:
        wanted = {name for grant in at.policy.grants for name in grant.names}
        missing = [name for name in sorted(wanted) if not _group_exists(at, name)]
        return identity_center.groups(wanted, missing)

    yield Probe(("Identity Center",), instance, (HUB,), (ADMINISTRATOR,))
    stands_on = (HUB, "Identity Center")
    yield Probe(("identity source",), source, stands_on)
    yield Probe(("permission sets",), sets, stands_on)
    yield Probe(("groups",), groups, stands_on)


def _okta(at: Access) -> Iterator[Probe]:
    yield Probe((SIGN_IN, "Okta scopes"), lambda: _sign_in(at), (HUB,))
    needs = (HUB, SIGN_IN)
    four = ("event hook", "hook active", "hook verified", "hook event types")
    yield Probe(four, lambda: _hook(at), (*needs, STACK))
    yield Probe(("certificate", "SAML audience", "SAML ACS URL"), lambda: _saml_app(at), needs)
    yield Probe(("SAML metadata", "SAML NameID"), lambda: _saml_metadata(at), needs)
    yield Probe(("provisioning", "deactivate users"), lambda: _provisioning(at), needs)
    today = at.now().date()
    token = at.policy.expiry.scim_token_issued
    yield Probe(("SCIM token",), lambda: okta.scim_token(token, at.policy.expiry, today))
    yield Probe(("clocks",), lambda: _clocks(at), needs)


def _trails(at: Access) -> Iterator[organization.Trail]:
    client = at.in_management("cloudtrail")
    for each in client.describe_trails(includeShadowTrails=True)["trailList"]:
        arn = each["TrailARN"]
        selectors = client.get_event_selectors(TrailName=arn)
        yield organization.Trail(
            name=each["Name"],
            logging=client.get_trail_status(Name=arn)["IsLogging"],
            everywhere=each.get("IsMultiRegionTrail", False),
            home=each.get("HomeRegion", ORGANIZATIONS_REGION),
            management_events=_has_management_events(selectors),
        )


def _has_management_events(selectors: Mapping[str, Any]) -> bool:
    """AWS CloudTrail User Guide, "Logging management events"; a trail of reads alone misses changes."""
    basic = any(
        each.get("IncludeManagementEvents", True) and each.get("ReadWriteType", "All") != "ReadOnly"
        for each in selectors.get("EventSelectors", ())
    )
    fields = [
        field
        for each in selectors.get("AdvancedEventSelectors", ())
        for field in each["FieldSelectors"]
        if field["Field"] == "eventCategory"
    ]
    return basic or any("Management" in field.get("Equals", ()) for field in fields)


def _rule(at: Access) -> organization.Rule | None:
    events = at.in_management("events")
    try:
        found = events.describe_rule(Name=organization.RULE)
    except events.exceptions.ResourceNotFoundException:
        return None
    targets = events.list_targets_by_rule(Rule=organization.RULE)["Targets"]
    return organization.Rule(found["State"] == "ENABLED", tuple(target["Arn"] for target in targets))


def _bus_policy(at: Access) -> Mapping[str, Any] | None:
    events = at.in_hub("events")
    try:
        return organization.parsed(events.describe_event_bus(Name=names.BUS).get("Policy"))
    except events.exceptions.ResourceNotFoundException:
        return None


def _stack(at: Access) -> tuple[Line, str]:
    """The hub stack, and the id of its API."""
    name, deploy = "ostiary-hub", "cdk deploy ostiary-hub"
    try:
        (found,) = at.in_hub("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return fail(STACK, f"stack {name} does not exist in {at.deployment.hub_region}", deploy), ""
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    status = found["StackStatus"]
    if not status.endswith("_COMPLETE") or status.startswith(("ROLLBACK", "DELETE")):
        return fail(STACK, f"stack {name} is {status}", "read its events in CloudFormation"), ""
    return ok(STACK, f"stack {name} is {status}"), outputs["HookApiId"]


def _permission_sets(at: Access) -> Iterator[str]:
    sso, instance = at.in_hub("sso-admin"), at.deployment.instance_arn
    for page in sso.get_paginator("list_permission_sets").paginate(InstanceArn=instance):
        for arn in page["PermissionSets"]:
            described = sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)
            yield described["PermissionSet"]["Name"]


def _group_exists(at: Access, name: str) -> bool:
    directory = at.in_hub("identitystore")
    named = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}}
    try:
        directory.get_group_id(IdentityStoreId=at.deployment.identity_store_id, AlternateIdentifier=named)
    except directory.exceptions.ResourceNotFoundException:
        return False
    return True


def _sign_in(at: Access) -> list[Line]:
    try:
        is_token = at.uses_token()
        refused = dict(_refusals(at, is_token=is_token))
    except OktaSecretError as error:
        return [fail(SIGN_IN, str(error), f"put valid credentials into {at.deployment.okta_credentials}")]
    judged = okta.sign_in(is_token, refused)
    return [judged] if judged.verdict is Verdict.FAIL else [judged, okta.scopes(is_token, refused)]


def _refusals(at: Access, *, is_token: bool) -> Iterator[tuple[str, str]]:
    """Scopes that are not to be had, with Okta's reason. A token has none: any call tells whether it is
    good, and if not, nothing is to be had."""
    try:
        if is_token:
            at.okta().page("/api/v1/eventHooks")
    except OktaRefusedError as error:
        yield from ((scope, str(error)) for scope in scopes.NEEDED)
    for scope in () if is_token else scopes.NEEDED:
        try:
            at.okta(scope).prove_sign_in()
        except OktaRefusedError as error:
            yield scope, str(error)


def _hook(at: Access) -> list[Line]:
    hooks = list(at.okta(scopes.HOOKS).get("/api/v1/eventHooks"))
    return hook.event_hook(hooks, _stack(at)[1], CONSUMED)


def _saml_app(at: Access) -> list[Line]:
    client, app_id = at.okta(scopes.APPS), at.deployment.okta_app_id
    try:
        app, keys = client.application(app_id), client.application_keys(app_id)
    except OktaNotFoundError:
        return [fail("certificate", f"Okta has no app {app_id}", 'set "okta_app_id" in cdk.json')]
    return [
        saml.certificate(app, keys, at.policy.expiry, at.now()),
        *saml.addresses(app, at.deployment),
    ]


def _saml_metadata(at: Access) -> list[Line]:
    client, app_id = at.okta(scopes.APPS), at.deployment.okta_app_id
    app, keys = client.application(app_id), client.application_keys(app_id)
    try:
        document = client.saml_metadata(app_id)
    except OktaError as error:
        return [
            fail("SAML metadata", f"Okta does not serve it: {error}", "open it in Okta: the app > Sign On")
        ]
    return saml.metadata(document, app, keys)


def _provisioning(at: Access) -> list[Line]:
    client = at.okta(scopes.APPS)
    path = f"/api/v1/apps/{quote(at.deployment.okta_app_id, safe='')}"
    users = client.get(f"{path}/users", {"limit": "500"})
    mappings = client.get(f"{path}/group-push/mappings", {"status": "ERROR"})
    return [okta.provisioning(users, mappings), okta.deactivation(client.get(f"{path}/features"))]


def _clocks(at: Access) -> Line:
    others = {
        "AWS": clock_of_aws(at.hub, at.deployment.hub_region),
        "Okta": at.okta(scopes.APPS).organization().clock,
    }
    return okta.clocks(at.now(), others)
