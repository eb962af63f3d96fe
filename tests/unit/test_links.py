"""A link in the README or the docs leads to a file, and to a heading, that is there."""

import re
from pathlib import Path

import pytest

from tests.unit.pages import PAGES, ROOT


def headings(page: Path) -> set[str]:
    """GitHub's anchors of a page: lower case, spaces as hyphens, no punctuation."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_local_link_leads_somewhere(page: Path) -> None:
    """Given a page, each link that is not an address names a file of the repository, and a heading in it."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not heading or heading in headings(target), link
