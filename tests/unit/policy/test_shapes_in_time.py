"""No shape of names takes long, however it is made: one line of access.yaml must not stop a function."""

from collections.abc import Set
from typing import Any

import pytest

from functions.policy.globs import matches
from functions.policy.patterns import fits, readings

NAME = "a" * 200 + "!"


class Counted(frozenset[str]):
    """Words that count how often they are asked."""

    asked = 0

    def __contains__(self, word: object) -> bool:
        self.asked += 1
        return super().__contains__(word)


@pytest.mark.timeout(20)
def test_many_stars_in_a_glob() -> None:
    """Given forty stars and a text that fails at its very end, the answer comes at once. Tried in every way,
    it would not come in a lifetime."""
    assert not matches(NAME, "*a" * 40 + "x")
    assert matches(NAME, "*a" * 40 + "*!")


@pytest.mark.timeout(20)
def test_many_stars_in_a_shape() -> None:
    """Given forty stars around a capture, the same."""
    known: dict[str, Set[str]] = {"account": frozenset({"aaa"})}
    assert not fits("*a" * 20 + "{account}" + "*a" * 20 + "x", NAME, known)
    assert fits("*a" * 20 + "{account}" + "*a" * 20 + "*!", NAME, known)
    assert fits("*?" * 150 + "*", NAME, known)


def test_a_word_is_looked_up_once_for_each_place() -> None:
    """Given three stars before a capture, the words tried are the pieces of the name, each once or twice."""
    words: Any = Counted({"aa"})
    assert list(readings("*a*a*{account}!", NAME[-31:], {"account": words})) == [{"account": "aa"}]
    assert words.asked <= 31 * 31


def test_capitals_count() -> None:
    """Given a name in other capitals, no shape takes it: AWS tells them apart."""
    assert not matches("Production", "prod*")
    assert not matches("Production", "production")
    assert matches("Production", "Prod*")


def test_a_shape_without_captures_fits() -> None:
    """Given a shape of stars alone, whose reading says nothing, it fits all the same."""
    assert fits("*-auditors", "eu-auditors", {})
    assert not fits("*-auditors", "auditors", {})
