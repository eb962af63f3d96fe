"""What each channel takes, and what it answers, by the provider's documentation."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from sandbox.oncall.inbox import Inbox

_LOOPBACK = ("127.0.0.1", "localhost")
_CONFIRM_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """Status and body; a text body goes out as text, anything else as JSON."""

    status: int
    body: Any


class RefusedError(Exception):
    """What came is nothing the provider would take."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.answer = Answer(status, body)


def slack(inbox: Inbox, message: Any) -> Answer:
    """Slack: "Sending messages using incoming webhooks"; text or blocks, answered with a plain ok."""
    if not isinstance(message, dict) or not (message.get("text") or message.get("blocks")):
        raise RefusedError(400, "no_text")
    inbox.add("slack", message.get("text"), message)
    return Answer(200, "ok")


def pagerduty(inbox: Inbox, event: Any) -> Answer:
    """PagerDuty: "Send an alert event", Events API v2. A trigger without a dedup_key is given one."""
    errors = _pagerduty_errors(event)
    if errors:
        body = {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
        raise RefusedError(400, body)
    key = event.get("dedup_key") or secrets.token_hex(16)
    inbox.add("pagerduty", event.get("payload", {}).get("summary") or f"{event['event_action']} {key}", event)
    return Answer(202, {"status": "success", "message": "Event processed", "dedup_key": key})


def _pagerduty_errors(event: Any) -> list[str]:
    if not isinstance(event, dict):
        return ["the event is not an object"]
    errors = [] if event.get("routing_key") else ["'routing_key' is missing or blank"]
    action = event.get("event_action")
    payload = event.get("payload")
    if action not in ("trigger", "acknowledge", "resolve"):
        errors.append("'event_action' is not one of trigger, acknowledge, resolve")
    elif action == "trigger":
        given = payload if isinstance(payload, dict) else {}
        wanted = ("summary", "source", "severity")
        errors += [f"'payload.{name}' is missing or blank" for name in wanted if not given.get(name)]
        if given.get("severity") not in (None, "", "critical", "warning", "error", "info"):
            errors.append("'payload.severity' is not one of critical, warning, error, info")
    elif not event.get("dedup_key"):
        errors.append("'dedup_key' is missing or blank")
    if payload is not None and not isinstance(payload, dict):
        errors.append("'payload' is not an object")
    return errors


def teams(inbox: Inbox, message: Any) -> Answer:
    """Microsoft Teams: "Create incoming webhooks with Workflows"; a message with cards, answered with 202."""
    if not isinstance(message, dict) or not (message.get("attachments") or message.get("text")):
        raise RefusedError(400, "Summary or Text is required.")
    inbox.add("teams", message.get("summary") or message.get("text"), message)
    return Answer(202, "")


def webhook(inbox: Inbox, message: Any) -> Answer:
    """Anything that is JSON."""
    subject = message.get("subject") or message.get("title") if isinstance(message, dict) else None
    inbox.add("webhook", subject, message)
    return Answer(200, {"status": "ok"})


def sns(inbox: Inbox, message: Any) -> Answer:
    """Amazon SNS: "Parsing message formats". A subscription is confirmed only if its URL is on loopback."""
    if not isinstance(message, dict):
        raise RefusedError(400, "not an SNS message")
    match message.get("Type"):
        case "SubscriptionConfirmation":
            _confirm(str(message.get("SubscribeURL")))
        case "Notification":
            body = _json_or_text(str(message.get("Message", "")))
            inbox.add("sns", message.get("Subject"), body, topic=message.get("TopicArn"))
        case "UnsubscribeConfirmation":
            pass
        case other:
            raise RefusedError(400, f"unknown Type {other!r}")
    return Answer(200, "")


def _confirm(url: str) -> None:
    target = urlsplit(url)
    if target.scheme != "http" or target.hostname not in _LOOPBACK:
        raise RefusedError(403, f"{target.hostname} is not on this machine")
    reachable = target._replace(netloc=f"127.0.0.1:{target.port or 80}").geturl()
    with requests.Session() as session:
        session.trust_env = False
        try:
            confirmed = session.get(
                reachable, headers={"Host": target.netloc}, timeout=_CONFIRM_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise RefusedError(502, f"SubscribeURL did not answer: {type(error).__name__}") from error
    if not confirmed.ok:
        raise RefusedError(502, f"SubscribeURL answered {confirmed.status_code}")


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


CHANNELS: Mapping[str, Callable[[Inbox, Any], Answer]] = {
    "slack": slack,
    "pagerduty": pagerduty,
    "teams": teams,
    "webhook": webhook,
    "sns": sns,
}
