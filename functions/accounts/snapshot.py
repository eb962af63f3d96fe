"""An organization's access at one moment, in a file: to plan, explain and import without AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from functions.accounts.plan import Picture
from functions.aws.identity_center import AccountAssignment
from functions.policy.expand import Directory
from functions.policy.selectors import Account


@dataclass(frozen=True)
class KnownSet:
    """A permission set that exists. `definition` is in the words of access.yaml."""

    arn: str
    definition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """All that was read. `memberships` holds ids of users by the id of their group, `disabled` those of
    people who cannot sign in any more, `off_limits` accounts whose access could not be read from here, each
    with the reason."""

    taken: datetime
    accounts: tuple[Account, ...]
    permission_sets: Mapping[str, KnownSet]
    directory: Directory
    memberships: Mapping[str, tuple[str, ...]]
    assignments: tuple[AccountAssignment, ...]
    gaps: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    off_limits: Mapping[str, str] = field(default_factory=dict)

    def picture(self) -> Picture:
        """What the planner takes."""
        arns = {name: known.arn for name, known in self.permission_sets.items()}
        return Picture(self.accounts, arns, self.directory, frozenset(self.assignments), self.gaps)


_ADAPTER = TypeAdapter(Snapshot)


def dump(snapshot: Snapshot) -> str:
    """The snapshot as JSON."""
    return _ADAPTER.dump_json(snapshot, indent=1).decode()


def parse(text: str) -> Snapshot:
    """Read `dump` back. Raises ValueError if it is anything else."""
    return _ADAPTER.validate_json(text)
