"""Shapes of names mean what a plain reading of them says, and no shape takes long."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.policy.globs import matches
from functions.policy.patterns import CAPTURE, fits, readings

LETTERS = "ab-\n"
KNOWN = {
    "account": frozenset({"a", "ab", "b-a"}),
    "ou": frozenset({"a", "-", "bb"}),
    "permission_set": frozenset({"b", "a-b"}),
}
names = st.text(LETTERS, max_size=7)
globs = st.text(f"{LETTERS}**??", max_size=7)
pieces = st.sampled_from(["a", "b", "-", "*", "?", "{account}", "{ou}", "{permission_set}"])
patterns = st.lists(pieces, max_size=5).map("".join)


def reference(glob: str, text: str) -> bool:
    """What a glob means, one character after the other."""
    if not glob:
        return not text
    if glob[0] == "*":
        return any(reference(glob[1:], text[cut:]) for cut in range(len(text) + 1))
    return bool(text) and glob[0] in ("?", text[0]) and reference(glob[1:], text[1:])


def filled(pattern: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every way to put known words into the captures: a glob, and what stands for what."""
    capture = CAPTURE.search(pattern)
    if capture is None:
        yield pattern, {}
        return
    for word in KNOWN[capture[1]]:
        for glob, said in filled(pattern.replace(capture[0], word)):
            yield glob, {**said, capture[1]: word}


@settings(deadline=None)
@given(globs, names)
def test_a_glob_means_what_its_characters_say(glob: str, text: str) -> None:
    """Given any glob and any text, the fast answer is the plain one."""
    assert matches(text, glob) == reference(glob, text)


@settings(deadline=None)
@given(patterns, names)
def test_every_reading_is_found_and_found_once(pattern: str, name: str) -> None:
    """Given any pattern and name, the readings are those words that make the name when they are put in."""
    found = [dict(each) for each in readings(pattern, name, KNOWN)]
    wanted = [said for glob, said in filled(pattern) if reference(glob, name)]
    assert sorted(map(sorted, map(dict.items, found))) == sorted(map(sorted, map(dict.items, wanted)))
    assert fits(pattern, name, KNOWN) == bool(wanted)
