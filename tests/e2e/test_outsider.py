"""`make sandbox`, driven from outside, and ended as a person ends it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
UP_SECONDS = 120

pytestmark = pytest.mark.xdist_group("one-account")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`make sandbox` in a process of its own, up when its endpoints are written."""
    environment = os.environ | {"OSTIARY_SANDBOX": str(tmp_path / ".sandbox")}
    process = subprocess.Popen([sys.executable, "-m", "sandbox", "up"], cwd=ROOT, env=environment)
    endpoints = tmp_path / ".sandbox/endpoints.json"
    deadline = time.monotonic() + UP_SECONDS
    while not endpoints.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    assert endpoints.exists(), "the sandbox did not come up"
    yield process, endpoints
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_it_is_driven_by_its_endpoints_alone_and_leaves_nothing(
    sandbox: tuple[subprocess.Popen[bytes], Path],
) -> None:
    """Given the world up, curl and boto3 play its stories; given Ctrl-C, no process and no port stays."""
    process, endpoints = sandbox
    told = json.loads(endpoints.read_text())
    assert told.keys() == {"hook_url", "hook_secret", "aws", "okta", "alerts_url"}
    family = psutil.Process(process.pid).children(recursive=True)
    assert family, "the embedded AWS is a process of its own"
    script = Path(__file__).with_name("outsider.py")
    run = subprocess.run(
        [sys.executable, "-I", str(script), str(endpoints)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert not endpoints.exists()
