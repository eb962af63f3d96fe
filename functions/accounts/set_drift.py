"""Is a permission set what access.yaml says? Pure."""

import json
from collections.abc import Iterator

from functions.aws.deny_policies import NAME as DENY
from functions.aws.permission_set_state import Definition
from functions.policy import PermissionSet
from functions.policy.durations import iso_duration, parse
from functions.policy.permission_sets import CustomerManaged, managed_policy_arn


def differences(wanted: PermissionSet, found: Definition) -> tuple[str, ...]:
    """Each in a few words; none if it is what access.yaml says. Tags permit nothing and are left out."""
    return tuple(_differences(wanted, found))


def _differences(wanted: PermissionSet, found: Definition) -> Iterator[str]:
    yield from _set("managed policy", frozenset(wanted.managed_arns()), found.managed)
    # Where it reaches the management account, the deployment adds the policies that deny leavers there.
    own = frozenset(name for name in found.customer_managed if not name.startswith(f"/{DENY}"))
    yield from _set("customer managed policy", frozenset(map(_own, wanted.customer_managed)), own)
    if _read(found.inline) != wanted.inline:
        yield "the inline policy is another one"
    for what, should, is_ in (
        ("boundary", _boundary(wanted), found.boundary),
        ("session", wanted.session_iso, _span(found.session)),
        ("description", wanted.description or "", found.description),
        ("relay state", wanted.relay_state or "", found.relay_state),
    ):
        if should != is_:
            yield f"{what} is {is_ or 'none'}, not {should or 'none'}"


def _set(what: str, should: frozenset[str], is_: frozenset[str]) -> Iterator[str]:
    yield from (f"{what} {name} is there, and should not be" for name in sorted(is_ - should))
    yield from (f"{what} {name} is missing" for name in sorted(should - is_))


def _own(policy: CustomerManaged) -> str:
    return f"{policy.path}{policy.name}"


def _boundary(wanted: PermissionSet) -> str:
    boundary = wanted.boundary
    if boundary is None:
        return ""
    if boundary.customer_managed:
        return _own(boundary.customer_managed)
    return managed_policy_arn(boundary.managed or "")


def _span(text: str) -> str:
    """As access.yaml says it: PT3600S is PT1H."""
    try:
        return iso_duration(parse(text))
    except ValueError:
        return text  # what is no span of whole minutes is not what access.yaml says either


def _read(text: str) -> object:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text  # what is no JSON is not what access.yaml says either
