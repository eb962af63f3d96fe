"""A stand-in of each test's own."""

from collections.abc import Iterator

import pytest

from sandbox import okta
from tests.standins.okta.api import Api
from tests.standins.okta.endpoint import Endpoint


@pytest.fixture
def server() -> Iterator[okta.OktaServer]:
    """Patience is half a second instead of three, so that time-outs are tested soon."""
    with okta.serve(settings=okta.Settings(hook_timeout=0.5)) as running:
        yield running


@pytest.fixture
def api(server: okta.OktaServer) -> Iterator[Api]:
    client = Api(server)
    yield client
    client.session.close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running
