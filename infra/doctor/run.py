"""Runs checks side by side, each after those that it stands on; a check that cannot read says so."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from functions.okta.errors import OktaError
from infra.doctor.verdict import Line, Verdict, unknown

WORKERS = 8
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


@dataclass(frozen=True)
class Probe:
    """Reads and judges. `checks` are the names it answers for. It is skipped where one of `needs` is not
    right, or one of `unless_failed` has failed; what could not be read at all may still let it read."""

    checks: tuple[str, ...]
    look: Callable[[], Line | Sequence[Line]]
    needs: tuple[str, ...] = ()
    unless_failed: tuple[str, ...] = ()


def run(probes: Sequence[Probe]) -> list[Line]:
    """All lines, in the order of the probes."""
    lines: dict[str, Line] = {}
    waiting = list(probes)
    with ThreadPoolExecutor(WORKERS) as pool:
        while waiting:
            ready = [probe for probe in waiting if {*probe.needs, *probe.unless_failed} <= lines.keys()]
            if not ready:
                raise ValueError(f"checks wait for each other: {[probe.checks for probe in waiting]}")
            waiting = [probe for probe in waiting if probe not in ready]
            for found in pool.map(partial(_examine, dict(lines)), ready):
                lines |= {line.check: line for line in found}
    return [lines[check] for probe in probes for check in probe.checks if check in lines]


def _examine(lines: Mapping[str, Line], probe: Probe) -> list[Line]:
    blocker = _blocker(probe, lines)
    if blocker:
        says = f"not looked at, for this is not right: {blocker}"
        return [Line(check, Verdict.SKIPPED, says) for check in probe.checks]
    try:
        found = probe.look()
    except (BotoCoreError, ClientError, OktaError) as error:
        return [_unreadable(check, error) for check in probe.checks]
    judged = [found] if isinstance(found, Line) else list(found)
    known = {line.check for line in judged}
    rest = [
        Line(check, Verdict.SKIPPED, f"not looked at, for this is not right: {judged[0].check}")
        for check in probe.checks
        if check not in known
    ]
    return [*judged, *rest]


def _blocker(probe: Probe, lines: Mapping[str, Line]) -> str | None:
    for need in probe.needs:
        if lines[need].verdict not in (Verdict.OK, Verdict.WARN):
            return need
    return next((need for need in probe.unless_failed if lines[need].verdict is Verdict.FAIL), None)


def _unreadable(check: str, error: Exception) -> Line:
    """Never ok: with the permission that is missing, where the error tells."""
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in _DENIED:
        action = _action(error)
        return unknown(
            check, f"could not be read: not allowed to {action}", f"allow {action} to whoever runs this"
        )
    if isinstance(error, ClientError):
        return unknown(check, f"could not be read: {error}", "read AWS's answer, and run this again")
    if isinstance(error, OktaError):
        return unknown(check, f"could not be read: {error}", "mend what Okta says, and run this again")
    return unknown(check, f"could not be read: {error}", "sign in to AWS, and run this again")


def _action(error: ClientError) -> str:
    named = re.search(r"not authorized to perform:? (\S+:\w+)", str(error))
    return named[1] if named else str(error.operation_name)


def names(probes: Iterable[Probe]) -> tuple[str, ...]:
    """Every check that there is."""
    return tuple(check for probe in probes for check in probe.checks)
