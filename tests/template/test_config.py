"""What the context must say, and how a mistake in it is told."""

from typing import Any

import pytest
from aws_cdk import App

from infra.config import Deployment
from infra.context_keys import ConfigError
from tests.template.templates import CONTEXT


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"instance_arn": None}, 'context key "instance_arn" is missing: it is the ARN of the IAM Identity'),
        ({"hub_account": "12345"}, "context key \"hub_account\" cannot be '12345'"),
        ({"hub_account": 222222222222}, 'context key "hub_account" must be a string in quotes'),
        ({"hub_account": "\u0661" * 12}, 'context key "hub_account" cannot be'),
        ({"audit_retention_days": "\u0664\u0660"}, 'context key "audit_retention_days" cannot be'),
        ({"okta_app_id": "0oa\u00fc"}, 'context key "okta_app_id" cannot be'),
        ({"hub_region": "Ireland"}, 'for example "eu-west-1"'),
        ({"okta_url": "https://example.okta.com/"}, "without a path"),
        ({"bundle_platform": "docker"}, '"lambda" (arm64, the Python of Lambda) or "local"'),
        ({"alert_email": "nobody"}, "the address that alerts are mailed to"),
    ],
)
def test_a_wrong_context_is_one_sentence(overrides: dict[str, Any], said: str) -> None:
    context = {**CONTEXT, **overrides}

    with pytest.raises(ConfigError) as caught:
        Deployment.read(lambda key: context.get(key))

    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Deployment.read(lambda _key: None)

    assert len(str(caught.value).splitlines()) == 8


def test_optional_keys_have_their_defaults() -> None:
    required = {
        key: value
        for key, value in CONTEXT.items()
        if key not in ("alert_email", "policy_file", "bundle_platform", "okta_credentials")
    }

    deployment = Deployment.read(App(context=required).node.try_get_context)

    assert deployment.alert_email is None
    assert str(deployment.policy_file) == "access.yaml"
    assert deployment.bundle_platform == "lambda"
    assert deployment.okta_credentials == "ostiary/okta"
