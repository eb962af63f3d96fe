"""The docs name what is deployed: alarms, functions, queues, tables, secrets, context keys."""

import dataclasses
import json
import re

import pytest

from infra.config import Deployment
from tests.template.templates import CAPABILITIES, CONTEXT, ROOT, Stacks, Template, granting, of_type
from tests.unit.pages import PAGES, said

OBSERVABILITY = (ROOT / "docs/observability.md").read_text()
SECURITY = (ROOT / "docs/security.md").read_text()
DEPLOYMENT = (ROOT / "docs/deployment.md").read_text()
RUNBOOKS = ROOT / "docs/runbooks"
KEYS = {field.name for field in dataclasses.fields(Deployment)}

OF_PEOPLE = {"ostiary-forward-iam", "ostiary-test", "ostiary-checked"}
"""What the docs tell people to make themselves: a StackSet, a user to try it with, a tag."""


@pytest.fixture(scope="module")
def alarms(shapes: dict[str, Stacks]) -> dict[str, str]:
    """The description of every alarm of every shape, by its name."""
    return {
        made["AlarmName"]: made["AlarmDescription"]
        for stacks in shapes.values()
        for template in stacks.all().values()
        for made in of_type(template, "AWS::CloudWatch::Alarm").values()
    }


def written(alarm: str) -> set[str]:
    """How a page may name an alarm: as it is called, or as one of its kind."""
    kind = re.sub(r"^ostiary-[a-z]+-(errors|throttles)$", r"ostiary-<function>-\1", alarm)
    kind = re.sub(r"^ostiary-[a-z]+-(age|dead-letters)$", r"ostiary-<queue>-\1", kind)
    return {f"`{alarm}`", f"`{kind}`"}


def test_every_alarm_says_where_its_runbook_is(alarms: dict[str, str]) -> None:
    """Given the mail of an alarm at 3 a.m., its link leads to a page that speaks of this alarm."""
    assert alarms
    for name, description in alarms.items():
        base, _, runbook = description.rpartition("/")
        assert base.endswith(f" Runbook: {CONTEXT['runbooks_url']}"), name
        page = (RUNBOOKS / runbook).read_text()
        assert any(form in page for form in written(name)), f"{runbook} does not speak of {name}"
        assert len(description) <= 1024  # CloudWatch API Reference, "PutMetricAlarm"


def test_every_alarm_is_listed(alarms: dict[str, str]) -> None:
    for name in alarms:
        assert any(form in OBSERVABILITY for form in written(name)), name


def test_what_the_docs_call_by_name_is_deployed(shapes: dict[str, Stacks]) -> None:
    """Given a name in the docs, some shape of the deployment has it; or, before a hyphen, begins with it."""
    made = {name for stacks in shapes.values() for name in stacks.all()}
    for stacks in shapes.values():
        made |= set(re.findall(r"ostiary[-/][a-z0-9-]*[a-z0-9]", json.dumps(list(stacks.all().values()))))
    named = {
        (page.name, name)
        for page in PAGES
        for name in re.findall(r"\bostiary[-/][a-z0-9-]*[a-z0-9](?![\w…<*/-]|\.json)", said(page))
        if name not in OF_PEOPLE
    }
    beginnings = {name[:end] for name in made for end, letter in enumerate(name) if letter == "-"}
    assert {each for each in named if each[1] not in made | beginnings} == set()


def rows(section: str) -> list[list[str]]:
    """The cells of each row of a section's tables in docs/security.md."""
    found = SECURITY.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [line.strip("| ").split(" | ") for line in found.splitlines() if line.startswith(("| `", "| KMS"))]


def test_every_role_is_listed_and_no_other(shapes: dict[str, Stacks]) -> None:
    """Given the table of who can do what, its roles are those of the templates."""
    deployed = {
        re.sub(r"^ostiary-[a-z]+-schedule$", "ostiary-<function>-schedule", role["RoleName"])
        for stacks in shapes.values()
        for template in stacks.all().values()
        for role in of_type(template, "AWS::IAM::Role").values()
        if "RoleName" in role
    }
    assert {row[0].strip("`") for row in rows("Who can do what")} == deployed


def test_every_reader_of_a_secret_is_listed_and_no_other(hub: Template) -> None:
    """Given a secret of the hub, or the key that signs in to Okta, the roles that may use it are named."""
    for name, _, readers in rows("Secrets"):
        may = {
            capability
            for capability in CAPABILITIES
            for action in ("secretsmanager:GetSecretValue", "kms:Sign")
            for statement in granting(hub, f"ostiary-{capability}", action)
            if action == "kms:Sign" or f":secret:{name.strip('`')}-" in str(statement["Resource"])
            if (action == "kms:Sign") == name.startswith("KMS key")
        }
        assert set(re.findall(r"`([a-z]+)`", readers)) == may, name


def test_every_context_key_is_explained_and_no_other() -> None:
    """Given docs/deployment.md, its table and infra/config.py have the same keys, and cdk.json no other."""
    table = DEPLOYMENT.split("## 1. Say where")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == KEYS
    assert {key for key in CONTEXT if not key.startswith("@")} <= KEYS


def test_a_context_key_that_a_page_speaks_of_is_one() -> None:
    spoken = {
        (page.name, key) for page in PAGES for key in re.findall(r"context\s+key\s+`(\w+)`", said(page))
    }
    assert spoken
    assert {each for each in spoken if each[1] not in KEYS} == set()
