"""The accounts of an organization, found by what grants ask for, so that no grant looks at every account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from functions.policy.filters import AccountFilter, Selector
from functions.policy.globs import is_glob
from functions.policy.grants import Grant
from functions.policy.patterns import Vocabulary
from functions.policy.selectors import Account, reach


class Roster:
    """Indexes over accounts. What they find is then asked of `reach`, which alone decides."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._all = tuple(accounts)
        self._by_id: dict[str, list[Account]] = defaultdict(list)
        self._by_name: dict[str, list[Account]] = defaultdict(list)
        self._by_tag: dict[tuple[str, str], list[Account]] = defaultdict(list)
        self._by_unit: dict[str, list[Account]] = defaultdict(list)
        self._by_word: dict[str, dict[str, list[Account]]] = {
            "account": defaultdict(list),
            "ou": defaultdict(list),
        }
        for account in self._all:
            self._enter(account)

    def _enter(self, account: Account) -> None:
        self._by_id[account.id].append(account)
        self._by_name[account.name].append(account)
        for tag in account.tags.items():
            self._by_tag[tag].append(account)
        for unit in units(account.ou_path):
            self._by_unit[unit].append(account)
        for word in {account.id, account.name}:
            self._by_word["account"][word].append(account)
        for word in unit_words(account.ou_path):
            self._by_word["ou"][word].append(account)

    def vocabulary(self, permission_sets: Iterable[str]) -> Vocabulary:
        """What the captures of a group's name may stand for here."""
        return {
            "permission_set": frozenset(permission_sets),
            **{capture: words.keys() for capture, words in self._by_word.items()},
        }

    def reached(self, grant: Grant) -> Iterator[tuple[Account, str]]:
        """The accounts that the grant's `accounts` and `except` let it reach, each with the reason."""
        yield from _reaching(grant, self._candidates(grant.accounts))

    def spoken_of(self, grant: Grant, reading: Mapping[str, str]) -> Iterator[tuple[Account, str]]:
        """Of those, the accounts that a group's name speaks of."""
        lists = [
            self._by_word[capture].get(word, [])
            for capture, word in reading.items()
            if capture in self._by_word
        ]
        if not lists:
            yield from self.reached(grant)
            return
        shortest = min(lists, key=len)
        within = [{account.id for account in each} for each in lists if each is not shortest]
        yield from _reaching(grant, (a for a in shortest if all(a.id in each for each in within)))

    def _candidates(self, selectors: Iterable[Selector]) -> Iterable[Account]:
        found: dict[str, Account] = {}
        for selector in selectors:
            narrowed = self._narrowed(selector) if isinstance(selector, AccountFilter) else None
            if narrowed is None:
                return self._all
            found.update((account.id, account) for account in narrowed)
        return found.values() if selectors else self._all

    def _narrowed(self, wanted: AccountFilter) -> list[Account] | None:
        """All accounts that the filter could hold, or None for those that no index narrows."""
        if wanted.id:
            return [account for item in wanted.id for account in self._by_id.get(item, [])]
        if wanted.name and not any(is_glob(item) for item in wanted.name):
            return [account for item in wanted.name for account in self._by_name.get(item, [])]
        options = [[a for unit in wanted.ou for a in self._by_unit.get(unit, [])]] if wanted.ou else []
        options += [
            [account for value in values for account in self._by_tag.get((key, value), [])]
            for key, values in wanted.tag.items()
            if not any(is_glob(value) for value in values)
        ]
        options += [found for inner in wanted.and_ if (found := self._narrowed(inner)) is not None]
        either = [self._narrowed(inner) for inner in wanted.or_]
        if either and None not in either:
            options.append([account for found in either if found for account in found])
        return min(options, key=len) if options else None


def _reaching(grant: Grant, accounts: Iterable[Account]) -> Iterator[tuple[Account, str]]:
    for account in accounts:
        why = reach(grant, account)
        if why is not None:
            yield account, why


def units(ou_path: str) -> list[str]:
    """The OU and all above it, the root too: `/`, `/Workloads`, `/Workloads/Production`."""
    parts = ou_path.strip("/").split("/") if ou_path != "/" else []
    return ["/", *("/" + "/".join(parts[:depth]) for depth in range(1, len(parts) + 1))]


def unit_words(ou_path: str) -> frozenset[str]:
    """How a group's name may call an OU above the account: by its name, or by the path to it."""
    above = units(ou_path)[1:]
    names = {unit.rpartition("/")[2] for unit in above}
    return frozenset(names | {unit[1:].replace("/", "-") for unit in above})
