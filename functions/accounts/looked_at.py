"""What of an account the access policy looks at: only that needs to be read, and only its change matters."""

from functions.policy import AccessPolicy
from functions.policy.filters import AccountFilter, Selector
from functions.policy.selectors import Account


def asks_for_tags(policy: AccessPolicy) -> bool:
    """Whether any line of the policy looks at the tags of accounts: they cost a call for each account."""
    selectors = [each for grant in policy.grants for each in (*grant.accounts, *grant.except_)]
    return any(_asks(each) for each in (*selectors, *policy.accounts.protected.accounts))


def same(before: Account, now: Account | None, *, tags: bool) -> bool:
    """Whether grants see the same account as before; None has left the organization."""
    return now is not None and _seen(before, tags) == _seen(now, tags)


def _seen(account: Account, tags: bool) -> object:
    return account.name, account.ou_path, account.state, account.tags if tags else {}


def _asks(selector: Selector) -> bool:
    if not isinstance(selector, AccountFilter):
        return False
    inner = (*selector.and_, *selector.or_, *selector.not_)
    return bool(selector.tag) or any(_asks(each) for each in inner)
