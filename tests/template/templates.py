"""Synthesized templates, and how the tests read them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CONTEXT: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
CAPABILITIES = ("hook", "catchup", "rotate", "accounts", "reconcile", "leavers", "audit", "expiry", "alerts")
MODULES = {name: f"functions.{name}.handler" for name in CAPABILITIES} | {
    "reconcile": "functions.accounts.reconcile_handler"
}
"""Where each function's handler stands; two functions share the room `accounts`."""
SHAPES: dict[str, dict[str, str]] = {
    "two-accounts": {},
    "one-account": {"hub_account": CONTEXT["management_account"], "alert_email": "on-call@example.com"},
    "us-east-1": {"hub_region": "us-east-1"},
    "one-place": {
        "hub_region": "us-east-1",
        "hub_account": CONTEXT["management_account"],
        "okta_log_stream": "aws.partner/okta.com/example/ostiary",
    },
}

Template = dict[str, Any]


@dataclass(frozen=True)
class Stacks:
    """The three templates of one shape, and the directory they were written to."""

    organization: Template
    permission_sets: Template
    hub: Template
    directory: Path

    @classmethod
    def read(cls, directory: Path) -> "Stacks":
        def template(part: str) -> Template:
            read: Template = json.loads((directory / f"ostiary-{part}.template.json").read_text())
            return read

        return cls(template("organization"), template("permission-sets"), template("hub"), directory)

    def all(self) -> Mapping[str, Template]:
        return {
            "ostiary-organization": self.organization,
            "ostiary-permission-sets": self.permission_sets,
            "ostiary-hub": self.hub,
        }


def of_type(template: Template, type_: str) -> dict[str, dict[str, Any]]:
    """Properties by logical id."""
    return {
        logical_id: resource.get("Properties", {})
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == type_
    }


def named(template: Template, type_: str, key: str, name: str) -> tuple[str, dict[str, Any]]:
    """The one resource whose property `key` is `name`: its logical id and properties."""
    ((logical_id, properties),) = [
        (logical_id, properties)
        for logical_id, properties in of_type(template, type_).items()
        if properties.get(key) == name
    ]
    return logical_id, properties


def listed(value: Any) -> list[Any]:
    """IAM's one or many."""
    return value if isinstance(value, list) else [value]


def refers_to(value: Any, logical_id: str) -> bool:
    """Whether a property names this resource."""
    text = json.dumps(value)
    return f'"Ref": "{logical_id}"' in text or f'"Fn::GetAtt": ["{logical_id}"' in text


def statements(template: Template, role_name: str) -> list[dict[str, Any]]:
    """Everything that a role is allowed by its own policies."""
    role_id, role = named(template, "AWS::IAM::Role", "RoleName", role_name)
    found = [s for policy in role.get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]
    for policy in of_type(template, "AWS::IAM::Policy").values():
        if refers_to(policy["Roles"], role_id):
            found += policy["PolicyDocument"]["Statement"]
    return found


def actions(template: Template, role_name: str) -> set[str]:
    return {action for s in statements(template, role_name) for action in listed(s["Action"])}


def granting(template: Template, role_name: str, action: str) -> list[dict[str, Any]]:
    """The statements of a role that allow an action."""
    return [s for s in statements(template, role_name) if action in listed(s["Action"])]


def function(template: Template, capability: str) -> dict[str, Any]:
    return named(template, "AWS::Lambda::Function", "FunctionName", f"ostiary-{capability}")[1]


def alarms_on(template: Template, metric: str) -> Iterator[dict[str, Any]]:
    for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
        if alarm["MetricName"] == metric:
            yield alarm
