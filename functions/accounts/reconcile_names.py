"""Names of those who have something and whom no grant names: `protected` goes by names, and so do people."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.identity_center import AccountAssignment
from functions.aws.identity_store import IdentityStore
from functions.policy.expand import Directory


@dataclass(frozen=True)
class Named:
    """The directory, and whose name could not be read. Whoever does not exist any more has none."""

    directory: Directory
    gaps: tuple[str, ...] = ()


def with_names(
    store: IdentityStore, directory: Directory, assignments: Collection[AccountAssignment]
) -> Named:
    """Look up each principal that has an assignment and no name yet, at the price of a call for each.

    No grant means them: users that grants name, and all groups, are in the directory already. So these are
    those whose access is to be told or taken away, and nobody else costs a call.
    """
    known = {*directory.groups.values(), *directory.users.values()}
    strangers = sorted(
        {(a.principal_type, a.principal_id) for a in assignments if a.principal_id not in known}
    )
    groups: dict[str, str] = {}
    users: dict[str, str] = {}
    gaps: list[str] = []
    for kind, principal_id in strangers:
        try:
            if kind == "GROUP":
                groups |= _entry(store.group_name(principal_id), principal_id)
            else:
                users |= _entry(store.user_name(principal_id), principal_id)
        except (ClientError, BotoCoreError) as error:
            gaps.append(f"name of {kind.lower()} {principal_id}: {error}")
    return Named(Directory({**groups, **directory.groups}, {**users, **directory.users}), tuple(gaps))


def _entry(name: str | None, principal_id: str) -> Iterable[tuple[str, str]]:
    return [(name, principal_id)] if name else []
