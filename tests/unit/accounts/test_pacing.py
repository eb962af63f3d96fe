"""20 calls a second for everybody: each function keeps to its share."""

import io
from typing import Any, cast

import boto3
from botocore.awsrequest import AWSResponse, HeadersDict

from functions.accounts.pacing import ACCOUNTS, RECONCILE, Pace

INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
QUOTA = 20
INSTANCES = 2


class Watch:
    """Seconds that only sleeping moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Body(io.BytesIO):
    """What urllib3 gives botocore to read."""

    def stream(self) -> list[bytes]:
        return [self.read()]


def test_calls_are_spaced() -> None:
    """Given calls at once, they go out one by one; after a rest, none was saved up."""
    watch = Watch()
    pace = Pace(4, clock=watch, sleep=watch.sleep)
    times = []
    for rest in (0, 0, 0, 10, 0):
        watch.now += rest
        pace()
        times.append(watch.now - 100)
    assert times == [0, 0.25, 0.5, 10.5, 10.75]


def test_every_request_of_a_client_waits_for_its_turn() -> None:
    """Given a client with a pace, retries and pages wait as well: it is what goes out that counts."""
    watch = Watch()
    client: Any = boto3.client(
        "sso-admin", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    sent: list[float] = []

    def answer(request: Any, **_event: Any) -> AWSResponse:
        sent.append(watch.now - 100)
        more = f'"NextToken": "{len(sent)}", ' if len(sent) < 3 else ""
        body = Body(f'{{{more}"PermissionSets": []}}'.encode())
        return AWSResponse(request.url, 200, cast(Any, HeadersDict()), body)

    Pace(2, clock=watch, sleep=watch.sleep).hold(client)
    client.meta.events.register_last("before-send.sso-admin", answer)
    pages = client.get_paginator("list_permission_sets").paginate(InstanceArn=INSTANCE)
    assert len(list(pages)) == 3
    assert sent == [0, 0.5, 1.0]


def test_the_shares_together_leave_room() -> None:
    """Given every instance at work, leavers and people still find a fifth of the quota."""
    assert INSTANCES * (ACCOUNTS + RECONCILE) <= 0.8 * QUOTA
