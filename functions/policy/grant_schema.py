"""What a grant must say, as JSON Schema has it: the same rules as in `Grant`, for editors."""

from typing import Any

from functions.policy.fields import given

_PERMISSION_SET = r"\{permission_set\}"
_PLACE = r"\{(?:account|ou)\}"
_WITHOUT_PERMISSION_SET = r"^(?![\s\S]*\{permission_set\})"

_NO_USERS: dict[str, Any] = {"properties": {"user": {"type": "null"}, "users": False}}


def _every_group(pattern: str) -> dict[str, Any]:
    """`pattern` is asked of text and `items` of lists alone: right for one name and for several."""
    named = {"pattern": pattern, "items": {"pattern": pattern}}
    return {"properties": {"group": named, "groups": named}}


GRANT: dict[str, Any] = {
    "allOf": [
        {"anyOf": [given(key) for key in ("group", "groups", "user", "users")]},
        {"not": {"allOf": [given("group"), given("groups")]}},
        {"not": {"allOf": [given("user"), given("users")]}},
        {
            "anyOf": [
                {"allOf": [given("permission_set"), _every_group(_WITHOUT_PERMISSION_SET)]},
                {
                    "allOf": [
                        {"properties": {"permission_set": {"type": "null"}}},
                        _every_group(_PERMISSION_SET),
                        _NO_USERS,
                    ]
                },
            ]
        },
        {"anyOf": [given("accounts"), {"allOf": [_every_group(_PLACE), _NO_USERS]}]},
    ]
}
