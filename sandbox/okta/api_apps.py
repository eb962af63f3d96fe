"""Applications API. Okta: "Applications" with its keys, SSO, users, groups, push mappings and features."""

from sandbox.okta.app import App, app_user_body
from sandbox.okta.errors import invalid
from sandbox.okta.pushes import mapping_body
from sandbox.okta.web import Call, Reply, Route

_READ, _MANAGE = "okta.apps.read", "okta.apps.manage"
_APP = "/api/v1/apps/<id>"


def _app(call: Call) -> App:
    return call.model.app_of(call.path["id"])


def _list(call: Call) -> Reply:
    return Reply([app.body() for app in call.model.apps])


def _get(call: Call) -> Reply:
    app = _app(call)
    return Reply(app.body())


def _replace(call: Call) -> Reply:
    app = _app(call)
    return Reply(app.replace(call.json(), by=call.by))


def _keys(call: Call) -> Reply:
    app = _app(call)
    return Reply([key.body() for key in app.keys.all()])


def _key(call: Call) -> Reply:
    app = _app(call)
    return Reply(app.keys.get(call.path["kid"]).body())


def _generate(call: Call) -> Reply:
    app = _app(call)
    years = call.request.args.get("validityYears", "")
    if not years.isdigit():
        raise invalid("validityYears", "validityYears: The field cannot be left blank")
    return Reply(app.keys.generate(int(years), by=call.by).body(), status=201)


def _metadata(call: Call) -> Reply:
    app = _app(call)
    text = app.metadata(call.request.args.get("kid"))
    return Reply(text, content_type="application/xml; charset=utf-8")


def _users(call: Call) -> Reply:
    app = _app(call)
    shown, links = call.page(app.assignments.all(), lambda user: user.person, default=50, most=500)
    return Reply([app_user_body(user) for user in shown], links=links)


def _user(call: Call) -> Reply:
    app = _app(call)
    return Reply(app_user_body(app.assignments.get(call.path["person"])))


def _assign(call: Call) -> Reply:
    app = _app(call)
    body = call.json()
    credentials = body.get("credentials")
    user_name = credentials.get("userName") if isinstance(credentials, dict) else None
    person = str(body.get("id") or call.path.get("person") or "")
    return Reply(app_user_body(app.assignments.assign(person, by=call.by, user_name=user_name)))


def _unassign(call: Call) -> Reply:
    app = _app(call)
    app.assignments.unassign(call.path["person"], by=call.by)
    return Reply(status=204)


def _groups(call: Call) -> Reply:
    app = _app(call)
    shown, links = call.page(sorted(app.assignments.group_ids), str, default=20, most=200)
    return Reply([{"id": group_id, "priority": 0, "profile": {}} for group_id in shown], links=links)


def _assign_group(call: Call) -> Reply:
    app = _app(call)
    group = app.assignments.assign_group(call.path["group"], by=call.by)
    return Reply({"id": group.id, "priority": 0, "profile": {}})


def _mappings(call: Call) -> Reply:
    app = _app(call)
    wanted = call.request.args.get("status")
    found = [mapping for mapping in app.pushes.all() if wanted in (None, mapping.status)]
    shown, links = call.page(found, lambda mapping: mapping.id, default=100, most=1000)
    return Reply([mapping_body(mapping) for mapping in shown], links=links)


def _mapping(call: Call) -> Reply:
    app = _app(call)
    return Reply(mapping_body(app.pushes.get(call.path["mapping"])))


def _push(call: Call) -> Reply:
    app = _app(call)
    group_id = str(call.json().get("sourceGroupId") or "")
    return Reply(mapping_body(app.pushes.create(group_id, by=call.by)), status=201)


def _features(call: Call) -> Reply:
    app = _app(call)
    return Reply([app.features.body()])


def _feature(call: Call) -> Reply:
    app = _app(call)
    return Reply(app.features.replace(call.path["name"], {}))


def _set_feature(call: Call) -> Reply:
    app = _app(call)
    return Reply(app.features.replace(call.path["name"], call.json()))


ROUTES = (
    Route("GET", "/api/v1/apps", "ListApplications", _READ, _list),
    Route("GET", _APP, "GetApplication", _READ, _get),
    Route("PUT", _APP, "ReplaceApplication", _MANAGE, _replace),
    Route("GET", f"{_APP}/credentials/keys", "ListApplicationKeys", _READ, _keys),
    Route("POST", f"{_APP}/credentials/keys/generate", "GenerateApplicationKey", _MANAGE, _generate),
    Route("GET", f"{_APP}/credentials/keys/<kid>", "GetApplicationKey", _READ, _key),
    Route("GET", f"{_APP}/sso/saml/metadata", "GetSamlMetadata", _READ, _metadata),
    Route("GET", f"{_APP}/users", "ListApplicationUsers", _READ, _users),
    Route("POST", f"{_APP}/users", "AssignUserToApplication", _MANAGE, _assign),
    Route("GET", f"{_APP}/users/<person>", "GetApplicationUser", _READ, _user),
    Route("DELETE", f"{_APP}/users/<person>", "UnassignUserFromApplication", _MANAGE, _unassign),
    Route("GET", f"{_APP}/groups", "ListApplicationGroupAssignments", _READ, _groups),
    Route("PUT", f"{_APP}/groups/<group>", "AssignGroupToApplication", _MANAGE, _assign_group),
    Route("GET", f"{_APP}/group-push/mappings", "ListGroupPushMappings", _READ, _mappings),
    Route("POST", f"{_APP}/group-push/mappings", "CreateGroupPushMapping", _MANAGE, _push),
    Route("GET", f"{_APP}/group-push/mappings/<mapping>", "GetGroupPushMapping", _READ, _mapping),
    Route("GET", f"{_APP}/features", "ListFeaturesForApplication", _READ, _features),
    Route("GET", f"{_APP}/features/<name>", "GetFeatureForApplication", _READ, _feature),
    Route("PUT", f"{_APP}/features/<name>", "UpdateFeatureForApplication", _MANAGE, _set_feature),
)
