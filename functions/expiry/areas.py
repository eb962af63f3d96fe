"""What is watched, area by area: each reads what it needs, and has it judged."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from functions.expiry import (
    alarms,
    certificates,
    factors,
    iam,
    metadata,
    own_keys,
    provisioning,
    scim,
    sessions,
    sign_on,
    sign_on_rules,
    surroundings,
    tls,
)
from functions.expiry.check import Desk
from functions.expiry.saml_app import CertificateError, SamlApp, read_saml_app
from functions.expiry.scim_endpoint import ScimAnswer, try_endpoint
from functions.expiry.sources import PartlyReadError, Sources
from functions.finding import Finding
from functions.okta import scopes
from functions.okta.client import OktaClient
from functions.okta.errors import OktaError, OktaNotFoundError, OktaRefusedError, OktaRejectedError
from functions.okta.log_event import LogEvent

Area = Callable[[Sources, Desk], tuple[Finding, ...]]


def saml_certificates(at: Sources, desk: Desk) -> tuple[Finding, ...]:
    """The certificates of every app, and what a sign-in rests on besides."""
    okta = at.connect((scopes.APPS,))
    found: list[Finding] = []
    trouble: list[Exception] = []
    for app_id in at.apps:
        try:
            app = saml_app(okta, app_id)
        except (OktaNotFoundError, OktaRejectedError, CertificateError) as error:
            trouble.append(error)
            continue
        found += certificates.examine(app, at.trust.of(app_id), desk)
        found.append(metadata.examine(app, served_metadata(okta, app_id), desk))
    before = at.clock()
    organization = okta.organization()
    reading = surroundings.Reading(before, organization.clock, at.clock())
    served = [tls.look(*door) for door in tls.custom((at.url, organization.custom_domain))]
    found += [surroundings.clocks(reading, desk), surroundings.domains(served, desk)]
    if trouble:
        raise PartlyReadError(tuple(found), trouble[0])
    return tuple(found)


def saml_app(okta: OktaClient, app_id: str) -> SamlApp:
    """Raises OktaError, or CertificateError where Okta's answer makes no sense."""
    return read_saml_app(okta.application(app_id), okta.application_keys(app_id))


def served_metadata(okta: OktaClient, app_id: str) -> str | OktaError:
    """The app could be read, so what keeps the metadata away is itself worth a finding."""
    try:
        return okta.saml_metadata(app_id)
    except OktaError as error:
        return error


def scim_and_provisioning(at: Sources, desk: Desk) -> tuple[Finding, ...]:
    """The token, the endpoint, and what became of what Okta sent. Only the AWS app provisions."""
    token = scim.token_age(at.policy.expiry.scim_token_issued, desk)
    endpoint = scim.endpoint(_scim_answer(at), desk)
    okta, app_id = at.connect((scopes.APPS,)), at.apps[0]
    path = f"/api/v1/apps/{quote(app_id, safe='')}"
    return (
        token,
        endpoint,
        provisioning.people(app_id, okta.get(f"{path}/users", {"limit": "500"}), desk),
        provisioning.groups(app_id, okta.get(f"{path}/group-push/mappings", {"status": "ERROR"}), desk),
        provisioning.deactivation(app_id, _features(okta, path), desk),
    )


def _scim_answer(at: Sources) -> ScimAnswer | None:
    if not at.scim_secret:
        return None
    secret = at.secrets.get_secret_value(SecretId=at.scim_secret)["SecretString"]
    return try_endpoint(secret, at.http)


def _features(okta: OktaClient, path: str) -> tuple[Mapping[str, Any], ...]:
    try:
        return tuple(okta.get(f"{path}/features"))
    except (OktaNotFoundError, OktaRejectedError):
        return ()  # Okta's answer for an app without provisioning: then nothing is deactivated either.


