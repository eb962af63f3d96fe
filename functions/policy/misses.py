"""Why a grant's `accounts` do not hold an account: what was asked, and what the account has. Pure."""

from collections.abc import Iterable, Iterator

from functions.policy.filters import MANAGEMENT, AccountFilter, Selector
from functions.policy.globs import matches
from functions.policy.selectors import Account, is_under, selected


def missed(selectors: Iterable[Selector], account: Account) -> str:
    """In words; the empty text if one of them does hold it."""
    each = tuple(selectors)
    if selected(each, account) is not None:
        return ""
    return "; ".join(dict.fromkeys(_miss(selector, account) for selector in each))


def _miss(selector: Selector, account: Account) -> str:
    if selector == MANAGEMENT:
        return f"only the management account is meant, and {account.name} is not it"
    if account.is_management:
        return f"{account.name} is the management account, which only its own word means"
    return " and ".join(_parts(selector, account)) if isinstance(selector, AccountFilter) else ""


def _parts(wanted: AccountFilter, account: Account) -> Iterator[str]:
    """Each condition of the filter that the account does not meet."""
    if wanted.id and account.id not in wanted.id:
        yield f"id {_any(wanted.id)} is wanted, {account.name} has {account.id}"
    if wanted.name and not any(matches(account.name, item) for item in wanted.name):
        yield f"name {_any(wanted.name)} is wanted, it is called {account.name}"
    if wanted.ou and not any(_within(account, unit, wanted.direct) for unit in wanted.ou):
        where = "directly in OU" if wanted.direct else "OU"
        yield f"{where} {_any(wanted.ou)} is wanted, {account.name} is in OU {account.ou_path}"
    yield from _tags(wanted, account)
    for inner in wanted.and_:
        yield from _parts(inner, account)
    if wanted.or_ and selected(wanted.or_, account) is None:
        yield f"({' or '.join(_miss(inner, account) for inner in wanted.or_)})"
    held = (selected((inner,), account) for inner in wanted.not_)
    yield from (f"not ({why}) is wanted" for why in held if why is not None)


def _tags(wanted: AccountFilter, account: Account) -> Iterator[str]:
    for key, values in wanted.tag.items():
        tagged = account.tags.get(key)
        if tagged is None:
            yield f"tag {key}={_any(values)} is wanted, {account.name} has no tag {key}"
        elif not any(matches(tagged, value) for value in values):
            yield f"tag {key}={_any(values)} is wanted, {account.name} has {key}={tagged}"


def _within(account: Account, unit: str, direct: bool) -> bool:
    return account.ou_path == unit if direct else is_under(account.ou_path, unit)


def _any(values: Iterable[str]) -> str:
    return "|".join(values)
