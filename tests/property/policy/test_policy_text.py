"""Any text at all is a policy or a list of mistakes with places; any policy survives the bundle."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.policy import AccessPolicy, PolicyError, loads

WORDS = (
    "permission_sets grants group groups accounts permission_set except all management on leavers alerts "
    "page user until 2027-01-31 or not ou tag direct true prune off {ou} "
    "A ReadOnly 4h 13h 012345678901 /Workloads {account} &a *a !x - : [ ] { } , \" ' | > # << null ~ 1"
)
words = st.sampled_from([*WORDS.split(), "\n", "  ", "\n  ", ": ", "\t"])
yamlish = st.lists(words, max_size=30).map(" ".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def read(text: str) -> AccessPolicy | PolicyError:
    try:
        return loads(text)
    except PolicyError as error:
        return error


@settings(deadline=None)
@given(yamlish | st.text(max_size=80))
def test_any_text_is_a_policy_or_mistakes(text: str) -> None:
    """Given any text, reading ends with a policy or with places in the file, and never with a traceback."""
    read_as = read(text)
    if isinstance(read_as, PolicyError):
        assert read_as.mistakes
        assert all(mistake.line >= 1 and mistake.column >= 1 for mistake in read_as.mistakes)
    else:
        assert AccessPolicy.from_json(read_as.to_json()) == read_as


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["permission_sets", "grants", "leavers", "expiry", "alerts"]), values))
def test_any_values_are_a_policy_or_mistakes(raw: dict[str, object]) -> None:
    """Given known keys with any values, of any shape, every mistake has a place."""
    read_as = read(json.dumps(raw))
    if isinstance(read_as, PolicyError):
        assert all(mistake.line == 1 for mistake in read_as.mistakes)
