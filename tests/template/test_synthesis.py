"""The app as the CDK command line runs it: no credentials, no AWS, and mistakes told in words."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions.policy import load
from infra.bundle import bundle
from tests.template.templates import CONTEXT, ROOT, Stacks

KEPT = ("PATH", "LANG", "TMPDIR")
"""No AWS_*, no HOME with its ~/.aws, no proxy."""


def run(output: Path, **context: Any) -> subprocess.CompletedProcess[str]:
    """`python app.py` with the context that the command line hands over."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    values = {**CONTEXT, "bundle_platform": "local", **context}
    environment |= {
        "CDK_CONTEXT_JSON": json.dumps(values),
        "CDK_OUTDIR": str(output),
        "HOME": str(output),
        "AWS_EC2_METADATA_DISABLED": "true",
        # Whoever calls out meets a closed door.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    }
    return subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the app said; jsii speaks of old Node.js versions on the same stream."""
    return [line for line in done.stderr.splitlines() if line and not line.startswith("b'!")]


@pytest.fixture(scope="module")
def _bundled() -> None:
    bundle(load(ROOT / "access.yaml").to_json(), "local")


@pytest.mark.usefixtures("_bundled")
def test_it_needs_neither_credentials_nor_network(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert (done.returncode, said(done)) == (0, [])
    assert set(Stacks.read(tmp_path).all()) == {
        "ostiary-organization",
        "ostiary-permission-sets",
        "ostiary-hub",
    }
    # Nothing was asked of AWS, and nothing is left to ask
    assert "missing" not in json.loads((tmp_path / "manifest.json").read_text())


def test_a_mistake_in_the_access_policy_stops_it_at_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "permission_sets:\n"
        "  ReadOnly: {managed: [ViewOnlyAccess], session: 4h}\n"
        "grants:\n"
        "  - {group: security-audit, permission_set: ReadOlny, accounts: all}\n"
    )

    done = run(tmp_path / "out", policy_file=str(broken))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = said(done)
    assert "broken.yaml:4:" in line
    assert "ReadOlny" in line
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_missing_access_policy_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, policy_file="nowhere.yaml")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nowhere.yaml" in said(done)[0]


def test_a_missing_key_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, hub_account="")

    assert done.returncode == 1
    assert said(done) == [
        'context key "hub_account" is missing: it is the 12-digit id of the account that runs the hub: '
        "Identity Center's delegated administrator, or the management account itself, for example "
        '"222222222222" (set it in cdk.json or with -c).'
    ]
