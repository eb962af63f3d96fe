"""The JSON Schema of access.yaml, asked as an editor asks it, and what no schema can know."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its types are a package of their own
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from functions.policy import Mistake, PolicyError, loads, schema

UNKNOWN_TO_A_SCHEMA = (
    r"^there is no permission set ",  # it may stand in another file
    r"^permission_sets is missing$",  # likewise
    r"^no file is called |cannot be read: |cannot be looked for: |is included twice",  # other files
    r" is not between ",  # a time span of several units
    r"not a number of whole minutes$",
    r"^'[0-9-]{10}' is not a date$",  # 30 February
    r"^days left must fall",  # one number against another
    r"^the inline policy (is not JSON|has no Statement|has [0-9]+ bytes)",  # JSON in a text; a size
    r" in the inline policy holds ",  # at any depth
    r" is given twice$",  # under another of its names
    r" is given in the management account too$",  # by another grant
    r"^[0-9]+ policies",  # of two lists together
    r"^the tag (key|value) .* holds ",  # letters of every script
    r"^[0-9]+ is not an account id",  # a number lost its zeros
    r"^this must be a whole number, not [0-9]+\.0$",  # JSON Schema takes 14.0 for one
)
"""What `validate` says of files that the schema takes. Everything else an editor shows at once."""


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[Exception]:
    # The `$` of ECMA 262, which JSON Schema means, does not stand before a newline at the end.
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


_VALIDATOR = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})(schema())


def check() -> None:
    """Raises where the schema does not keep to JSON Schema itself."""
    jsonschema.Draft202012Validator.check_schema(schema())


def valid(raw: object) -> bool:
    """Does the schema take the data?"""
    return bool(_VALIDATOR.is_valid(raw))


class _Core(SafeConstructor):
    """YAML 1.2's core schema, which has no dates."""


_Core.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def plain(text: str) -> Any:
    """The data as an editor's reader of YAML 1.2 has it: account ids without quotes are numbers."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Core
    return yaml.load(text)


def mistakes(text: str, file: Path | str = "access.yaml") -> tuple[Mistake, ...]:
    """All that the loader objects to."""
    try:
        loads(text, str(file))
    except PolicyError as error:
        return error.mistakes
    return ()


def beyond_a_schema(found: Mistake) -> bool:
    """Is it one of those?"""
    return any(re.search(pattern, found.message) for pattern in UNKNOWN_TO_A_SCHEMA)
