"""People and their lifecycle. Okta: "Users" and "User lifecycle"."""

from collections.abc import Callable
from typing import Any

from sandbox.okta.errors import OktaError, invalid, not_found
from sandbox.okta.ids import new_id
from sandbox.okta.logevent import SYSTEM, Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.records import Person
from sandbox.okta.sessions import Sessions

LIVE = ("STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED")
Consequence = Callable[[Person, Ref, str], None]


class People:
    """The directory. `on_leave`, `on_return` and `on_delete` are what a change of status entails."""

    def __init__(self, organization: Organization, sessions: Sessions) -> None:
        self._org = organization
        self._sessions = sessions
        self._people: dict[str, Person] = {}
        self._by_login: dict[str, str] = {}
        self.on_leave: list[Consequence] = []
        self.on_return: list[Consequence] = []
        self.on_delete: list[Consequence] = []

    def all(self) -> list[Person]:
        """Everybody, in the order of their ids as Okta pages them."""
        with self._org.lock:
            return sorted(self._people.values(), key=lambda person: person.id)

    def get(self, id_or_login: str) -> Person:
        """By id, login, or the part of the login before the @. Raises OktaError 404."""
        with self._org.lock:
            key = id_or_login.lower()
            found = self._people.get(id_or_login) or self._people.get(self._by_login.get(key, ""))
            if found is None and "@" not in key:
                short = [id_ for login, id_ in self._by_login.items() if login.split("@")[0] == key]
                found = self._people[short[0]] if len(short) == 1 else None
            if found is None:
                raise not_found(id_or_login, "User")
            return found

    def create(self, profile: dict[str, Any], *, activate: bool, by: Ref, id_: str | None = None) -> Person:
        """A new person, ACTIVE or STAGED. Raises OktaError 400 when the login is missing or taken."""
        login = profile.get("login")
        if not isinstance(login, str) or "@" not in login or not profile.get("email"):
            raise invalid(
                "login", "login: Username must be in the form of an email address", "email: required"
            )
        with self._org.lock:
            if login.lower() in self._by_login:
                raise invalid(
                    "login", "login: An object with this field already exists in the current organization"
                )
            now = self._org.now()
            person = Person(id_ or new_id("00u"), login, dict(profile), "STAGED", now, now)
            self._people[person.id] = person
            self._by_login[login.lower()] = person.id
            transaction = self._org.transaction()
            self._tell(person, "user.lifecycle.create", "Create Okta user", by, transaction)
            if activate:
                self._become(person, "ACTIVE")
                self._tell(person, "user.lifecycle.activate", "Activate Okta user", by, transaction)
                self._sessions.open(person)
            return person

    def deactivate(self, id_: str, *, by: Ref) -> None:
        """The person leaves; assignments to apps go, group memberships stay."""
        with self._org.lock:
            person = self.get(id_)
            if person.status == "DEPROVISIONED":
                raise OktaError(
                    403, "E0000016", "Deactivation failed because the user is already deactivated"
                )
            transaction = self._org.transaction()
            self._become(person, "DEPROVISIONED")
            self._tell(person, "user.lifecycle.deactivate", "Deactivate Okta user", by, transaction)
            for consequence in self.on_leave:
                consequence(person, SYSTEM, transaction)

    def suspend(self, id_: str, *, by: Ref) -> None:
        """Only from ACTIVE; every assignment stays, so nothing is sent to apps."""
        self._step(id_, ("ACTIVE",), "SUSPENDED", "user.lifecycle.suspend", "Suspend Okta user", by)

    def unsuspend(self, id_: str, *, by: Ref) -> None:
        """Only from SUSPENDED."""
        self._step(id_, ("SUSPENDED",), "ACTIVE", "user.lifecycle.unsuspend", "Unsuspend Okta user", by)

    def lock_out(self, id_: str) -> None:
        """Too many wrong passwords. Published records of it have the outcome FAILURE, reason LOCKED_OUT."""
        with self._org.lock:
            person = self._require(id_, ("ACTIVE",), "LOCKED_OUT")
            self._org.record(
                Occurrence(
                    "user.account.lock",
                    "Max sign in attempts exceeded",
                    person.ref,
                    (person.ref,),
                    "/api/v1/authn",
                    result="FAILURE",
                    reason="LOCKED_OUT",
                    severity="DEBUG",
                )
            )

    def unlock(self, id_: str, *, by: Ref) -> None:
        """Only from LOCKED_OUT."""
        self._step(id_, ("LOCKED_OUT",), "ACTIVE", "user.account.unlock", "Unlock user account", by)

    def activate(self, id_: str, *, by: Ref, again: bool = False) -> None:
        """From STAGED or DEPROVISIONED; `again` is Okta's reactivate, taken here from DEPROVISIONED too."""
        verb = "Reactivate" if again else "Activate"
        allowed = ("PROVISIONED", "RECOVERY", "DEPROVISIONED") if again else ("STAGED", "DEPROVISIONED")
        with self._org.lock:
            person = self.get(id_)
            if person.status not in allowed:
                raise OktaError(403, "E0000016", f"{verb} failed because the user is {person.status}")
            transaction = self._org.transaction()
            self._become(person, "ACTIVE")
            self._tell(person, f"user.lifecycle.{verb.lower()}", f"{verb} Okta user", by, transaction)
            for consequence in self.on_return:
                consequence(person, SYSTEM, transaction)

    def delete(self, id_: str, *, by: Ref) -> None:
        """The first call deactivates, the second deletes. Okta: "Delete a user"."""
        with self._org.lock:
            person = self.get(id_)
            if person.status in LIVE:
                self.deactivate(id_, by=by)
                return
            transaction = self._org.transaction()
            self._tell(
                person, "user.lifecycle.delete.initiated", "Delete Okta user initiated", by, transaction
            )
            for consequence in self.on_delete:
                consequence(person, SYSTEM, transaction)
            self._sessions.drop(person)
            del self._people[person.id], self._by_login[person.login.lower()]
            self._tell(
                person, "user.lifecycle.delete.completed", "Delete Okta user completed", SYSTEM, transaction
            )

    def _step(
        self, id_: str, allowed: tuple[str, ...], to: str, event_type: str, message: str, by: Ref
    ) -> None:
        with self._org.lock:
            person = self._require(id_, allowed, to)
            self._tell(person, event_type, message, by, self._org.transaction())

    def _require(self, id_: str, allowed: tuple[str, ...], to: str) -> Person:
        person = self.get(id_)
        if person.status not in allowed:
            raise invalid("status", f"a person who is {person.status} cannot become {to}")
        self._become(person, to)
        return person

    def _become(self, person: Person, status: str) -> None:
        person.status, person.status_changed = status, self._org.now()

    def _tell(self, person: Person, event_type: str, message: str, by: Ref, transaction: str) -> None:
        uri = f"/api/v1/users/{person.id}"
        self._org.record(Occurrence(event_type, message, by, (person.ref,), uri, transaction=transaction))
