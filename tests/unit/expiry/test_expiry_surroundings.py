"""Two clocks, real TLS on loopback, and a SCIM endpoint that answers in every way."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from functions.expiry import scim, tls
from functions.expiry.check import Desk
from functions.expiry.scim_endpoint import ScimAnswer, ScimSecretError, try_endpoint
from functions.expiry.surroundings import Reading, Served, clocks, domains
from functions.finding import Severity, State
from functions.policy.watch import Expiry
from tests.unit.expiry.conftest import RUNBOOKS
from tests.unit.okta.scripted_http import Answer, scripted_server

NOW = datetime.now(UTC).replace(microsecond=0)
DESK = Desk(NOW, Expiry().severity, RUNBOOKS)


@pytest.mark.parametrize(
    ("okta", "state", "words"),
    [
        (0, State.CLEAR, "agree"),
        (60, State.CLEAR, "agree"),
        (61, State.CLEAR, "agree"),
        (62, State.OPEN, "61 seconds ahead of"),
        (-61, State.CLEAR, "agree"),
        (-62, State.OPEN, "61 seconds behind"),
        (-3600, State.OPEN, "3599 seconds behind"),
    ],
)
def test_a_minute_between_the_clocks_is_tolerated(okta: int, state: State, words: str) -> None:
    # Given: the answer took a second, and Okta tells whole seconds
    reading = Reading(NOW, NOW + timedelta(seconds=okta), NOW + timedelta(seconds=1))
    finding = clocks(reading, DESK)
    assert (finding.state, finding.severity) == (
        state,
        Severity.WARNING if state == "open" else Severity.INFO,
    )
    assert words in finding.title


@pytest.mark.parametrize(
    ("served", "severity", "words"),
    [
        (Served("login.example.com", NOW + timedelta(days=61), None), None, "hold"),
        (Served("login.example.com", NOW + timedelta(days=59), None), Severity.INFO, "59 days"),
        (Served("login.example.com", NOW + timedelta(days=29), None), Severity.WARNING, "29 days"),
        (Served("login.example.com", NOW + timedelta(days=13), None), Severity.PAGE, "13 days"),
        (Served("login.example.com", NOW, "certificate has expired"), Severity.PAGE, "expired on"),
        (Served("login.example.com", NOW + timedelta(days=99), "Hostname mismatch"), Severity.PAGE, "refuse"),
        (Served("login.example.com", None, None), Severity.WARNING, "could not be read"),
    ],
)
def test_a_custom_domain_ages_like_any_certificate(
    served: Served, severity: Severity | None, words: str
) -> None:
    finding = domains([served, Served("sso.example.com", NOW + timedelta(days=400), None)], DESK)
    assert (finding.severity if finding.state is State.OPEN else None) == severity
    assert words in finding.title
    assert "sso.example.com" in finding.facts


def test_where_there_is_no_custom_domain_the_check_is_clear() -> None:
    assert domains([], DESK).state is State.CLEAR


def test_only_https_addresses_outside_okta_are_looked_at_each_once() -> None:
    addresses = ["https://example.okta.com", "http://127.0.0.1:1", None, "https://login.example.com"]
    assert list(tls.custom([*addresses, "https://login.example.com:443"])) == [("login.example.com", 443)]
    assert list(tls.custom(["https://notokta.com:8443"])) == [("notokta.com", 8443)]


@contextmanager
def speaks_tls(tmp_path: Path, end: datetime, *, name: str = "127.0.0.1") -> Iterator[tuple[int, Path]]:
    """A server with a certificate of its own; its port, and the file with which a client trusts it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=400))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_greet, args=(listener, context))
        thread.start()
        yield listener.getsockname()[1], file
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _greet(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        with plain:
            try:
                context.wrap_socket(plain, server_side=True).close()
            except OSError:
                continue


def trusting(file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(file))


def test_a_certificate_that_is_accepted_tells_its_end(tmp_path: Path) -> None:
    end = NOW + timedelta(days=20)
    with speaks_tls(tmp_path, end) as (port, file):
        assert tls.look("127.0.0.1", port, trusted=trusting(file)) == Served("127.0.0.1", end, None)


def test_an_expired_one_is_refused_and_still_tells_its_end(tmp_path: Path) -> None:
    end = NOW - timedelta(days=1)
    with speaks_tls(tmp_path, end) as (port, file):
        served = tls.look("127.0.0.1", port, trusted=trusting(file))
    assert served.ends == end
    assert served.trouble is not None
    assert "expired" in served.trouble


def test_a_stranger_and_a_wrong_name_are_what_a_browser_says(tmp_path: Path) -> None:
    with speaks_tls(tmp_path, NOW + timedelta(days=20), name="127.0.0.9") as (port, file):
        assert "self-signed" in str(tls.look("127.0.0.1", port).trouble)
        assert "mismatch" in str(tls.look("127.0.0.1", port, trusted=trusting(file)).trouble)


def test_a_port_that_nobody_listens_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    served = tls.look("127.0.0.1", port)
    assert served.ends is None
    assert "no TLS connection" in str(served.trouble)


@pytest.mark.parametrize(
    ("status", "severity", "words"),
    [
        (200, None, "accepts"),
        (401, Severity.PAGE, "refuses the SCIM access token (HTTP 401)"),
        (403, Severity.PAGE, "nobody who leaves is disabled"),
        (404, Severity.WARNING, "HTTP 404"),
        (503, Severity.WARNING, "HTTP 503"),
    ],
)
def test_every_answer_of_the_scim_endpoint(status: int, severity: Severity | None, words: str) -> None:
    with scripted_server() as server, requests.Session() as http:
        server.answers = [Answer(status, {})]
        answer = try_endpoint(f'{{"url": "{server.url}/scim/v2/", "token": "t0ken"}}', http)
    assert server.asked[0].path.startswith("/scim/v2/Users?filter=")
    assert server.asked[0].headers["Authorization"] == "Bearer t0ken"
    finding = scim.endpoint(answer, DESK)
    assert (finding.severity if finding.state is State.OPEN else None) == severity
    assert words in finding.title


def test_a_scim_endpoint_that_does_not_answer() -> None:
    with requests.Session() as http:
        answer = try_endpoint('{"url": "http://127.0.0.1:9", "token": "t"}', http)
    assert answer == ScimAnswer(None, "ConnectionError")
    assert scim.endpoint(answer, DESK).severity is Severity.WARNING


@pytest.mark.parametrize("secret", ["", "[]", "{}", '{"url": "https://x"}', "t0p-secret"])
def test_a_scim_secret_of_another_shape_is_named_without_its_value(secret: str) -> None:
    with requests.Session() as http, pytest.raises(ScimSecretError) as caught:
        try_endpoint(secret, http)
    assert "t0p-secret" not in str(caught.value)
