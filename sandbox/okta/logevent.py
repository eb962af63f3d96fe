"""LogEvents, as the System Log lists them and event hooks carry them. Okta: the LogEvent object."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.okta.ids import iso

_PLACE = {
    "city": "Rotterdam",
    "state": "South Holland",
    "country": "Netherlands",
    "postalCode": "3011",
    "geolocation": {"lat": 51.9225, "lon": 4.4792},
}
_ADDRESS = "198.51.100.23"


@dataclass(frozen=True)
class Ref:
    """An actor or a target: what it is and how it is called."""

    id: str
    type: str
    alternate_id: str
    display_name: str

    def body(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "id": self.id,
            "type": self.type,
            "alternateId": self.alternate_id,
            "displayName": self.display_name,
            "detailEntry": None,
        }


SYSTEM = Ref("okta", "SystemPrincipal", "system@okta.com", "Okta System")


@dataclass(frozen=True)
class Occurrence:
    """What happened, before it is written down. `reason` set means that it was refused."""

    event_type: str
    message: str
    actor: Ref
    targets: tuple[Ref, ...] = ()
    uri: str = ""
    result: str = "SUCCESS"
    reason: str | None = None
    severity: str = "INFO"
    transaction: str | None = None
    debug: dict[str, str] = field(default_factory=dict)


def log_event(occurrence: Occurrence, published: datetime) -> dict[str, Any]:
    """The LogEvent for it, with an id of its own."""
    by_system = occurrence.actor.type == "SystemPrincipal"
    request = occurrence.transaction or uuid.uuid4().hex
    return {
        "uuid": str(uuid.uuid4()),
        "published": iso(published),
        "eventType": occurrence.event_type,
        "version": "0",
        "severity": occurrence.severity,
        "legacyEventType": None,
        "displayMessage": occurrence.message,
        "actor": occurrence.actor.body(),
        "client": _client(by_system),
        "device": None,
        "authenticationContext": _sign_in(request),
        "outcome": {"result": occurrence.result, "reason": occurrence.reason},
        "target": [target.body() for target in occurrence.targets],
        "transaction": {"type": "JOB" if by_system else "WEB", "id": request, "detail": {}},
        "securityContext": {
            "asNumber": 64496,
            "asOrg": "example",
            "isp": None,
            "domain": None,
            "isProxy": False,
        },
        "debugContext": {"debugData": _debug(occurrence, request)},
        "request": {"ipChain": [] if by_system else [_hop()]},
    }


def _sign_in(request: str) -> dict[str, Any]:
    return {
        "authenticationProvider": None,
        "credentialProvider": None,
        "credentialType": None,
        "issuer": None,
        "interface": None,
        "authenticationStep": 0,
        "externalSessionId": f"trs{request[:22]}",
    }


def _debug(occurrence: Occurrence, request: str) -> dict[str, str]:
    return {
        "requestId": request,
        "requestUri": occurrence.uri,
        "url": f"{occurrence.uri}?",
        "threatSuspected": "false",
        **occurrence.debug,
    }


def _hop() -> dict[str, Any]:
    return {"ip": _ADDRESS, "geographicalContext": _PLACE, "version": "V4", "source": None}


def _client(by_system: bool) -> dict[str, Any]:
    if by_system:
        return {
            "userAgent": None,
            "zone": None,
            "device": None,
            "id": None,
            "ipAddress": None,
            "geographicalContext": None,
        }
    return {
        "userAgent": {"rawUserAgent": "sandbox", "os": "Unknown", "browser": "UNKNOWN"},
        "zone": "null",
        "device": "Computer",
        "id": None,
        "ipAddress": _ADDRESS,
        "geographicalContext": _PLACE,
    }
