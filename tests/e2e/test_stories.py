"""The three stories, each read back from the embedded AWS, in both shapes."""

import pytest

from sandbox.demo import STORIES
from sandbox.world import World


@pytest.mark.parametrize("title", STORIES)
def test_a_story_ends_as_it_should(world: World, title: str) -> None:
    """Given the deployed world, each expectation of the story holds."""
    seen = list(STORIES[title](world))
    assert seen
    assert [f"{row.expected}: {row.happened}" for row in seen if not row.held] == []


def test_no_event_was_lost_on_its_way(world: World) -> None:
    """Given all that the organization has sent, the deployed rules and the bus's policy let each pass."""
    world.identity.settle()
    assert world.identity.undelivered == []
