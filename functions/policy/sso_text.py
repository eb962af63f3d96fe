"""What text Identity Center takes: characters, lengths and numbers of a permission set's fields and tags.

AWS's API model of sso-admin: the shapes PermissionSetDescription, RelayState, PermissionSetPolicyDocument,
ManagedPolicyArn, ManagedPolicyPath, TagKey and TagValue. What they refuse would be refused in the middle of a
deployment.
"""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from functions.policy.fields import Text, wrong

Description = Annotated[
    str,
    Text(
        r"[\t\n\r -~\u00a1-\u00ff]{1,700}",
        "a description: 1 to 700 characters of Western European letters (up to \u00ff), no typographic signs",
    ),
]
RelayState = Annotated[
    str,
    Text(
        r"""[a-zA-Z0-9&$@#\\/%?=~_'"|!:,.;*+\[\] (){}-]{1,240}""",
        "a relay state: 1 to 240 letters, digits and signs that a URL may hold",
    ),
]
PolicyPath = Annotated[
    str,
    Text(r"(?=.{1,512}$)(?:/[A-Za-z0-9.,+@=_-]+)*/", "a path such as / or /team/"),
]
PolicyName = Annotated[str, Text(r"[A-Za-z0-9_+=,.@-]{1,128}", "the name of an IAM policy")]
ManagedPolicy = Annotated[
    str,
    Text(
        r"arn:aws(?:-[a-z]{1,5}){0,3}:iam::aws:policy(?:/[A-Za-z0-9.,+@=_-]+)+"
        r"|(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_+=,.@-]+",
        "the name, path/name or ARN of an AWS managed policy",
    ),
]
SetName = Annotated[
    str, Text(r"[A-Za-z0-9_+=,.@-]{1,32}", "a permission set's name: 1 to 32 of A-Z a-z 0-9 _+=,.@-")
]

MOST_TAGS = 50
"""Tagging AWS Resources User Guide, "Tag naming limits and requirements": of one resource."""

_SIGNS = frozenset("_.:/=+-@")


def check_policy_text(value: Any) -> None:
    """Raises where some text in a policy document has a character that Identity Center does not take."""
    match value:
        case str():
            odd = next((each for each in value if each > "\u00ff"), None)
            if odd:
                raise wrong(
                    f"{value!r} in the inline policy holds {odd!r}",
                    "Identity Center takes characters up to \u00ff there",
                )
        case dict():
            for key, inner in value.items():
                check_policy_text(key)
                check_policy_text(inner)
        case list():
            for inner in value:
                check_policy_text(inner)


def _checked(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MOST_TAGS:
        raise wrong(f"{len(tags)} tags", f"AWS takes {MOST_TAGS}")
    for key, value in tags.items():
        if key.casefold().startswith("aws:"):
            raise wrong(f"the tag {key!r} begins with aws:", "AWS keeps that for itself")
        _check_tag("key", key, 1, 128)
        _check_tag("value", value, 0, 256)
    return tags


def _check_tag(what: str, text: str, least: int, most: int) -> None:
    if not least <= len(text) <= most:
        raise wrong(f"the tag {what} {text!r} has {len(text)} characters", f"AWS takes {least} to {most}")
    odd = next((each for each in text if not _tag_character(each)), None)
    if odd:
        raise wrong(f"the tag {what} {text!r} holds {odd!r}", "AWS takes letters, digits, spaces, _.:/=+-@")


def _tag_character(each: str) -> bool:
    return each in _SIGNS or unicodedata.category(each)[0] in "LZN"


Tags = Annotated[
    dict[str, str],
    AfterValidator(_checked),
    Field(
        json_schema_extra={
            "maxProperties": MOST_TAGS,
            "propertyNames": {"minLength": 1, "maxLength": 128, "pattern": "^(?![Aa][Ww][Ss]:)"},
            "additionalProperties": {"type": "string", "maxLength": 256},
        }
    ),
]
