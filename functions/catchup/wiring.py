"""What catch-up is made of, put together once for a container's life."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Self

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from functions.aws.cursor import Cursor
from functions.aws.session import CONFIG
from functions.bus import EventBus
from functions.catchup.desk import Desk
from functions.catchup.follow import Follower
from functions.catchup.question import LOG, Question
from functions.okta.credentials import connect
from functions.okta.event_types import FROM_LOG

SCOPES = ("okta.logs.read",)

PATIENCE = 40.0
"""Seconds for one page. Okta's rate limits reset every minute; what takes longer is the next run's."""


@dataclass(frozen=True)
class Environment:
    """The variables of this function. Reading raises KeyError with the name of one that is not set."""

    bus: str
    table: str
    runbooks: str
    okta_url: str
    okta_credentials: str

    @classmethod
    def read(cls) -> Self:
        return cls(
            bus=os.environ["OSTIARY_BUS"],
            table=os.environ["OSTIARY_CURSOR_TABLE"],
            runbooks=os.environ["OSTIARY_RUNBOOKS"],
            okta_url=os.environ["OSTIARY_OKTA_URL"],
            okta_credentials=os.environ["OSTIARY_OKTA_CREDENTIALS"],
        )


@cache
def bus() -> EventBus:
    """The hub's bus."""
    return EventBus(boto3.client("events", config=CONFIG), os.environ["OSTIARY_BUS"])


@cache
def _place() -> Cursor:
    return Cursor(boto3.client("dynamodb", config=CONFIG), Environment.read().table, LOG)


def desk() -> Desk:
    """The reader and its reporter."""
    env = Environment.read()
    follower = Follower(
        lambda: connect(env.okta_url, env.okta_credentials, SCOPES, patience=PATIENCE),
        bus(),
        _place(),
        Question(env.okta_url.rstrip("/"), FROM_LOG),
        now=_now,
    )
    return Desk(
        follower,
        bus(),
        runbooks=env.runbooks,
        measure=_measure,
        log=Logger(),
        now=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _measure(name: str, unit: MetricUnit, value: float) -> None:
    with single_metric(name=name, unit=unit, value=value):
        pass
