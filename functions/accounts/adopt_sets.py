"""Permission sets that exist, as access.yaml can hold them. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from functions.accounts.snapshot import KnownSet
from functions.aws.deny_policies import NAME as DENY
from functions.policy import AccessPolicy
from functions.policy.permission_sets import MOST_SETS, POLICIES
from functions.policy.reading import DENIES

PERMITS_NOTHING = frozenset({"description", "session", "relay_state", "tags"})
"""A set may be written without one of these; without one of the others it would permit something else."""

_UNTOUCHED = "left as it is, with all its assignments: what the file does not define is not Ostiary's"


@dataclass(frozen=True)
class AdoptedSets:
    """Definitions by name, in the words of access.yaml, and what could not be kept, each with the reason."""

    sets: dict[str, dict[str, Any]]
    left_out: tuple[str, ...]


def adopt_sets(found: Mapping[str, KnownSet], in_management: Collection[str]) -> AdoptedSets:
    """`in_management`: names of those used in the management account, where a deployment adds policies."""
    sets: dict[str, dict[str, Any]] = {}
    left_out: list[str] = []
    for name, known in sorted(found.items()):
        definition = _without_ours(known.definition)
        for field, reason in list(_refused(name, definition)):
            if field in PERMITS_NOTHING:
                del definition[field]
                left_out.append(f"{field} of permission set {name}: {reason}")
        why = next((reason for _, reason in _refused(name, definition)), None)
        why = why or _too_many(definition, name in in_management)
        if not why and len(sets) == MOST_SETS:
            why = f"access.yaml takes {MOST_SETS} permission sets"
        if why:
            left_out.append(f"permission set {name}: {why}; {_UNTOUCHED}")
        else:
            sets[name] = definition
    return AdoptedSets(sets, tuple(left_out))


def _without_ours(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Without the policies that a deployment adds, which would otherwise be added to themselves, and without
    AWS's own tags, which CloudFormation sets."""
    own = [item for item in definition.get("customer_managed", ()) if not str(item).startswith(f"{DENY}-")]
    tags = {key: value for key, value in definition.get("tags", {}).items() if not key.startswith("aws:")}
    whole = {**definition, "customer_managed": own, "tags": tags}
    return {key: value for key, value in whole.items() if value}


def _refused(name: str, definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields that access.yaml does not take, each once, with the reason; "" for the set as a whole."""
    try:
        AccessPolicy.model_validate({"permission_sets": {name: definition}})
    except ValidationError as error:
        reasons: dict[str, str] = {}
        for detail in error.errors():
            field = str(detail["loc"][2]) if len(detail["loc"]) > 2 else ""
            context = detail.get("ctx", {})
            reasons.setdefault(field, context.get("message", detail["msg"]))
        yield from reasons.items()


def _too_many(definition: Mapping[str, Any], in_management: bool) -> str | None:
    count = len(definition.get("managed", ())) + len(definition.get("customer_managed", ()))
    if not in_management or count + DENIES <= POLICIES:
        return None
    return f"{count} policies leave no room for the {DENIES} that deny leavers in the management account"
