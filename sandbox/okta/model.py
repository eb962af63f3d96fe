"""The stand-in's model: everything in it, and how a test or the sandbox fills it without the API."""

from datetime import timedelta

from sandbox.okta.app import App
from sandbox.okta.certificates import SigningKey
from sandbox.okta.delivery import Deliveries
from sandbox.okta.errors import not_found
from sandbox.okta.groups import Groups
from sandbox.okta.hooks import Hooks
from sandbox.okta.ids import new_id
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.people import People
from sandbox.okta.policies import Policies
from sandbox.okta.provisioning import Provisioning
from sandbox.okta.records import Group, Person, PushMapping
from sandbox.okta.scim import ScimClient
from sandbox.okta.sessions import Sessions
from sandbox.okta.settings import Settings
from sandbox.okta.tokens import Tokens


class Model:
    """One Okta organization. Reading and changing it is safe from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.organization = Organization(settings)
        self.hooks = Hooks(self.organization)
        self.deliveries = Deliveries(self.organization, self.hooks)
        self.sessions = Sessions(self.organization)
        self.people = People(self.organization, self.sessions)
        self.groups = Groups(self.organization, self.people)
        self.policies = Policies(self.organization)
        self.app = App(self.organization, self.people, self.groups, self.policies)
        self.apps = [self.app]
        self.tokens = Tokens(self.organization)
        self.provisioning = self._provisioning(settings)
        self._admin = self.organization.administrator

    def add_person(self, login: str, first: str = "", last: str = "", *, assigned: bool = True) -> Person:
        """Somebody active, with sessions, and with the app unless told otherwise."""
        name = login.split("@")[0].split(".")
        profile = {
            "login": login,
            "email": login,
            "firstName": first or name[0].title(),
            "lastName": last or name[-1].title(),
        }
        person = self.people.create(profile, activate=True, by=self._admin)
        if assigned:
            self.assign(person.id)
        return person

    def add_app(self, label: str) -> App:
        """Another SAML app, with a certificate of its own and without provisioning."""
        ref = Ref(new_id("0oa"), "AppInstance", label, label)
        self.apps.append(App(self.organization, self.people, self.groups, self.policies, ref))
        return self.apps[-1]

    def app_of(self, id_: str) -> App:
        """Raises OktaError 404."""
        found = next((app for app in self.apps if app.ref.id == id_), None)
        if found is None:
            raise not_found(id_, "AppInstance")
        return found

    def add_group(self, name: str, members: tuple[str, ...] = (), *, pushed: bool = False) -> Group:
        """A group of people, by id or login; `pushed` to Identity Center as well."""
        group = self.groups.create(name, "", by=self._admin)
        for member in members:
            self.groups.add(group.id, member, by=self._admin)
        if pushed:
            self.push(group.id)
        return group

    def assign(self, person: str) -> None:
        """Assign the app to somebody, by id or login."""
        self.app.assignments.assign(person, by=self._admin)

    def push(self, group_id: str) -> PushMapping:
        """Push a group to Identity Center from now on."""
        return self.app.pushes.create(group_id, by=self._admin)

    def add_service_app(
        self,
        jwk: dict[str, str],
        scopes: tuple[str, ...],
        label: str = "Ostiary",
        *,
        demands_proof: bool = False,
    ) -> str:
        """A service app with one public key; its client id. `jwk_of` makes the key's JWK out of DER."""
        app = self.tokens.add_service_app(label, [jwk], frozenset(scopes), demands_proof=demands_proof)
        return app.client_id

    def set_signing_certificate(self, days_left: float) -> SigningKey:
        """Make a certificate with this many days left the one that signs; negative: it has expired."""
        key = self.app.keys.add(timedelta(days=days_left), by=self._admin)
        self.app.keys.activate(key.kid, by=self._admin)
        return key

    def user_by_login(self, login: str) -> Person:
        """Raises OktaError 404."""
        return self.people.get(login)

    def sessions_of(self, person_id: str) -> list[dict[str, str]]:
        """What a person still holds: sessions, OAuth tokens, remembered devices."""
        return self.sessions.remaining(person_id)

    def lock(self, person: str) -> None:
        """Too many wrong passwords, by id or login."""
        self.people.lock_out(person)

    def reset_factors(self, person: str) -> None:
        """The help desk takes all second factors from somebody, by id or login."""
        found = self.people.get(person)
        uri = f"/api/v1/users/{found.id}/lifecycle/reset_factors"
        self.organization.record(
            Occurrence(
                "user.mfa.factor.reset_all", "Reset all factors for user", self._admin, (found.ref,), uri
            )
        )

    def drain(self, timeout: float = 60.0) -> bool:
        """Wait for provisioning, then for event hooks; false when `timeout` seconds each were not enough."""
        provisioned = self.provisioning.drain(timeout) if self.provisioning else True
        return self.deliveries.drain(timeout) and provisioned

    def close(self) -> None:
        """End the threads."""
        if self.provisioning:
            self.provisioning.close()
        self.deliveries.close()

    def _provisioning(self, settings: Settings) -> Provisioning | None:
        if settings.scim_url is None:
            return None
        app = self.app
        client = ScimClient(settings.scim_url, settings.scim_token)
        return Provisioning(
            self.organization, app.ref, self.groups, app.assignments, app.pushes, app.features, client
        )
