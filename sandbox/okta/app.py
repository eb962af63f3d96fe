"""SAML apps: AWS IAM Identity Center, as Okta's integration network has it, and others beside it."""

from dataclasses import dataclass
from typing import Any

from sandbox.okta.assignments import Assignments
from sandbox.okta.certificates import EMAIL_ADDRESS, saml_metadata
from sandbox.okta.features import Features
from sandbox.okta.groups import Groups
from sandbox.okta.ids import iso, iso_or_none, new_id
from sandbox.okta.keys import AppKeys
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.people import People
from sandbox.okta.policies import Policies
from sandbox.okta.pushes import Pushes
from sandbox.okta.records import AppUser

OIN_KEY = "amazon_aws_sso"


class App:
    """The app with its certificates, users, groups and pushes."""

    def __init__(
        self,
        organization: Organization,
        people: People,
        groups: Groups,
        policies: Policies,
        ref: Ref | None = None,
    ) -> None:
        """`ref` names another app than that of the settings, one without provisioning."""
        self._org = organization
        self._policies = policies
        settings = organization.settings
        self.ref = ref or Ref(settings.app_id, "AppInstance", settings.app_label, settings.app_label)
        self.acs_url, self.entity_id = settings.acs_url, settings.entity_id
        self.name_id_format = EMAIL_ADDRESS
        self._created = self._changed = organization.now()
        self._issuer = f"http://www.okta.com/{new_id('exk')}"
        self.keys = AppKeys(organization, self.ref)
        self.assignments = Assignments(organization, self.ref, people, groups)
        self.pushes = Pushes(organization, self.ref, groups)
        self.features = Features(enabled=ref is None and settings.scim_url is not None)

    def metadata(self, kid: str | None) -> str:
        """SAML metadata with the certificate `kid`, by default the one that signs. Raises OktaError 404."""
        with self._org.lock:
            key = self.keys.get(kid or self.keys.active)
        address = f"{self._org.base_url}/app/{OIN_KEY}/{self.ref.id}/sso/saml"
        return saml_metadata(self._issuer, address, key, self.name_id_format)

    def replace(self, body: dict[str, Any], *, by: Ref) -> dict[str, Any]:
        """Change the signing key, the ACS URL or the entity id, as `body` names it. Raises OktaError 400."""
        with self._org.lock:
            wanted = AppChange.read(body)
            if wanted.kid is not None:
                self.keys.activate(wanted.kid, by=by)
            self.acs_url = wanted.acs_url or self.acs_url
            self.entity_id = wanted.entity_id or self.entity_id
            self._changed = self._org.now()
            uri = f"/api/v1/apps/{self.ref.id}"
            self._org.record(
                Occurrence("application.lifecycle.update", "Update application", by, (self.ref,), uri)
            )
        return self.body()

    def body(self) -> dict[str, Any]:
        """As Okta shows the app."""
        base = f"{self._org.base_url}/api/v1"
        return {
            "id": self.ref.id,
            "name": OIN_KEY,
            "label": self.ref.display_name,
            "status": "ACTIVE",
            "created": iso(self._created),
            "lastUpdated": iso(max(self._changed, self.keys.switched)),
            "features": ["PUSH_NEW_USERS", "PUSH_USER_DEACTIVATION", "REACTIVATE_USERS", "GROUP_PUSH"],
            "signOnMode": "SAML_2_0",
            "credentials": {
                "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
                "signing": {"kid": self.keys.active},
            },
            "settings": {
                "app": {"acsURL": self.acs_url, "entityID": self.entity_id},
                "signOn": {"subjectNameIdFormat": None, "ssoAcsUrlOverride": None, "audienceOverride": None},
            },
            "_links": {
                "accessPolicy": {"href": f"{base}/policies/{self._policies.id}"},
                "users": {"href": f"{base}/apps/{self.ref.id}/users"},
                "groups": {"href": f"{base}/apps/{self.ref.id}/groups"},
                "metadata": {
                    "href": f"{base}/apps/{self.ref.id}/sso/saml/metadata?kid={self.keys.active}",
                    "type": "application/xml",
                },
            },
        }


@dataclass(frozen=True)
class AppChange:
    """What a PUT of the app can change here; None: nothing said."""

    kid: str | None
    acs_url: str | None
    entity_id: str | None

    @classmethod
    def read(cls, body: dict[str, Any]) -> "AppChange":
        """From the app as a caller sends it back."""
        settings = _inside(body, "settings", "app")
        return cls(
            _inside(body, "credentials", "signing").get("kid"),
            settings.get("acsURL"),
            settings.get("entityID"),
        )


def app_user_body(user: AppUser) -> dict[str, Any]:
    """As Okta lists an application user; `id` is the person's, `externalId` the Identity Store's."""
    return {
        "id": user.person,
        "externalId": user.external_id,
        "created": iso(user.created),
        "lastUpdated": iso(user.last_sync or user.created),
        "scope": user.scope,
        "status": "PROVISIONED" if user.external_id else "ACTIVE",
        "statusChanged": iso(user.created),
        "syncState": user.sync_state,
        "lastSync": iso_or_none(user.last_sync),
        "credentials": {"userName": user.user_name},
        "profile": {},
    }


def _inside(body: dict[str, Any], *path: str) -> dict[str, Any]:
    inner: Any = body
    for name in path:
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) else {}
