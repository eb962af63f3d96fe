"""The embedded AWS as an ASGI application, told that TLS was ended in front of it.

Run in its own environment by hypercorn. The deployed policies refuse calls without TLS, and the embedded AWS
enforces that; on the loopback interface there is no TLS, so this says what the proxy that ends it would say.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ministack.app import app as ministack

# In this process alone: the functions that it starts must find nothing but their bundle.
sys.path.append(str(Path(__file__).parents[2]))

from sandbox.busy import Busy

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

embedded = Busy(ministack)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand every request on, with one header more."""
    if scope["type"] == "http":
        scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
    await embedded(scope, receive, send)
