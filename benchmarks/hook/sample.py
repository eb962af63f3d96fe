"""What is delivered: the sample of Okta's documentation, about somebody whom nobody knows."""

import json
import uuid
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[2] / "events/okta/hook-lock.json"


def delivery(events: int = 1) -> dict[str, Any]:
    """One envelope of so many LogEvents, each with a uuid of its own."""
    envelope: dict[str, Any] = json.loads(SAMPLE.read_text())
    first = envelope["data"]["events"][0]
    nobody = {"id": "00uNobodyOfTheBench", "type": "User", "alternateId": "nobody@example.com"}
    envelope["data"]["events"] = [
        {**first, "uuid": str(uuid.uuid4()), "target": [nobody]} for _ in range(events)
    ]
    return envelope


def uuids(envelope: dict[str, Any]) -> set[str]:
    """Of its LogEvents."""
    return {event["uuid"] for event in envelope["data"]["events"]}
