"""What the rotation is made of."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Self

import boto3
from aws_lambda_powertools import Logger

from functions.aws.rotating_secret import RotatingSecret
from functions.aws.session import CONFIG
from functions.bus import EventBus
from functions.okta.credentials import connect
from functions.okta.event_hook import SCOPES, Identity, Registrar
from functions.okta.event_types import CONSUMED
from functions.rotate.desk import Desk
from functions.rotate.rotation import Rotation

PATIENCE = 30.0
"""Seconds for one call to Okta; a rotation is half a dozen, and the function has minutes."""


@dataclass(frozen=True)
class Environment:
    """The variables of this function. Reading raises KeyError with the name of one that is not set."""

    bus: str
    secret: str
    runbooks: str
    okta_url: str
    okta_credentials: str

    @classmethod
    def read(cls) -> Self:
        return cls(
            bus=os.environ["OSTIARY_BUS"],
            secret=os.environ["OSTIARY_HOOK_SECRET"],
            runbooks=os.environ["OSTIARY_RUNBOOKS"],
            okta_url=os.environ["OSTIARY_OKTA_URL"],
            okta_credentials=os.environ["OSTIARY_OKTA_CREDENTIALS"],
        )


@cache
def desk() -> Desk:
    """The rotation and its reporter."""
    env = Environment.read()
    secret = RotatingSecret(boto3.client("secretsmanager", config=CONFIG), env.secret)

    def rotation() -> Rotation:
        api = connect(env.okta_url, env.okta_credentials, SCOPES, patience=PATIENCE)
        return Rotation(secret, Registrar(api, Identity.of_secret(secret.arn()), CONSUMED))

    bus = EventBus(boto3.client("events", config=CONFIG), env.bus)
    return Desk(rotation, bus, runbooks=env.runbooks, log=Logger())
