"""One HTTP endpoint that takes messages as JSON. Its address is a secret: no error and no log holds it."""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT = (2.0, 5.0)
"""Seconds to connect, and to wait for the answer."""

REST = 30.0
"""Seconds for which an endpoint that did not answer is left alone: a batch of findings must not wait for
the same time-out once for each. Longer than all other channels take together to time out."""


class ChannelError(Exception):
    """A channel did not take the message. Never holds an address or a key."""


@dataclass
class Wire:
    """POSTs to `url`. `clock` is monotonic, in seconds."""

    name: str
    url: str = field(repr=False)
    http: requests.Session = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _silent_at: float = field(default=float("-inf"), repr=False)

    def post(self, body: Mapping[str, Any]) -> None:
        """Raises ChannelError unless the answer is one of success."""
        if self.clock() - self._silent_at < REST:
            raise ChannelError(f"{self.name}: not asked again so soon after it did not answer")
        answer = self._ask(json.dumps(body, ensure_ascii=False).encode())
        if answer.status_code >= 300:
            # Slack says why in one word such as channel_is_archived; anything longer may echo the address.
            word = f" {answer.text}" if re.fullmatch(r"[a-z_]{1,60}", answer.text) else ""
            raise ChannelError(f"{self.name}: HTTP {answer.status_code}{word}")

    def _ask(self, body: bytes) -> requests.Response:
        headers = {"Content-Type": "application/json", **self.headers}
        try:
            return self.http.post(
                self.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, auth=_as_is
            )
        except requests.RequestException as error:
            self._silent_at = self.clock()
            # Not chained: the exception holds the address.
            raise ChannelError(f"{self.name}: no answer ({type(error).__name__})") from None


def webhook_session() -> requests.Session:
    """A session for webhooks, whose addresses urllib3 would otherwise write to a DEBUG log."""
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
    return requests.Session()


def _as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without this, `requests` would look for a password in ~/.netrc."""
    return request
