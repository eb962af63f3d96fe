"""Groups and who is in them. Okta: "Groups"."""

from collections.abc import Callable

from sandbox.okta.errors import invalid, not_found
from sandbox.okta.ids import new_id
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.people import People
from sandbox.okta.records import Group, Person


class Groups:
    """The groups. `on_member` is told (group, person, added, by) after each change."""

    def __init__(self, organization: Organization, people: People) -> None:
        self._org = organization
        self._people = people
        self._groups: dict[str, Group] = {}
        self.on_member: list[Callable[[Group, Person, bool, Ref], None]] = []
        people.on_delete.append(lambda person, _by, _transaction: self._forget(person))

    def all(self) -> list[Group]:
        """Every group, in the order of their ids."""
        with self._org.lock:
            return sorted(self._groups.values(), key=lambda group: group.id)

    def get(self, id_: str) -> Group:
        """Raises OktaError 404."""
        with self._org.lock:
            if id_ not in self._groups:
                raise not_found(id_, "UserGroup")
            return self._groups[id_]

    def of(self, person: Person) -> list[Group]:
        """The groups a person is in."""
        return [group for group in self.all() if person.id in group.members]

    def create(self, name: object, description: str, *, by: Ref) -> Group:
        """Raises OktaError 400 when the name is missing or taken."""
        with self._org.lock:
            if not isinstance(name, str) or not name:
                raise invalid("name", "name: The field cannot be left blank")
            if any(group.name == name for group in self._groups.values()):
                raise invalid(
                    "name", "name: An object with this field already exists in the current organization"
                )
            group = Group(new_id("00g"), name, description, self._org.now())
            self._groups[group.id] = group
            self._org.record(
                Occurrence(
                    "group.lifecycle.create", "Okta group creation", by, (group.ref,), "/api/v1/groups"
                )
            )
            return group

    def add(self, id_: str, person_id: str, *, by: Ref) -> None:
        """Already a member: nothing happens, nothing is logged."""
        with self._org.lock:
            group, person = self.get(id_), self._people.get(person_id)
            if person.id not in group.members:
                group.members.add(person.id)
                self._changed(group, person, True, by)

    def remove(self, id_: str, person_id: str, *, by: Ref) -> None:
        """Not a member: nothing happens, nothing is logged."""
        with self._org.lock:
            group, person = self.get(id_), self._people.get(person_id)
            if person.id in group.members:
                group.members.discard(person.id)
                self._changed(group, person, False, by)

    def _changed(self, group: Group, person: Person, added: bool, by: Ref) -> None:
        verb = "add" if added else "remove"
        message = "Add user to group membership" if added else "Remove user from group membership"
        uri = f"/api/v1/groups/{group.id}/users/{person.id}"
        self._org.record(
            Occurrence(f"group.user_membership.{verb}", message, by, (person.ref, group.ref), uri)
        )
        for listener in self.on_member:
            listener(group, person, added, by)

    def _forget(self, person: Person) -> None:
        for group in self._groups.values():
            group.members.discard(person.id)
