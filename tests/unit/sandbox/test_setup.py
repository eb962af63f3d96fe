"""What somebody reads whose machine lacks a tool: one sentence that says what to install."""

import subprocess
from pathlib import Path

import pytest

from sandbox.ports import LOOPBACK, listen

ROOT = Path(__file__).parents[3]


def setup_with(tmp_path: Path, tools: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the set-up where only these commands exist, each a shell script of that text."""
    for name, script in tools.items():
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
    return subprocess.run(
        ["/bin/sh", str(ROOT / "sandbox/setup.sh"), "0.0.0"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


GOOD = {"python3": "exit 0", "node": "echo 20", "npm": "exit 0"}


@pytest.mark.parametrize(
    ("tools", "sentence"),
    [
        ({}, "Python is missing: install Python 3.11 or newer"),
        (GOOD | {"python3": "exit 1"}, "Python is too old"),
        ({"python3": "exit 0"}, "Node.js is missing: install Node.js 20 or newer"),
        (GOOD | {"node": "echo 18"}, "Node.js is too old"),
        ({"python3": "exit 0", "node": "echo 20"}, "npm is missing"),
    ],
)
def test_a_missing_tool_is_one_sentence(tmp_path: Path, tools: dict[str, str], sentence: str) -> None:
    """Given a machine without it, the set-up stops with that sentence before it installs anything."""
    run = setup_with(tmp_path, tools)
    assert run.returncode == 1
    assert run.stderr.startswith(sentence)
    assert run.stderr.count("\n") == 1
    assert not (tmp_path / ".tools").exists()


def test_a_port_in_use_is_not_taken() -> None:
    """Given somebody on the usual port, another free one is listened on, and held."""
    with listen() as taken, listen(taken.getsockname()[1]) as other:
        assert other.getsockname()[1] not in (taken.getsockname()[1], 0)
        assert {taken.getsockname()[0], other.getsockname()[0]} == {LOOPBACK}
