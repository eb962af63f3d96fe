"""In-memory twins of what leavers calls, in one world that can fail or die at any call."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from functions.aws.deny_policies import DenyPolicyError
from functions.aws.lease import LeaseLostError, LeaseState
from functions.aws.ledger import LedgerConflictError, Stored
from functions.aws.people import AmbiguousPersonError, Person
from functions.bus import OKTA, OPERATOR
from functions.finding import Finding
from functions.inbox import Envelope
from functions.leavers.book import Book
from functions.leavers.deny import Shape, ids_in
from functions.leavers.findings import Console, Wording
from functions.leavers.reception import Reception
from functions.leavers.renderer import Renderer
from functions.leavers.revocations import Revocations, Rules, Steps
from functions.leavers.steps import Deny, Lift, OktaSessions
from functions.okta.errors import OktaUnreachableError

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
    policies: dict[int, str] = field(default_factory=dict)
    updates: int = 0
    people: list[Person] = field(default_factory=lambda: [Person(USER_ID, LOGIN, JOHN)])
    cleared: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    measured: list[float] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    protected: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ("deactivate", "suspend", "delete", "lock", "unassign")
    shape: Shape = field(default_factory=Shape)
    calls: list[str] = field(default_factory=list)
    meanwhile: Callable[[str], None] | None = None

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

    def reception(self) -> Reception:
        """A new container."""
        log, findings, directory = Logger(service="test", level="CRITICAL"), Told(self), Directory(self)
        wording = Wording("https://runbooks", Console("eu-west-1", "arn:aws:sso:::instance/ssoins-7223a1b2"))
        renderer = Renderer(
            LedgerTwin(self),
            LeaseTwin(self),
            PoliciesTwin(self),
            self.shape,
            now=lambda: self.seconds,
            sleep=self.sleep,
        )
        revocations = Revocations(
            Book(LedgerTwin(self), self.now),
            directory,
            Steps((Deny(renderer), OktaSessions(lambda: OktaTwin(self))), (Lift(renderer),)),
            findings,
            wording,
            Rules(timedelta(hours=12), self.protected),
            now=self.now,
            measure=self.measured.append,
            log=log,
        )
        return Reception(
            revocations,
            LedgerTwin(self),
            directory,
            findings,
            wording,
            reasons=self.reasons,
            app_id=APP_ID,
            log=log,
        )

    def denied(self) -> set[str]:
        """The ids that the policies deny, as anybody can read there."""
        return {each for content in self.policies.values() for each in ids_in(content)}

    def state(self, key: str = f"okta:{JOHN}") -> Mapping[str, Any]:
        return self.ledger[key].document

    def step(self, name: str) -> str:
        return str(self.state()["steps"][name]["state"])

    def told(self, key: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.key == key]


@dataclass
class LedgerTwin:
    world: World

    def read(self, person: str) -> Stored | None:
        self.world.call("read")
        return self.world.ledger.get(person)

    def write(
        self,
        person: str,
        document: Mapping[str, Any],
        *,
        after: int,
        open_entry: Mapping[str, Any] | None,
        audit: Mapping[str, Any],
    ) -> int:
        self.world.call("write")
        known = self.world.ledger.get(person)
        if (known.version if known else 0) != after:
            raise LedgerConflictError("moved on")
        self.world.ledger[person] = Stored(after + 1, document)
        self.world.opened.pop(person, None)
        if open_entry:
            self.world.opened[person] = {"person": person, **open_entry}
        self.world.audit.append(audit)
        return after + 1

    def open_entries(self) -> list[Mapping[str, Any]]:
        self.world.call("open_entries")
        return list(self.world.opened.values())


@dataclass
class LeaseTwin:
    world: World

    def read(self) -> LeaseState:
        self.world.call("lease")
        return self.world.lease

    def take(self, owner: str, now: float, until: float) -> int | None:
        self.world.call("take")
        state = self.world.lease
        if state.until > now:
            return None
        self.world.lease = LeaseState(state.begun + 1, state.finished, until, state.left_over)
        self.world.owner = owner
        return state.begun + 1

    def finish(self, owner: str, number: int, left_over: Sequence[str]) -> None:
        self._give_back(owner, lambda state: LeaseState(state.begun, number, 0, tuple(left_over)))

    def abandon(self, owner: str) -> None:
        self._give_back(owner, lambda state: LeaseState(state.begun, state.finished, 0, state.left_over))

    def _give_back(self, owner: str, change: Callable[[LeaseState], LeaseState]) -> None:
        self.world.call("give back")
        if self.world.owner != owner:
            raise LeaseLostError("lost")
        self.world.lease, self.world.owner = change(self.world.lease), None


@dataclass
class PoliciesTwin:
    world: World

    def until(self, deadline: float) -> None:
        assert deadline > self.world.seconds

    def contents(self, count: int) -> list[str | None]:
        self.world.call("describe")
        if "policies" in self.world.broken:
            raise DenyPolicyError("throttled")
        return [self.world.policies.get(number) for number in range(1, count + 1)]

    def bring(self, number: int, content: str, held: str | None) -> None:
        self.world.call("update")
        assert held == self.world.policies.get(number)
        self.world.updates += held != content
        self.world.policies[number] = content


@dataclass
class Directory:
    world: World

    def by_okta(self, okta_id: str, login: str | None) -> Person | None:
        self.world.call("find")
        if "directory" in self.world.broken:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetUserId")
        found = [each for each in self.world.people if okta_id == each.okta_id]
        return self._one(found or [each for each in self.world.people if login == each.user_name])

    def named(self, text: str) -> Person | None:
        self.world.call("find")
        return self._one([p for p in self.world.people if text in (p.user_id, p.user_name, p.okta_id)])

    def _one(self, found: list[Person]) -> Person | None:
        if len(found) > 1:
            raise AmbiguousPersonError(f"{len(found)} users match")
        return found[0] if found else None


@dataclass
class OktaTwin:
    world: World

    def clear_sessions(self, user_id: str) -> bool:
        self.world.call("clear")
        if "okta" in self.world.broken:
            raise OktaUnreachableError("no answer")
        self.world.cleared.append(user_id)
        return True


@dataclass
class Told:
    world: World

    def put_findings(self, findings: Sequence[Finding]) -> None:
        self.world.call("tell")
        for finding in findings:
            assert Finding.from_detail(finding.to_detail()) == finding
        self.world.findings.extend(findings)
