"""Who is who: a person of Okta in IAM Identity Center's directory."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.aws.principal_ids import bare

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_identitystore.type_defs import DescribeUserResponseTypeDef, UserTypeDef

OKTA_ID = re.compile(r"00u[0-9A-Za-z]{17}")
USER_ID = re.compile(r"([0-9a-f]{10}-)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""Identity Store API Reference, "User": UserId."""

USER_NAME = re.compile(r"\S{1,128}")
"""Identity Store API Reference, "User": UserName. What does not match is nobody's, and no question."""


@dataclass(frozen=True)
class Person:
    """Somebody in the directory. `okta_id` is the id that SCIM wrote, if it wrote one."""

    user_id: str
    user_name: str | None
    okta_id: str | None


class AmbiguousPersonError(Exception):
    """More than one answer, or one that contradicts itself. Nobody may be acted on."""


class People:
    """Gateway to the directory of one Identity Center instance.

    SCIM stores Okta's user id as an ExternalId whose Issuer names the directory's SCIM endpoint. AWS does
    not document its value, so it is learnt from the people found, and the id alone counts as a match.
    Errors of the service come as botocore's ClientError.
    """

    def __init__(self, identity_store: "IdentityStoreClient", identity_store_id: str) -> None:
        self._client = identity_store
        self._store = identity_store_id
        self._issuer: str | None = None

    def by_okta(
        self, okta_id: str, login: str | None, lately: str | None = None, *, thorough: bool = True
    ) -> Person | None:
        """The person with this Okta id; failing that, the one of that userName if nobody else claims it.

        `lately` is the user id that they had when last seen. It counts only if that user carries the Okta
        id still, which is one call; to search takes two and more. Not `thorough`: where SCIM's issuer is
        known, nobody having the id from it, nor the userName, is an answer; the whole directory, a call for
        every hundred people, is not looked through for another issuer's.

        Raises AmbiguousPersonError if several people carry the id, or if the userName is that of a person
        with another Okta id.
        """
        still = self._described(lately) if lately else None
        if still and still.okta_id == okta_id:
            return still
        if not (self._issuer or thorough):
            self._learn()
        carrier = self._by_external_id(self._issuer, okta_id) if self._issuer else None
        if carrier:
            return carrier
        named = self.by_user_name(login) if login else None
        if named and named.okta_id == okta_id:
            return named
        doubtful = named is not None and named.okta_id is not None
        everybody = self._users() if thorough or doubtful or not self._issuer else ()
        carriers = [user for user in everybody if okta_id in _external_ids(user)]
        if len(carriers) > 1:
            raise AmbiguousPersonError(
                f"{len(carriers)} users of Identity Center carry the Okta id {okta_id}"
            )
        if carriers:
            return self._person(carriers[0], okta_id)
        if named and named.okta_id:
            raise AmbiguousPersonError(
                f"the userName {login} belongs to user {named.user_id}, who has another Okta id"
            )
        return named

    def named(self, text: str) -> Person | None:
        """The person an operator means by an Okta id, an Identity Store id or a userName."""
        if OKTA_ID.fullmatch(text):
            return self.by_okta(text, None)
        if USER_ID.fullmatch(text):
            return self._described(text)
        return self.by_user_name(text)

    def everybody(self) -> "Iterable[Person]":
        """The whole directory, page after page as it is consumed."""
        return (self._person(user, None) for user in self._users())

    def by_user_name(self, name: str) -> Person | None:
        """The person with this userName (Identity Store API Reference, "GetUserId")."""
        if not USER_NAME.fullmatch(name):
            return None
        try:
            found = self._client.get_user_id(
                IdentityStoreId=self._store,
                AlternateIdentifier={
                    "UniqueAttribute": {
                        "AttributePath": "userName",
                        "AttributeValue": name,  # type: ignore[typeddict-item]  # any JSON; stubs: objects
                    }
                },
            )
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return self._described(bare(found["UserId"]))

    def _learn(self) -> None:
        """SCIM's issuer, from the first people of the directory."""
        for user in self._client.list_users(IdentityStoreId=self._store)["Users"]:
            self._person(user, None)

    def _by_external_id(self, issuer: str, okta_id: str) -> Person | None:
        try:
            found = self._client.get_user_id(
                IdentityStoreId=self._store,
                AlternateIdentifier={"ExternalId": {"Issuer": issuer, "Id": okta_id}},
            )
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return self._described(bare(found["UserId"]))

    def _described(self, user_id: str) -> Person | None:
        try:
            user = self._client.describe_user(IdentityStoreId=self._store, UserId=user_id)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return self._person(user, None)

    def _users(self) -> "Iterable[UserTypeDef]":
        for page in self._client.get_paginator("list_users").paginate(IdentityStoreId=self._store):
            yield from page["Users"]

    def _person(self, user: "UserTypeDef | DescribeUserResponseTypeDef", okta_id: str | None) -> Person:
        ids = _external_ids(user)
        okta_id = okta_id or next((found for found in ids if OKTA_ID.fullmatch(found)), None)
        if okta_id:
            self._issuer = ids[okta_id]
        return Person(bare(user["UserId"]), user.get("UserName"), okta_id)


def _external_ids(user: "UserTypeDef | DescribeUserResponseTypeDef") -> dict[str, str]:
    return {each["Id"]: each["Issuer"] for each in user.get("ExternalIds", [])}
