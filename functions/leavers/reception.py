"""The queue's messages: Okta's events and operators' requests, each turned into who left or returned."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from functions.leavers.revocations import Work, Works
from functions.leavers.rules import Findings
from functions.leavers.story import Leave, Story
from functions.okta.event_types import GROUP_EVENTS
from functions.okta.log_event import LogEvent

SIGN_IN_SOURCES = frozenset({"aws.signin", "aws.sso"})
"""Where CloudTrail's word of sign-ins and of credentials handed out comes from."""

EVERYTHING = frozenset(Reason)
"""An operator who restores somebody overrules every reason."""


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class Executor(Protocol):
    def admit(self, event: Leaver | Return, user_id: str | None = None) -> Story[Works]: ...


class GroupChanges(Protocol):
    def admit(self, event: LogEvent) -> bool: ...
    def write(self) -> None: ...


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

    def admit(self, envelope: Envelope) -> Story[Works]:
        """Take in one message. Raises a ValueError where it is not what the rules should let through."""
        if envelope.source == OKTA:
            event = LogEvent.parse(envelope.detail)
            if event.event_type in GROUP_EVENTS:
                return self._regrouped(event)
            return (yield from self._hear(event))
        if envelope.source == OPERATOR:
            asked = decide_operator(envelope.detail_type, envelope.detail, envelope.id, envelope.time)
            return (yield from self._obey(asked))
        if envelope.source in SIGN_IN_SOURCES:
            self._tripwire.signed_in(envelope.detail, envelope.time)
            return ()
        raise ValueError(f"an event of {envelope.source}: the rule lets through what nobody handles")

    def _regrouped(self, event: LogEvent) -> Works:
        return (Work("groups", self._written),) if self._groups.admit(event) else ()

    def _written(self) -> Story[None]:
        yield Leave()
        self._groups.write()

    def _hear(self, event: LogEvent) -> Story[Works]:
        decision = decide(event, self._reasons, self._app_id)
        match decision:
            case Ignored(why=why):
                self._log.info("ignored: %s", why, extra={"uuid": event.uuid})
                return ()
            case Unclear():
                self._findings.put_findings([self._wording.unclear(decision)])
                return ()
            case Leaver() | Return():
                return (yield from self._revocations.admit(decision))
            case _:
                assert_never(decision)

    def _obey(self, request: OperatorRequest) -> Story[Works]:
        try:
            meant = self._leaver(request) if request.leave else self._returning(request)
        except AmbiguousPersonError as error:
            meant = []
            why = str(error)
        else:
            why = "no user of Identity Center and no open revocation has this name or id"
        if not meant:
            self._findings.put_findings([self._wording.unknown(request, why)])
            return ()
        found: list[Work] = []
        for event, user_id in meant:
            found += yield from self._revocations.admit(event, user_id)
        return tuple(found)

    def _leaver(self, request: OperatorRequest) -> "list[tuple[Leaver | Return, str | None]]":
        person = self._named(request.person)
        if person is None:
            return []
        reason, note = Reason.OPERATOR, _asked(request)
        event = Leaver(person.okta_id, person.login, reason, request.trigger, request.published, note)
        return [(event, person.user_id)]

    def _returning(self, request: OperatorRequest) -> "list[tuple[Leaver | Return, str | None]]":
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
        asked = request.trigger, request.published, _asked(request)
        return [(Return(each.okta_id, each.login, EVERYTHING, *asked), each.user_id) for each in people]

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


def _asked(request: OperatorRequest) -> str:
    return f"asked by {request.by}: {request.reason}"
