"""Every check: what it reads, what judges it, and what it stands on."""

from collections.abc import Iterator

from infra.config import ORGANIZATIONS_REGION
from infra.doctor import ask_aws as aws
from infra.doctor import ask_okta as ask
from infra.doctor import identity_center, okta, organization
from infra.doctor.access import Access, account_of
from infra.doctor.ask_aws import STACK
from infra.doctor.ask_okta import SIGN_IN
from infra.doctor.run import Probe
from infra.doctor.verdict import Line

HUB, MANAGEMENT = "hub credentials", "management credentials"
ADMINISTRATOR = "delegated administrator"
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
    yield Probe(("trail",), lambda: organization.trail(list(aws.trails(at))), needs)
    yield Probe(("us-east-1 rule",), lambda: organization.rule(aws.rule(at), place), needs)
    yield Probe(("SCP type",), policy_type, needs)
    yield Probe((ADMINISTRATOR,), administrator, needs)


def _hub(at: Access) -> Iterator[Probe]:
    yield Probe((STACK,), lambda: aws.stack(at)[0], (HUB,))
    yield Probe(("bus policy",), lambda: organization.bus_policy(aws.bus_policy(at), at.deployment), (HUB,))


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
        return identity_center.permission_sets(at.policy.permission_sets, list(aws.permission_sets(at)))

    def groups() -> Line:
        wanted = {name for grant in at.policy.grants for name in grant.names}
        missing = [name for name in sorted(wanted) if not aws.group_exists(at, name)]
        return identity_center.groups(wanted, missing)

    yield Probe(("Identity Center",), instance, (HUB,), (ADMINISTRATOR,))
    stands_on = (HUB, "Identity Center")
    yield Probe(("identity source",), source, stands_on)
    yield Probe(("permission sets",), sets, stands_on)
    yield Probe(("groups",), groups, stands_on)


def _okta(at: Access) -> Iterator[Probe]:
    yield Probe((SIGN_IN, "Okta scopes"), lambda: ask.sign_in_lines(at), (HUB,))
    needs = (HUB, SIGN_IN)
    four = ("event hook", "hook active", "hook verified", "hook event types")
    yield Probe(four, lambda: ask.hook_lines(at), (*needs, STACK))
    yield Probe(("certificate", "SAML audience", "SAML ACS URL"), lambda: ask.saml_app_lines(at), needs)
    yield Probe(("SAML metadata", "SAML NameID"), lambda: ask.saml_metadata_lines(at), needs)
    yield Probe(("provisioning", "deactivate users"), lambda: ask.provisioning_lines(at), needs)
    today = at.now().date()
    token = at.policy.expiry.scim_token_issued
    yield Probe(("SCIM token",), lambda: okta.scim_token(token, at.policy.expiry, today))
    yield Probe(("clocks",), lambda: ask.clocks_line(at), needs)
