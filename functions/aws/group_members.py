"""Who is in a group, as Identity Center shows it: read, never changed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from functions.aws.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient


class GroupMembers:
    """Gateway to the memberships of one group. Errors of the service come as botocore's ClientError."""

    def __init__(self, directory: "IdentityStoreClient", people: People, identity_store_id: str) -> None:
        self._directory = directory
        self._people = people
        self._store = identity_store_id

    def of(self, group_id: str) -> Iterator[Person]:
        """One call for each 100 members, and one for each of them as it is consumed.

        Identity Store API Reference, "ListGroupMemberships": users alone, by their ids.
        """
        pages = self._directory.get_paginator("list_group_memberships").paginate(
            IdentityStoreId=self._store, GroupId=group_id
        )
        members = [each["MemberId"]["UserId"] for page in pages for each in page["GroupMemberships"]]
        for user_id in members:
            person = self._people.named(user_id)
            if person is not None:
                yield person
