"""The deployed world, brought up once for each shape and shared by the tests that need it."""

from collections.abc import Iterator

import pytest

from sandbox.bring_up import running
from sandbox.show import step
from sandbox.world import Shape, World

SHAPES = {
    "two-accounts-iam-enforced": (Shape.TWO_ACCOUNTS, True),
    "one-account": (Shape.ONE_ACCOUNT, False),
}


@pytest.fixture(
    scope="session",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name), id=name) for name in SHAPES],
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both shapes; in the two-account one every function runs under its own role, enforced."""
    shape, enforce_iam = SHAPES[request.param]
    directory = tmp_path_factory.mktemp(request.param)
    with running(directory, step, shape=shape, enforce_iam=enforce_iam) as world:
        yield world


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder needs the sandbox."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.sandbox)
