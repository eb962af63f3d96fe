"""Where messages go: a mail topic always, Slack and PagerDuty where the channels secret names them.

Webhook addresses and routing keys are secrets: no error and no log holds one.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import requests
from botocore.exceptions import BotoCoreError, ClientError

from functions.alerts import mail, pagerduty, slack
from functions.alerts.message import Message

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

TIMEOUT = (2.0, 5.0)
"""Seconds to connect, and to wait for the answer."""

SHAPE = '{"slack": "https://...", "pagerduty": {"routing_key": "..."}}'


class ChannelError(Exception):
    """A channel did not take the message. Never holds an address or a key."""


class ChannelsSecretError(ValueError):
    """The channels secret is not what it must be. Never holds its values."""


class Channel(Protocol):
    """Somewhere a message can go."""

    def send(self, message: Message) -> None:
        """Raises ChannelError if the message was not taken."""


@dataclass(frozen=True)
class Mail:
    """An SNS topic whose subscribers are mail addresses."""

    sns: "SNSClient"
    topic: str

    def send(self, message: Message) -> None:
        """Raises ChannelError."""
        try:
            self.sns.publish(TopicArn=self.topic, Subject=mail.subject(message), Message=mail.body(message))
        except (ClientError, BotoCoreError) as error:
            raise ChannelError(f"mail topic {self.topic}: {error}") from error


@dataclass(frozen=True)
class Slack:
    """An incoming webhook of Slack."""

    url: str = field(repr=False)
    http: requests.Session

    def send(self, message: Message) -> None:
        """Raises ChannelError."""
        _post("slack", self.http, self.url, slack.payload(message))


@dataclass(frozen=True)
class PagerDuty:
    """A service's integration of type Events API v2."""

    url: str = field(repr=False)
    routing_key: str = field(repr=False)
    http: requests.Session

    def send(self, message: Message) -> None:
        """Raises ChannelError."""
        _post("pagerduty", self.http, self.url, pagerduty.event(message, self.routing_key))


@dataclass(frozen=True)
class Unknown:
    """Stands for a channel whose secret could not be read: nothing can be sent, and that is a failure."""

    reason: str

    def send(self, message: Message) -> None:
        """Always raises ChannelError."""
        raise ChannelError(f"{self.reason}; untold: {message.finding.key}")


def webhooks(secret: str, http: requests.Session) -> dict[str, Channel]:
    """The channels that the secret names; `{}` names none. Raises ChannelsSecretError."""
    raw = _secret(secret)
    channels: dict[str, Channel] = {}
    if "slack" in raw:
        channels["slack"] = Slack(_url("slack", raw["slack"]), http)
    if "pagerduty" in raw:
        fields = raw["pagerduty"]
        if not isinstance(fields, dict) or not isinstance(fields.get("routing_key"), str):
            raise ChannelsSecretError(f"pagerduty in the channels secret needs a routing_key: {SHAPE}")
        url = _url("pagerduty", fields.get("url", pagerduty.ENQUEUE))
        channels["pagerduty"] = PagerDuty(url, fields["routing_key"], http)
    return channels


def webhook_session() -> requests.Session:
    """A session for webhooks, whose addresses urllib3 would otherwise write to a DEBUG log."""
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
    return requests.Session()


def _secret(secret: str) -> Mapping[str, Any]:
    try:
        raw = json.loads(secret)
    except ValueError:
        # Not chained: the exception holds the secret.
        raise ChannelsSecretError(f"the channels secret is no JSON; it must be {SHAPE} or {{}}") from None
    if not isinstance(raw, dict) or not raw.keys() <= {"slack", "pagerduty"}:
        raise ChannelsSecretError(f"the channels secret must be {SHAPE}, either part left out, or {{}}")
    return raw


def _url(name: str, url: object) -> str:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not (parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost")):
        raise ChannelsSecretError(f"the address of {name} in the channels secret must begin with https://")
    return str(url)


def _post(name: str, http: requests.Session, url: str, body: dict[str, Any]) -> None:
    try:
        answer = http.post(url, json=body, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        # Not chained: the exception holds the address.
        raise ChannelError(f"{name}: no answer ({type(error).__name__})") from None
    if answer.status_code >= 300:
        # Slack says why in one word such as channel_is_archived; anything longer may echo the address.
        word = f" {answer.text}" if re.fullmatch(r"[a-z_]{1,60}", answer.text) else ""
        raise ChannelError(f"{name}: HTTP {answer.status_code}{word}")
