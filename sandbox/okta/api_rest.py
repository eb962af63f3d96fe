"""System Log, policies, tokens, and what Okta says to anybody. Okta: the APIs of these names."""

from sandbox.okta.errors import invalid
from sandbox.okta.systemlog import parse_query
from sandbox.okta.web import Call, Reply, Route, asked

_RULE = "/api/v1/policies/<id>/rules/<rule>"


def _logs(call: Call) -> Reply:
    organization = call.model.organization
    with organization.lock:
        page = organization.log.page(parse_query(call.request.args.to_dict(), organization.now()))
    return Reply(page.events, links=call.links(page.after))


def _policies(call: Call) -> Reply:
    kind = call.request.args.get("type")
    if kind is None:
        raise invalid("type", "type: The field cannot be left blank")
    return Reply([call.model.policies.body()] if kind == "ACCESS_POLICY" else [])


def _policy(call: Call) -> Reply:
    return Reply(call.model.policies.get(call.path["id"]))


def _rules(call: Call) -> Reply:
    return Reply(call.model.policies.rules(call.path["id"]))


def _replace_rule(call: Call) -> Reply:
    return Reply(
        call.model.policies.replace_rule(call.path["id"], call.path["rule"], call.json(), by=call.by)
    )


def _add_rule(call: Call) -> Reply:
    return Reply(call.model.policies.add_rule(call.path["id"], call.json(), by=call.by), status=201)


def _delete_rule(call: Call) -> Reply:
    call.model.policies.delete_rule(call.path["id"], call.path["rule"], by=call.by)
    return Reply(status=204)


def _deactivate_rule(call: Call) -> Reply:
    call.model.policies.deactivate_rule(call.path["id"], call.path["rule"], by=call.by)
    return Reply(status=204)


def _organization(call: Call) -> Reply:
    base, custom = call.model.organization.base_url, call.model.organization.settings.custom_domain
    links = {"organization": {"href": base}} | ({"alternate": {"href": custom}} if custom else {})
    return Reply({"id": "00o5f1tsExample8Kp1d7", "pipeline": "idx", "_links": links})


def _token(call: Call) -> Reply:
    return Reply(call.model.tokens.issue(call.request.form.to_dict(), asked(call.request)))


ROUTES = (
    Route("GET", "/api/v1/logs", "ListLogEvents", "okta.logs.read", _logs),
    Route("GET", "/api/v1/policies", "ListPolicies", "okta.policies.read", _policies),
    Route("GET", "/api/v1/policies/<id>", "GetPolicy", "okta.policies.read", _policy),
    Route("GET", "/api/v1/policies/<id>/rules", "ListPolicyRules", "okta.policies.read", _rules),
    Route(
        "PUT",
        _RULE,
        "ReplacePolicyRule",
        "okta.policies.manage",
        _replace_rule,
    ),
    Route("POST", "/api/v1/policies/<id>/rules", "CreatePolicyRule", "okta.policies.manage", _add_rule),
    Route("DELETE", _RULE, "DeletePolicyRule", "okta.policies.manage", _delete_rule),
    Route(
        "POST",
        f"{_RULE}/lifecycle/deactivate",
        "DeactivatePolicyRule",
        "okta.policies.manage",
        _deactivate_rule,
    ),
    Route("GET", "/.well-known/okta-organization", "GetOrgMetadata", None, _organization, signed_in=False),
    Route("POST", "/oauth2/v1/token", "GetAccessToken", None, _token, signed_in=False),
)
