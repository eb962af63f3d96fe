"""What tells people that it works, that something is open, how fast it is, and that somebody still looks."""

import ast
import json
from typing import Any

import pytest

from functions.alerts.channels_secret import BY_SECRET
from functions.alerts.gauges import WATCH
from functions.expiry.watch import RAN
from functions.policy.watch import Alerts
from tests.template.templates import ROOT, Template, alarms_on, named, of_type, refers_to


def shown(hub: Template) -> str:
    """The dashboard as text; what CloudFormation fills in is left as it is written."""
    _, dashboard = named(hub, "AWS::CloudWatch::Dashboard", "DashboardName", "ostiary")
    return json.dumps(dashboard["DashboardBody"])


@pytest.mark.parametrize("question", ["Is it working?", "Is anything open?", "How fast?"])
def test_the_dashboard_answers_the_three_questions(question: str, hub: Template) -> None:
    assert question in shown(hub)


@pytest.mark.parametrize(
    "metric",
    [
        "RevocationSeconds",
        "AccountJoinedToAccess",
        "CatchUpLag",
        "OpenFindings",
        "WatchReported",
        "Errors",
        "ApproximateNumberOfMessagesVisible",
        "ApproximateAgeOfOldestMessage",
    ],
)
def test_the_dashboard_shows(metric: str, hub: Template) -> None:
    assert metric in shown(hub)


def test_the_dashboard_shows_every_alarm_of_its_stack(hub: Template) -> None:
    _, dashboard = named(hub, "AWS::CloudWatch::Dashboard", "DashboardName", "ostiary")
    for logical_id in of_type(hub, "AWS::CloudWatch::Alarm"):
        assert refers_to(dashboard["DashboardBody"], logical_id), logical_id


def test_every_function_and_queue_of_the_stack_is_on_the_dashboard(hub: Template) -> None:
    text = shown(hub)
    for function in of_type(hub, "AWS::Lambda::Function").values():
        assert function["FunctionName"] in text
    for queue in of_type(hub, "AWS::SQS::Queue").values():
        assert queue["QueueName"] in text


def alarm(hub: Template, name: str) -> dict[str, Any]:
    return named(hub, "AWS::CloudWatch::Alarm", "AlarmName", f"ostiary-{name}")[1]


@pytest.mark.parametrize(
    ("name", "metric", "service", "seconds"),
    [
        ("revocation-slow", "RevocationSeconds", "leavers", 60),
        ("admission-slow", "AccountJoinedToAccess", "accounts", 600),
    ],
)
def test_a_promise_that_is_broken_rings(
    name: str, metric: str, service: str, seconds: int, hub: Template
) -> None:
    made = alarm(hub, name)

    assert (made["Namespace"], made["MetricName"]) == ("Ostiary", metric)
    assert made["Dimensions"] == [{"Name": "service", "Value": service}]
    assert (made["Threshold"], made["Statistic"]) == (seconds, "Maximum")
    # Most minutes nobody leaves
    assert made["TreatMissingData"] == "notBreaching"


def test_a_watch_that_does_not_run_rings_and_one_that_runs_daily_does_not(hub: Template) -> None:
    made = alarm(hub, "watch-silent")

    assert made["TreatMissingData"] == "breaching"
    # The name that the watch itself says when it has run, and no other
    assert {"Name": "watch", "Value": RAN.removeprefix(WATCH)} in made["Dimensions"]
    assert (made["ComparisonOperator"], made["Threshold"]) == ("LessThanThreshold", 1)
    # It rings only after longer than a day, because it runs once a day
    assert 24 * 3600 < made["Period"] * made["EvaluationPeriods"] <= 36 * 3600


def test_if_nobody_counts_the_findings_it_rings(hub: Template) -> None:
    made = alarm(hub, "alerts-silent")
    _, schedule = named(hub, "AWS::Scheduler::Schedule", "Name", "ostiary-alerts-count")

    assert (made["MetricName"], made["TreatMissingData"]) == ("OpenFindings", "breaching")
    assert schedule["ScheduleExpression"] == "rate(15 minutes)"
    assert made["Period"] == 3600
    # What is counted is never less than zero: only silence rings
    assert (made["Statistic"], made["ComparisonOperator"], made["Threshold"]) == (
        "SampleCount",
        "LessThanThreshold",
        1,
    )


def test_the_digest_comes_after_the_watch_and_as_the_handler_expects(hub: Template) -> None:
    _, digest = named(hub, "AWS::Scheduler::Schedule", "Name", "ostiary-alerts-digest")
    _, watch = named(hub, "AWS::Scheduler::Schedule", "Name", "ostiary-expiry-daily")

    assert digest["ScheduleExpression"] == "cron(0 7 * * ? *)"
    assert watch["ScheduleExpression"] == "cron(0 6 * * ? *)"
    assert digest["Target"]["Input"] == '{"digest":"daily"}'


def test_metrics_are_named_as_the_functions_name_them(hub: Template) -> None:
    """Given a metric of ours on an alarm, some function writes it under exactly that name."""
    written = {
        str(node.value)
        for path in (ROOT / "functions").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
    }
    own = [
        made for made in of_type(hub, "AWS::CloudWatch::Alarm").values() if made.get("Namespace") == "Ostiary"
    ]
    assert own
    for made in own:
        assert made["MetricName"] in written
        (service,) = [each["Value"] for each in made["Dimensions"] if each["Name"] == "service"]
        assert list(alarms_on(hub, made["MetricName"]))
        assert f"ostiary-{service}" in {
            function["FunctionName"] for function in of_type(hub, "AWS::Lambda::Function").values()
        }


def test_every_channel_of_the_access_policy_can_be_named_in_the_secret() -> None:
    known = Alerts.model_json_schema()["properties"]["page"]["anyOf"][0]["enum"]
    assert set(BY_SECRET) | {"mail"} == set(known)
