"""docs/alerts.md shows what is really sent."""

from functions.alerts.channels_secret import BY_SECRET
from tests.unit.alerts.rendered import PAGE, filled


def test_every_example_is_as_the_code_renders_it() -> None:
    """Given a change of a form, `python -m tests.unit.alerts.rendered` writes the page anew."""
    page = PAGE.read_text()
    assert filled(page) == page


def test_every_channel_has_its_section() -> None:
    page = PAGE.read_text()
    for name in ("mail", *BY_SECRET):
        assert f"<!-- example: {name} -->" in page
        assert f"`{name}`" in page
