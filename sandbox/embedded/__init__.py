"""The embedded AWS: ministack in a process and a Python environment of its own, on loopback only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
import requests
from botocore.config import Config

from sandbox.ports import LOOPBACK, listen

PYTHON = Path(".tools/embedded-aws/bin/python")
PORT = 14566
KEEP_ALIVE = ("--keep-alive", "75")
START_SECONDS = 30.0
STOP_SECONDS = 5.0
SECRET = "sandbox"  # noqa: S105 - the embedded AWS accepts any; there is nothing to protect


class EmbeddedAwsError(Exception):
    """The embedded AWS cannot run as it should; the message says what to do."""


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS. An access key id of 12 digits is the account that a call is made in."""

    url: str
    pid: int
    enforces_iam: bool

    def client(self, service: Any, account: str, region: str) -> Any:
        """A boto3 client of `account` in `region`, with that account's root rights."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=account,
            aws_secret_access_key=SECRET,
            config=Config(retries={"mode": "standard", "total_max_attempts": 2}, read_timeout=60),
        )


@contextmanager
def serve(
    root: Path, directory: Path, identity_url: str, account: str, region: str, *, enforce_iam: bool = False
) -> Iterator[EmbeddedAws]:
    """Start it, wait until it answers, end it and every process it started.

    `root` is the checkout that holds the program, `directory` takes the log and temporary files;
    `identity_url` answers for Organizations, Identity Center and Identity Store; `account` and
    `region` are what a request without a signature reaches, such as Okta's to the API's endpoint.
    """
    python = root / PYTHON
    if not python.exists():
        raise EmbeddedAwsError("the embedded AWS is not installed; run `make setup`")
    temporary = directory / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    with listen(PORT) as door, (directory / "aws.log").open("wb") as log:
        port = int(door.getsockname()[1])
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [str(python), "-m", "hypercorn", "over_tls:app", "--bind", f"fd://{door.fileno()}", *KEEP_ALIVE],
            cwd=Path(__file__).parent,
            env=_environment(port, identity_url, (account, region), temporary, enforce_iam=enforce_iam),
            pass_fds=[door.fileno()],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://{LOOPBACK}:{port}"
        _wait_until_healthy(process, url, directory / "aws.log")
        yield EmbeddedAws(url, process.pid, enforce_iam)
    finally:
        _end(process)


def open_listeners(pid: int) -> list[str]:
    """Every `address:port` that the process `pid` or one it started listens on beyond loopback."""
    parent = psutil.Process(pid)
    return [
        f"{connection.laddr.ip}:{connection.laddr.port}"
        for process in (parent, *parent.children(recursive=True))
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.ip not in (LOOPBACK, "::1")
    ]


def _environment(
    port: int, identity_url: str, home: tuple[str, str], temporary: Path, *, enforce_iam: bool
) -> dict[str, str]:
    url = f"http://{LOOPBACK}:{port}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "AUTH": "true" if enforce_iam else "false",
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_ACCOUNT_ACCESS": identity_url,
        "AWS_ENDPOINT_URL_IDENTITYSTORE": identity_url,
        "AWS_ENDPOINT_URL_ORGANIZATIONS": identity_url,
        "AWS_ENDPOINT_URL_SSO_ADMIN": identity_url,
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        # With `cryptography` installed an MQTT listener would open on every interface.
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "MINISTACK_ACCOUNT_ID": home[0],
        "MINISTACK_REGION": home[1],
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
    }


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{url}/_localstack/health", timeout=1).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
    raise EmbeddedAwsError(f"the embedded AWS did not come up; read {log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Politely first; then the whole group, the functions' own processes with it."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing of the group is left, as it should be


if sys.platform == "win32":
    raise EmbeddedAwsError("the sandbox runs on Linux and macOS; on Windows use WSL")
