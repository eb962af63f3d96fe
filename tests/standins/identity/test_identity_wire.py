"""The wire: what no service would accept, faults, counts, limits, and many calls at once."""

from http.client import HTTPConnection

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from sandbox import identity
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN
from sandbox.identity.patterns import compiled
from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import MANAGEMENT, Plane, refused

WHERE = {"InstanceArn": INSTANCE_ARN}


def test_required_members_must_be_there(plane: Plane) -> None:
    with refused("ValidationException"):
        plane.client("sso-admin", checked=False).list_permission_sets()
    with refused("ValidationException"):
        plane.client("identitystore", checked=False).describe_user(IdentityStoreId=IDENTITY_STORE_ID)
    with refused("InvalidInputException", Reason="INPUT_REQUIRED"):
        plane.client("organizations", checked=False).create_account(AccountName="a")


def test_values_must_fit_the_model(plane: Plane) -> None:
    """Patterns, lengths, enumerations and numbers, which boto3 itself does not hold against the model."""
    with refused("ValidationException"):
        plane.sso.list_permission_sets(InstanceArn="arn:aws:sso:::instance/x")
    with refused("ValidationException"):
        plane.sso.create_permission_set(Name="n" * 33, **WHERE)
    with refused("ValidationException"):
        plane.sso.list_permission_sets(MaxResults=101, **WHERE)
    with refused("ValidationException"):
        plane.store.list_users(IdentityStoreId="store")
    with refused("ValidationException"):
        plane.user("two words")
    with refused("InvalidInputException", Reason="INVALID_PATTERN"):
        plane.organizations.describe_account(AccountId="12345678901x")
    with refused("InvalidInputException", Reason="MAX_LENGTH_EXCEEDED"):
        plane.organizations.create_account(Email="a@example.com", AccountName="n" * 51)
    with refused("InvalidInputException", Reason="MIN_LENGTH_EXCEEDED"):
        plane.client("organizations", checked=False).create_account(Email="a@b.c", AccountName="n")
    with refused("InvalidInputException", Reason="INVALID_ENUM"):
        plane.organizations.list_policies(Filter="SOME_POLICY")


def test_a_union_has_exactly_one_member(plane: Plane) -> None:
    store = plane.client("identitystore", checked=False)
    with refused("ValidationException"):
        store.get_user_id(IdentityStoreId=IDENTITY_STORE_ID, AlternateIdentifier={})


def test_wrong_types_are_refused(plane: Plane) -> None:
    with refused("SerializationException"):
        plane.client("sso-admin", checked=False).list_permission_sets(MaxResults="ten", **WHERE)


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("", "{}", "UnknownOperationException"),
        ("DynamoDB_20120810.ListTables", "{}", "UnknownOperationException"),
        ("AWSIdentityStore.MakeCoffee", "{}", "UnknownOperationException"),
        ("AWSIdentityStore.ListUsers", "{", "SerializationException"),
        ("AWSIdentityStore.ListUsers", "[]", "SerializationException"),
    ],
)
def test_what_is_no_call_is_told_so(plane: Plane, target: str, body: str, code: str) -> None:
    answer = plane.http.post(plane.server.url, data=body, headers={"X-Amz-Target": target}, timeout=10)
    assert (answer.status_code, answer.json()["__type"]) == (400, code)


def test_what_neither_layer_has_is_told_clearly(plane: Plane) -> None:
    """Given operations that moto does not have, then no HTML and no retries: an error that names them."""
    plane.found()
    calls = [
        (plane.organizations.describe_resource_policy, {}),
        (plane.sso.list_applications, {"InstanceArn": INSTANCE_ARN}),
        (plane.store.list_identity_stores, {}),
    ]
    for call, parameters in calls:
        with pytest.raises(ClientError, match=r"UnsupportedOperationException.*sandbox does not play"):
            call(**parameters)


def test_moto_leaves_boto3_alone(plane: Plane) -> None:
    """Given moto in this very process, then a client without endpoint still means the real AWS."""
    client = boto3.client(
        "organizations",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id=MANAGEMENT,
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(EndpointConnectionError):
        client.describe_organization()
    client.close()


def test_two_planes_share_nothing(start: Start) -> None:
    one, other = start(FAST), start(FAST)
    one.found()
    one.permission_set()
    with refused("AWSOrganizationsNotInUseException"):
        other.organizations.describe_organization()
    assert other.sso.list_permission_sets(**WHERE)["PermissionSets"] == []


def test_a_connection_serves_many_requests(plane: Plane) -> None:
    """Given a body that nobody asked for, then the next request on the same connection is answered too."""
    connection = HTTPConnection(plane.server.url.removeprefix("http://"), timeout=10)
    connection.connect()
    connection.auto_open = False
    states = []
    for method, path, body in (("GET", "/_sandbox/calls", None), ("POST", "/none", "x" * 999)) * 2:
        connection.request(method, path, body)
        response = connection.getresponse()
        response.read()
        states.append(response.status)
    connection.close()
    assert states == [200, 400, 200, 400]


def test_a_taken_port_is_no_obstacle() -> None:
    with identity.serve() as first:
        port = int(first.url.rpartition(":")[2])
        with identity.serve(port) as second:
            assert second.url != first.url
            assert first.url.startswith("http://127.0.0.1:")


def test_java_patterns_mean_the_same_here() -> None:
    names = compiled(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+")
    assert names.fullmatch("jürgen.müller+test@example.com")
    assert not names.fullmatch("two words")
    assert compiled(r"\p{L}+(?:\.\p{L}+){0,2}").fullmatch("emails.value")
