"""The bus of the hub: where hook, watches and operators put events, and findings travel to on-call."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.finding import Finding

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

OKTA = "ostiary.okta"
OPERATOR = "ostiary.operator"
FINDINGS = "ostiary.findings"
ACCOUNTS = "ostiary.accounts"
"""Work that one event of AWS makes for many accounts, each put as an event of its own."""

ENTRIES_PER_CALL = 10
"""Amazon EventBridge API Reference, "PutEvents": at most 10 entries in one request."""

ATTEMPTS = 3


class BusError(Exception):
    """Some entries are not on the bus; the caller's own caller must send them again.

    `refused` are their places among those that were to be put, and the places of those not tried any more.
    """

    def __init__(self, message: str, refused: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.refused = tuple(refused)


@dataclass(frozen=True)
class BusEvent:
    """An event to put: `source` is one of this module's, `detail` whatever JSON can hold."""

    source: str
    detail_type: str
    detail: Mapping[str, Any]


class EventBus:
    """Gateway to one EventBridge bus."""

    def __init__(
        self, events: "EventBridgeClient", name: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._events = events
        self._name = name
        self._sleep = sleep

    def put(self, events: Sequence[BusEvent]) -> None:
        """Put all events, in calls of 10. Entries that EventBridge refuses are sent again, twice.

        Raises BusError if any entry is still refused: at-least-once, so repeating all of them is safe.
        """
        entries: list[PutEventsRequestEntryTypeDef] = [
            {
                "EventBusName": self._name,
                "Source": event.source,
                "DetailType": event.detail_type,
                "Detail": json.dumps(event.detail, separators=(",", ":")),
            }
            for event in events
        ]
        for start in range(0, len(entries), ENTRIES_PER_CALL):
            refused = self._put_call(entries[start : start + ENTRIES_PER_CALL])
            if refused:
                raise BusError(
                    f"{len(refused)} events are not on bus {self._name} after {ATTEMPTS} attempts "
                    f"({', '.join(sorted(set(refused.values())))}); send them again",
                    [*(start + place for place in refused), *range(start + ENTRIES_PER_CALL, len(entries))],
                )

    def put_findings(self, findings: Sequence[Finding]) -> None:
        """Tell whoever listens (alerts). Raises BusError as `put` does."""
        self.put([BusEvent(FINDINGS, "finding", finding.to_detail()) for finding in findings])

    def _put_call(self, entries: "list[PutEventsRequestEntryTypeDef]") -> dict[int, str]:
        """The places of those that stay refused, and why."""
        refused = dict.fromkeys(range(len(entries)), "")
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(0.1 * 2**attempt)
            places = list(refused)
            results = self._events.put_events(Entries=[entries[place] for place in places])["Entries"]
            refused = {
                place: result["ErrorCode"]
                for place, result in zip(places, results, strict=True)
                if "ErrorCode" in result
            }
            if not refused:
                break
        return refused
