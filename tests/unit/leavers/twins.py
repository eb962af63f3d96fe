"""In-memory twins of what leavers calls, in one world that can fail or die at any call."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger

from functions.aws.lease import LeaseState
from functions.aws.ledger import Stored
from functions.aws.people import Person
from functions.aws.person_access import Entitlement
from functions.bus import OKTA, OPERATOR
from functions.finding import Finding
from functions.inbox import Envelope
from functions.leavers.access_steps import LeaveGroups, Mode, PutBack, TakeStock, Unassign
from functions.leavers.batch import Batch
from functions.leavers.book import Book
from functions.leavers.carrying_out import CarryingOut
from functions.leavers.console import Console
from functions.leavers.deny import Shape, held_in, ids_in
from functions.leavers.entitlement_steps import Disentitle, TakeStockOfEntitlements
from functions.leavers.findings import Wording
from functions.leavers.group_deleted import GroupEvents
from functions.leavers.groups import GroupChanges, denying
from functions.leavers.notices import Notices
from functions.leavers.notices import Told as Watch
from functions.leavers.oktas_word import OktasWord
from functions.leavers.partial_notices import PartialNotices
from functions.leavers.reception import Reception
from functions.leavers.renderer import OncePerBatch, Renderer
from functions.leavers.resume import Resumption
from functions.leavers.revocations import Revocations
from functions.leavers.rules import Rules
from functions.leavers.steps import Deny, Lift, OktaSessions, Steps
from functions.leavers.together import Together
from functions.leavers.tripwire import Tripwire
from functions.leavers.upkeep import Upkeep
from functions.leavers.writing import Place
from tests.unit.leavers.group_twins import GroupAccessTwin, LossesTwin, MembersTwin, Shown
from tests.unit.leavers.twin_services import (
    AccessTwin,
    Directory,
    EntitlementsTwin,
    LeaseTwin,
    LedgerTwin,
    OktaTwin,
    PoliciesTwin,
    SnapshotTwin,
    Told,
)

SAMPLES = Path(__file__).parents[3] / "events" / "okta"
APP_ID = "0oa5f1tsAwsIdc8Kp1d7"
JOHN = "00u3m90rxKjGQ0G6L1d7"
LOGIN = "john.doe@example.com"
USER_ID = "906788c1a2-0c4c1f8e-90d1-70f0-2c1b-5f2a3b4c5d6e"
START = datetime(2026, 11, 16, 18, 15, 13, tzinfo=UTC)


class Killed(BaseException):
    """The function's process is gone: nothing after this has any effect."""


def sample(name: str) -> dict[str, Any]:
    """The one LogEvent of a hook sample."""
    delivery = json.loads((SAMPLES / f"{name}.json").read_text())
    (event,) = delivery["data"]["events"]
    assert isinstance(event, dict)
    return event


def envelope(detail: Mapping[str, Any], *, source: str = OKTA, kind: str = "") -> Envelope:
    """As the bus hands a LogEvent, or an operator's request, to the queue."""
    return Envelope("e-1", source, kind or str(detail.get("eventType")), START, detail)


def request(kind: str, person: str, *, trigger: str = "e-1", at: datetime = START) -> Envelope:
    """An operator's `leaver.revoke` or `leaver.restore`."""
    detail = {"person": person, "reason": "left the company", "by": "ana", "at": at.isoformat()}
    return Envelope(trigger, OPERATOR, kind, START + timedelta(days=1), detail)


