"""The cloud assembly that `cdk synth` leaves behind: the stacks in order, their templates and assets.

Layout by the AWS CDK's own schema, "cloud-assembly-schema".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Asset:
    """A folder that is zipped, uploaded and named by a template."""

    path: Path
    bucket: str
    key: str


@dataclass(frozen=True)
class Stack:
    """One stack, as `cdk deploy` would create it in `account` and `region`."""

    name: str
    account: str
    region: str
    template: Mapping[str, Any]
    assets: tuple[Asset, ...]
    after: tuple[str, ...] = ()
    """The stacks that must be deployed before."""


def read(directory: Path) -> dict[str, Stack]:
    """All stacks of the assembly by name. Raises FileNotFoundError where there is no assembly."""
    manifest = json.loads((directory / "manifest.json").read_text())
    artifacts = {
        name: artifact
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    stacks = (
        _stack(directory, artifact, [name for name in artifact.get("dependencies", ()) if name in artifacts])
        for artifact in artifacts.values()
    )
    return {stack.name: stack for stack in stacks}


def _stack(directory: Path, artifact: Mapping[str, Any], after: Sequence[str]) -> Stack:
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    template_file = artifact["properties"]["templateFile"]
    assets = json.loads((directory / template_file.replace(".template.json", ".assets.json")).read_text())
    return Stack(
        name=artifact["properties"].get("stackName", template_file.removesuffix(".template.json")),
        account=account,
        region=region,
        template=json.loads((directory / template_file).read_text()),
        assets=tuple(
            Asset(directory / file["source"]["path"], destination["bucketName"], destination["objectKey"])
            for file in assets["files"].values()
            if file["source"]["packaging"] == "zip"
            for destination in file["destinations"].values()
        ),
        after=tuple(after),
    )
