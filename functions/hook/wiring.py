"""What the hook is made of, put together once for a container's life."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.config import Config
from botocore.session import get_session

from functions.aws.secrets import SecretVersions
from functions.bus import EventBus
from functions.hook.door import Door
from functions.okta.event_types import CONSUMED

HURRIED = Config(connect_timeout=1, read_timeout=1.5, retries={"mode": "standard", "total_max_attempts": 1})
"""Okta waits for 3 s (Okta developer documentation, "Event hooks"); Door and SecretVersions try again."""


@dataclass(frozen=True)
class Environment:
    """The variables of this function. Reading raises KeyError with the name of one that is not set."""

    bus: str
    secret: str

    @classmethod
    def read(cls) -> Self:
        return cls(bus=os.environ["OSTIARY_BUS"], secret=os.environ["OSTIARY_HOOK_SECRET"])


@cache
def door() -> Door:
    """The endpoint, each call of whose clients gives up before Okta does.

    Clients are botocore's: boto3 makes the very same ones, but to load it takes a third of a cold start.
    """
    env = Environment.read()
    session: Any = get_session()  # whose clients have no types of their own
    return Door(
        SecretVersions(session.create_client("secretsmanager", config=HURRIED), env.secret),
        EventBus(session.create_client("events", config=HURRIED), env.bus),
        CONSUMED,
        count=_count,
        log=Logger(),
    )


def _count(name: str, number: int) -> None:
    with single_metric(name=name, unit=MetricUnit.Count, value=number):
        pass
