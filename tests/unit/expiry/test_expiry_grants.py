"""A service app whose key is in KMS, with scopes granted and taken away one by one."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.expiry import own_keys
from functions.finding import Severity, State
from functions.okta import scopes
from functions.policy import AccessPolicy
from infra.resources.hook_api import PATH
from sandbox.okta import jwk_of
from tests.unit.expiry.deployed import OKTA_SECRET, Deployed, client_of, deployed, forget_secrets

ROOT = Path(__file__).parents[3]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={})) as world:
        world.trust_signing()
        yield world


def granted(world: Deployed, *names: str) -> None:
    """Okta is called as a service app from now on, which was granted these scopes."""
    kms = client_of("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    jwk = jwk_of(kms.get_public_key(KeyId=key)["PublicKey"])
    client_id = world.okta.model.add_service_app(jwk, names)
    secret = json.dumps({"client_id": client_id, "kms_key": key})
    client_of("secretsmanager").put_secret_value(SecretId=OKTA_SECRET, SecretString=secret)
    forget_secrets()


def test_given_every_scope_then_all_is_well(world: Deployed) -> None:
    granted(world, *scopes.NEEDED)
    assert "okta/grants" not in {key for key, found in world.run().items() if found.state is State.OPEN}


@pytest.mark.parametrize(
    ("scope", "severity", "blind"),
    [
        (scopes.USERS_MANAGE, Severity.PAGE, set()),
        (scopes.LOGS, Severity.WARNING, {"watch/sign-on"}),
        (scopes.HOOKS_MANAGE, Severity.WARNING, set()),
        (scopes.USERS, Severity.WARNING, set()),
        (scopes.HOOKS, Severity.WARNING, set()),
        (scopes.POLICIES, Severity.WARNING, {"watch/sign-on"}),
        (scopes.APPS, Severity.WARNING, {"watch/certificates", "watch/provisioning", "watch/sign-on"}),
    ],
)
def test_one_scope_less_is_named_and_blinds_its_areas_alone(
    world: Deployed, scope: str, severity: Severity, blind: set[str]
) -> None:
    granted(world, *(set(scopes.NEEDED) - {scope}))
    if blind:
        with pytest.raises(Exception, match=scope):
            world.run()
    else:
        world.run()
    said = world.said()
    assert (said["okta/grants"].state, said["okta/grants"].severity) == (State.OPEN, severity)
    assert list(said["okta/grants"].facts) == [scope]
    opened = {key for key, found in said.items() if key.startswith("watch/") and found.state is State.OPEN}
    assert opened == blind


def test_every_scope_that_a_function_asks_for_is_one_that_is_watched() -> None:
    """Given the code of all functions, a scope that somebody adds is tried every day from then on."""
    asked = set()
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["SCOPES"]:
                asked |= {each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
    assert asked
    assert asked <= set(scopes.NEEDED)


def test_the_hook_is_told_by_the_path_that_is_deployed() -> None:
    assert f"/{PATH}" == own_keys.HOOK_PATH
