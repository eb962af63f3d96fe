"""`ostiary certificates` against the function itself, the Okta stand-in and a real table: whole rotations."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from cli.exits import Exit
from cli.main import app
from functions.expiry import handler
from functions.policy import AccessPolicy
from tests.unit.expiry.deployed import CONTEXT, Deployed, deployed

RUN = CliRunner()


class Lambda:
    """Invokes the handler in this process, as boto3 would in the cloud."""

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == "ostiary-expiry"
        try:
            told = handler.handle(json.loads(Payload), CONTEXT)
        except Exception as error:  # noqa: BLE001 - whatever it is, Lambda tells it like this
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(told).encode())}
        return {"Payload": io.BytesIO(json.dumps(told).encode())}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={})) as world:
        client = boto3.client
        monkeypatch.setattr(
            boto3, "client", lambda name, **kw: Lambda() if name == "lambda" else client(name, **kw)
        )
        yield world


def run(*arguments: str) -> Result:
    return RUN.invoke(app, ["certificates", *arguments])


def listed() -> dict[str, Any]:
    (shown,) = json.loads(run("list", "--json").stdout)
    return dict(shown)


def signing() -> dict[str, Any]:
    return next(key for key in listed()["keys"] if key["signs"])


def generate(world: Deployed) -> str:
    """As in Okta's console: it ends after the one that signs."""
    by = world.okta.model.organization.administrator
    return world.okta.model.app.keys.add(timedelta(days=4000), by=by).kid


def activate(world: Deployed, kid: str) -> None:
    world.okta.model.app.keys.activate(kid, by=world.okta.model.organization.administrator)


def test_without_a_verb_they_are_listed(world: Deployed) -> None:
    result = run()
    assert result.exit_code == Exit.OK
    assert "NO" in result.stdout


def test_the_one_that_signs_is_recorded_only_with_yes(world: Deployed) -> None:
    assert run("trust").exit_code == Exit.UNCONFIRMED
    assert signing()["trusted"] is False
    result = run("trust", "--yes", "--json")
    assert json.loads(result.stdout)["trusted"] is True
    assert signing()["trusted"] is True


def test_a_file_is_recorded_before_okta_signs_with_it(world: Deployed, tmp_path: Path) -> None:
    run("trust", "--yes")
    key = world.okta.model.app.keys.get(generate(world))
    file = tmp_path / "okta.cert"
    file.write_bytes(x509.load_der_x509_certificate(key.der).public_bytes(Encoding.PEM))
    assert f"saml-certificate/{world.okta.app_id}/successor" in world.opened()
    assert run("trust", str(file), "--yes").exit_code == Exit.OK
    assert f"saml-certificate/{world.okta.app_id}/successor" not in world.opened()
    # And forgotten, once
    assert run("trust", str(file), "--forget", "--yes").exit_code == Exit.OK
    again = run("trust", str(file), "--forget", "--yes")
    assert again.exit_code == Exit.FAILED
    assert "was not recorded" in again.stderr


def test_an_app_that_is_not_watched_is_wrong_usage(world: Deployed) -> None:
    result = run("trust", "--app", "0oanone", "--yes")
    assert result.exit_code == Exit.USAGE
    assert world.okta.app_id in result.stderr
    assert run("trust", "--app", world.okta.app_id, "--yes").exit_code == Exit.OK


def test_what_okta_refuses_is_one_sentence(world: Deployed) -> None:
    world.okta.faults.set(
        [{"service": "okta", "operation": "GetApplication", "error": "E0000006", "status": 403}]
    )
    result = run("list")
    assert result.exit_code == Exit.FAILED
    assert "OktaRefusedError" in result.stderr
    assert "Traceback" not in result.output


class Operator:
    """Does in the consoles what the command asks, when it asks for it, and answers yes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *deeds: Callable[[], bool]) -> None:
        self.asked: list[str] = []
        self._deeds = list(deeds)
        monkeypatch.setattr(typer, "confirm", self._confirm)

    def _confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self._deeds.pop(0)()


def yes(deed: Callable[[], Any] = lambda: None) -> Callable[[], bool]:
    def act() -> bool:
        deed()
        return True

    return act


def test_a_rotation_from_beginning_to_end_locks_nobody_out(
    world: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("trust", "--yes")
    new: list[str] = []
    key = f"saml-certificate/{world.okta.app_id}/trust"
    locked_out: list[bool] = []

    def look() -> None:
        locked_out.append(key in world.opened())

    def switch() -> None:
        activate(world, new[0])
        look()

    operator = Operator(
        monkeypatch,
        yes(),  # Says that it is generated, and it is not
        yes(lambda: new.append(generate(world))),
        yes(look),  # Imported
        yes(switch),
        yes(look),  # Signed in
        yes(look),  # Deleted the old one
    )
    result = run("rotate")
    assert result.exit_code == Exit.OK, result.output
    assert "Not yet: Okta shows no newer certificate yet." in result.stdout
    steps = [line.partition(":")[0] for line in result.stdout.splitlines() if ": " in line]
    assert [step for step in steps if step in ("generate", "import", "activate", "sign-in", "clean-up")] == [
        *("generate", "generate", "import", "activate", "sign-in", "clean-up")
    ]
    assert "Done:" in result.stdout
    assert locked_out == [False] * 4
    assert len(operator.asked) == 6
    assert [each["fingerprint"] for each in listed()["trusted"]] == [signing()["fingerprint"]]
    assert signing()["kid"] == new[0]


def test_whoever_cannot_sign_in_is_told_the_way_back(
    world: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("trust", "--yes")
    old, new = signing()["kid"], generate(world)
    Operator(monkeypatch, yes(), yes(lambda: activate(world, new)), lambda: False)
    result = run("rotate")
    assert result.exit_code == Exit.UNCONFIRMED
    assert f"activate the old certificate in Okta again ({old})" in result.stderr


def test_whoever_stops_finds_the_place_again(world: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    run("trust", "--yes")
    generate(world)
    Operator(monkeypatch, lambda: False)
    stopped = run("rotate")
    assert stopped.exit_code == Exit.UNCONFIRMED
    assert "Stopped at import" in stopped.stderr
    assert json.loads(run("rotate", "--json").stdout)["step"] == "import"


def test_a_switch_that_came_too_early_is_said_first(world: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    run("trust", "--yes")
    old = signing()["kid"]
    activate(world, generate(world))
    told = json.loads(run("rotate", "--json").stdout)
    assert told["step"] == "go-back"
    assert old in told["do"]
    Operator(monkeypatch, yes(lambda: activate(world, old)), lambda: False)
    assert "Stopped at import" in run("rotate").stderr


def test_nothing_recorded_yet_is_the_first_step(world: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(run("rotate", "--json").stdout)["step"] == "record"
    Operator(monkeypatch, yes(), lambda: False)
    assert "Stopped at generate" in run("rotate").stderr
    assert signing()["trusted"] is True
