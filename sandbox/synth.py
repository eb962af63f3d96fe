"""Synthesizes the CDK app with the real command line, without any AWS credential."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SECONDS = 180


class SynthesisError(Exception):
    """`cdk synth` failed; the message holds what it said."""


def synthesize(root: Path, output: Path, context: Mapping[str, str]) -> None:
    """Run `cdk synth` in the checkout `root` with these context values; the assembly lands in `output`."""
    arguments = [
        str(root / "node_modules/.bin/cdk"),
        "synth",
        "--quiet",
        "--no-notices",
        "--output",
        str(output),
    ]
    for key, value in context.items():
        arguments += ["--context", f"{key}={value}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
        # The app is synthesized by this very interpreter, whatever `python3` is outside.
        "VIRTUAL_ENV": sys.prefix,
    }
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    run = subprocess.run(  # noqa: S603 - our own tool, no shell
        arguments, cwd=root, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if run.returncode != 0:
        raise SynthesisError(f"cdk synth failed:\n{run.stdout}{run.stderr}".rstrip())
