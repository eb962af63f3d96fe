"""access.yaml in, AccessPolicy out, or every mistake at once."""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from functions.policy.explain import explain
from functions.policy.include import merge
from functions.policy.mistakes import Mistake, PolicyError
from functions.policy.model import AccessPolicy
from functions.policy.permission_sets import MANY
from functions.policy.source import read

BUNDLED = "access.json"


DENIES = 4
"""How many policies a deployment adds to permission sets used in the management account, by default."""

APART = "give the management account permission sets of its own"
"""IAM Identity Center User Guide, "Delegated administration", has the same advice."""


def load(path: Path, denies: int = DENIES) -> AccessPolicy:
    """Read and check an access.yaml. Raises PolicyError with all its mistakes, each at its place.

    `denies`: the deployment's `deny_management_policies`; they count among a permission set's policies.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError([Mistake(str(path), 1, 1, f"cannot be read: {error}")]) from error
    return loads(text, str(path), denies)


def loads(text: str, file: str = "access.yaml", denies: int = DENIES) -> AccessPolicy:
    """As `load`, of text that is at hand. `file` is what mistakes call it; what it includes is beside it."""
    merged = merge(read(text, file))
    try:
        policy = AccessPolicy.model_validate(merged.data, context={})
    except ValidationError as error:
        raise PolicyError([*merged.mistakes, *explain(error, merged)]) from error
    many = policy.too_many_policies(denies).items()
    found = [merged.mistake(("permission_sets", name), said, MANY) for name, said in many]
    both = policy.given_in_both().items()
    found += [merged.mistake(("grants", number), said, APART) for number, said in both]
    if merged.mistakes or found:
        raise PolicyError([*merged.mistakes, *found])
    return policy


def load_bundled() -> AccessPolicy:
    """The policy that was packed with the functions. Raises OSError where there is none."""
    root = Path(os.environ["LAMBDA_TASK_ROOT"])
    return AccessPolicy.from_json((root / BUNDLED).read_text(encoding="utf-8"))


def schema() -> dict[str, Any]:
    """JSON Schema of access.yaml and of what it includes, for completion in editors."""
    whole = AccessPolicy.model_json_schema(by_alias=True)
    del whole["required"]  # an included file may hold grants alone
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "Ostiary access policy",
    }
