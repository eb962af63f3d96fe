"""The house stands as docs/decisions.md draws it: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GROUND = {"policy", "aws", "okta", "finding", "bus", "inbox"}
CAPABILITIES = {"hook", "catchup", "rotate", "accounts", "leavers", "audit", "expiry", "alerts"}
MODULES = sorted(
    path.relative_to(ROOT)
    for package in ("functions", "infra", "cli", "sandbox")
    for path in (ROOT / package).rglob("*.py")
)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever in the file."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(path: Path) -> set[str]:
    """The rooms of functions/ that a file reaches into."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("functions.")}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_arrow_points_the_wrong_way(path: Path) -> None:
    """Given any module, it imports only from rooms that lie below it."""
    package, room = path.parts[0], path.parts[1].removesuffix(".py")
    outside = {name.split(".")[0] for name in imports(path)}
    if package == "functions":
        allowed = GROUND | ({room} if room in CAPABILITIES else set())
        assert rooms(path) <= allowed | {"__init__"}, "a capability stands on the ground floor alone"
        assert not outside & {"infra", "cli", "sandbox", "aws_cdk", "moto", "ruamel", "typer", "rich"} or (
            room == "policy" and outside & {"ruamel"} == {"ruamel"}
        ), "what runs in Lambda knows nothing of how it is deployed, operated or played"
    if package == "infra":
        assert not outside & {"cli", "sandbox"}
        assert rooms(path) <= GROUND, "infra reads the ground floor: the policy, and the names of things"
    if package == "cli":
        assert "sandbox" not in outside


def test_every_room_is_known() -> None:
    """Given a new folder in functions/, somebody decides whether it is ground floor or capability."""
    found = {path.name.removesuffix(".py") for path in (ROOT / "functions").iterdir()} - {
        "__init__",
        "__pycache__",
    }
    assert found == GROUND | CAPABILITIES
