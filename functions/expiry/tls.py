"""What a domain shows of itself when a browser comes: its TLS certificate, and whether it is accepted."""

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

from functions.expiry.surroundings import Served

TIMEOUT = 5.0
"""Seconds to connect and to shake hands."""

MANAGED = (".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com", ".okta.mil", ".trexcloud.com")
"""Okta's own domains, whose certificates Okta renews."""


def custom(addresses: Iterable[str | None]) -> Iterator[tuple[str, int]]:
    """Host and port of each https address that is not one of Okta's own domains, each once."""
    seen = set()
    for address in addresses:
        parts = urlsplit(address or "")
        host = parts.hostname
        if parts.scheme == "https" and host and not host.endswith(MANAGED) and host not in seen:
            seen.add(host)
            yield host, parts.port or 443


def look(host: str, port: int, *, trusted: ssl.SSLContext | None = None) -> Served:
    """Shake hands as a browser does, then once more without judging, to read the end of what it refused.

    `trusted` holds the certificate authorities; by default those of the system.
    """
    try:
        with _handshake(host, port, trusted or ssl.create_default_context()) as tls:
            return Served(host, _end(tls), None)
    except ssl.SSLCertVerificationError as error:
        return Served(host, _end_unjudged(host, port), error.verify_message)
    except OSError as error:
        return Served(host, None, f"no TLS connection ({error})")


def _end_unjudged(host: str, port: int) -> datetime | None:
    # Nothing is sent over this connection; only the date of what was just refused is read from it.
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    try:
        with _handshake(host, port, blind) as tls:
            return _end(tls)
    except OSError:
        return None


@contextmanager
def _handshake(host: str, port: int, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection((host, port), timeout=TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        yield tls


def _end(tls: ssl.SSLSocket) -> datetime | None:
    der = tls.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der).not_valid_after_utc if der else None
