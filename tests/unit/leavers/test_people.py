"""Who is who: by Okta's id, by userName, and never by guessing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.aws.people import AmbiguousPersonError, People, Person
from tests.unit.leavers.twins import JOHN, LOGIN, USER_ID

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient

STORE = "d-9067f01234"
ISSUER = "https://scim.aws.com/1a2b3c"
ARN = "arn:aws:identitystore:::user/"
NOT_FOUND = "ResourceNotFoundException"


def user(user_id: str = USER_ID, name: str = LOGIN, *okta_ids: str) -> dict[str, Any]:
    external = [{"Issuer": ISSUER, "Id": okta_id} for okta_id in okta_ids]
    return {
        "UserId": user_id,
        "UserArn": f"{ARN}{user_id:0>47}",
        "Revision": "1",
        "UserName": name,
        "IdentityStoreId": STORE,
        **({"ExternalIds": external} if external else {}),
    }


class Script:
    """The directory's answers in the order in which they are asked for."""

    def __init__(self) -> None:
        self.client: IdentityStoreClient = boto3.client(
            "identitystore", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.stub = Stubber(self.client)
        self.people = People(self.client, STORE)

    def by_user_name(self, name: str = LOGIN, found: str | None = USER_ID) -> "Script":
        unique = {"AttributePath": "userName", "AttributeValue": name}
        return self._get_user_id({"UniqueAttribute": unique}, found)

    def by_external_id(self, okta_id: str = JOHN, found: str | None = USER_ID) -> "Script":
        return self._get_user_id({"ExternalId": {"Issuer": ISSUER, "Id": okta_id}}, found)

    def describe(self, answer: dict[str, Any]) -> "Script":
        asked = {"IdentityStoreId": STORE, "UserId": answer["UserId"]}
        self.stub.add_response("describe_user", answer, asked)
        return self

    def gone(self, user_id: str) -> "Script":
        asked = {"IdentityStoreId": STORE, "UserId": user_id}
        self.stub.add_client_error("describe_user", NOT_FOUND, expected_params=asked)
        return self

    def page(self, *users: dict[str, Any], token: str | None = None) -> "Script":
        answer: dict[str, Any] = {"Users": list(users)}
        self.stub.add_response("list_users", answer | ({"NextToken": token} if token else {}))
        return self

    def _get_user_id(self, alternate: dict[str, Any], found: str | None) -> "Script":
        asked = {"IdentityStoreId": STORE, "AlternateIdentifier": alternate}
        if found is None:
            self.stub.add_client_error("get_user_id", NOT_FOUND, expected_params=asked)
        else:
            answer = {"UserId": found, "UserArn": f"{ARN}{found:0>47}", "IdentityStoreId": STORE}
            self.stub.add_response("get_user_id", answer, asked)
        return self


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    with script.stub:
        yield script
        script.stub.assert_no_pending_responses()


def test_who_carries_the_okta_id_where_it_was_last_seen_is_found_in_one_call(script: Script) -> None:
    script.describe(user(USER_ID, "renamed", JOHN))
    assert script.people.by_okta(JOHN, LOGIN, USER_ID) == Person(USER_ID, "renamed", JOHN)


def test_where_it_was_last_seen_is_no_proof(script: Script) -> None:
    """Given that the user there carries another Okta id by now, the search is the usual one."""
    script.describe(user("u-2", "somebody", "00u7p2qvBnWkZ4T8s1d7"))
    script.by_external_id().describe(user(USER_ID, "renamed", JOHN))
    assert script.people.by_okta(JOHN, LOGIN, "u-2") == Person(USER_ID, "renamed", JOHN)


def test_nor_is_an_id_that_the_directory_has_forgotten(script: Script) -> None:
    script.gone(USER_ID).by_user_name(found=None).page()
    assert script.people.by_okta(JOHN, LOGIN, USER_ID) is None


def test_the_user_name_finds_who_carries_the_okta_id(script: Script) -> None:
    script.by_user_name().describe(user(USER_ID, LOGIN, JOHN))
    assert script.people.by_okta(JOHN, LOGIN) == Person(USER_ID, LOGIN, JOHN)


def test_once_the_issuer_is_known_the_okta_id_finds_them_whatever_they_are_called(script: Script) -> None:
    script.by_user_name().describe(user(USER_ID, LOGIN, JOHN))
    script.people.by_okta(JOHN, LOGIN)
    script.by_external_id().describe(user(USER_ID, "renamed", JOHN))
    assert script.people.by_okta(JOHN, LOGIN) == Person(USER_ID, "renamed", JOHN)


def test_an_issuer_that_has_changed_falls_back_on_the_user_name(script: Script) -> None:
    script.by_user_name().describe(user(USER_ID, LOGIN, JOHN))
    script.people.by_okta(JOHN, LOGIN)
    script.by_external_id(found=None).by_user_name().describe(user(USER_ID, LOGIN, JOHN))
    assert script.people.by_okta(JOHN, LOGIN) == Person(USER_ID, LOGIN, JOHN)


def test_a_login_that_is_no_user_name_falls_back_on_the_okta_id_of_everybody(script: Script) -> None:
    script.by_user_name("j@x", None)
    script.page(user("u-1", "a", "00uSomebodyElse00000"), token="2").page(user(USER_ID, LOGIN, JOHN))
    assert script.people.by_okta(JOHN, "j@x") == Person(USER_ID, LOGIN, JOHN)


def test_a_user_without_external_id_is_taken_by_user_name(script: Script) -> None:
    script.by_user_name().describe(user()).page(user())
    assert script.people.by_okta(JOHN, LOGIN) == Person(USER_ID, LOGIN, None)


def test_who_carries_the_okta_id_goes_before_who_has_the_user_name(script: Script) -> None:
    script.by_user_name(found="u-1").describe(user("u-1")).page(user("u-1"), user("u-2", "renamed", JOHN))
    assert script.people.by_okta(JOHN, LOGIN) == Person("u-2", "renamed", JOHN)


def test_two_who_carry_the_same_okta_id_are_nobody(script: Script) -> None:
    script.page(user("u-1", "a", JOHN), user("u-2", "b", JOHN))
    with pytest.raises(AmbiguousPersonError, match="2 users"):
        script.people.by_okta(JOHN, None)


def test_a_user_name_that_belongs_to_another_okta_id_is_nobody(script: Script) -> None:
    other = user(USER_ID, LOGIN, "00uSomebodyElse00000")
    script.by_user_name().describe(other).page(other)
    with pytest.raises(AmbiguousPersonError, match="another Okta id"):
        script.people.by_okta(JOHN, LOGIN)


def test_nobody_is_nobody(script: Script) -> None:
    script.by_user_name(found=None).page(user("u-1", "a"))
    assert script.people.by_okta(JOHN, LOGIN) is None


def test_a_failed_search_is_not_taken_for_nobody(script: Script) -> None:
    script.stub.add_client_error("get_user_id", "ThrottlingException")
    with pytest.raises(ClientError, match="Throttling"):
        script.people.by_okta(JOHN, LOGIN)


@pytest.mark.parametrize("login", ["two words", "", "x" * 129])
def test_what_can_be_nobodys_user_name_is_not_asked_for(script: Script, login: str) -> None:
    script.page(user(USER_ID, LOGIN, JOHN))
    assert script.people.by_okta(JOHN, login) == Person(USER_ID, LOGIN, JOHN)


def test_an_operator_may_name_the_identity_store_id(script: Script) -> None:
    script.describe(user(USER_ID, LOGIN, JOHN))
    assert script.people.named(USER_ID) == Person(USER_ID, LOGIN, JOHN)


def test_an_operator_may_name_an_id_that_is_gone(script: Script) -> None:
    script.stub.add_client_error("describe_user", NOT_FOUND)
    assert script.people.named(USER_ID) is None


def test_an_operator_may_name_the_okta_id_or_the_user_name(script: Script) -> None:
    script.page(user(USER_ID, LOGIN, JOHN))
    assert script.people.named(JOHN) == Person(USER_ID, LOGIN, JOHN)
    script.by_user_name().describe(user(USER_ID, LOGIN, JOHN))
    assert script.people.named(LOGIN) == Person(USER_ID, LOGIN, JOHN)


def quickly(script: Script) -> Person | None:
    return script.people.by_okta(JOHN, LOGIN, thorough=False)


def test_of_whom_neither_id_nor_name_is_known_the_directory_is_not_looked_through(script: Script) -> None:
    """Given a new container: the first people of the directory tell SCIM's issuer, once."""
    script.page(user("u-1", "a", "00uSomebodyElse00000"), token="a hundred pages follow")
    for _ in range(10):
        script.by_external_id(found=None).by_user_name(found=None)
        assert quickly(script) is None


def test_where_no_issuer_is_to_be_learnt_everybody_is_looked_through(script: Script) -> None:
    script.page(user("u-1", "a")).by_user_name(found=None)
    script.page(user("u-1", "a"), token="2").page(user("u-2", "renamed", JOHN))
    assert quickly(script) == Person("u-2", "renamed", JOHN)


def test_a_name_that_belongs_to_another_okta_id_is_worth_a_look_at_everybody(script: Script) -> None:
    other = user("u-1", LOGIN, "00uSomebodyElse00000")
    script.page(other, token="2").by_external_id(found=None).by_user_name(found="u-1").describe(other)
    script.page(other, user("u-2", "renamed", JOHN))
    assert quickly(script) == Person("u-2", "renamed", JOHN)
