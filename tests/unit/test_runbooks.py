"""Every alert links to a runbook that exists and that the index lists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs/runbooks"


def linked() -> set[str]:
    """Every file name in the code of functions and alarms, alone or at the end of an address."""
    code = [path for folder in ("functions", "infra") for path in (ROOT / folder).rglob("*.py")]
    return set(re.findall(r'(?:"|\}/)([a-z][a-z-]*\.md)"', "".join(path.read_text() for path in code)))


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """Given an alert at 3 a.m., its link leads somewhere; and nothing is written that no alert leads to."""
    assert linked() == {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"}


def test_the_index_lists_every_runbook_and_no_other() -> None:
    """Given the index, each row's file exists, and each file has its row."""
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", (RUNBOOKS / "README.md").read_text()))
    assert listed == {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"}
