"""Every alert links to a runbook that exists and that the index lists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs/runbooks"


def linked() -> set[str]:
    """Every file name that ends in .md and stands in the code of a function."""
    text = "".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    return set(re.findall(r"([a-z][a-z-]*\.md)", text))


def test_every_linked_runbook_is_written() -> None:
    """Given an alert at 3 a.m., its link leads somewhere."""
    missing = {name for name in linked() if not (RUNBOOKS / name).exists()}
    assert missing == set()


def test_the_index_lists_every_runbook_and_no_other() -> None:
    """Given the index, each row's file exists, and each file has its row."""
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", (RUNBOOKS / "README.md").read_text()))
    assert listed == {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"}
