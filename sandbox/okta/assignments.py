"""Who is assigned to the app, directly or by group. Okta: "Application Users", "Application Groups"."""

from collections.abc import Callable

from sandbox.okta.errors import invalid, not_found
from sandbox.okta.groups import Groups
from sandbox.okta.ids import new_id
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.people import People
from sandbox.okta.records import AppUser, Group, Person


class Assignments:
    """The app's users. `on_change` is told of everybody whom the app should now treat differently."""

    def __init__(self, organization: Organization, app: Ref, people: People, groups: Groups) -> None:
        self._org = organization
        self._app = app
        self._people = people
        self._groups = groups
        self._users: dict[str, AppUser] = {}
        self._left: dict[str, AppUser] = {}
        self.group_ids: list[str] = []
        self.on_change: list[Callable[[Person, AppUser], None]] = []
        people.on_leave.append(self._leave)
        people.on_return.append(self._return)
        people.on_delete.append(lambda person, _by, _transaction: self._forget(person))
        groups.on_member.append(self._member)

    def all(self) -> list[AppUser]:
        """Current assignments, in the order of the people's ids."""
        with self._org.lock:
            return sorted(self._users.values(), key=lambda user: user.person)

    def get(self, person_id: str) -> AppUser:
        """Raises OktaError 404 for somebody who is not assigned."""
        with self._org.lock:
            if person_id not in self._users:
                raise not_found(person_id, "AppUser")
            return self._users[person_id]

    def record_of(self, person_id: str) -> AppUser | None:
        """The assignment, or what is remembered of it after the person left."""
        return self._users.get(person_id) or self._left.get(person_id)

    def assigned(self, person_id: str) -> bool:
        """Whether the person has the app now."""
        return person_id in self._users

    def assign(
        self, person_id: str, *, by: Ref, scope: str = "USER", user_name: str | None = None
    ) -> AppUser:
        """Already assigned: nothing is logged. Raises OktaError 400 for somebody who is deactivated."""
        with self._org.lock:
            person = self._people.get(person_id)
            if person.status == "DEPROVISIONED":
                raise invalid("id", "a deactivated person cannot be assigned")
            if person.id in self._users:
                return self._users[person.id]
            return self._give(person, by, scope, self._org.transaction(), user_name)

    def unassign(self, person_id: str, *, by: Ref) -> None:
        """Raises OktaError 404 for somebody who is not assigned."""
        with self._org.lock:
            user = self.get(self._people.get(person_id).id)
            self._take(self._people.get(user.person), by, self._org.transaction())

    def assign_group(self, group_id: str, *, by: Ref) -> Group:
        """Every member has the app from now on."""
        with self._org.lock:
            group = self._groups.get(group_id)
            if group.id not in self.group_ids:
                self.group_ids.append(group.id)
                uri = f"/api/v1/apps/{self._app.id}/groups/{group.id}"
                self._org.record(
                    Occurrence(
                        "group.application_assignment.add",
                        "Add assigned application to group",
                        by,
                        (group.ref, self._app),
                        uri,
                    )
                )
                for person_id in sorted(group.members):
                    self._member(group, self._people.get(person_id), True, by)
            return group

    def _member(self, group: Group, person: Person, added: bool, by: Ref) -> None:
        if group.id not in self.group_ids or person.status == "DEPROVISIONED":
            return
        user = self._users.get(person.id)
        if added and user is None:
            self._give(person, by, "GROUP", self._org.transaction())
        elif not added and user is not None and user.scope == "GROUP" and not self._through_group(person):
            self._take(person, by, self._org.transaction())

    def _through_group(self, person: Person) -> bool:
        return any(group.id in self.group_ids for group in self._groups.of(person))

    def _give(
        self, person: Person, by: Ref, scope: str, transaction: str, user_name: str | None = None
    ) -> AppUser:
        user = self._left.pop(person.id, None)
        if user is None:
            user = AppUser(new_id("0ua"), person.id, user_name or person.login, scope, self._org.now())
        user.scope = scope
        self._users[person.id] = user
        self._tell(person, user, "add", "Add user to application membership", by, transaction)
        return user

    def _take(self, person: Person, by: Ref, transaction: str) -> None:
        user = self._users.pop(person.id)
        self._left[person.id] = user
        self._tell(person, user, "remove", "Remove user's application membership", by, transaction)

    def _leave(self, person: Person, by: Ref, transaction: str) -> None:
        """Deactivation takes the app away; the record of it stays for a return."""
        if person.id in self._users:
            self._take(person, by, transaction)

    def _return(self, person: Person, by: Ref, transaction: str) -> None:
        """Whoever comes back has the app again, as people have who get it through a group."""
        if person.id in self._left or self._through_group(person):
            self._give(person, by, "GROUP" if self._through_group(person) else "USER", transaction)

    def _forget(self, person: Person) -> None:
        self._left.pop(person.id, None)

    def _tell(
        self, person: Person, user: AppUser, verb: str, message: str, by: Ref, transaction: str
    ) -> None:
        app_user = Ref(user.id, "AppUser", user.user_name, person.name)
        self._org.record(
            Occurrence(
                f"application.user_membership.{verb}",
                message,
                by,
                (app_user, self._app, person.ref),
                f"/api/v1/apps/{self._app.id}/users/{person.id}",
                transaction=transaction,
                debug={"appname": "amazon_aws_sso"},
            )
        )
        for listener in self.on_change:
            listener(person, user)
