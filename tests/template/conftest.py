"""Each shape of the deployment is synthesized once a session, with a file in place of the bundle."""

from pathlib import Path

import pytest
from aws_cdk import App

from functions.policy import load
from infra.app import build
from infra.config import Deployment
from tests.template.templates import CONTEXT, ROOT, SHAPES, Stacks, Template


@pytest.fixture(scope="session")
def bundle_stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bundle")
    (directory / "access.json").write_text("{}")
    return directory


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory, bundle_stub: Path) -> dict[str, Stacks]:
    """The templates of every shape by its name."""
    policy = load(ROOT / "access.yaml")
    made = {}
    for name, overrides in SHAPES.items():
        directory = tmp_path_factory.mktemp(name)
        app = App(analytics_reporting=False, context={**CONTEXT, **overrides}, outdir=str(directory))
        build(app, Deployment.read(app.node.try_get_context), policy, bundle_stub)
        app.synth()
        made[name] = Stacks.read(directory)
    return made


@pytest.fixture(scope="session")
def stacks(shapes: dict[str, Stacks]) -> Stacks:
    """The recommended shape: hub and management account apart."""
    return shapes["two-accounts"]


@pytest.fixture(scope="session")
def hub(stacks: Stacks) -> Template:
    return stacks.hub
