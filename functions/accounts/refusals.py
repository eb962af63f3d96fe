"""AWS refuses an assignment for want of a right: that one alone, or every one that was asked for."""

from collections.abc import Collection, Iterable, Sized

from functions.aws.assignment_requests import DENIED

WHAT_TO_DO = (
    f"{DENIED}: CloudTrail, event source sso.amazonaws.com, names the policy that refused. A service control "
    "policy or a permissions boundary: let the role ostiary-* of the hub through. Every assignment refused: "
    "deploy ostiary-hub again."
)


class RefusedError(Exception):
    """AWS refused all that was asked for: rather a right of the function than the assignments. It has been
    told by then; the queue brings the event back."""


def all_refused(done: Sized, reasons: Collection[str]) -> bool:
    """Was nothing at all let through, for want of a right? `reasons` are those of what failed."""
    return not done and bool(reasons) and all(map(_denied, reasons))


def advice(reasons: Iterable[str]) -> tuple[str, ...]:
    """What a person can do about it, where AWS refused any of it for want of a right."""
    return (WHAT_TO_DO,) if any(map(_denied, reasons)) else ()


def _denied(reason: str) -> bool:
    return reason.startswith(DENIED)
