"""Where a certificate's rotation stands, read from what Okta has and Identity Center was given. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True)
class Key:
    """A certificate of the app in Okta."""

    kid: str
    fingerprint: str
    ends: datetime
    signs: bool
    trusted: bool


@dataclass(frozen=True)
class App:
    """A SAML app as the function `ostiary-expiry` shows it. `trusted`: fingerprint to end."""

    id: str
    label: str
    keys: tuple[Key, ...]
    trusted: Mapping[str, datetime]
    metadata: tuple[str, ...]

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Raises KeyError or ValueError where the function is of another version."""
        keys = tuple(
            Key(
                key["kid"],
                key["fingerprint"],
                datetime.fromisoformat(key["ends"]),
                key["signs"],
                key["trusted"],
            )
            for key in shown["keys"]
        )
        trusted = {each["fingerprint"]: datetime.fromisoformat(each["ends"]) for each in shown["trusted"]}
        return cls(shown["app"], shown["label"], keys, trusted, tuple(shown["metadata"]))

    @property
    def signing(self) -> Key:
        """The one that signs now."""
        return next(key for key in self.keys if key.signs)

    @property
    def successor(self) -> Key | None:
        """The one that was generated to sign next: it ends last, and later than the signing one."""
        last = max(self.keys, key=lambda key: key.ends)
        return last if last.ends > self.signing.ends else None

    @property
    def leftovers(self) -> tuple[str, ...]:
        """Fingerprints that Identity Center still trusts although they do not sign any more."""
        waiting = {key.fingerprint for key in self.keys if key == self.successor}
        return tuple(sorted(set(self.trusted) - {self.signing.fingerprint} - waiting))


class Step(StrEnum):
    """In the order in which nobody is ever locked out."""

    RECORD = "record"
    GO_BACK = "go-back"
    GENERATE = "generate"
    IMPORT = "import"
    ACTIVATE = "activate"
    SIGN_IN = "sign-in"
    CLEAN_UP = "clean-up"
    DONE = "done"


UNDER_WAY = frozenset({Step.IMPORT, Step.ACTIVATE, Step.SIGN_IN, Step.CLEAN_UP})
"""After these, a rotation with nothing left to do is done, and not about to begin."""


def next_step(app: App, *, begun: bool, signed_in: bool) -> Step:
    """`begun`: one of UNDER_WAY was seen already; `signed_in`: somebody did, with what signs now."""
    if app.signing.fingerprint not in app.trusted:
        return Step.GO_BACK if app.trusted else Step.RECORD
    if app.successor is not None:
        return Step.ACTIVATE if app.successor.trusted else Step.IMPORT
    if app.leftovers:
        return Step.CLEAN_UP if signed_in else Step.SIGN_IN
    return Step.DONE if begun else Step.GENERATE


def explain(step: Step, app: App) -> str:
    """What to do, where, and what not."""
    where = f"Okta > Applications > {app.label} > Sign On > SAML Signing Certificates"
    center = "IAM Identity Center > Settings > Identity source > Actions > Manage authentication"
    match step:
        case Step.RECORD:
            return (
                "Nobody has recorded which certificate Identity Center was given. Sign in to the access "
                "portal from a private window. If that works, Identity Center has the one that signs now "
                f"(valid until {_day(app.signing.ends)})."
            )
        case Step.GO_BACK:
            back = [key for key in app.keys if key.trusted]
            which = f"the one with key id {back[0].kid}" if back else "one that Identity Center has"
            return (
                f"STOP. {app.label} signs with a certificate that Identity Center was never given. {where}: "
                f"Actions > Activate beside {which}. Sign-in works again within seconds."
            )
        case Step.GENERATE:
            return f"{where}: Generate new certificate. Leave it INACTIVE: sign-in still uses the old one."
        case Step.IMPORT:
            return (
                f"{where}: Actions > Download certificate beside the inactive one, key id {_next(app).kid}. "
                f"Then {center} > Manage SAML 2.0 certificates > Import certificate. Delete nothing."
            )
        case Step.ACTIVATE:
            return (
                f"Identity Center has the new one. {where}: Actions > Activate beside key id "
                f"{_next(app).kid}."
            )
        case Step.SIGN_IN:
            return "Sign in to the access portal from a private window, at once. Ask a second person as well."
        case Step.CLEAN_UP:
            ends = ", ".join(_day(app.trusted[each]) for each in app.leftovers)
            return (
                f"A day later: {center} > Manage SAML 2.0 certificates: delete the old certificate (valid "
                f"until {ends}). Until then it is the way back."
            )
        case Step.DONE:
            return f"Done: {app.label} signs with a certificate valid until {_day(app.signing.ends)}."


def waiting_for(step: Step) -> str:
    """What was not seen, when somebody says that the step is done and it is not."""
    return {
        Step.GENERATE: "Okta shows no newer certificate yet.",
        Step.ACTIVATE: "Okta still signs with the old certificate.",
        Step.GO_BACK: "Okta still signs with the certificate that Identity Center was never given.",
    }.get(step, "Nothing has changed.")


def _next(app: App) -> Key:
    if app.successor is None:
        raise ValueError("no certificate waits")
    return app.successor


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
