"""The line of turns: who stands in it may book and nothing else; without it all together keep within 20."""

from functions.aws.turns import ACCOUNTS, LEAVERS, RATE, RECONCILE, Place
from tests.template.templates import (
    CAPABILITIES,
    Template,
    function,
    listed,
    named,
    of_type,
    refers_to,
    statements,
)

IN_LINE: dict[str, Place] = {"accounts": ACCOUNTS, "reconcile": RECONCILE, "leavers": LEAVERS}


def test_who_calls_identity_center_stands_in_line_and_nobody_else_touches_it(hub: Template) -> None:
    """Given the one item of the table, each of the three may move its end on, and may not even read it."""
    table_id, _ = named(hub, "AWS::DynamoDB::Table", "TableName", "ostiary-turns")
    for capability in CAPABILITIES:
        found = [s for s in statements(hub, f"ostiary-{capability}") if refers_to(s["Resource"], table_id)]
        assert len(found) == (capability in IN_LINE)
        for statement in found:
            assert listed(statement["Action"]) == ["dynamodb:UpdateItem"]
            assert statement["Condition"] == {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["sso-admin"]}
            }


def test_whoever_may_call_sso_admin_is_told_where_the_line_is(hub: Template) -> None:
    for capability in CAPABILITIES:
        actions = [a for s in statements(hub, f"ostiary-{capability}") for a in listed(s["Action"])]
        calls = any(action.startswith("sso:") for action in actions)
        variables = function(hub, capability)["Environment"]["Variables"]
        assert calls == (capability in IN_LINE) == ("OSTIARY_TURNS_TABLE" in variables)


def test_without_the_line_all_instances_together_keep_within_its_rate(hub: Template) -> None:
    """Given a table that nobody can ask, and as many instances as the queues and schedules start at once."""
    together = sum(place.alone * instances(hub, name) for name, place in IN_LINE.items())

    assert together <= RATE


def instances(hub: Template, capability: str) -> int:
    """At once: so many a queue starts, and one a schedule."""
    function_id, _ = named(hub, "AWS::Lambda::Function", "FunctionName", f"ostiary-{capability}")
    sources = [
        source["ScalingConfig"]["MaximumConcurrency"]
        for source in of_type(hub, "AWS::Lambda::EventSourceMapping").values()
        if refers_to(source["FunctionName"], function_id)
    ]
    schedules = [
        schedule
        for schedule in of_type(hub, "AWS::Scheduler::Schedule").values()
        if refers_to(schedule["Target"]["Arn"], function_id)
    ]
    assert sources
    return sum(map(int, sources)) + len(schedules)
