"""Deliveries at the deployed endpoint: how each was answered, how long it took, and what never arrived."""

import json
import time
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from benchmarks.hook.sample import delivery, uuids
from infra import names
from sandbox.world import World

IN_FLIGHT = 20
OKTA_WAITS = 3.0
"""Seconds (Okta developer documentation, "Event hooks")."""

GIVEN_UP = 60.0
"""Seconds after which an answer, or an event that does not arrive, counts as none."""


@dataclass(frozen=True)
class Answered:
    """One delivery: the answer to each attempt, as status and words, and the milliseconds of the first."""

    answers: tuple[str, ...]
    ms: float


class Okta:
    """Sends as Okta does: once more after a 5xx, never after a 4xx.

    It does not hang up after three seconds, so that what a slow answer says is known; slow ones are counted.
    """

    def __init__(self, world: World) -> None:
        self._url = world.hook_url
        self._headers = {"Authorization": world.hook_secret, "Content-Type": "application/json"}

    def send(self, envelope: dict[str, Any]) -> Answered:
        """One delivery and, if need be, its second attempt."""
        first, ms = self._post(envelope)
        if not first.startswith("5"):
            return Answered((first,), ms)
        return Answered((first, self._post(envelope)[0]), ms)

    def _post(self, envelope: dict[str, Any]) -> tuple[str, float]:
        began = time.perf_counter()
        try:
            answer = requests.post(self._url, json=envelope, headers=self._headers, timeout=GIVEN_UP)
            said = f"{answer.status_code} {_words(answer)}".strip()
        except requests.RequestException as error:
            said = f"5xx {type(error).__name__}"
        return said, (time.perf_counter() - began) * 1000


def _words(answer: requests.Response) -> str:
    if not answer.content:
        return ""
    try:
        body = answer.json()
    except ValueError:
        return answer.text[:80]
    return str(body.get("error") or body.get("message"))


class Ear:
    """A queue of the benchmark's own on the hub's bus."""

    def __init__(self, world: World) -> None:
        self._sqs, events = world.hub_client("sqs"), world.hub_client("events")
        self._url = self._sqs.create_queue(QueueName="bench")["QueueUrl"]
        arn = f"arn:aws:sqs:{world.shape.hub_region}:{world.shape.hub_account}:bench"
        pattern = {"source": ["ostiary.okta"], "detail-type": ["user.account.lock"]}
        events.put_rule(Name="bench", EventBusName=names.BUS, EventPattern=json.dumps(pattern))
        events.put_targets(Rule="bench", EventBusName=names.BUS, Targets=[{"Id": "1", "Arn": arn}])

    def missing(self, sent: Collection[str]) -> set[str]:
        """Those of `sent` that have not come when nothing has for a while."""
        missing = set(sent)
        deadline = time.monotonic() + GIVEN_UP
        while missing and time.monotonic() < deadline:
            answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            messages = answer.get("Messages", [])
            missing -= {json.loads(message["Body"])["detail"]["uuid"] for message in messages}
            if messages:
                deadline = time.monotonic() + GIVEN_UP
                handles = [
                    {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)
                ]
                self._sqs.delete_message_batch(QueueUrl=self._url, Entries=handles)
        return missing


def round_of(okta: Okta, ear: Ear, deliveries: int, events_each: int = 1) -> dict[str, float]:
    """So many deliveries, 20 in flight, and what became of them."""
    sent = [delivery(events_each) for _ in range(deliveries)]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        began = time.perf_counter()
        answered = list(pool.map(okta.send, sent))
        seconds = time.perf_counter() - began
    lost = ear.missing({uuid for envelope in sent for uuid in uuids(envelope)})
    return figures(answered, seconds, deliveries * events_each, len(lost))


def figures(answered: Sequence[Answered], seconds: float, events: int, lost: int) -> dict[str, float]:
    """As the table shows them; one row more for each answer that was given."""
    times = sorted(each.ms for each in answered)
    said = Counter(answer for each in answered for answer in each.answers)
    return {
        "deliveries": len(answered),
        "events": events,
        "deliveries a second": len(answered) / seconds,
        "p50 ms": times[len(times) // 2],
        "p99 ms": times[len(times) * 99 // 100],
        "slowest ms": times[-1],
        "later than Okta waits": sum(ms > OKTA_WAITS * 1000 for ms in times),
        **{f"answered {answer}": count for answer, count in said.most_common()},
        "sent again": sum(len(each.answers) > 1 for each in answered),
        "refused": sum(each.answers[-1] != "204" for each in answered),
        "lost": lost,
    }
