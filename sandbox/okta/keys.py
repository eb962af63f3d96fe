"""The app's certificates: several, one of them signs. Okta: "Application Key Credentials"."""

from datetime import datetime, timedelta

from sandbox.okta.certificates import SigningKey, make_signing_key
from sandbox.okta.errors import OktaError, invalid, not_found
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization

_ORGANIZATION_NAME = "example"


class AppKeys:
    """The app's certificates, oldest first. The first is made once somebody asks: a key pair takes time."""

    def __init__(self, organization: Organization, app: Ref) -> None:
        self._org = organization
        self._app = app
        self._begun = self.switched = organization.now()
        self._keys: list[SigningKey] = []
        self._active = ""

    @property
    def active(self) -> str:
        """The kid of the one that signs assertions."""
        with self._org.lock:
            self._ensure()
            return self._active

    def all(self) -> list[SigningKey]:
        """Every certificate, signing or not."""
        with self._org.lock:
            self._ensure()
            return list(self._keys)

    def get(self, kid: str) -> SigningKey:
        """Raises OktaError 404."""
        for key in self.all():
            if key.kid == kid:
                return key
        raise not_found(kid, "JsonWebKey")

    def generate(self, years: int, *, by: Ref) -> SigningKey:
        """A certificate that does not sign yet; valid 2 to 10 years, as Okta allows. Raises OktaError 400."""
        if not 2 <= years <= 10:
            raise invalid("validityYears", "validityYears: must be between 2 and 10")
        return self.add(timedelta(days=365 * years), by=by)

    def add(self, left: timedelta, *, by: Ref) -> SigningKey:
        """A certificate with this time left, negative for one that has expired; it does not sign yet."""
        key = _make(self._org.now(), left)
        with self._org.lock:
            self._ensure()
            self._keys.append(key)
        self._tell("app.keys.generate", "Generate application key", by)
        return key

    def activate(self, kid: str, *, by: Ref) -> None:
        """Sign with this one from now on. Raises OktaError 400 for a key the app does not have."""
        with self._org.lock:
            if all(key.kid != kid for key in self.all()):
                raise OktaError(
                    400, "E0000001", "Api validation failed: credentials.signing.kid", ("unknown kid",)
                )
            if kid != self._active:
                self._active = kid
                self.switched = self._org.now()
                self._tell("app.keys.rotate", "Rotate application key", by)

    def forget(self, kid: str) -> None:
        """Take away one that does not sign; Okta has this in its console only."""
        with self._org.lock:
            if kid == self.active:
                raise invalid("kid", "the key in use cannot be deleted")
            self._keys = [key for key in self._keys if key.kid != kid]

    def _ensure(self) -> None:
        if not self._keys:
            left = timedelta(days=self._org.settings.certificate_days_left)
            self._keys.append(_make(self._begun, left))
            self._active = self._keys[0].kid

    def _tell(self, event_type: str, message: str, by: Ref) -> None:
        uri = f"/api/v1/apps/{self._app.id}/credentials/keys"
        self._org.record(Occurrence(event_type, message, by, (self._app,), uri))


def _make(now: datetime, left: timedelta) -> SigningKey:
    """Issued now, or long enough ago for one that has expired."""
    now = now.replace(microsecond=0)
    return make_signing_key(_ORGANIZATION_NAME, min(now, now + left - timedelta(days=1)), now + left)
