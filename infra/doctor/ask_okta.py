"""Okta's answers, judged."""

from collections.abc import Iterator
from urllib.parse import quote

from functions.okta import scopes
from functions.okta.errors import (
    OktaError,
    OktaNotFoundError,
    OktaRefusedError,
    OktaRejectedError,
    OktaSecretError,
)
from functions.okta.event_types import CONSUMED
from infra.doctor import hook, okta, saml
from infra.doctor.access import Access, clock_of_aws
from infra.doctor.ask_aws import stack
from infra.doctor.verdict import Line, Verdict, fail

SIGN_IN = "Okta sign-in"


def sign_in_lines(at: Access) -> list[Line]:
    """Whether Okta lets us in, and which scopes it grants."""
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


def hook_lines(at: Access) -> list[Line]:
    """The event hook that points to the deployed API."""
    hooks = list(at.okta(scopes.HOOKS).get("/api/v1/eventHooks"))
    return hook.event_hook(hooks, stack(at)[1], CONSUMED)


def saml_app_lines(at: Access) -> list[Line]:
    """The app's certificate and addresses."""
    client, app_id = at.okta(scopes.APPS), at.deployment.okta_app_id
    try:
        app, keys = client.application(app_id), client.application_keys(app_id)
    except OktaNotFoundError:
        return [fail("certificate", f"Okta has no app {app_id}", 'set "okta_app_id" in cdk.json')]
    return [
        saml.certificate(app, keys, at.policy.expiry, at.now()),
        *saml.addresses(app, at.deployment),
    ]


def saml_metadata_lines(at: Access) -> list[Line]:
    """What Okta serves to whoever sets up the trust."""
    client, app_id = at.okta(scopes.APPS), at.deployment.okta_app_id
    app, keys = client.application(app_id), client.application_keys(app_id)
    try:
        document = client.saml_metadata(app_id)
    except OktaError as error:
        return [
            fail("SAML metadata", f"Okta does not serve it: {error}", "open it in Okta: the app > Sign On")
        ]
    return saml.metadata(document, app, keys)


def provisioning_lines(at: Access) -> list[Line]:
    """What Identity Center took of what Okta sent, and whether leavers are among it."""
    client = at.okta(scopes.APPS)
    path = f"/api/v1/apps/{quote(at.deployment.okta_app_id, safe='')}"
    users = client.get(f"{path}/users", {"limit": "500"})
    mappings = client.get(f"{path}/group-push/mappings", {"status": "ERROR"})
    try:
        features = list(client.get(f"{path}/features"))
    except (OktaNotFoundError, OktaRejectedError):
        features = []  # Okta's answer for an app without provisioning: then nobody is deactivated either.
    return [okta.provisioning(users, mappings), okta.deactivation(features)]


def clocks_line(at: Access) -> Line:
    """Okta's clock and AWS's, as both stamp their answers."""
    others = {
        "AWS": clock_of_aws(at.hub, at.deployment.hub_region),
        "Okta": at.okta(scopes.APPS).organization().clock,
    }
    return okta.clocks(at.now(), others)
