"""`ostiary certificates rotate` in a real terminal, against the deployed function: no step too early."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.expiry.trust import TrustBook
from infra import names
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.trust import record_certificate
from sandbox.world import World
from tests.e2e.terminal import Terminal, terminal


@pytest.fixture
def operator(world: World) -> Iterator[Terminal]:
    """Given one certificate, which Identity Center has, an operator types the command.

    Other tests may have left certificates in Okta, and records of some: the ground is cleared first.
    """
    if world.shape.hub_account == MANAGEMENT_ACCOUNT:
        pytest.skip("the other shape, which enforces IAM, shows it")
    app = world.okta.model.app
    world.okta.model.set_signing_certificate(days_left=100)
    for key in app.keys.all():
        if key.kid != app.keys.active:
            app.keys.forget(key.kid)
    book = TrustBook(world.hub_client("dynamodb"), names.TRUST)
    for trusted in book.of(app.ref.id):
        book.forget(app.ref.id, trusted.fingerprint)
    record_certificate(world)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "AWS_ENDPOINT_URL": world.aws.url,
        "AWS_ACCESS_KEY_ID": world.shape.hub_account,
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "TERM": "xterm-256color",
        "COLUMNS": "80",
    }
    with terminal(
        "certificates", "rotate", "--region", world.shape.hub_region, environment=environment
    ) as opened:
        yield opened
    record_certificate(world)


def test_an_operator_is_led_through_and_no_step_is_taken_on_their_word_alone(
    world: World, operator: Terminal
) -> None:
    keys, by = world.okta.model.app.keys, world.okta.model.organization.administrator
    old = keys.active

    # When they say that a certificate is generated, and it is not
    assert "Leave it INACTIVE" in operator.until("Done? [y/N]: ")
    operator.type("y\n")
    assert "Not yet: Okta shows no newer certificate yet." in operator.until("Done? [y/N]: ")

    # When it is, the next step names exactly it
    new = keys.add(timedelta(days=3650), by=by).kid
    operator.type("y\n")
    assert new in operator.until("with the right end? [y/N]: ")
    operator.type("y\n")

    # When they say that it is activated, and Okta still signs with the old one
    assert f"Activate beside key id {new}" in operator.until("Done? [y/N]: ")
    operator.type("y\n")
    assert "Not yet: Okta still signs with the old certificate." in operator.until("Done? [y/N]: ")
    assert keys.active == old

    # When it is, they sign in, and a day later delete the old one
    keys.activate(new, by=by)
    operator.type("y\n")
    operator.until("Did both sign-ins work? [y/N]: ")
    operator.type("y\n")
    assert "Until then it is the way back" in operator.until("deleted in Identity Center? [y/N]: ")
    operator.type("y\n")

    # Then it is done, and what is recorded is what signs
    operator.until("Done: AWS IAM Identity Center signs with a certificate valid until")
    assert operator.ended() == 0
    book = TrustBook(world.hub_client("dynamodb"), names.TRUST)
    assert len(book.of(world.okta.app_id)) == 1
