"""The alerts function as deployed: a channel that is down, the digest, and what an operator lists."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from functions.finding import Finding, Severity, State
from infra import names
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.world import World
from tests.e2e.waiting import eventually

RUN = CliRunner()


def found(key: str, **changes: Any) -> Finding:
    now = datetime.now(UTC).replace(microsecond=0)
    values = {
        "severity": Severity.WARNING,
        "title": f"Something is wrong with {key}",
        "subject": "a test",
        "since": now,
        "why": "Because it is.",
        "actions": ("Mend it.",),
        "runbook": "https://example.com/runbooks/alerts.md",
    }
    return Finding(key=key, **{**values, **changes})


class OnCall:
    """Who puts findings on the hub's bus, and reads what each channel took."""

    def __init__(self, world: World) -> None:
        self.world = world

    def put(self, finding: Finding) -> None:
        """In a second of its own: EventBridge tells no more, and of one second the worse news wins."""
        time.sleep(1 - time.time() % 1)
        entry = {
            "EventBusName": names.BUS,
            "Source": "ostiary.findings",
            "DetailType": "finding",
            "Detail": json.dumps(finding.to_detail()),
        }
        self.world.hub_client("events").put_events(Entries=[entry])

    def heard(self, channel: str, words: str) -> bool:
        """Whether a channel took a message with these words."""
        return any(
            each["channel"] == channel and words in json.dumps(each) for each in self.world.oncall.messages()
        )

    def break_slack(self, *, broken: bool) -> None:
        fault = {"service": "oncall", "operation": "slack", "error": "internal_error", "status": 500}
        self.world.oncall.faults.set([fault] if broken else [])


@pytest.fixture
def oncall(world: World) -> Iterator[OnCall]:
    yield OnCall(world)
    world.oncall.faults.set([])


def test_a_channel_that_is_down_is_told_elsewhere_and_later_is_told_itself(
    world: World, oncall: OnCall
) -> None:
    """Given Slack is down, mail has the finding and the news of Slack; when Slack is back, it has both."""
    if world.shape.hub_account == MANAGEMENT_ACCOUNT:
        pytest.skip("the other shape, which enforces IAM, shows it")
    oncall.break_slack(broken=True)
    oncall.put(found("e2e/slack-down"))
    eventually(lambda: oncall.heard("sns", "wrong with e2e/slack-down"), "mail has the finding")
    eventually(lambda: oncall.heard("sns", "Alerts do not reach slack"), "mail has the news of Slack")
    assert not oncall.heard("slack", "e2e/slack-down")

    oncall.break_slack(broken=False)
    oncall.put(found("e2e/slack-down"))
    eventually(lambda: oncall.heard("slack", "wrong with e2e/slack-down"), "Slack has the finding")
    eventually(lambda: oncall.heard("sns", "[Resolved] Alerts do not reach slack"), "mail hears it is back")
    oncall.put(found("e2e/slack-down", state=State.CLEAR))
    eventually(lambda: oncall.heard("slack", "Resolved: Something is wrong"), "Slack hears the end")


def test_what_stays_open_is_in_the_digest_and_on_the_operators_list(
    world: World, oncall: OnCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a finding that is open, the schedule's call tells it again, and `ostiary findings` lists it."""
    oncall.put(found("e2e/open"))
    eventually(lambda: oncall.heard("slack", "wrong with e2e/open"), "Slack has the finding")
    schedule = world.hub_client("scheduler").get_schedule(Name="ostiary-alerts-digest")
    world.hub_client("lambda").invoke(
        FunctionName=schedule["Target"]["Arn"], Payload=schedule["Target"]["Input"].encode()
    )
    eventually(lambda: oncall.heard("sns", "[Digest]"), "mail has the digest")
    eventually(
        lambda: oncall.heard("slack", "findings are open") or oncall.heard("slack", "finding is open"),
        "so has Slack",
    )

    monkeypatch.setenv("AWS_ENDPOINT_URL", world.aws.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", world.shape.hub_account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    listed = RUN.invoke(app, ["findings", "--json", "--region", world.shape.hub_region])
    assert "e2e/open" in [entry["key"] for entry in json.loads(listed.stdout)], listed.output

    oncall.put(found("e2e/open", state=State.CLEAR))
    eventually(lambda: oncall.heard("slack", "Resolved: Something is wrong with e2e/open"), "it is resolved")
    listed = RUN.invoke(app, ["findings", "--json", "--region", world.shape.hub_region])
    assert "e2e/open" not in [entry["key"] for entry in json.loads(listed.stdout)]
