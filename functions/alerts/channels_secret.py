"""The channels secret: which channels there are, by address and key. No error shows its values."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from functions.alerts import pagerduty
from functions.alerts.channels import Channel, PagerDuty, any_board, slack_board, teams_board
from functions.alerts.wire import Wire

BY_SECRET = ("pagerduty", "slack", "teams", "webhook")
"""The channels that the secret can name."""

SHAPE = (
    '{"slack": "https://...", "teams": "https://...", "pagerduty": {"routing_key": "..."}, '
    '"webhook": {"url": "https://...", "authorization": "..."}}'
)


class ChannelsSecretError(ValueError):
    """The channels secret is not what it must be. Never holds its values."""


def webhooks(secret: str, http: requests.Session) -> dict[str, Channel]:
    """The channels that the secret names; `{}` names none. Raises ChannelsSecretError."""
    raw = _secret(secret)
    channels: dict[str, Channel] = {}
    if "slack" in raw:
        channels["slack"] = slack_board(Wire("slack", _url("slack", raw["slack"]), http))
    if "teams" in raw:
        channels["teams"] = teams_board(Wire("teams", _url("teams", raw["teams"]), http))
    if "pagerduty" in raw:
        fields = _fields("pagerduty", raw["pagerduty"], "routing_key")
        url = _url("pagerduty", fields.get("url", pagerduty.ENQUEUE))
        channels["pagerduty"] = PagerDuty(Wire("pagerduty", url, http), fields["routing_key"])
    if "webhook" in raw:
        given = raw["webhook"]
        fields = _fields("webhook", {"url": given} if isinstance(given, str) else given, "url")
        headers = {"Authorization": fields["authorization"]} if "authorization" in fields else {}
        channels["webhook"] = any_board(Wire("webhook", _url("webhook", fields["url"]), http, headers))
    return channels


def _secret(secret: str) -> Mapping[str, Any]:
    try:
        raw = json.loads(secret)
    except ValueError:
        # Not chained: the exception holds the secret.
        raise ChannelsSecretError(f"the channels secret is no JSON; it must be {SHAPE} or {{}}") from None
    if not isinstance(raw, dict) or not raw.keys() <= set(BY_SECRET):
        raise ChannelsSecretError(f"the channels secret must be {SHAPE}, any part left out, or {{}}")
    return raw


def _fields(name: str, value: object, needed: str) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(part, str) and part for part in value.values()):
        raise ChannelsSecretError(f"{name} in the channels secret must hold strings: {SHAPE}")
    if needed not in value:
        raise ChannelsSecretError(f"{name} in the channels secret needs a {needed}: {SHAPE}")
    return value


def _url(name: str, url: object) -> str:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not (parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost")):
        raise ChannelsSecretError(f"the address of {name} in the channels secret must begin with https://")
    return str(url)
