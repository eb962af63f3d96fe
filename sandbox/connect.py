"""What a person does once after `cdk deploy`, done for the sandbox: secrets, subscriptions, hook, trust."""

import json
import math
from collections.abc import Sequence

import requests

from functions.aws.cursor import Cursor
from functions.aws.rotating_secret import RotatingSecret
from functions.bus import BusEvent
from functions.catchup.follow import Follower
from functions.catchup.question import LOG, Question
from functions.okta.client import OktaClient
from functions.okta.event_hook import Identity, Registrar
from functions.okta.event_types import CONSUMED, FROM_LOG
from functions.okta.sign_in import ApiToken
from infra import names
from infra.config import ORGANIZATIONS_REGION
from sandbox.courier import Courier
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.okta.settings import utc_now
from sandbox.trust import record_certificate
from sandbox.world import World

OKTA_SECRET = "ostiary/okta"  # noqa: S105 - a name, not a value


def connect(world: World) -> None:
    """Fill the secrets, subscribe on-call, register the hook, attach the courier: then events flow."""
    secrets = world.hub_client("secretsmanager")
    secrets.put_secret_value(SecretId=OKTA_SECRET, SecretString=json.dumps({"token": world.okta.token}))
    channels = {
        "slack": f"{world.oncall.url}/slack",
        "pagerduty": {"url": f"{world.oncall.url}/pagerduty", "routing_key": "R0SANDBOX"},
    }
    secrets.put_secret_value(SecretId=names.CHANNELS_SECRET, SecretString=json.dumps(channels))
    topic = f"arn:aws:sns:{world.shape.hub_region}:{world.shape.hub_account}:{names.TOPIC}"
    world.hub_client("sns").subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{world.oncall.url}/sns")
    with requests.Session() as http:
        api = OktaClient(world.okta.url, ApiToken(world.okta.token), http)
        _leave_history_alone(world, api)
        _register_hook(world, api)
    record_certificate(world)
    courier = Courier(world.aws, MANAGEMENT_ACCOUNT, ORGANIZATIONS_REGION, world.left_out)
    world.identity.emit = courier.deliver


def _register_hook(world: World, api: OktaClient) -> None:
    """As `ostiary okta connect` does it."""
    shape = world.shape
    secret = RotatingSecret(world.hub_client("secretsmanager"), names.HOOK_SECRET)
    version = secret.versions().current
    registrar = Registrar(api, Identity(shape.hub_account, shape.hub_region), CONSUMED)
    registrar.install(world.hook_url, secret.value(version), version.id)


def _leave_history_alone(world: World, api: OktaClient) -> None:
    """The company was founded a moment ago; as if that were long past, catch-up begins after it."""
    cursor = Cursor(world.hub_client("dynamodb"), names.CURSOR, LOG)
    question = Question(world.okta.url, FROM_LOG)
    Follower(lambda: api, _Nowhere(), cursor, question, now=utc_now).run(lambda: math.inf)


class _Nowhere:
    """A bus that leads to nobody."""

    def put(self, _events: Sequence[BusEvent]) -> None:
        return
