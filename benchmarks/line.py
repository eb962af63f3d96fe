"""The line of turns, its table in an embedded AWS: what booking costs is part of what is measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from functions.aws.pace import Pace
from functions.aws.turn_line import QUICK, TurnLine
from functions.aws.turns import Place
from sandbox import embedded
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.world import ROOT

REGION = "us-east-1"
TABLE = "ostiary-turns"


class Line:
    """One line, in which as many instances stand as ask for a pace."""

    def __init__(self, aws: embedded.EmbeddedAws) -> None:
        self._aws = aws
        aws.client("dynamodb", MANAGEMENT_ACCOUNT, REGION).create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )

    def pace(self, place: Place) -> Pace:
        """One instance's, over a client like the function's."""
        client = boto3.client(
            "dynamodb",
            region_name=REGION,
            endpoint_url=self._aws.url,
            aws_access_key_id=MANAGEMENT_ACCOUNT,
            aws_secret_access_key=embedded.SECRET,
            config=QUICK,
        )
        return Pace(TurnLine(client, TABLE), place)


@contextmanager
def line() -> Iterator[Line]:
    """With nobody in it."""
    with TemporaryDirectory() as directory:
        # Nothing here asks the embedded AWS for the identity plane.
        nowhere = "http://127.0.0.1:9"
        with embedded.serve(ROOT, Path(directory), nowhere, MANAGEMENT_ACCOUNT, REGION) as aws:
            yield Line(aws)
