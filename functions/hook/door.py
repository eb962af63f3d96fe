"""The event hook's endpoint: check the secret, read the delivery, put it on the bus, answer."""

import json
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.secrets import SecretUnavailableError
from functions.bus import BusError, BusEvent
from functions.hook.delivery import read_delivery
from functions.hook.request import BadRequestError, Request
from functions.okta.entries import calls
from functions.okta.sift import Sifted

CHALLENGE = "x-okta-verification-challenge"

WAITS = (0.05, 0.2, 0.8)
"""Seconds before another attempt; the first nearly at once, as a kept connection may be dead."""

LAST_TRY_WITHIN = 2.0
"""Seconds. Okta waits for 3 s, but a call that outlasts it is not in vain: the bus has its events, and those
that Okta sends again are known by their uuid. To give up earlier would leave them to Okta's only
other attempt."""


class Secret(Protocol):
    """Knows what the Authorization header must say. Raises SecretUnavailableError."""

    def holds(self, presented: str) -> bool: ...


class Bus(Protocol):
    """Takes events or raises BusError, ClientError or BotoCoreError."""

    def put(self, events: Sequence[BusEvent]) -> None: ...


class Door:
    """Answers as Okta's developer documentation, "Event hooks", asks: 204 only once the bus has the events.

    Okta repeats a delivery once after a 5xx, and never after a 4xx; what is unsure is a 5xx here.
    """

    def __init__(
        self,
        secret: Secret,
        bus: Bus,
        consumed: Collection[str],
        *,
        count: Callable[[str, int], None],
        log: Logger,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._secret = secret
        self._bus = bus
        self._consumed = consumed
        self._count = count
        self._log = log
        self._now = now
        self._sleep = sleep

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """The proxy integration's answer to its event."""
        started = self._now()
        try:
            request = Request.parse(event)
            if request.method == "GET":
                return self._verify(request)
            if request.method == "POST":
                return self._take(request, started)
            return _reply(405, {"error": "only GET and POST"}, {"Allow": "GET, POST"})
        except BadRequestError as refused:
            self._count("RequestsRefused", 1)
            self._log.warning("refused with %d: %s", refused.status, refused)
            return _reply(refused.status, {"error": str(refused)})
        except SecretUnavailableError as error:
            return self._unavailable("the secret cannot be read", error)
        except (BusError, ClientError, BotoCoreError) as error:
            return self._unavailable("the bus does not have the events", error)

    def _verify(self, request: Request) -> dict[str, Any]:
        challenge = request.headers.get(CHALLENGE)
        if not challenge:
            raise BadRequestError(400, f"a GET needs the header {CHALLENGE}")
        self._check_secret(request)
        self._log.info("verified")
        return _reply(200, {"verification": challenge})

    def _take(self, request: Request, started: float) -> dict[str, Any]:
        self._check_secret(request)
        request.check_content_type()
        delivery = read_delivery(request.body(), self._consumed)
        for group in calls(delivery.entries):
            self._put(group, started)
        self._report(delivery)
        if delivery.too_large:
            self._log.error("too large for the bus", extra={"uuids": delivery.too_large})
            raise BadRequestError(413, "an event does not fit the bus, even without its details")
        return {"statusCode": 204, "body": ""}

    def _put(self, events: list[BusEvent], started: float) -> None:
        for wait in WAITS:
            try:
                self._bus.put(events)
            except (BusError, ClientError, BotoCoreError):
                if self._now() - started > LAST_TRY_WITHIN:
                    raise
                self._sleep(wait)
            else:
                return
        self._bus.put(events)

    def _report(self, delivery: Sifted) -> None:
        counts = {
            "EventsAccepted": len(delivery.entries),
            "EventsIgnored": delivery.ignored,
            "EventsUnreadable": delivery.unreadable,
        }
        for name, number in counts.items():
            if number:
                self._count(name, number)
        uuids = [event.detail["uuid"][:64] for event in delivery.entries]
        self._log.info("delivered", extra={"uuids": uuids, **counts})

    def _check_secret(self, request: Request) -> None:
        presented = request.headers.get("authorization")
        if not presented or not self._secret.holds(presented):
            raise BadRequestError(401, "the Authorization header is missing or wrong")

    def _unavailable(self, what: str, error: Exception) -> dict[str, Any]:
        # The name alone: a service's message may quote what it was sent.
        self._count("DeliveriesFailed", 1)
        self._log.error("%s (%s)", what, _name(error))
        return _reply(503, {"error": what})


def _name(error: BaseException) -> str:
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return _name(error.__cause__) if error.__cause__ else type(error).__name__


def _reply(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **(headers or {})},
        "body": json.dumps(body),
    }
