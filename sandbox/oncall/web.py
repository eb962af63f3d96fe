"""The sink's HTTP door."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.faults import FaultBoard, FaultError
from sandbox.oncall.channels import CHANNELS, Answer, RefusedError
from sandbox.oncall.inbox import Inbox

SERVICE = "oncall"
_EMPTY = Answer(204, "")
_NO_SUCH = Answer(405, {"error": "GET or DELETE /, POST to a channel, PUT or GET /_sandbox/faults"})


class Web:
    """The WSGI application."""

    def __init__(self, inbox: Inbox, faults: FaultBoard) -> None:
        self._inbox = inbox
        self._faults = faults

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(Request(environ))
        text = isinstance(answer.body, str)
        body = answer.body if text else json.dumps(answer.body)
        kind = "text/plain; charset=utf-8" if text else "application/json"
        return Response(body, answer.status, content_type=kind)(environ, start_response)

    def _answer(self, request: Request) -> Answer:
        channel = request.path.strip("/")
        match request.method, channel:
            case "GET", "":
                return Answer(200, self._inbox.all())
            case "DELETE", "":
                self._inbox.clear()
                return _EMPTY
            case "POST", _ if channel in CHANNELS:
                return self._take(channel, request)
            case _, "_sandbox/faults" | "_sandbox/calls":
                return self._sandbox(request.method, channel.removeprefix("_sandbox/"), request)
        return _NO_SUCH if channel in ("", *CHANNELS) else Answer(404, {"error": f"no channel {channel!r}"})

    def _take(self, channel: str, request: Request) -> Answer:
        failure = self._faults.meet(SERVICE, channel)
        if failure is not None:
            return Answer(failure.status, {"error": failure.error})
        try:
            return CHANNELS[channel](self._inbox, json.loads(request.get_data()))
        except RefusedError as error:
            return error.answer
        except ValueError:
            return Answer(400, {"error": "the body is not JSON"})

    def _sandbox(self, method: str, what: str, request: Request) -> Answer:
        match method, what:
            case "GET", "faults":
                return Answer(200, self._faults.current())
            case "PUT", "faults":
                return self._set_faults(request)
            case "GET", "calls":
                return Answer(200, self._faults.calls())
            case "DELETE", "calls":
                self._faults.reset()
                return _EMPTY
        return _NO_SUCH

    def _set_faults(self, request: Request) -> Answer:
        try:
            self._faults.set(json.loads(request.get_data() or b"null"))
        except FaultError as error:
            return Answer(400, {"error": str(error)})
        except ValueError:
            return Answer(400, {"error": "the body is not JSON"})
        return _EMPTY