@dataclass
class World:
    """Time, faults, and everything that the functions see of the outside."""

    seconds: float = START.timestamp()
    fuse: int | None = None
    dead: bool = False
    ledger: dict[str, Stored] = field(default_factory=dict)
    opened: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    audit: list[Mapping[str, Any]] = field(default_factory=list)
    lease: LeaseState = field(default_factory=LeaseState)
    owner: str | None = None
    finished_at: float = 0
    abandoned: int = 0
    policies: dict[int, str] = field(default_factory=dict)
    updates: int = 0
    people: list[Person] = field(default_factory=lambda: [Person(USER_ID, LOGIN, JOHN)])
    cleared: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Keys of findings that the bus does not take."""
    measured: list[float] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    protected: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ("deactivate", "suspend", "delete", "lock", "unassign")
    shape: Shape = field(default_factory=Shape)
    calls: list[str] = field(default_factory=list)
    meanwhile: Callable[[str], None] | None = None
    assignments: set[tuple[str, str, str]] = field(default_factory=set)
    memberships: set[tuple[str, str]] = field(default_factory=set)
    gone_groups: set[str] = field(default_factory=set)
    entitlements: set[tuple[str, Entitlement]] | None = None
    """(user, entitlement); None while account access manager is not in use."""
    mode: Mode = "remove"
    snapshot: dict[str, Person] = field(default_factory=dict)
    snapshot_at: datetime | None = None
    shown: Shown = field(default_factory=Shown)
    management: str = "999999999999"
    lost_groups: bool = True
    granted: frozenset[str] = frozenset({"dev"})
    """Groups that grants of the access policy speak of."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def call(self, what: str) -> None:
        """Every call to the outside passes here: it takes a while, and may be the last one."""
        if self.dead:
            raise Killed
        self.calls.append(what)
        if self.meanwhile is not None:
            self.meanwhile(what)
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                self.dead, self.fuse = True, None
                raise Killed
        self.seconds += 0.01

    def reception(self) -> Batch:
        """A new container, and the one batch it takes."""
        return self._made()[0]

    def upkeep(self) -> Upkeep:
        """The same, as the schedule starts it."""
        return self._made()[1]

    def _made(self) -> tuple[Batch, Upkeep]:
        log, findings, directory = Logger(service="test", level="CRITICAL"), Told(self), Directory(self)
        wording = Wording("https://runbooks", Console("eu-west-1", "arn:aws:sso:::instance/ssoins-7223a1b2"))
        notices, book, access = Notices(wording), Book(LedgerTwin(self), self.now), AccessTwin(self)
        renderer, entitlements = self._renderer(), EntitlementsTwin(self)
        once, rules = OncePerBatch(renderer), Rules(timedelta(hours=12), self.protected)
        carrying_out = CarryingOut(
            Steps(
                (
                    Deny(once, "every member account"),
                    OktaSessions(lambda: OktaTwin(self)),
                    TakeStock(access, self.mode),
                    TakeStockOfEntitlements(entitlements, self.mode),
                    Unassign(access),
                    LeaveGroups(access, self.mode, OktasWord(LossesTwin(self.shown, self.call), once)),
                    Disentitle(entitlements, access, self.mode),
                ),
                (Lift(once), PutBack(access, entitlements)),
            ),
            wording,
            rules,
            now=self.now,
            measure=self.measured.append,
            log=log,
        )
        snapshot = SnapshotTwin(self)
        revocations = Revocations(directory, snapshot, carrying_out, findings, wording, rules, now=self.now)
        together = Together(book, snapshot, findings, clock=lambda: self.seconds)
        reception = Reception(
            revocations,
            self.group_events(once),
            LedgerTwin(self),
            directory,
            findings,
            wording,
            Tripwire(LedgerTwin(self), findings, notices, clock=lambda: self.seconds),
            reasons=self.reasons,
            app_id=APP_ID,
            log=log,
        )
        upkeep = Upkeep(
            LedgerTwin(self),
            book,
            access,
            renderer,
            snapshot,
            directory,
            findings,
            notices,
            rules,
            Resumption(LedgerTwin(self), revocations, once, together, now=self.now, log=log),
            now=self.now,
            log=log,
        )
        return Batch(reception, once, together, clock=lambda: self.seconds), upkeep

    def _renderer(self) -> Renderer:
        wording = Wording("https://runbooks", Console("eu-west-1", "arn:aws:sso:::instance/ssoins-7223a1b2"))
        members = Place(
            "service control policies", PoliciesTwin(self), self.shape, lambda each: each != self.management
        )
        return Renderer(
            LedgerTwin(self),
            LeaseTwin(self),
            [members],
            Watch(Told(self), Notices(wording), self.now, log=Logger(service="test", level="CRITICAL")),
            losses=lambda: denying(LossesTwin(self.shown, self.call), self.now()),
            spares=Rules(timedelta(hours=12), self.protected).protects,
            now=lambda: self.seconds,
            sleep=self.sleep,
        )

    def groups(self, once: OncePerBatch | None = None) -> GroupChanges:
        """What deals with changes of groups, as a new container has it."""
        findings, log = Told(self), Logger(service="test", level="CRITICAL")
        wording = Wording("https://runbooks", Console("eu-west-1", "arn:aws:sso:::instance/ssoins-7223a1b2"))
        return GroupChanges(
            LossesTwin(self.shown, self.call),
            Book(LedgerTwin(self), self.now),
            GroupAccessTwin(self.shown, self.call, self.broken),
            Directory(self),
            once or OncePerBatch(self._renderer()),
            findings,
            PartialNotices(wording),
            Rules(timedelta(hours=12), self.protected),
            denied=self.lost_groups,
            now=self.now,
            log=log,
        )

    def group_events(self, once: OncePerBatch) -> GroupEvents:
        """The same, and what deals with groups that are gone."""
        wording = Wording("https://runbooks", Console("eu-west-1", "arn:aws:sso:::instance/ssoins-7223a1b2"))
        return GroupEvents(
            self.groups(once),
            LossesTwin(self.shown, self.call),
            GroupAccessTwin(self.shown, self.call, self.broken),
            MembersTwin(self.shown, self.people, self.call),
            Told(self),
            PartialNotices(wording),
            granted=lambda group: group in self.granted,
            keep_deny=timedelta(hours=12),
            log=Logger(service="test", level="CRITICAL"),
            clock=lambda: self.seconds,
        )

    def denied(self) -> set[str]:
        """The ids that the policies deny, as anybody can read there."""
        return {each for content in self.policies.values() for each in ids_in(content)}

    def narrowed(self) -> dict[str, str]:
        """Whose sessions from before which instant are denied."""
        held = (held_in(content) for content in self.policies.values())
        return {user: before for each in held for user, before in each.items() if before is not None}

    def state(self, key: str = f"okta:{JOHN}") -> Mapping[str, Any]:
        return self.ledger[key].document

    def step(self, name: str) -> str:
        return str(self.state()["steps"][name]["state"])

    def told(self, key: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.key == key]
