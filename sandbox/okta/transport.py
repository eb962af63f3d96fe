"""HTTP out of the stand-in: to an event hook's endpoint."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import requests

Headers = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer that came in time."""

    status: int
    body: bytes


@dataclass
class NoAnswerError(Exception):
    """Nothing usable came back. `timed_out` tells a silent endpoint from one that is not there."""

    reason: str
    timed_out: bool


def call(method: str, uri: str, headers: Headers, body: bytes | None, timeout: float) -> Answer:
    """One request, redirects not followed, no proxy. `timeout` is in seconds. Raises NoAnswerError."""
    target = urlsplit(uri)
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.request(
                method,
                _reachable(target),
                headers={**headers, "Host": target.netloc},
                data=body,
                timeout=timeout,
                allow_redirects=False,
            )
        except requests.Timeout as error:
            raise NoAnswerError("The connection timed out", timed_out=True) from error
        except requests.RequestException as error:
            raise NoAnswerError(
                f"The endpoint could not be reached: {type(error).__name__}", timed_out=False
            ) from error
        return Answer(answer.status_code, answer.content)


def _reachable(target: SplitResult) -> str:
    """RFC 6761 lets `.localhost` names mean loopback; the Host header keeps the name."""
    host = target.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        port = f":{target.port}" if target.port else ""
        return target._replace(netloc=f"127.0.0.1{port}").geturl()
    return target.geturl()
