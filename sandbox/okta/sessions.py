"""Sessions, OAuth tokens and remembered devices: what a leaver still holds."""

from sandbox.okta.ids import iso, new_id
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.records import Person, Session


class Sessions:
    """Who is signed in."""

    def __init__(self, organization: Organization) -> None:
        self._org = organization
        self._sessions: list[Session] = []

    def open(self, person: Person) -> None:
        """Give a person what the settings say, one OAuth token and one remembered device."""
        kinds = ["SESSION"] * self._org.settings.sessions_per_person
        if kinds:
            kinds += ["OAUTH_TOKEN", "REMEMBERED_DEVICE"]
        with self._org.lock:
            self._sessions += [Session(new_id("102"), person.id, kind, self._org.now()) for kind in kinds]

    def clear(self, person: Person, *, tokens: bool, devices: bool, by: Ref) -> None:
        """Okta: "Revoke all user sessions". Sessions go; tokens and devices only where asked."""
        kinds = (
            {"SESSION"}
            | ({"OAUTH_TOKEN"} if tokens else set())
            | ({"REMEMBERED_DEVICE"} if devices else set())
        )
        with self._org.lock:
            self.drop(person, kinds)
            uri = f"/api/v1/users/{person.id}/sessions"
            self._org.record(
                Occurrence("user.session.clear", "Clear user session", by, (person.ref,), uri),
            )

    def drop(self, person: Person, kinds: set[str] | None = None) -> None:
        """Forget without an event: all kinds when none is named."""
        self._sessions = [
            held for held in self._sessions if held.person != person.id or (kinds and held.kind not in kinds)
        ]

    def remaining(self, person: str | None = None) -> list[dict[str, str]]:
        """What is still held, by one person or by everybody."""
        with self._org.lock:
            return [
                {"id": held.id, "userId": held.person, "kind": held.kind, "createdAt": iso(held.created)}
                for held in self._sessions
                if person in (None, held.person)
            ]
