"""What the gateways call in AWS is granted, where no stand-in would notice."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from tests.template.templates import CAPABILITIES, ROOT, Stacks, actions

SERVICES = {
    "mypy_boto3_organizations": ("organizations", "organizations"),
    "mypy_boto3_sso_admin": ("sso-admin", "sso"),
    "mypy_boto3_identitystore": ("identitystore", "identitystore"),
}
"""Typed client's package: boto3's name, IAM's prefix. Those that no stand-in authorizes."""

UNTYPED = {"entitlements": [("account-access", "account-access")]}
"""The same for gateways whose service has no typed client, by module."""


@cache
def client(service: str) -> Any:
    return get_session().create_client(service, region_name="us-east-1")


def calls_of(path: Path) -> Iterator[str]:
    """IAM actions behind the client calls of a gateway module."""
    tree = ast.parse(path.read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    typed = [SERVICES[str(package)] for package in imported & SERVICES.keys()]
    for service, prefix in (*typed, *UNTYPED.get(path.stem, ())):
        names = client(service).meta.method_to_api_mapping
        for node in ast.walk(tree):
            called = node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)
            if isinstance(called, str) and called in names:
                yield f"{prefix}:{names[called]}"


GATEWAYS = [p for p in sorted((ROOT / "functions").rglob("*.py")) if set(calls_of(p))]


@pytest.mark.parametrize("path", GATEWAYS, ids=lambda path: path.stem)
def test_what_the_gateways_call_is_granted(path: Path, stacks: Stacks) -> None:
    granted: set[str] = set()
    for capability in CAPABILITIES:
        granted |= actions(stacks.hub, f"ostiary-{capability}")
    for role in ("ostiary-organization-read", "ostiary-deny-policies"):
        granted |= actions(stacks.organization, role)

    assert set(calls_of(path)) <= granted
