"""The door: the queue's messages in, access and findings out, what failed back to the queue alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from functions.accounts import handler, wiring
from functions.accounts.report import CLOCK
from functions.accounts.wiring import Tools
from functions.bus import EventBus
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import MemberAccount, World

EVENTS = Path(__file__).parents[3] / "events/aws"
NEW = "444455556666"


class Context:
    function_name = "ostiary-accounts"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass
class Bus:
    """EventBridge, as far as findings go there."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's spelling
        for entry in Entries:
            detail = json.loads(entry["Detail"])
            if entry["Source"] == "ostiary.findings":
                self.findings.append(detail)
            else:
                self.asked.append((entry["DetailType"], detail))
        return {"Entries": [{"EventId": "1"} for _ in Entries]}

    def open(self) -> set[str]:
        return {finding["key"] for finding in self.findings if finding["state"] == "open"}


@pytest.fixture
def world() -> World:
    world = World(
        loads(
            "permission_sets: {A: {}, B: {}}\n"
            "grants:\n"
            "  - {group: audit, permission_set: A, accounts: all}\n"
            "  - {groups: '{account}-{permission_set}'}\n"
        )
    )
    world.store.push("audit")
    world.organizations.accounts[NEW] = MemberAccount("fresh", "/")
    return world


@pytest.fixture
def bus(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """The handler with the world behind it, and a queue that failed messages can go back to."""
    bus = Bus()
    made = Tools(world.admitter, EventBus(cast(Any, bus), "bus"), "https://runbooks.test")
    monkeypatch.setattr(handler, "tools", lambda: made)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Ostiary")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "accounts")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="ostiary-accounts")
        yield bus


def sample(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def deliver(*events: dict[str, Any]) -> list[str]:
    """Message ids that go back to the queue; ids are the messages' places."""
    records = [
        {
            "messageId": str(n),
            "receiptHandle": "handle",
            "body": json.dumps(event),
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:ostiary-accounts",
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        for n, event in enumerate(events)
    ]
    answer = handler.handle({"Records": records}, cast(LambdaContext, Context()))
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def metrics(printed: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return [line for line in lines if CLOCK in line]


def test_an_account_joins(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    """Given CreateAccountResult, the account has its access, nothing is found, the clock has stopped."""
    world.clock.now += timedelta(seconds=7)
    assert deliver(sample("create-account-result")) == []
    assert world.access(NEW) == {("audit", "A")}
    assert bus.open() == set()
    (metric,) = metrics(capsys.readouterr().out)
    assert 7 < metric[CLOCK][0] < 10
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Ostiary"


def test_created_and_joined_are_one_arrival(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given both events of one account, it is let in once, and its wait is measured once."""
    assert deliver(sample("create-account-result"), sample("account-joined-organization")) == []
    assert world.center.calls["create_account_assignment"] == 1
    assert len(metrics(capsys.readouterr().out)) == 1


def test_a_move_is_no_arrival(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    """Given a move, access follows, but nobody waited for an account to join."""
    assert deliver(sample("move-account")) == []
    assert world.access(NEW) == {("audit", "A")}
    assert metrics(capsys.readouterr().out) == []


def test_a_failure_is_no_arrival(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    """Given one assignment of two that failed, the promise was not kept, so no time is reported."""
    world.store.push("fresh-B")
    world.center.fails["A"] = "no"
    assert deliver(sample("create-account-result")) == []
    assert world.access(NEW) == {("fresh-B", "B")}
    assert bus.open() == {f"accounts/{NEW}/access"}
    assert metrics(capsys.readouterr().out) == []


def test_an_account_that_is_not_ready_goes_back_alone(world: World, bus: Bus) -> None:
    """Given one account not ACTIVE yet and one that is, only the first event comes back; then it works."""
    world.organizations.accounts["555566667777"] = MemberAccount("invited", "/", state="PENDING_ACTIVATION")
    events = [sample("accept-handshake"), sample("create-account-result")]
    assert deliver(*events) == ["0"]
    assert world.access(NEW) == {("audit", "A")}
    world.organizations.accounts["555566667777"].state = "ACTIVE"
    assert deliver(events[0]) == []
    assert world.access("555566667777") == {("audit", "A")}


def test_an_account_too_new_for_identity_center_comes_back_and_is_said(world: World, bus: Bus) -> None:
    """Given AWS's reason for very new accounts, on-call hears, and the event comes back until it works."""
    world.center.fails["A"] = "Obtaining permissions takes longer than usual"
    assert deliver(sample("create-account-result")) == ["0"]
    assert bus.open() == {f"accounts/{NEW}/access"}
    world.center.fails.clear()
    bus.findings.clear()
    assert deliver(sample("create-account-result")) == []
    assert (bus.findings[0]["key"], bus.findings[0]["state"]) == (f"accounts/{NEW}/access", "clear")


def test_a_creation_that_failed_is_a_finding(world: World, bus: Bus) -> None:
    """Given FAILED, which has no account id, on-call hears the reason and the request to look up."""
    assert deliver(sample("create-account-result-failed")) == []
    assert bus.open() == {"accounts/creation/car-8c1d3e5f7a9b4c2d8e6f0a1b3c5d7e9f"}
    assert bus.findings[0]["facts"] == {"reason": "EMAIL_ALREADY_EXISTS"}
    assert bus.findings[0]["runbook"] == "https://runbooks.test/account.md"


@pytest.mark.parametrize(
    "name", ["close-account-result", "remove-account-from-organization", "leave-organization"]
)
def test_who_leaves_is_not_let_in(world: World, bus: Bus, name: str) -> None:
    """Given an account that is gone, Organizations is not even asked."""
    assert deliver(sample(name)) == []
    assert world.organizations.calls == {}


def test_an_error_goes_to_the_queue_and_to_the_log(
    world: World, bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    """EXT: every exception was swallowed, so the dead-letter queue stayed empty.

    Given an error, the message goes back, and the log says why.
    """
    world.center.trouble["list_permission_sets"] = ["AccessDeniedException"]
    assert deliver(sample("create-account-result")) == ["0"]
    assert "AccessDeniedException" in caplog.text


def test_no_names_of_people_or_accounts_are_logged(
    world: World, bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    """Given an arrival, the log holds ids and counts; the account's name stays out of it."""
    world.organizations.accounts[NEW] = MemberAccount("secret-project", "/")
    deliver(sample("create-account-result"))
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert NEW in said
    assert "secret-project" not in said


def test_the_environment_is_read_when_the_first_event_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a variable that is not set, the error names it, and importing the handler did not need it."""
    monkeypatch.delenv("OSTIARY_BUS", raising=False)
    with pytest.raises(KeyError, match="OSTIARY_BUS"):
        wiring.Environment.read()


def test_the_tools_fit_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Given the variables that the stack sets, the function has its policy, its gateways and its bus."""
    (tmp_path / "access.json").write_text(loads("permission_sets: {A: {}}").to_json())
    for name, value in {
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "OSTIARY_BUS": "ostiary",
        "OSTIARY_RUNBOOKS": "https://runbooks.test",
        "OSTIARY_ORGANIZATION_ROLE": "arn:aws:iam::123456789012:role/ostiary-organization-read",
        "OSTIARY_MANAGEMENT_ACCOUNT": "123456789012",
        "OSTIARY_HUB_ACCOUNT": "222222222222",
        "OSTIARY_INSTANCE_ARN": "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6",
        "OSTIARY_IDENTITY_STORE_ID": "d-9067f01234",
    }.items():
        monkeypatch.setenv(name, value)
    wiring.tools.cache_clear()
    made = wiring.tools()
    wiring.tools.cache_clear()
    assert set(made.admitter.policy.permission_sets) == {"A"}
    assert made.runbooks == "https://runbooks.test"


def test_an_account_that_left_has_no_open_finding(world: World, bus: Bus) -> None:
    """Given a closed account whose access was incomplete, the finding is gone: nobody waits for it."""
    world.center.fails["A"] = "no"
    deliver(sample("create-account-result"))
    bus.findings.clear()
    assert deliver(sample("close-account-result")) == []
    assert [(f["key"], f["state"]) for f in bus.findings] == [(f"accounts/{NEW}/access", "clear")]


def test_an_ou_with_another_name_is_work_for_each_account_under_it(world: World, bus: Bus) -> None:
    """Given a renamed OU, each account in it and below is asked for alone, and the others are not."""
    world.organizations.accounts |= {
        "100000000001": MemberAccount("a", "/Live"),
        "100000000002": MemberAccount("b", "/Live/Regulated"),
        "100000000003": MemberAccount("c", "/Data"),
    }
    event = sample("update-organizational-unit")
    event["detail"]["requestParameters"]["organizationalUnitId"] = "/Live"
    assert deliver(event) == []
    assert [(name, detail["account"]) for name, detail in bus.asked] == [
        ("reconcile.account", "100000000001"),
        ("reconcile.account", "100000000002"),
    ]
    assert world.center.calls == {}


def test_an_ou_that_cannot_be_read_asks_for_nothing_yet(world: World, bus: Bus) -> None:
    """Given one page that fails, the whole event comes back; half an OU is not the OU."""
    world.organizations.trouble["list_organizational_units_for_parent"] = ["TooManyRequestsException"]
    assert deliver(sample("update-organizational-unit")) == ["0"]
    assert bus.asked == []


def test_an_account_asked_for_is_let_in(world: World, bus: Bus) -> None:
    """Given such work from the bus, the account's access becomes what the policy wants."""
    asked = {**sample("move-account"), "source": "ostiary.accounts", "detail": {"account": NEW}}
    assert deliver(asked) == []
    assert world.access(NEW) == {("audit", "A")}


def test_a_group_that_grants_mean_is_work_and_another_is_not(world: World, bus: Bus) -> None:
    """Given groups that Okta pushed later, only one that some grant means starts anything."""
    world.store.push("lunch", "fresh-B")

    def appears(name: str) -> None:
        event = sample("create-group")
        event["detail"]["responseElements"]["group"]["groupId"] = f"id-of-{name}"
        assert deliver(event) == []

    appears("lunch")
    appears("gone-again")
    assert bus.asked == []
    for name in ("audit", "fresh-B"):
        appears(name)
    assert [(kind, detail["group"]) for kind, detail in bus.asked] == [
        ("reconcile.group", "id-of-audit"),
        ("reconcile.group", "id-of-fresh-B"),
    ]


def planned(world: World, name: str) -> dict[str, Any]:
    target = {"type": "UserGroup", "displayName": name}
    detail = {"outcome": {"result": "SUCCESS"}, "target": [target]}
    sent = {"source": "ostiary.okta", "detail-type": "group.lifecycle.create", "detail": detail}
    return {**sample("move-account"), **sent, "time": world.clock.now.isoformat()}


def test_a_new_group_of_okta_is_waited_for_only_if_a_grant_means_it(world: World, bus: Bus) -> None:
    """Given that most of Okta's groups are never pushed, one that no grant means costs no call at all."""
    assert deliver(planned(world, "lunch")) == []
    assert world.store.calls == {}
    event = planned(world, "fresh-B")
    assert deliver(event) == ["0"]
    world.store.push("fresh-B")
    assert deliver(event) == []
    assert bus.asked[0][1]["group"] == "id-of-fresh-B"


def test_a_group_that_okta_never_pushes_is_dropped_in_time(world: World, bus: Bus) -> None:
    """Given a group that a grant means and that stays in Okta, its event ends quietly, not in an alarm."""
    event = planned(world, "audit-later")
    event["detail"]["target"][0]["displayName"] = "fresh-A"
    world.clock.now += timedelta(minutes=14)
    assert deliver(event) == ["0"]
    world.clock.now += timedelta(minutes=2)
    assert deliver(event) == []
    assert bus.asked == []


def test_what_was_removed_by_hand_comes_back(world: World, bus: Bus) -> None:
    """EXT: an assignment deleted out of band was never repaired.

    Given a deletion by hand, its event waits until the deletion is through, then what a grant wants is made
    again.
    """
    deliver(sample("create-account-result"))
    world.center.assignments.clear()
    event = sample("delete-account-assignment")
    world.clock.now = datetime.fromisoformat(event["time"]) + timedelta(seconds=2)
    assert deliver(event) == ["0"]
    world.clock.now += timedelta(seconds=60)
    assert deliver(event) == []
    assert world.access(NEW) == {("audit", "A")}


def test_a_change_by_hand_has_the_account_compared_where_unwanted_access_is_told(
    bus: Bus, world: World
) -> None:
    """Given prune: report, what was given by hand is looked at, and the event says that nothing may go."""
    event = sample("create-account-assignment")
    world.clock.now = datetime.fromisoformat(event["time"]) + timedelta(minutes=1)
    assert deliver(event) == []
    assert bus.asked == []
    object.__setattr__(world.admitter.policy.accounts, "prune", "report")
    assert deliver(event) == []
    assert bus.asked == [("reconcile", {"scope": {"account": NEW}, "remove": False})]
