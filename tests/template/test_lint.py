"""What two linters of the field say of every template of every shape: nothing."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint_all  # type: ignore[import-untyped]  # cfn-lint brings no types

from functions.policy import load
from infra.app import build
from infra.config import Deployment
from tests.template.templates import CONTEXT, ROOT, Stacks

NOT_OURS_TO_MEND = {
    "I1022": "the CDK writes Fn::Join where a person would write Fn::Sub",
    "I4010": "notes for tools that write templates; ours are written by the CDK",
    "W3005": "the CDK lets a function wait for its role and the role's policy; the role is implied",
}


# The other shapes differ in account and Region only.
@pytest.mark.parametrize("shape", ["two-accounts", "one-account"])
def test_cfn_lint_is_silent(shape: str, shapes: dict[str, Stacks]) -> None:
    for name in shapes[shape].all():
        matches = lint_all((shapes[shape].directory / f"{name}.template.json").read_text())
        assert [f"{name}: {match}" for match in matches if match.rule.id not in NOT_OURS_TO_MEND] == []


def nag(app: App) -> None:
    """Synthesize under AwsSolutions; raises where a finding has no acknowledgement."""
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    app.synth()


def test_aws_solutions_has_no_finding_without_a_reason(tmp_path: Path, bundle_stub: Path) -> None:
    app = App(analytics_reporting=False, context=CONTEXT, outdir=str(tmp_path))
    build(app, Deployment.read(app.node.try_get_context), load(ROOT / "access.yaml"), bundle_stub)

    nag(app)


def test_aws_solutions_would_have_found_something(tmp_path: Path) -> None:
    """The test above can fail: the same check refuses a topic that takes plain HTTP."""
    app = App(analytics_reporting=False, outdir=str(tmp_path))
    sns.Topic(Stack(app, "plain"), "Topic")

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        nag(app)
