"""What leavers calls, in memory: each passes through its world, where it may fail, take time or die."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.aws.deny_policies import DenyPolicyError
from functions.aws.entitlements import Held, NotInUseError
from functions.aws.lease import LeaseLostError, LeaseState, Turn
from functions.aws.ledger import LedgerConflictError, Stored, Write
from functions.aws.people import AmbiguousPersonError, Person
from functions.aws.person_access import Entitlement, Reach
from functions.bus import BusError
from functions.finding import Finding
from functions.okta.errors import OktaUnreachableError

if TYPE_CHECKING:
    from tests.unit.leavers.twins import World


@dataclass
class LedgerTwin:
    world: "World"

    def read_all(self, people: Sequence[str]) -> Mapping[str, Stored]:
        self.world.call("read")
        return {person: self.world.ledger[person] for person in people if person in self.world.ledger}

    def write(self, writes: Sequence[Write]) -> None:
        self.world.call("write")
        known = {each.person: self.world.ledger.get(each.person, Stored(0, {})).version for each in writes}
        assert len(known) == len(writes), "one transaction takes one item once"
        if any(known[each.person] != each.after for each in writes):
            raise LedgerConflictError("moved on")
        for each in writes:
            self._write(each)

    def _write(self, write: Write) -> None:
        self.world.ledger[write.person] = Stored(write.after + 1, write.document)
        self.world.opened.pop(write.person, None)
        if write.open_entry:
            self.world.opened[write.person] = {"person": write.person, **write.open_entry}
        self.world.audit.append(write.audit)

    def open_entries(self) -> list[Mapping[str, Any]]:
        self.world.call("open_entries")
        return list(self.world.opened.values())


@dataclass
class LeaseTwin:
    world: "World"

    def read(self) -> LeaseState:
        self.world.call("lease")
        return self.world.lease

    def take(self, owner: str, now: float, until: float) -> Turn | LeaseState:
        self.world.call("take")
        state = self.world.lease
        if state.until > now:
            return state
        self.world.lease = replace(state, begun=state.begun + 1, until=until)
        self.world.owner = owner
        written = (
            state.written if state.begun and state.begun in (state.finished, self.world.abandoned) else None
        )
        return Turn(state.begun + 1, written, self.world.finished_at)

    def finish(
        self,
        owner: str,
        number: int,
        left_over: Sequence[str],
        written: Sequence[str],
        *,
        waiting: Sequence[str],
        at: float,
    ) -> None:
        self.world.finished_at = at
        said = tuple(left_over), tuple(written), tuple(waiting)
        self._give_back(owner, lambda state: LeaseState(state.begun, number, 0, *said, finished_at=at))

    def abandon(self, owner: str, number: int, written: Sequence[str] | None) -> None:
        self.world.abandoned = number if written is not None else 0
        self._give_back(owner, lambda state: replace(state, until=0, written=tuple(written or state.written)))

    def _give_back(self, owner: str, change: Callable[[LeaseState], LeaseState]) -> None:
        self.world.call("give back")
        if self.world.owner != owner:
            raise LeaseLostError("lost")
        self.world.lease, self.world.owner = change(self.world.lease), None


@dataclass
class PoliciesTwin:
    world: "World"

    def until(self, deadline: float) -> None:
        assert deadline > self.world.seconds

    def contents(self, count: int) -> list[str | None]:
        self.world.call("describe")
        if "policies" in self.world.broken:
            raise DenyPolicyError("throttled")
        return [self.world.policies.get(number) for number in range(1, count + 1)]

    def bring(self, number: int, content: str, held: str | None) -> bool:
        self.world.call("update")
        assert held == self.world.policies.get(number)
        self.world.updates += held != content
        self.world.policies[number] = content
        return False


@dataclass
class Directory:
    world: "World"

    def by_okta(
        self, okta_id: str, login: str | None, lately: str | None = None, *, thorough: bool = True
    ) -> Person | None:
        self.world.call("find")
        if "directory" in self.world.broken:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetUserId")
        found = [each for each in self.world.people if okta_id == each.okta_id]
        return self._one(found or [each for each in self.world.people if login == each.user_name])

    def named(self, text: str) -> Person | None:
        self.world.call("find")
        return self._one([p for p in self.world.people if text in (p.user_id, p.user_name, p.okta_id)])

    def everybody(self) -> list[Person]:
        self.world.call("list")
        return self.world.people

    def _one(self, found: list[Person]) -> Person | None:
        if len(found) > 1:
            raise AmbiguousPersonError(f"{len(found)} users match")
        return found[0] if found else None


@dataclass
class OktaTwin:
    world: "World"

    def clear_sessions(self, user_id: str) -> bool:
        self.world.call("clear")
        if "okta" in self.world.broken:
            raise OktaUnreachableError("no answer")
        self.world.cleared.append(user_id)
        return True


@dataclass
class Told:
    world: "World"

    def put_findings(self, findings: Sequence[Finding]) -> None:
        self.world.call("tell")
        for finding in findings:
            assert Finding.from_detail(finding.to_detail()) == finding
        refused = [place for place, each in enumerate(findings) if each.key in self.world.refused]
        self.world.findings.extend(each for place, each in enumerate(findings) if place not in refused)
        if refused:
            raise BusError(f"{len(refused)} events are not on the bus", refused)


@dataclass
class SnapshotTwin:
    world: "World"

    def taken_at(self) -> datetime | None:
        self.world.call("snapshot")
        return self.world.snapshot_at

    def find(self, okta_ids: Sequence[str]) -> dict[str, Person]:
        self.world.call("snapshot")
        return {each: self.world.snapshot[each] for each in okta_ids if each in self.world.snapshot}

    def refresh(self, people: Iterable[Person], now: datetime) -> int:
        self.world.call("snapshot")
        self.world.snapshot |= {person.okta_id: person for person in people if person.okta_id}
        self.world.snapshot_at = now
        return len(self.world.snapshot)


@dataclass
class AccessTwin:
    """Assignments are (user, account, permission set), memberships (user, group); every group has access."""

    world: "World"

    def reach(self, user_id: str) -> Reach:
        self._call("reach")
        assignments = sorted(
            (account, arn) for user, account, arn in self.world.assignments if user == user_id
        )
        groups = sorted(group for user, group in self.world.memberships if user == user_id)
        return Reach(tuple(assignments), tuple(groups))

    def unassign(self, user_id: str, account: str, permission_set: str) -> None:
        self._call("unassign")
        self.world.assignments.discard((user_id, account, permission_set))

    def assign(self, user_id: str, account: str, permission_set: str) -> bool:
        self._call("assign")
        self.world.assignments.add((user_id, account, permission_set))
        return True

    def leave_groups(self, user_id: str, groups: tuple[str, ...]) -> None:
        self._call("leave")
        self.world.memberships -= {(user_id, group) for group in groups}

    def join_group(self, user_id: str, group: str) -> bool:
        self._call("join")
        if group in self.world.gone_groups:
            return False
        self.world.memberships.add((user_id, group))
        return True

    def _call(self, what: str) -> None:
        self.world.call(what)
        if "access" in self.world.broken:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, what)


@dataclass
class EntitlementsTwin:
    world: "World"

    def held(self, user_id: str) -> Held:
        self._call("entitled")
        if self.world.entitlements is None:
            raise NotInUseError("account access manager is not enabled")
        return Held(tuple(sorted(each for user, each in self.world.entitlements if user == user_id)))

    def delete(self, entitlement: Entitlement) -> None:
        self._call("disentitle")
        held = self.world.entitlements or set()
        self.world.entitlements = {(user, each) for user, each in held if each != entitlement}

    def create(self, user_id: str, entitlement: Entitlement) -> bool:
        self._call("entitle")
        if self.world.entitlements is None:
            return False
        self.world.entitlements.add((user_id, entitlement))
        return True

    def _call(self, what: str) -> None:
        self.world.call(what)
        if "entitlements" in self.world.broken:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, what)
