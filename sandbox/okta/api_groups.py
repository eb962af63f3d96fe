"""Groups API. Okta: "Groups"."""

from sandbox.okta.bodies import group_body, person_body
from sandbox.okta.errors import invalid
from sandbox.okta.web import Call, Reply, Route

_READ, _MANAGE = "okta.groups.read", "okta.groups.manage"


def _list(call: Call) -> Reply:
    start = call.request.args.get("q", "")
    found = [group for group in call.model.groups.all() if group.name.startswith(start)]
    shown, links = call.page(found, lambda group: group.id, default=1000, most=10000)
    return Reply([group_body(group) for group in shown], links=links)


def _create(call: Call) -> Reply:
    profile = call.json().get("profile")
    if not isinstance(profile, dict):
        raise invalid("profile", "profile: The field cannot be left blank")
    group = call.model.groups.create(profile.get("name"), str(profile.get("description") or ""), by=call.by)
    return Reply(group_body(group))


def _get(call: Call) -> Reply:
    return Reply(group_body(call.model.groups.get(call.path["id"])))


def _members(call: Call) -> Reply:
    group = call.model.groups.get(call.path["id"])
    people = [call.model.people.get(person_id) for person_id in sorted(group.members)]
    shown, links = call.page(people, lambda person: person.id, default=1000, most=1000)
    base = call.model.organization.base_url
    return Reply([person_body(person, base) for person in shown], links=links)


def _add(call: Call) -> Reply:
    call.model.groups.add(call.path["id"], call.path["person"], by=call.by)
    return Reply(status=204)


def _remove(call: Call) -> Reply:
    call.model.groups.remove(call.path["id"], call.path["person"], by=call.by)
    return Reply(status=204)


ROUTES = (
    Route("GET", "/api/v1/groups", "ListGroups", _READ, _list),
    Route("POST", "/api/v1/groups", "CreateGroup", _MANAGE, _create),
    Route("GET", "/api/v1/groups/<id>", "GetGroup", _READ, _get),
    Route("GET", "/api/v1/groups/<id>/users", "ListGroupUsers", _READ, _members),
    Route("PUT", "/api/v1/groups/<id>/users/<person>", "AssignUserToGroup", _MANAGE, _add),
    Route("DELETE", "/api/v1/groups/<id>/users/<person>", "UnassignUserFromGroup", _MANAGE, _remove),
)
