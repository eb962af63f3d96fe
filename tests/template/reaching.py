"""What a function calls in AWS: followed from its door through the code, by what the code itself says.

A call counts if it stands in something that the door reaches: a function by its name, a method by its name in
a class that somebody on the way makes. So a right that nobody reaches is one too many, and a call that no
role allows is found before AWS refuses it. What cannot be seen is which of two classes a method belongs to
that has one name in both: then both count.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from botocore.session import get_session

ROOT = Path(__file__).resolve().parents[2]

PREFIXES = {
    "account_access": ("account-access", "account-access"),
    "cloudwatch": ("cloudwatch", "cloudwatch"),
    "dynamodb": ("dynamodb", "dynamodb"),
    "events": ("events", "events"),
    "iam": ("iam", "iam"),
    "identitystore": ("identitystore", "identitystore"),
    "kms": ("kms", "kms"),
    "organizations": ("organizations", "organizations"),
    "s3": ("s3", "s3"),
    "secretsmanager": ("secretsmanager", "secretsmanager"),
    "sns": ("sns", "sns"),
    "sqs": ("sqs", "sqs"),
    "sso_admin": ("sso-admin", "sso"),
}
"""Typed client's package after `mypy_boto3_`: boto3's name of the service, IAM's prefix."""

UNTYPED = {
    "functions.aws.entitlements": {"account_access"},
    "functions.expiry.areas": {"cloudwatch", "secretsmanager"},
}
"""Modules that call a client whose type another module names, or that has none."""

_PARAMETERS = "aws_lambda_powertools.utilities.parameters"

BEHIND = {
    (_PARAMETERS, "get_secret"): "secretsmanager:GetSecretValue",
    (_PARAMETERS, "SecretsProvider"): "secretsmanager:GetSecretValue",
    ("functions.aws.session", "assumed"): "sts:AssumeRole",
}
"""What is called behind a name, by a library or by botocore itself."""

Place = tuple[str, str]
"""A module, and a name in it; a method is `Class.method`."""


@cache
def operations(service: str) -> dict[str, str]:
    """API operations by the methods of boto3's client."""
    client = get_session().create_client(
        service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    found: dict[str, str] = client.meta.method_to_api_mapping
    return found


@dataclass
class Module:
    """A source file: what it defines at its top, what it imports, and which services its clients are of."""

    name: str
    defined: dict[str, ast.AST] = field(default_factory=dict)
    imported: dict[str, Place] = field(default_factory=dict)
    rest: list[ast.AST] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    @classmethod
    @cache
    def read(cls, name: str) -> "Module | None":
        """None for what is not ours."""
        path = ROOT / (name.replace(".", "/") + ".py")
        if not path.exists():
            path = ROOT / name.replace(".", "/") / "__init__.py"
        if not name.startswith("functions") or not path.exists():
            return None
        return cls._parsed(name, path)

    @classmethod
    def _parsed(cls, name: str, path: Path) -> "Module":
        made = cls(name)
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                if node.module.startswith("mypy_boto3_"):
                    made.services.add(node.module.removeprefix("mypy_boto3_").partition(".")[0])
                for each in node.names:
                    made.imported[each.asname or each.name] = node.module, each.name
        made.services |= UNTYPED.get(name, set())
        for statement in tree.body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                made.defined[statement.name] = statement
            elif isinstance(statement, ast.Assign | ast.AnnAssign):
                for name_of in _targets(statement):
                    made.defined[name_of] = statement.value or statement
            elif not isinstance(statement, ast.ImportFrom | ast.Import | ast.If):
                made.rest.append(statement)
        return made


class Reach:
    """Everything reached from one place."""

    def __init__(self, start: Place) -> None:
        self.calls: set[str] = set()
        self._places: set[Place] = set()
        self._attributes: set[str] = set()
        self._methods: list[tuple[Module, str, ast.AST]] = []
        self._follow(start)
        while ready := [each for each in self._methods if each[1] in self._attributes]:
            self._methods = [each for each in self._methods if each not in ready]
            for module, _, node in ready:
                self._visit(module, node)

    def _follow(self, place: Place) -> None:
        if place in BEHIND:
            self.calls.add(BEHIND[place])
        module = Module.read(place[0])
        if module is None or place in self._places:
            return
        self._places.add(place)
        self._load(module)
        node = module.defined.get(place[1])
        if isinstance(node, ast.ClassDef):
            self._enliven(module, node)
        elif node is not None:
            self._visit(module, node)
        elif place[1] in module.imported:
            self._follow(module.imported[place[1]])

    def _load(self, module: Module) -> None:
        """What runs when the module is imported."""
        if (module.name, "") not in self._places:
            self._places.add((module.name, ""))
            for node in module.rest:
                self._visit(module, node)

    def _enliven(self, module: Module, made: ast.ClassDef) -> None:
        for base in (*made.bases, *made.decorator_list):
            self._visit(module, base)
        for node in made.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("__"):
                self._visit(module, node)
            else:
                self._methods.append((module, node.name, node))

    def _visit(self, module: Module, node: ast.AST) -> None:
        for each in _without_annotations(node):
            if isinstance(each, ast.Name):
                self._follow((module.name, each.id))
            elif isinstance(each, ast.Attribute):
                self._attributes.add(each.attr)
                self._note(module, each.attr)
                if isinstance(each.value, ast.Name) and each.value.id in module.imported:
                    package, name = module.imported[each.value.id]
                    self._follow((f"{package}.{name}", each.attr))
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                self._note(module, each.value)

    def _note(self, module: Module, word: str) -> None:
        for package in module.services:
            service, prefix = PREFIXES[package]
            if word in operations(service):
                self.calls.add(f"{prefix}:{operations(service)[word]}")


def _targets(statement: Any) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, but for what only says a type."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from _without_annotations(each)


@cache
def calls_of(module: str) -> frozenset[str]:
    """IAM actions of all calls behind a door: the `handle` of this module."""
    return frozenset(Reach((module, "handle")).calls)
