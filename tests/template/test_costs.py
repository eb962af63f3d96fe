"""docs/costs.md: its sums are right, every price has its source, and what it counts is there."""

import pytest

from tests.template.costed import COUNTED, LINES, PAGE, SOURCES, TOTAL, filled
from tests.template.templates import Stacks, of_type


def test_the_page_is_as_it_is_computed() -> None:
    """Given a change of a price or a number, `python -m tests.template.costed` writes the page anew."""
    page = PAGE.read_text()
    assert filled(page) == page
    assert f"about {TOTAL:.0f} US dollars" in page


def test_every_price_names_where_it_was_read_and_none_is_named_in_vain() -> None:
    assert {line.source for line in LINES} == SOURCES.keys()


@pytest.mark.parametrize("kind", COUNTED)
def test_what_is_paid_by_the_piece_is_about_as_many_as_the_templates_have(kind: str, stacks: Stacks) -> None:
    """Given an alarm more or less, the estimate stays one; given many, it must be made anew."""
    there = sum(len(of_type(template, kind)) for template in stacks.all().values())
    assert abs(there - COUNTED[kind]) <= max(1, COUNTED[kind] // 5)