def keys_of_our_own(at: Sources, desk: Desk) -> tuple[Finding, ...]:
    """The event hook, its secret, and the scopes that all functions need."""
    refused = {}
    for scope in scopes.NEEDED:
        try:
            at.connect((scope,)).prove_sign_in()
        except OktaRefusedError as error:
            refused[scope] = str(error)
    grants = own_keys.grants(refused, desk)
    age = own_keys.secret_age(_made(at), at.policy.expiry.hook_secret_days, desk)
    if scopes.HOOKS in refused:
        return grants, age
    return grants, age, own_keys.hook(at.connect((scopes.HOOKS,)).get("/api/v1/eventHooks"), desk)


def _made(at: Sources) -> datetime:
    versions = at.secrets.list_secret_version_ids(SecretId=at.hook_secret)["Versions"]
    current = next(each for each in versions if "AWSCURRENT" in each.get("VersionStages", ()))
    return current["CreatedDate"].astimezone(UTC)


def sign_on_policy(at: Sources, desk: Desk) -> tuple[Finding, ...]:
    """What the AWS app's policy demands of people."""
    app_id = at.apps[0]
    policy = sign_on_rules.policy_id(at.connect((scopes.APPS,)).application(app_id))
    listed = at.connect((scopes.POLICIES,)).get(f"/api/v1/policies/{quote(policy, safe='')}/rules")
    rules = sign_on_rules.read_rules(listed)
    logged = _logged(at, sign_on_rules.FILTER, sign_on_rules.RECENT, desk)
    gone = sign_on_rules.read_gone(logged, policy, desk.now)
    return sign_on.examine(app_id, rules, gone, demanded=at.policy.watch.second_factor, desk=desk)


def factor_resets(at: Sources, desk: Desk) -> tuple[Finding, ...]:
    """Of people in protected groups. Where none is protected, Okta is not asked."""
    guarded = frozenset(at.policy.watch.protected_groups)
    if not guarded:
        return (factors.examine((), lambda _person: None, desk),)
    events = [LogEvent.parse(raw) for raw in _logged(at, factors.FILTER, factors.RECENT, desk)]
    return (factors.examine(events, lambda person: _group_of(at, person, guarded), desk),)


def _logged(at: Sources, wanted: str, recent: timedelta, desk: Desk) -> list[Any]:
    """What the System Log has of these event types within this time."""
    since = (desk.now - recent).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    # By Okta's clock, which may be a little ahead of ours.
    until = (at.clock() + surroundings.TOLERATED).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    window = {"since": since, "until": until, "filter": wanted, "limit": "1000"}
    return list(at.connect((scopes.LOGS,)).get("/api/v1/logs", window))


def _group_of(at: Sources, person: str, guarded: frozenset[str]) -> str | None:
    listed = at.connect((scopes.USERS,)).get(f"/api/v1/users/{quote(person, safe='')}/groups")
    try:
        groups = [str(group["profile"]["name"]) for group in listed]
    except OktaNotFoundError:
        return None  # Deleted since: there is no account left to steal.
    return next((name for name in groups if name in guarded), None)


def session_durations(at: Sources, desk: Desk) -> tuple[Finding, ...]:
    """Of the access policy that was deployed with this function."""
    return (sessions.examine(at.policy.permission_sets, at.policy.watch.session_limit, desk),)


def own_alarms(at: Sources, desk: Desk) -> tuple[Finding, ...]:
    """Of the hub: what rings when nothing else can speak."""
    pages = at.cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=alarms.PREFIX, AlarmTypes=["MetricAlarm"]
    )
    return alarms.examine(alarms.read_alarms(each for page in pages for each in page["MetricAlarms"]), desk)


def iam_findings(at: Sources, detail: Mapping[str, Any], desk: Desk) -> tuple[Finding, ...]:
    """What CloudTrail told of an IAM user. Raises IamEventError."""
    return iam.examine(iam.IamEvent.read(detail), at.policy.watch.iam_users, at.management_account, desk)


# What Okta is not asked for comes first: it is looked at even while Okta is down.
AREAS: Mapping[str, Area] = {
    "alarms": own_alarms,
    "sessions": session_durations,
    "certificates": saml_certificates,
    "provisioning": scim_and_provisioning,
    "own-keys": keys_of_our_own,
    "sign-on": sign_on_policy,
    "factors": factor_resets,
}
