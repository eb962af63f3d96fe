"""People and groups as Okta shows them."""

from typing import Any

from sandbox.okta.ids import iso, iso_or_none
from sandbox.okta.records import Group, Person


def person_body(person: Person, base_url: str) -> dict[str, Any]:
    """Okta: the User object."""
    return {
        "id": person.id,
        "status": person.status,
        "created": iso(person.created),
        "activated": iso(person.created),
        "statusChanged": iso_or_none(person.status_changed),
        "lastLogin": None,
        "lastUpdated": iso(person.status_changed or person.created),
        "passwordChanged": None,
        "type": {"id": "otySandboxDefaultTyp"},
        "profile": person.profile,
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": f"{base_url}/api/v1/users/{person.id}"}},
    }


def group_body(group: Group) -> dict[str, Any]:
    """Okta: the Group object."""
    return {
        "id": group.id,
        "created": iso(group.created),
        "lastUpdated": iso(group.created),
        "lastMembershipUpdated": iso(group.created),
        "objectClass": ["okta:user_group"],
        "type": "OKTA_GROUP",
        "profile": {"name": group.name, "description": group.description},
    }
