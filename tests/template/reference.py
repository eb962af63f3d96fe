"""AWS's Service Authorization Reference, as a package of the policy evaluator's authors brings it."""

import json
from functools import cache
from typing import Any

from tests.template.templates import ROOT

DATA = ROOT / "node_modules" / "@cloud-copilot" / "iam-data" / "data" / "actions"


@cache
def _service(prefix: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((DATA / f"{prefix}.json").read_text())
    return described


def known(action: str) -> bool:
    """Whether AWS has an action of exactly this name, such as `sqs:SendMessage`."""
    prefix, name = action.split(":")
    described = _service(prefix).get(name.lower(), {})
    return bool(described.get("name") == name)


def level(action: str) -> str:
    """Read, List, Write, Tagging, Permissions management, or several of these."""
    prefix, name = action.split(":")
    found: str = _service(prefix)[name.lower()]["accessLevel"]
    return found
