"""The queue's messages: Okta's events and operators' requests, each turned into who left or returned."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol, assert_never

from aws_lambda_powertools import Logger

from functions.aws.people import OKTA_ID, AmbiguousPersonError
from functions.bus import OKTA, OPERATOR
from functions.inbox import Envelope
from functions.leavers.decide import (
    Ignored,
    Leaver,
    OperatorRequest,
    Reason,
    Return,
    Unclear,
    decide,
    decide_operator,
)
from functions.leavers.findings import Wording
from functions.leavers.identify import Directory
from functions.leavers.revocations import Findings, Work, nothing
from functions.okta.event_types import GROUP_EVENTS
from functions.okta.log_event import LogEvent

SIGN_IN_SOURCES = frozenset({"aws.signin", "aws.sso"})
"""Where CloudTrail's word of sign-ins and of credentials handed out comes from."""

EVERYTHING = frozenset(Reason)
"""An operator who restores somebody overrules every reason."""


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class Executor(Protocol):
    def admit(self, event: Leaver | Return, user_id: str | None = None) -> Work: ...


class GroupChanges(Protocol):
    def admit(self, event: LogEvent) -> Work: ...


class Tripwire(Protocol):
    def signed_in(self, detail: Mapping[str, Any], at: datetime) -> None: ...


class Reception:
    """Decides who is meant, and hands over. Raises what the handling raises, so that the queue repeats it.

    What an event changes is in the ledger when `admit` returns; the work it returns does the rest.
    """

    def __init__(
        self,
        revocations: Executor,
        groups: GroupChanges,
        ledger: OpenRevocations,
        directory: Directory,
        findings: Findings,
        wording: Wording,
        tripwire: Tripwire,
        *,
        reasons: Collection[str],
        app_id: str,
        log: Logger,
    ) -> None:
        self._revocations = revocations
        self._groups = groups
        self._ledger = ledger
        self._directory = directory
        self._findings = findings
        self._wording = wording
        self._tripwire = tripwire
        self._reasons = reasons
        self._app_id = app_id
        self._log = log

    def admit(self, envelope: Envelope) -> Work:
        """Take in one message. Raises a ValueError where it is not what the rules should let through."""
        if envelope.source == OKTA:
            event = LogEvent.parse(envelope.detail)
            return self._groups.admit(event) if event.event_type in GROUP_EVENTS else self._hear(event)
        if envelope.source == OPERATOR:
            return self._obey(
                decide_operator(envelope.detail_type, envelope.detail, envelope.id, envelope.time)
            )
        if envelope.source in SIGN_IN_SOURCES:
            self._tripwire.signed_in(envelope.detail, envelope.time)
            return nothing
        raise ValueError(f"an event of {envelope.source}: the rule lets through what nobody handles")

    def _hear(self, event: LogEvent) -> Work:
        decision = decide(event, self._reasons, self._app_id)
        match decision:
            case Ignored(why=why):
                self._log.info("ignored: %s", why, extra={"uuid": event.uuid})
                return nothing
            case Unclear():
                self._findings.put_findings([self._wording.unclear(decision)])
                return nothing
            case Leaver() | Return():
                return self._revocations.admit(decision)
            case _:
                assert_never(decision)

    def _obey(self, request: OperatorRequest) -> Work:
        try:
            work = self._revoke(request) if request.leave else self._restore(request)
        except AmbiguousPersonError as error:
            self._findings.put_findings([self._wording.unknown(request, str(error))])
            return nothing
        if work is None:
            why = "no user of Identity Center and no open revocation has this name or id"
            self._findings.put_findings([self._wording.unknown(request, why)])
            return nothing
        return work

    def _revoke(self, request: OperatorRequest) -> Work | None:
        person = self._named(request.person)
        if person is None:
            return None
        reason, note = Reason.OPERATOR, _asked(request)
        event = Leaver(person.okta_id, person.login, reason, request.trigger, request.published, note)
        return self._revocations.admit(event, person.user_id)

    def _restore(self, request: OperatorRequest) -> Work | None:
        """Of those whose revocation is open; of the directory where it is closed and steps are left."""
        people = [
            _Named(entry["okta_id"], entry["login"], entry["user_id"])
            for entry in self._ledger.open_entries()
            if request.person in (entry["login"], entry["okta_id"], entry["user_id"])
        ]
        if len({person.user_id for person in people}) > 1:
            raise AmbiguousPersonError(f"{len(people)} open revocations of different people match")
        if not people and (named := self._named(request.person)):
            people = [named]
        works = []
        for person in people:
            asked = request.trigger, request.published, _asked(request)
            event = Return(person.okta_id, person.login, EVERYTHING, *asked)
            works.append(self._revocations.admit(event, person.user_id))
        return partial(_all, works) if people else None

    def _named(self, text: str) -> "_Named | None":
        person = self._directory.named(text)
        if person is not None:
            return _Named(person.okta_id, person.user_name, person.user_id)
        return _Named(text, None, None) if OKTA_ID.fullmatch(text) else None


@dataclass(frozen=True)
class _Named:
    okta_id: str | None
    login: str | None
    user_id: str | None


def _all(works: Sequence[Work]) -> None:
    for work in works:
        work()


def _asked(request: OperatorRequest) -> str:
    return f"asked by {request.by}: {request.reason}"
