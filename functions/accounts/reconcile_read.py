"""Reads what there is: by principal under the management account's role, or account by account.

The first costs a call for each group (and each 100 of its assignments), the second one for each account and
one for each permission set that is provisioned there. AWS allows the first from the management account only.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from botocore.exceptions import BotoCoreError, ClientError

from functions.accounts.looked_at import asks_for_tags, same
from functions.accounts.plan import Picture
from functions.accounts.reconcile_names import with_names
from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment, IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import AccountUnknownError, Organizations
from functions.policy import AccessPolicy
from functions.policy.expand import Directory, Principal, expand
from functions.policy.patterns import fits
from functions.policy.roster import Roster
from functions.policy.selectors import Account

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
"""STS says the first, Identity Center the second."""


FEW = 20
"""Accounts up to which looking at each alone costs fewer calls than reading the organization again."""


class TooLargeError(Exception):
    """It can only be read account by account, which takes longer than the function lives."""

    def __init__(self, accounts: Collection[Account]) -> None:
        super().__init__(f"{len(accounts)} accounts are more than one run can read")
        self.accounts = tuple(accounts)


@dataclass(frozen=True)
class Seen:
    """The picture, and the principals whose assignments are not in it, because a read failed. `whole`: every
    account was read, so that users whom no grant names are in it, too."""

    picture: Picture
    unread: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True)
class Reader:
    """`principals` reads under the management account's role; `off_limits` are accounts that this hub may
    neither read nor change, each with the reason."""

    policy: AccessPolicy
    organizations: Organizations
    center: IdentityCenter
    principals: IdentityCenter
    store: IdentityStore
    off_limits: dict[str, str]

    def all(self, *, budget: int, today: date) -> Seen:
        """The organization. Raises TooLargeError if account by account is the only way and takes more than
        `budget` calls, ClientError or BotoCoreError if what everything depends on cannot be read."""
        accounts = self.organizations.accounts(with_tags=asks_for_tags(self.policy))
        directory = self._directory()
        managed = self._managed(accounts, directory)
        try:
            read = list(self._each_principal(managed))
        except PermissionError:
            return self._account_by_account(accounts, directory, budget, today)
        return Seen(
            self._picture(accounts, directory, [a for _, found, _ in read for a in found], _gaps(read)),
            frozenset(principal.id for principal, _, gap in read if gap),
        )

    def group(self, scope: Scope) -> Seen:
        """One group in the whole organization. Raises ClientError or BotoCoreError if a read fails."""
        directory = self._directory()
        group_id = scope.group_id or directory.groups.get(scope.group or "")
        accounts = self.organizations.accounts(with_tags=asks_for_tags(self.policy))
        if group_id not in directory.groups.values():
            return Seen(Picture((), {}, directory, []))  # it is gone, and with it all that it had
        try:
            found = self.principals.assignments_of(str(group_id), "GROUP")
        except ClientError as error:
            if error.response["Error"]["Code"] not in DENIED:
                raise
            raise TooLargeError(self.ready(accounts)) from error
        return Seen(self._picture(accounts, directory, found, ()))

    def account(self, account_id: str) -> Seen:
        """One account, by its own calls; nothing if it has left the organization. Raises ClientError or
        BotoCoreError if any of it cannot be read."""
        try:
            account = self.organizations.account(account_id)
        except AccountUnknownError:
            return Seen(Picture((), {}, Directory(), ()))
        readable = account.state == "ACTIVE" and account_id not in self.off_limits
        found = self.center.assignments(account_id) if readable else frozenset[AccountAssignment]()
        return Seen(self._picture((account,), self._directory(), found, ()))

    def changed(self, accounts: Collection[Account]) -> frozenset[str]:
        """Ids of those that are not any more what they were when they were read: moved, renamed, closed, or,
        if the policy looks at tags, tagged. Raises ClientError if one cannot be read."""
        tags = asks_for_tags(self.policy)
        now = {each.id: each for each in self._again([account.id for account in accounts], tags)}
        return frozenset(each.id for each in accounts if not same(each, now.get(each.id), tags=tags))

    def _again(self, ids: Collection[str], tags: bool) -> Iterator[Account]:
        if len(ids) > FEW:
            yield from self.organizations.accounts(with_tags=tags)
            return
        for account_id in ids:
            try:
                yield self.organizations.account(account_id)
            except AccountUnknownError:
                continue  # it has left, which is a change

    def _picture(
        self,
        accounts: tuple[Account, ...],
        directory: Directory,
        assignments: Collection[AccountAssignment],
        gaps: tuple[str, ...],
    ) -> Picture:
        arns = self.center.permission_set_arns(self.policy.permission_sets.keys())
        named = with_names(self.store, directory, assignments)
        return Picture(accounts, arns, named.directory, assignments, (*gaps, *named.gaps))

    def _directory(self) -> Directory:
        people = {name for grant in self.policy.grants for name in grant.people}
        return Directory(self.store.all_groups(), self.store.user_ids(people))

    def _managed(self, accounts: Collection[Account], directory: Directory) -> frozenset[Principal]:
        """Those that grants speak of; where removals are wanted or to be told, every group there is."""
        named = {name for grant in self.policy.grants for name in grant.names}
        shapes = {pattern for grant in self.policy.grants for pattern in grant.patterns}
        known = Roster(accounts).vocabulary(self.policy.permission_sets)
        every = self.policy.accounts.prune != "off"
        groups = {
            Principal(name, id_)
            for name, id_ in directory.groups.items()
            if every or name in named or any(fits(shape, name, known) for shape in shapes)
        }
        return frozenset(groups | {Principal(name, id_, "USER") for name, id_ in directory.users.items()})

    def _each_principal(
        self, principals: Collection[Principal]
    ) -> Iterator[tuple[Principal, frozenset[AccountAssignment], str]]:
        """Raises PermissionError if the management account's role may not be used for it."""
        for principal in sorted(principals, key=lambda each: each.name):
            try:
                yield principal, self.principals.assignments_of(principal.id, principal.type), ""
            except (ClientError, BotoCoreError) as error:
                if isinstance(error, ClientError) and error.response["Error"]["Code"] in DENIED:
                    raise PermissionError(str(error)) from error
                yield principal, frozenset(), f"{principal.said}: {error}"

    def ready(self, accounts: Collection[Account]) -> list[Account]:
        """Those where this hub may read and assign."""
        return [a for a in accounts if a.state == "ACTIVE" and a.id not in self.off_limits]

    def _account_by_account(
        self, accounts: tuple[Account, ...], directory: Directory, budget: int, today: date
    ) -> Seen:
        ready = self.ready(accounts)
        wanted = expand(self.policy, ready, directory, today).wanted
        if len(ready) + len({(item.account_id, item.permission_set) for item in wanted}) > budget:
            raise TooLargeError(ready)
        found, gaps = self._each_account([account.id for account in ready])
        seen = tuple(account for account in accounts if account.id not in gaps)
        return Seen(self._picture(seen, directory, found, tuple(gaps.values())), whole=True)

    def of_accounts(
        self, missing: Collection[str], read: frozenset[str], found: Collection[AccountAssignment]
    ) -> Seen:
        """The organization, where accounts have been read before: `found` is in them. Those `missing` (ids)
        are read now. Others that are ready joined meanwhile: nothing is said about them."""
        accounts = self.organizations.accounts(with_tags=asks_for_tags(self.policy))
        ready = {account.id for account in self.ready(accounts)}
        more, gaps = self._each_account([each for each in missing if each in ready])
        known = (read | set(missing)) - gaps.keys()
        seen = tuple(account for account in accounts if account.id in known or account.id not in ready)
        picture = self._picture(seen, self._directory(), [*found, *more], tuple(gaps.values()))
        return Seen(picture, whole=True)

    def _each_account(self, accounts: Collection[str]) -> tuple[list[AccountAssignment], dict[str, str]]:
        """What is in each, and why some could not be read."""
        found: list[AccountAssignment] = []
        gaps: dict[str, str] = {}
        for account in accounts:
            try:
                found += self.center.assignments(account)
            except (ClientError, BotoCoreError) as error:
                gaps[account] = f"account {account}: {error}"
        return found, gaps


def _gaps(read: Collection[tuple[Principal, frozenset[AccountAssignment], str]]) -> tuple[str, ...]:
    return tuple(gap for _, _, gap in read if gap)
