"""The JSON Schema and the loader take the same files, but for what no schema can know."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.policy.schema_check import beyond_a_schema, mistakes, valid

ODD: st.SearchStrategy[Any] = st.sampled_from([None, "", [], {}, 0, 1, True, "x", ["x"], " x ", "é", [None]])


def some_of(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with some of these keys, each with one of its values; now and then something odd."""
    choices = {
        key.rstrip("_"): st.one_of(st.sampled_from(values), ODD) if isinstance(values, list) else values
        for key, values in fields.items()
    }
    return st.fixed_dictionaries({}, optional=choices)


def one_or_many(values: list[Any]) -> st.SearchStrategy[Any]:
    one = st.sampled_from(values)
    return one | st.lists(one, max_size=2) | ODD


SPANS = [
    "1h",
    "12h",
    "13h",
    "90m",
    "59m",
    "1h30m",
    "PT4H",
    "PT3600S",
    "P1D",
    "0d4h",
    "4",
    "h",
    "12h1m",
    "90d",
]
POLICIES = ["ViewOnlyAccess", "job-function/Billing", "a b", "arn:aws:iam::aws:policy/X", "", "x/y/"]
OWN = ["own", {"name": "own"}, {"name": "own", "path": "/a/"}, {"name": "own", "path": "a"}, {"path": "/"}]
GROUPS = ["g", "*-x", "{account}-{permission_set}", "{ou}-x", "{acount}", "a{", "g ", "{permission_set}"]
USERS = ["kim@example.com", "kim*", "k{x", "k{ou}", "a b"]
permission_set = some_of(
    description=["text", "\u2013", "x" * 701],
    managed=one_or_many(POLICIES),
    customer_managed=one_or_many(OWN),
    inline=[{"Statement": []}, {"Version": "x"}, '{"Statement": []}', "{", "[]"],
    boundary=[{}, {"managed": "X"}, {"customer_managed": OWN[1]}, "X", "a b", {"managed": None}],
    session=SPANS,
    relay_state=["https://x.example", "é"],
    tags=[{"a": "b"}, {"aws:a": "b"}, {"a": 1}, {"": "b"}, {"a": "x" * 257}, {"a;": "b"}],
)
filters = st.recursive(
    some_of(
        id=one_or_many(["111122223333", 111122223333, 12345, "1"]),
        name=one_or_many(["log-*", " "]),
        ou=one_or_many(["/", "/A/B", "A", "/A/"]),
        direct=[True, False, "yes"],
        tag=[{"a": "b"}, {"a": []}, {"a": ["b", ""]}, {"a": 1}],
    ),
    lambda inner: some_of(ou=["/A"], and_=inner | st.lists(inner, max_size=2), not_=inner, or_=inner),
    max_leaves=3,
)
places = st.sampled_from(["all", "management", "al"]) | filters
where = places | st.lists(places, max_size=2) | ODD
grant = some_of(
    group=GROUPS,
    groups=one_or_many(GROUPS),
    user=USERS,
    users=one_or_many(USERS),
    permission_set=["A", "B"],
    accounts=where,
    except_=where,
    until=["2027-03-31", "2027-02-30", "tomorrow", "20270331"],
    owner=["team"],
)
likely = st.fixed_dictionaries(
    {
        "group": st.sampled_from(GROUPS),
        "permission_set": st.sampled_from(["A", None]),
        "accounts": where | st.just("all"),
    }
)
policies = some_of(
    permission_sets=st.dictionaries(st.sampled_from(["A", "B", "Ä"]), permission_set, max_size=2) | ODD,
    grants=st.lists(grant | likely, max_size=2) | ODD,
    accounts=some_of(
        prune=["off", "report", "on"],
        max_removals=[1, 1000, 1001, 5.0],
        protected=some_of(groups=one_or_many(["a*"]), accounts=where),
    ),
    leavers=some_of(
        on=one_or_many(["lock", "gone"]),
        keep_deny=SPANS,
        deny_target=one_or_many(["root", "ou-x", "ou-ab12-workloads"]),
    ),
    expiry=some_of(
        info=[60, 10, 90.0], page=[14, 0], scim_token_issued=["2026-01-31"], hook_secret_days=[0, 5]
    ),
    watch=some_of(second_factor=[True, "yes"], session_limit=SPANS, iam_users=one_or_many(["a", "é", "*"])),
    alerts=some_of(page=one_or_many(["mail", "sms"])),
    include=one_or_many(["none.yaml"]),
)


@settings(deadline=None, max_examples=200)
@given(policies)
def test_schema_and_loader_agree(raw: dict[str, Any]) -> None:
    """Given any file: what the schema takes loads, or fails for what no schema can know; and back."""
    found = mistakes(json.dumps(raw, ensure_ascii=False))
    if valid(raw):
        assert [str(each) for each in found if not beyond_a_schema(each)] == []
    else:
        assert found
