"""docs/access-yaml.md is held to the model: every example loads, every field is there, and no other."""

import re
from pathlib import Path
from typing import Any

import pytest

from functions.policy import load, loads, schema
from functions.policy.permission_sets import PermissionSet

DOCS = (Path(__file__).parents[3] / "docs" / "access-yaml.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", DOCS, re.DOTALL | re.MULTILINE))
DEFINITIONS: dict[str, Any] = schema()["$defs"]
MODELS = {
    "permission_sets": "PermissionSet",
    "grants": "Grant",
    "accounts": "Accounts",
    "leavers": "Leavers",
    "expiry": "Expiry",
    "watch": "Watch",
    "alerts": "Alerts",
}


def documented(section: str) -> set[str]:
    """Words in backticks of the first column of a section's tables."""
    rows: list[str] = re.findall(r"^\| (`.*?) \|", SECTIONS[section], re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([a-z_]+)`", row)}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_loads(example: str, tmp_path: Path) -> None:
    """Given an example, somebody may copy it as it stands."""
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "data.yaml").write_text("permission_sets: {Lake: {}}\n")
    (tmp_path / "access.yaml").write_text(example)
    load(tmp_path / "access.yaml")


@pytest.mark.parametrize(("section", "model"), MODELS.items())
def test_every_field_has_its_row(section: str, model: str) -> None:
    """Given a section's model, its fields and the documented ones are the same."""
    assert documented(section) >= set(DEFINITIONS[model]["properties"])
    if section != "grants":  # whose tables also list selectors and captures
        assert documented(section) == set(DEFINITIONS[model]["properties"])


def test_every_section_and_every_selector_is_there() -> None:
    """Given the whole model, no section and no way to name accounts is left out."""
    assert set(SECTIONS) == set(schema()["properties"])
    words = set(re.findall(r"[a-z]+", " ".join(re.findall(r"^\| (`\{.*?) \|", DOCS, re.MULTILINE))))
    assert words >= set(DEFINITIONS["AccountFilter"]["properties"])


def test_what_is_said_of_defaults_is_so() -> None:
    """Given defaults that the page states, the model has them."""
    policy = loads("permission_sets: {A: {}}")
    assert policy.permission_sets["A"] == PermissionSet()
    assert policy.permission_sets["A"].session_iso == "PT1H"
    assert (policy.accounts.prune, policy.accounts.max_removals) == ("off", 10)
    assert (policy.expiry.info, policy.expiry.warning, policy.expiry.page) == (60, 30, 14)
    assert policy.leavers.memberships == "remove"
    assert policy.leavers.lost_groups == "deny"
