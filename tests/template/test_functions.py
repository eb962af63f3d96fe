"""Each function has what its code reads, runs where it should, and can be seen running."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.templates import (
    CAPABILITIES,
    MODULES,
    ROOT,
    Stacks,
    Template,
    alarms_on,
    function,
    named,
    of_type,
    refers_to,
)

SHARED = {
    "OSTIARY_BUS",
    "OSTIARY_RUNBOOKS",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
OWN = {
    "hook": {"OSTIARY_HOOK_SECRET"},
    "rotate": {"OSTIARY_HOOK_SECRET", "OSTIARY_OKTA_URL", "OSTIARY_OKTA_CREDENTIALS"},
    "catchup": {"OSTIARY_CURSOR_TABLE", "OSTIARY_OKTA_URL", "OSTIARY_OKTA_CREDENTIALS"},
    "accounts": {
        "OSTIARY_SWEEP_TABLE",
        "OSTIARY_TURNS_TABLE",
        "OSTIARY_MANAGEMENT_ACCESS",
        "OSTIARY_ORGANIZATION_ROLE",
        "OSTIARY_INSTANCE_ARN",
        "OSTIARY_IDENTITY_STORE_ID",
        "OSTIARY_MANAGEMENT_ACCOUNT",
        "OSTIARY_HUB_ACCOUNT",
    },
    "reconcile": {
        "OSTIARY_SWEEP_TABLE",
        "OSTIARY_TURNS_TABLE",
        "OSTIARY_MANAGEMENT_ACCESS",
        "OSTIARY_ORGANIZATION_ROLE",
        "OSTIARY_INSTANCE_ARN",
        "OSTIARY_IDENTITY_STORE_ID",
        "OSTIARY_MANAGEMENT_ACCOUNT",
        "OSTIARY_HUB_ACCOUNT",
    },
    "leavers": {
        "OSTIARY_LEDGER_TABLE",
        "OSTIARY_TURNS_TABLE",
        "OSTIARY_DENY_ROLE",
        "OSTIARY_DENY_POLICIES",
        "OSTIARY_DENY_POLICY_SIZE",
        "OSTIARY_DENY_MANAGEMENT_POLICIES",
        "OSTIARY_SCIM_CREDENTIALS",
        "OSTIARY_INSTANCE_ARN",
        "OSTIARY_IDENTITY_STORE_ID",
        "OSTIARY_OKTA_URL",
        "OSTIARY_OKTA_CREDENTIALS",
        "OSTIARY_OKTA_APP_ID",
    },
    "expiry": {
        "OSTIARY_OKTA_URL",
        "OSTIARY_OKTA_CREDENTIALS",
        "OSTIARY_OKTA_APP_ID",
        "OSTIARY_OKTA_MORE_APPS",
        "OSTIARY_TRUST_TABLE",
        "OSTIARY_MANAGEMENT_ACCOUNT",
        "OSTIARY_HOOK_SECRET",
        "OSTIARY_SCIM_CREDENTIALS",
    },
    "audit": {"OSTIARY_AUDIT_BUCKET"},
    "alerts": {"OSTIARY_FINDINGS_TABLE", "OSTIARY_TOPIC_ARN", "OSTIARY_CHANNELS"},
}


def variables(template: Template, capability: str) -> dict[str, Any]:
    found: dict[str, Any] = function(template, capability)["Environment"]["Variables"]
    return found


def read_by(capability: str) -> Iterator[str]:
    """The names of environment variables in the code of a capability."""
    for path in (ROOT / MODULES[capability].replace(".", "/")).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and re.fullmatch(r"OSTIARY_[A-Z_]+", str(node.value)):
                yield str(node.value)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_environment_is_complete(capability: str, hub: Template) -> None:
    assert set(variables(hub, capability)) == SHARED | OWN[capability]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_what_the_code_reads_is_set(capability: str, hub: Template) -> None:
    assert set(read_by(capability)) <= set(variables(hub, capability))


def test_values_say_where_things_are(hub: Template) -> None:
    leavers = variables(hub, "leavers")

    assert leavers["OSTIARY_BUS"] == "ostiary"
    assert leavers["OSTIARY_DENY_ROLE"] == "arn:aws:iam::123456789012:role/ostiary-deny-policies"
    assert leavers["OSTIARY_OKTA_CREDENTIALS"] == "ostiary/okta"
    assert leavers["POWERTOOLS_SERVICE_NAME"] == "leavers"
    assert leavers["POWERTOOLS_METRICS_NAMESPACE"] == "Ostiary"
    assert (
        variables(hub, "accounts")["OSTIARY_ORGANIZATION_ROLE"]
        == "arn:aws:iam::123456789012:role/ostiary-organization-read"
    )
    topic, _ = named(hub, "AWS::SNS::Topic", "TopicName", "ostiary-alerts")
    assert variables(hub, "alerts")["OSTIARY_TOPIC_ARN"] == {"Ref": topic}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_function_runs_its_handler_under_its_own_role(capability: str, hub: Template) -> None:
    made = function(hub, capability)
    role, _ = named(hub, "AWS::IAM::Role", "RoleName", f"ostiary-{capability}")

    assert made["Handler"] == f"{MODULES[capability]}.handle"
    assert (made["Runtime"], made["Architectures"]) == ("python3.13", ["arm64"])
    assert refers_to(made["Role"], role)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_handler_exists(capability: str) -> None:
    handler = ROOT / f"{MODULES[capability].replace('.', '/')}.py"
    names = [node.name for node in ast.parse(handler.read_text()).body if isinstance(node, ast.FunctionDef)]
    assert "handle" in names


def test_all_functions_share_one_asset(hub: Template) -> None:
    keys = {str(made["Code"]["S3Key"]) for made in of_type(hub, "AWS::Lambda::Function").values()}

    assert len(keys) == 1


def test_every_function_of_the_stack_is_one_of_ours(hub: Template) -> None:
    """No helper function that nobody watches, such as one that sets log retention."""
    names = {made["FunctionName"] for made in of_type(hub, "AWS::Lambda::Function").values()}

    assert names == {f"ostiary-{capability}" for capability in CAPABILITIES}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_function_can_be_seen_running(capability: str, hub: Template) -> None:
    made = function(hub, capability)
    log_id, log = named(hub, "AWS::Logs::LogGroup", "LogGroupName", f"/aws/lambda/ostiary-{capability}")
    function_id, _ = named(hub, "AWS::Lambda::Function", "FunctionName", f"ostiary-{capability}")

    assert made["TracingConfig"] == {"Mode": "Active"}
    assert refers_to(made["LoggingConfig"]["LogGroup"], log_id)
    assert log["RetentionInDays"] == 90
    for metric in ("Errors", "Throttles"):
        assert [a for a in alarms_on(hub, metric) if refers_to(a["Dimensions"], function_id)]


def test_every_log_group_forgets(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for template in stacks.all().values():
            for group in of_type(template, "AWS::Logs::LogGroup").values():
                assert group["RetentionInDays"] == 90


def test_hook_outlives_oktas_patience_and_starts_fast(hub: Template) -> None:
    hook = function(hub, "hook")

    assert hook["Timeout"] > 3
    assert hook["MemorySize"] >= 1024


def test_expiry_is_asked_daily_as_its_handler_expects(hub: Template) -> None:
    _, schedule = named(hub, "AWS::Scheduler::Schedule", "Name", "ostiary-expiry-daily")
    function_id, _ = named(hub, "AWS::Lambda::Function", "FunctionName", "ostiary-expiry")
    dead_id, _ = named(hub, "AWS::SQS::Queue", "QueueName", "ostiary-expiry-dlq")

    assert schedule["ScheduleExpression"] == "cron(0 6 * * ? *)"
    assert schedule["Target"]["Input"] == '{"watch":"daily"}'
    assert refers_to(schedule["Target"]["Arn"], function_id)
    assert refers_to(schedule["Target"]["DeadLetterConfig"], dead_id)
    # The call is asynchronous, so what the function itself fails at needs a place as well.
    configs = of_type(hub, "AWS::Lambda::EventInvokeConfig").values()
    (config,) = [each for each in configs if refers_to(each["FunctionName"], function_id)]
    assert refers_to(config["DestinationConfig"]["OnFailure"], dead_id)


def test_catchup_reads_every_five_minutes_and_rings_when_it_does_not(hub: Template) -> None:
    _, schedule = named(hub, "AWS::Scheduler::Schedule", "Name", "ostiary-catchup-5-minutes")
    function_id, made = named(hub, "AWS::Lambda::Function", "FunctionName", "ostiary-catchup")
    (lag,) = alarms_on(hub, "CatchUpLag")

    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert refers_to(schedule["Target"]["Arn"], function_id)
    assert made["Timeout"] < 300
    assert (lag["Namespace"], lag["Dimensions"]) == ("Ostiary", [{"Name": "service", "Value": "catchup"}])
    assert lag["Period"] * lag["EvaluationPeriods"] == lag["Threshold"] == 900
    assert lag["TreatMissingData"] == "breaching"
