"""Whether grants speak of a group at all: most of Okta's groups have nothing to do with AWS. Pure."""

from datetime import date

from functions.policy.globs import matches
from functions.policy.model import AccessPolicy
from functions.policy.patterns import outline


def concerns(policy: AccessPolicy, group: str, today: date) -> bool:
    """Could any living grant mean a group of this name?"""
    grants = [grant for grant in policy.grants if not grant.ended(today)]
    return any(
        group in grant.names or any(matches(group, outline(pattern)) for pattern in grant.patterns)
        for grant in grants
    )
