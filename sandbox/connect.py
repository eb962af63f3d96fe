"""What a person does once after `cdk deploy`, done for the sandbox: secrets, subscriptions, event hook."""

import json
from typing import TYPE_CHECKING

import requests

from functions.okta.event_types import CONSUMED
from infra import names
from infra.config import ORGANIZATIONS_REGION
from sandbox.courier import Courier
from sandbox.identity import MANAGEMENT_ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

OKTA_SECRET = "ostiary/okta"  # noqa: S105 - a name, not a value


def connect(world: "World") -> None:
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
    _register_hook(world)
    courier = Courier(world.aws, MANAGEMENT_ACCOUNT, ORGANIZATIONS_REGION, world.left_out)
    world.identity.emit = courier.deliver


def _register_hook(world: "World") -> None:
    """Okta developer documentation, "Event Hooks": create, then verify."""
    api = requests.Session()
    api.headers["Authorization"] = f"SSWS {world.okta.token}"
    hook = api.post(
        f"{world.okta.url}/api/v1/eventHooks",
        json={
            "name": "ostiary",
            "events": {"type": "EVENT_TYPE", "items": sorted(CONSUMED)},
            "channel": {
                "type": "HTTP",
                "version": "1.0.0",
                "config": {
                    "uri": world.hook_url,
                    "authScheme": {"type": "HEADER", "key": "Authorization", "value": world.hook_secret},
                },
            },
        },
        timeout=30,
    )
    hook.raise_for_status()
    api.post(
        f"{world.okta.url}/api/v1/eventHooks/{hook.json()['id']}/lifecycle/verify", timeout=30
    ).raise_for_status()
